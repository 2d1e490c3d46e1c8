# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rooms, states, noise and a Python of its own for the plug-in tests.

A module with a name of its own: `conftest` would be another folder's when all tests run in one process.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
BUNDLES = Path(os.environ.get("LUMIVERB_PLUGINS", ROOT / "build" / "plugins"))


def a_room(native: Any, seed: int = 1) -> str:
    """A description as a scene encoder would give it, as JSON text; other seeds, other rooms."""
    rng = np.random.default_rng(seed)
    decay = float(rng.uniform(0.4, 1.6))
    sides = [round(float(v), 3) for v in rng.uniform((4, 3, 2.4), (12, 9, 5))]
    room = {
        "format": "lumiverb-room",
        "version": 1,
        "rt60_s": [round(decay * f, 4) for f in (1.1, 1.1, 1.05, 1.0, 0.9, 0.75, 0.55)],
        "drr_db": [-3.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0],
        "volume_m3": round(sides[0] * sides[1] * sides[2], 3),
        "dimensions_m": sides,
        "absorption": [0.15, 0.15, 0.17, 0.2, 0.22, 0.25, 0.3],
        "clarity_c50_db": 3.0,
        "source_distance_m": 2.0,
        "source_azimuth_deg": 5.0,
        "source_elevation_deg": 0.0,
        "room_kind": "church",
        "outdoor_probability": 0.05,
        "rt60_spread_log": [0.2] * 7,
        "drr_spread_db": [1.5] * 7,
        "volume_spread_log": 0.3,
        "dimensions_spread_log": [0.15] * 3,
        "absorption_spread": [0.05] * 7,
        "clarity_spread_db": 1.5,
        "embedding": [round(float(v), 4) for v in rng.standard_normal(128)],
    }
    return native.canonical_room(json.dumps(room))


def a_state(native: Any, room: str | None, thumbnail: bytes = b"", name: str = "Test room", **parameters: Any) -> bytes:
    """The bytes of a saved Match with this room in both slots. Parameters: fields of MatchParameters, edits as a dict."""
    slot = {"room": room, "name": name, "thumbnail": thumbnail, "parameters": parameters}
    return native.serialise_match_state({"slots": [slot, slot], "active": 0})


def without_models(bundle: Path, folder: Path) -> Path:
    """A copy of a bundle that carries no networks."""
    copy = folder / "bare" / bundle.name
    if not copy.exists():
        shutil.copytree(bundle.resolve(), copy, ignore=lambda _, names: {"models"} & set(names))
    return copy


def white(channels: int, samples: int, seed: int = 0) -> np.ndarray:
    """Noise at -20 dBFS, float32, (channels, samples)."""
    return (0.1 * np.random.default_rng(seed).standard_normal((channels, samples))).astype(np.float32)


def run_python(code: str, *arguments: object, timeout: float = 120, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a piece of Python in a process of its own: a crash there is a failed test here."""
    paths = os.pathsep.join(filter(None, [str(ROOT / "python"), str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]))
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, "PYTHONPATH": paths, **environment},
    )

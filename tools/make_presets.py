# SPDX-License-Identifier: AGPL-3.0-or-later
"""Make the finished rooms of Match: plugin/match/presets/<number>_<name>.json, .jpg and .scene.gz.

Each is a place of the scene maker, traced for light and for sound: the description holds what was traced (no spreads: it is known),
the JPEG is what the plug-in shows, the scene is what traced quality goes to. The same sources give the same files. Needs the native module and Pillow.

Usage: python tools/make_presets.py [NAME...] [--threads N] [--fast]
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import math
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "python"))
TARGET = ROOT / "plugin" / "match" / "presets"
MAX_JPEG_BYTES = 30_000

#: File name (number, then the words that the menu shows), kind of place, seed.
ROOMS: tuple[tuple[str, str, int], ...] = (
    ("01_recording_studio", "studio", 1000880),
    ("02_bedroom", "bedroom", 1000039),
    ("03_living_room", "living_room", 1001216),
    ("04_bathroom", "bathroom", 1001409),
    ("05_study", "office", 1000707),
    ("06_classroom", "classroom", 1001449),
    ("07_wooden_chapel", "wooden_chapel", 17000093),
    ("08_tiled_corridor", "corridor", 1000884),
    ("09_concert_hall", "concert_hall", 1000729),
    ("10_swimming_pool", "pool", 1000735),
    ("11_village_church", "church", 1001091),
    ("12_brick_stairwell", "stairwell", 1000199),
    ("13_stone_church", "church", 1000616),
)


def description(labels: dict[str, Any]) -> dict[str, Any]:
    """Traced labels as a RoomDescription (JSON fields). Raises ValueError for a place without an enclosed sound."""
    if labels["outdoor"] or not math.isfinite(labels["c50_db"]) or not np.isfinite(labels["drr_db"]).all():
        raise ValueError("not a closed room with a visible source")

    def numbers(value: Any) -> list[float]:
        return [round(float(x), 4) for x in np.atleast_1d(value)]

    return {
        "format": "lumiverb-room",
        "version": 1,
        "rt60_s": numbers(labels["rt60_s"]),
        "drr_db": numbers(labels["drr_db"]),
        "volume_m3": numbers(labels["volume_m3"])[0],
        "dimensions_m": numbers(labels["dimensions_m"]),
        "absorption": numbers(labels["absorption"]),
        "clarity_c50_db": numbers(labels["c50_db"])[0],
        "source_distance_m": numbers(labels["distance_m"])[0],
        "source_azimuth_deg": numbers(labels["azimuth_deg"])[0],
        "source_elevation_deg": numbers(labels["elevation_deg"])[0],
        "room_kind": labels["kind"],
        "outdoor_probability": 0.0,
        "rt60_spread_log": [0.0] * 7,
        "drr_spread_db": [0.0] * 7,
        "volume_spread_log": 0.0,
        "dimensions_spread_log": [0.0] * 3,
        "absorption_spread": [0.0] * 7,
        "clarity_spread_db": 0.0,
        "embedding": [],
    }


def jpeg(picture: np.ndarray) -> bytes:
    """The picture as a JPEG of at most MAX_JPEG_BYTES."""
    from PIL import Image

    image = Image.fromarray(picture)
    for quality in range(88, 20, -4):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, optimize=True, progressive=False)
        if out.tell() <= MAX_JPEG_BYTES:
            return out.getvalue()
    raise ValueError("the picture does not fit")


def make(name: str, kind: str, seed: int, threads: int, fast: bool) -> None:
    """Write one room."""
    from lumiverb import _native
    from lumiverb.acoustics.scenes import make_room, trace_room

    scene = make_room(kind, seed)
    room = trace_room(scene, 192 if fast else 384, 16 if fast else 40, 3000 if fast else 12000, threads, denoise=True)
    text = _native.canonical_room(json.dumps(description(room.labels)))
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    (TARGET / f"{name}.jpg").write_bytes(jpeg(room.picture))
    (TARGET / f"{name}.scene.gz").write_bytes(gzip.compress(scene.to_json().encode(), 9, mtime=0))
    t = room.labels["rt60_s"]
    print(f"{name:<24} {kind} {seed}: RT60 {(t[2] + t[3]) / 2:.2f} s, {room.labels['volume_m3']:.0f} m3", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="only these")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--fast", action="store_true", help="a rough look, not to be committed")
    options = parser.parse_args()
    for name, kind, seed in ROOMS:
        if not options.names or name in options.names:
            make(name, kind, seed, options.threads, options.fast)
    return 0


if __name__ == "__main__":
    sys.exit(main())

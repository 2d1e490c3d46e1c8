# SPDX-License-Identifier: AGPL-3.0-or-later
"""Model packages at work: one shared scene encoder per process, and what a checked package says of itself."""

from __future__ import annotations

import functools
import os
import threading
from pathlib import Path
from typing import Any

from lumiverb.errors import ModelError
from lumiverb.host.native import native, translated

SCENE_ENCODER = "scene-encoder"
BLIND_ROOM = "blind-room"
#: Dry's networks by quality.
DRY_MODELS = {"lite": "dry-lite", "full": "dry-full", "low-latency": "dry-low-latency"}
_lock = threading.Lock()


def package_folder() -> Path:
    """The folder of the installed ``lumiverb`` package."""
    return Path(__file__).resolve().parent.parent


def source_tree() -> Path | None:
    """The developer's checkout that this package runs from, or None when it is installed."""
    root = package_folder().parent.parent
    return root if (root / "CMakeLists.txt").is_file() and (root / "native").is_dir() else None


def model_folders() -> list[Path]:
    """Folders that are searched for model packages: $LUMIVERB_MODELS, the package, the developer's tree."""
    folders = [Path(p) for p in os.environ.get("LUMIVERB_MODELS", "").split(os.pathsep) if p]
    folders.append(package_folder() / "models")
    tree = source_tree()
    if tree is not None:
        folders.append(tree / "models")
    return folders


def init_runtime() -> str:
    """Open ONNX Runtime once per process and return its version; raises :class:`ModelError` saying why not."""
    from lumiverb.host.runtime import ensure_runtime

    # Newer runtimes would send telemetry; the pinned one has none.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    with translated(ModelError):
        ensure_runtime()
        return native().runtime_version()


@functools.cache
def _network(task: str, folder: str, provider: str) -> Any:
    init_runtime()
    with translated(ModelError):
        return {SCENE_ENCODER: native().SceneEncoder, BLIND_ROOM: native().BlindRoom}[task](folder, provider)


def model_folder(name: str) -> Path:
    """The folder of a model package by name; raises :class:`ModelError` listing the folders that were searched."""
    from lumiverb.host.runtime import model_folder as find

    return find(name)


def describe_picture(rgb: Any, folder: str | os.PathLike[str] | None = None, provider: str = "CPU") -> tuple[str, str]:
    """Run the scene encoder.

    Parameters
    ----------
    rgb : uint8 array (height, width, 3)
    folder : path, optional
        A model package; by default the shipped scene encoder.
    provider : str
        "CPU", "CUDA", ...; one that fails falls back to the CPU.

    Returns
    -------
    The RoomDescription as JSON text, and the warning of a fall-back (or "").
    """
    where = str(folder) if folder is not None else str(model_folder(SCENE_ENCODER))
    # One encoder serves the process; the core allows one thread at a time.
    with _lock, translated(ModelError):
        encoder = _network(SCENE_ENCODER, where, provider)
        return encoder.describe(rgb), encoder.warning


def describe_recording(
    audio: Any, sample_rate: float, folder: str | os.PathLike[str] | None = None, provider: str = "CPU"
) -> tuple[str, str]:
    """Run the blind-room network on float32 audio (channels, samples); otherwise as :func:`describe_picture`.

    Raises
    ------
    ValueError
        One sentence on a recording that cannot be used: too short, silent, not finite.
    ModelError
    """
    where = str(folder) if folder is not None else str(model_folder(BLIND_ROOM))
    with _lock:
        network = _network(BLIND_ROOM, where, provider)
        return network.describe(audio, float(sample_rate)), network.warning


def model_record(folder: str | os.PathLike[str] | None = None, name: str = SCENE_ENCODER) -> dict[str, Any]:
    """Name, version and SHA-256 of a checked model package (by default the shipped one of that name), for sidecars and ``lumiverb doctor``."""
    path = Path(folder) if folder is not None else model_folder(name)
    with translated(ModelError):
        manifest = native().load_model_package(str(path))
    return {key: manifest.get(key) for key in ("name", "version", "sha256", "licence")}

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finds the ONNX Runtime library and the model packages, and opens the runtime when it is first needed.

The core opens the library of the installed ``onnxruntime`` (or ``onnxruntime-gpu``) wheel by its full path; the wheel's own
Python module is neither imported nor needed, and may be imported beside it.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

from lumiverb.errors import ModelError
from lumiverb.host.models import model_folders
from lumiverb.host.native import native

__all__ = ["ensure_runtime", "find_runtime_library", "model_folder"]

_VARIABLE = "LUMIVERB_ORT_LIBRARY"
_PATTERNS = {
    "linux": ("libonnxruntime.so*",),
    "darwin": ("libonnxruntime.*dylib", "libonnxruntime.dylib"),
    "win32": ("onnxruntime.dll",),
}


def find_runtime_library() -> Path:
    """Return the path of the ONNX Runtime library.

    Returns
    -------
    Path
        ``$LUMIVERB_ORT_LIBRARY`` where it is set, else the library inside the installed ``onnxruntime`` or ``onnxruntime-gpu`` wheel.

    Raises
    ------
    ModelError
        If there is none.
    """
    given = os.environ.get(_VARIABLE)
    if given:
        return Path(given)
    try:
        spec = importlib.util.find_spec("onnxruntime")
    except (ImportError, ValueError):
        spec = None
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for pattern in _PATTERNS.get(sys.platform, _PATTERNS["linux"]):
            for path in sorted((Path(folder) / "capi").glob(pattern)):
                if path.is_file():
                    return path
    raise ModelError(
        f"ONNX Runtime was not found: install it with `pip install onnxruntime` (or onnxruntime-gpu), or let {_VARIABLE} name its library."
    )


def ensure_runtime() -> None:
    """Open the runtime unless this process has done so already.

    Call it before anything that runs a network; it costs nothing the second time.

    Raises
    ------
    ModelError
        If the library is missing, is not an ONNX Runtime, or is too old.
    """
    global _opened
    if not _opened:
        native().init_runtime(str(find_runtime_library()))
        _opened = True


def model_folder(name: str) -> Path:
    """Return the folder of a model package, such as ``"scene-encoder"``; :func:`lumiverb.host.models.model_folders` says where it looks.

    Raises
    ------
    ModelError
        Listing the folders that were searched.
    """
    for folder in model_folders():
        if (folder / name / "manifest.json").is_file():
            return folder / name
    searched = ", ".join(map(str, model_folders()))
    raise ModelError(f"The model package {name} was not found in {searched}; LUMIVERB_MODELS can name the folder that holds it.")


_opened = False

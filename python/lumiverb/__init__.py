# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lumiverb: hear the room in the picture.

>>> import lumiverb
>>> room = lumiverb.Room.from_picture("church.jpg")
>>> wet = lumiverb.Match(room, mix=0.6)(audio, sample_rate)
>>> dry = lumiverb.Dry(amount=0.8)(recording, sample_rate)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from lumiverb.errors import (
    AudioFileError,
    Error,
    ModelError,
    PictureError,
    PluginError,
    RenderError,
    RoomError,
    SceneError,
)

if TYPE_CHECKING:
    from lumiverb.acoustics.description import RoomDescription
    from lumiverb.host.dry import Dry
    from lumiverb.host.match import Match
    from lumiverb.host.plugin import load_plugin
    from lumiverb.room import Room

__version__ = "0.1.0"

__all__ = [
    "AudioFileError",
    "Dry",
    "Error",
    "Match",
    "ModelError",
    "PictureError",
    "PluginError",
    "RenderError",
    "Room",
    "RoomDescription",
    "RoomError",
    "SceneError",
    "load_plugin",
]

# Loaded on first use, so that `import lumiverb` (and every command's --help) stays quick.
_lazy = {
    "Dry": "lumiverb.host.dry",
    "Match": "lumiverb.host.match",
    "Room": "lumiverb.room",
    "RoomDescription": "lumiverb.acoustics.description",
    "load_plugin": "lumiverb.host.plugin",
}


def __getattr__(name: str) -> Any:
    if name not in _lazy:
        raise AttributeError(f"module 'lumiverb' has no attribute {name!r}")
    value = getattr(importlib.import_module(_lazy[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_lazy})

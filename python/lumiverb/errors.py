# SPDX-License-Identifier: AGPL-3.0-or-later
"""Errors that Lumiverb raises.

Every message is one sentence that names the file (and field) and the reason, fit to be shown to a person as it is.
"""

from __future__ import annotations

__all__ = [
    "AudioFileError",
    "Error",
    "ModelError",
    "PictureError",
    "PluginError",
    "RenderError",
    "RoomError",
    "SceneError",
]


class Error(Exception):
    """Base class: ``except lumiverb.Error`` catches whatever Lumiverb raises about its inputs.

    ``exit_code`` is what the command line ends with: 2 for bad input, 3 for a failed render.
    """

    exit_code = 2


class SceneError(Error):
    """A picture, room description or scene cannot be used."""


class PictureError(SceneError):
    """A picture cannot be read."""


class RoomError(SceneError, ValueError):
    """A room description is incomplete, or a field or an edit is out of range."""


class ModelError(Error):
    """A model package, the inference runtime or an inference failed."""


class AudioFileError(Error):
    """An audio file cannot be read, used or written."""


class PluginError(Error):
    """A Lumiverb plug-in cannot be found or loaded."""


class RenderError(Error):
    """Rendering failed although its inputs were acceptable."""

    exit_code = 3

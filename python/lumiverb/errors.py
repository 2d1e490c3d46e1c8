# SPDX-License-Identifier: AGPL-3.0-or-later
"""Errors that Lumiverb raises.

Every message is one sentence that names the file (and field) and the reason, fit to be shown to a person as it is.
"""

from __future__ import annotations

__all__ = ["AudioFileError", "Error", "ModelError", "RenderError", "SceneError"]


class Error(Exception):
    """Base class: ``except lumiverb.Error`` catches whatever Lumiverb raises about its inputs."""


class SceneError(Error):
    """A picture, room description or scene cannot be used."""


class ModelError(Error):
    """A model package, the inference runtime or an inference failed."""


class AudioFileError(Error):
    """An audio file cannot be read, used or written."""


class RenderError(Error):
    """Rendering failed although its inputs were acceptable."""

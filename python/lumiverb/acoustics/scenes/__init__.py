# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scene maker: named kinds of place, each with one description for light and for sound."""

from __future__ import annotations

from .kinds import KINDS, Kind
from .make import make_scene
from .scene import BANDS_HZ, Scene, mirrored

__all__ = ["BANDS_HZ", "KINDS", "Kind", "Scene", "make_scene", "mirrored"]

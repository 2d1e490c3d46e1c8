# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scene maker: named kinds of place, each with one description for light and for sound."""

from __future__ import annotations

from .kinds import KINDS, Kind
from .make import make_scene
from .pairs import CHANGES, ScenePair, make_pair
from .scene import BANDS_HZ, Scene, mirrored
from .traced import TracedRoom, labels_of, make_room, mid_rt60, trace_labels, trace_room

__all__ = [
    "BANDS_HZ",
    "CHANGES",
    "KINDS",
    "Kind",
    "Scene",
    "ScenePair",
    "TracedRoom",
    "labels_of",
    "make_pair",
    "make_room",
    "make_scene",
    "mid_rt60",
    "mirrored",
    "trace_labels",
    "trace_room",
]

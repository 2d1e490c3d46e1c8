# SPDX-License-Identifier: AGPL-3.0-or-later
"""The kinds of place that can be made, with the reverberation that is usual for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..builder import Builder
from . import dwelling, halls, outdoors, passages, sacred, small, sport, work


@dataclass(frozen=True)
class Kind:
    """A kind of place.

    ``rt60_s`` is the range that 80 % of such places fall in (mid frequencies, 500 Hz and 1 kHz), ``limits_s`` the range
    outside which a made place is thrown away.
    """

    name: str
    build: Callable[[Builder], None]
    rt60_s: tuple[float, float]
    limits_s: tuple[float, float]
    outdoor: bool = False


_TABLE = (
    Kind("living_room", dwelling.living_room, (0.3, 0.7), (0.18, 1.3)),
    Kind("bedroom", dwelling.bedroom, (0.3, 0.7), (0.18, 1.3)),
    Kind("kitchen", dwelling.kitchen, (0.35, 0.9), (0.25, 1.4)),
    Kind("bathroom", dwelling.bathroom, (0.3, 1.3), (0.22, 1.7)),
    Kind("office", work.office, (0.4, 0.8), (0.28, 1.05)),
    Kind("classroom", work.classroom, (0.5, 1.2), (0.38, 1.6)),
    Kind("studio", work.studio, (0.15, 0.35), (0.1, 0.45)),
    Kind("concert_hall", halls.concert_hall, (1.5, 2.5), (1.2, 2.9)),
    Kind("church", sacred.church, (2.0, 8.0), (1.4, 10.0)),
    Kind("wooden_chapel", sacred.wooden_chapel, (1.0, 3.0), (0.7, 4.0)),
    Kind("stairwell", passages.stairwell, (1.5, 4.0), (1.0, 5.5)),
    Kind("corridor", passages.corridor, (0.8, 3.0), (0.5, 3.6)),
    Kind("garage", passages.garage, (0.8, 3.0), (0.6, 3.6)),
    Kind("gym", sport.gym, (2.0, 5.0), (1.6, 6.0)),
    Kind("pool", sport.pool, (2.0, 5.0), (1.6, 6.0)),
    Kind("closet", small.closet, (0.05, 0.2), (0.03, 0.35)),
    Kind("car", small.car_inside, (0.05, 0.2), (0.02, 0.3)),
    Kind("street", outdoors.street, (0.0, 1.5), (0.0, 2.4), True),
    Kind("field", outdoors.field, (0.0, 0.5), (0.0, 0.8), True),
    Kind("forest", outdoors.forest, (0.0, 1.5), (0.0, 1.7), True),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in _TABLE}

# SPDX-License-Identifier: AGPL-3.0-or-later
"""RoomDescription: what a picture, a recording or a person says of a room."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from lumiverb.errors import RoomError
from lumiverb.host.native import native, translated

#: Octave-band centre frequencies of every 7-value field, in Hz.
BAND_CENTRES_HZ: tuple[int, ...] = (125, 250, 500, 1000, 2000, 4000, 8000)

Bands = tuple[float, ...]  # 7
Triple = tuple[float, ...]  # 3
_zeros: Bands = (0.0,) * 7


@dataclass(frozen=True)
class RoomDescription:
    """A room in numbers; the fields, their units and their order are those of the C++ core and of its JSON.

    Arrays of 7 run over the octaves 125 Hz to 8 kHz. A ``spread`` is one standard deviation; 0 = known.

    Attributes
    ----------
    rt60_s : 7 floats
        Reverberation time per octave, > 0 s.
    drr_db : 7 floats
        Direct-to-reverberant energy ratio at `source_distance_m`.
    volume_m3, dimensions_m : float, 3 floats
        Volume, and length (along the view), width, height.
    absorption : 7 floats
        Mean absorption coefficient of the surfaces, 0..1.
    clarity_c50_db : float
        Early (50 ms) to late energy ratio.
    source_distance_m, source_azimuth_deg, source_elevation_deg : float
        Where the sound comes from; azimuth is positive to the left.
    room_kind : str
        "church", "living_room", ...
    outdoor_probability : float
        0..1; 1 = there is no enclosing room in the picture.
    embedding : floats
        128 values from the scene encoder, or empty.
    """

    rt60_s: Bands = (0.6, 0.6, 0.6, 0.6, 0.6, 0.55, 0.5)
    drr_db: Bands = _zeros
    volume_m3: float = 60.0
    dimensions_m: Triple = (5.0, 4.8, 2.5)
    absorption: Bands = (0.2,) * 7
    clarity_c50_db: float = 6.0
    source_distance_m: float = 2.0
    source_azimuth_deg: float = 0.0
    source_elevation_deg: float = 0.0
    room_kind: str = "unknown"
    outdoor_probability: float = 0.0
    rt60_spread_log: Bands = _zeros
    drr_spread_db: Bands = _zeros
    volume_spread_log: float = 0.0
    dimensions_spread_log: Triple = (0.0, 0.0, 0.0)
    absorption_spread: Bands = _zeros
    clarity_spread_db: float = 0.0
    embedding: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.type in ("Bands", "Triple", "tuple[float, ...]"):
                object.__setattr__(self, field.name, _as_floats(field.name, value))

    @property
    def mid_rt60_s(self) -> float:
        """Mean reverberation time of the 500 Hz and 1 kHz octaves, in s (ISO 3382-1 T30,mid)."""
        return 0.5 * (self.rt60_s[2] + self.rt60_s[3])

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON-ready values, with the ``format`` and ``version`` that mark the file."""
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        values = {k: list(v) if isinstance(v, tuple) else v for k, v in fields.items()}
        return {"format": "lumiverb-room", "version": 1, **values}

    def to_json(self) -> str:
        """Canonical JSON: the same description gives the same text.

        Raises
        ------
        RoomError
            Naming the field that is not finite, of wrong length or out of range.
        """
        return canonical_json(json.dumps(self.to_dict()))

    @classmethod
    def from_json(cls, text: str) -> RoomDescription:
        """Read JSON text as written by :meth:`to_json`.

        Raises
        ------
        RoomError
            Naming the field that is missing, not finite, of wrong length or out of range.
        """
        values = json.loads(canonical_json(text))
        names = {f.name for f in dataclasses.fields(cls)}
        return cls(**{k: v for k, v in values.items() if k in names})

    def replace(self, **changes: Any) -> RoomDescription:
        """A copy with some fields changed and everything checked."""
        unknown = changes.keys() - {f.name for f in dataclasses.fields(self)}
        if unknown:
            raise RoomError(f"a room description has no field '{sorted(unknown)[0]}'")
        return RoomDescription.from_json(dataclasses.replace(self, **changes).to_json())


def canonical_json(text: str) -> str:
    """Check a room's JSON text in the core and return it in canonical form; raises :class:`RoomError`."""
    with translated(RoomError):
        return native().canonical_room(text)


def _as_floats(name: str, value: Any) -> tuple[float, ...]:
    try:
        return tuple(float(v) for v in value)
    except (TypeError, ValueError):
        raise RoomError(f"{name} must be a list of numbers, not {value!r}") from None

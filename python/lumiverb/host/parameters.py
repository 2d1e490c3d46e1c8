# SPDX-License-Identifier: AGPL-3.0-or-later
"""The knobs of Match and Dry: one table each for the Python twin, the command line and the plug-in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lumiverb.errors import RoomError


@dataclass(frozen=True)
class Parameter:
    """One knob. ``native`` is its field in MatchParameters, RoomEdits or DryParameters."""

    name: str
    native: str
    default: float
    low: float
    high: float
    unit: str
    help: str


MATCH_PARAMETERS: tuple[Parameter, ...] = (
    Parameter("mix", "mix", 0.35, 0.0, 1.0, "", "dry 0 .. wet 1"),
    Parameter("decay", "decay_scale", 1.0, 0.25, 4.0, "x", "reverberation time, times what the picture says"),
    Parameter("size", "size_scale", 1.0, 0.5, 2.0, "x", "room dimensions, times what the picture says"),
    Parameter("distance", "distance_scale", 1.0, 0.25, 4.0, "x", "distance of the source"),
    Parameter("angle", "angle_deg", 0.0, -90.0, 90.0, "degrees", "direction of the source, positive = left"),
    Parameter("predelay_ms", "predelay_ms", 0.0, 0.0, 250.0, "ms", "delay of everything after the direct sound"),
    Parameter("early_late_db", "early_late_db", 0.0, -12.0, 12.0, "dB", "+ favours early reflections, - the tail"),
    Parameter("width", "width", 1.0, 0.0, 2.0, "x", "stereo width, 1 = physical"),
    Parameter("low_db", "low_db", 0.0, -12.0, 12.0, "dB", "reverberation at 125-250 Hz"),
    Parameter("high_db", "high_db", 0.0, -12.0, 12.0, "dB", "reverberation at 4-8 kHz"),
    Parameter("output_db", "output_db", 0.0, -24.0, 12.0, "dB", "output gain"),
)
DRY_PARAMETERS: tuple[Parameter, ...] = (
    Parameter("amount", "amount", 1.0, 0.0, 1.0, "", "scales the suppression in dB: 0 nothing .. 1 all that the network hears"),
    Parameter("tail_s", "tail_s", 0.0, 0.0, 2.0, "s", "lets sound ring out: suppression deepens by at most 60 dB in this time"),
    Parameter("early_ms", "early_ms", 30.0, 30.0, 120.0, "ms", "sound this soon after a direct sound is kept"),
    Parameter("low_db", "low_db", 0.0, -12.0, 12.0, "dB", "removes more (+) or less (-) below 250 Hz"),
    Parameter("high_db", "high_db", 0.0, -12.0, 12.0, "dB", "removes more (+) or less (-) above 8 kHz"),
    Parameter("mix", "mix", 1.0, 0.0, 1.0, "", "untouched 0 .. dried 1"),
    Parameter("output_db", "output_db", 0.0, -24.0, 12.0, "dB", "output gain"),
)
DRY_SWITCHES = ("residual", "bypass")
_dry_by_name = {p.name: p for p in DRY_PARAMETERS}
_by_name = {p.name: p for p in MATCH_PARAMETERS}
_not_edits = {"mix", "output_db", "bypass", "quality"}
BAND_DECAY = "band_decay"
BAND_DECAY_RANGE = (0.25, 4.0)
CANDIDATE = "candidate"
#: The rooms inside the spread of an estimate that the knobs are offsets on: steps of one standard deviation of the reverberation time.
CANDIDATES: dict[str, float] = {"drier": -1.0, "as seen": 0.0, "livelier": 1.0}
QUALITY = "quality"
#: "real-time" is the quick synthesis, "traced" follows rays through the room: seconds instead of milliseconds.
QUALITIES = ("real-time", "traced")
PARAMETER_NAMES = (*_by_name, BAND_DECAY, CANDIDATE, QUALITY, "bypass")


def check_parameter(name: str, value: Any) -> Any:
    """Return `value` as the core takes it.

    Raises
    ------
    RoomError
        For an unknown name, or a value that is not a number in the knob's range.
    """
    if name == "bypass":
        return bool(value)
    if name == BAND_DECAY:
        return _check_bands(value)
    if name == CANDIDATE:
        return _check_candidate(value)
    if name == QUALITY:
        return check_quality(value)
    if name not in _by_name:
        raise RoomError(f"unknown parameter '{name}'; the parameters are {', '.join(PARAMETER_NAMES)}")
    parameter = _by_name[name]
    return _check_number(name, value, parameter.low, parameter.high)


def check_dry_parameter(name: str, value: Any) -> Any:
    """The same for a knob of Dry, whose names are those of the core's ``DryParameters``."""
    if name in DRY_SWITCHES:
        return bool(value)
    if name not in _dry_by_name:
        raise RoomError(f"unknown parameter '{name}'; the parameters are {', '.join((*_dry_by_name, *DRY_SWITCHES))}")
    parameter = _dry_by_name[name]
    return _check_number(name, value, parameter.low, parameter.high)


def _check_candidate(value: Any) -> str:
    name = str(value).lower().replace("_", " ").replace("-", " ")
    if name not in CANDIDATES:
        raise RoomError(f"{CANDIDATE} must be {', '.join(repr(c) for c in CANDIDATES)}, not {value!r}")
    return name


def check_quality(value: Any) -> str:
    """Return a quality's name as in :data:`QUALITIES`; raises RoomError listing them."""
    name = str(value).lower().replace("_", "-").replace(" ", "-")
    if name not in QUALITIES:
        raise RoomError(f"{QUALITY} must be {' or '.join(repr(q) for q in QUALITIES)}, not {value!r}")
    return name


def _check_number(name: str, value: Any, low: float, high: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise RoomError(f"{name} must be a number from {low:g} to {high:g}, not {value!r}") from None
    if not low <= number <= high:
        raise RoomError(f"{name} must be from {low:g} to {high:g}, not {number:g}")
    return number


def _check_bands(value: Any) -> list[float]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise RoomError(f"{BAND_DECAY} must be 7 numbers, one per octave from 125 Hz to 8 kHz, not {value!r}")
    numbers = [_check_number(f"{BAND_DECAY}[{i}]", v, *BAND_DECAY_RANGE) for i, v in enumerate(value)]
    if len(numbers) != 7:
        raise RoomError(f"{BAND_DECAY} must be 7 numbers, one per octave from 125 Hz to 8 kHz, not {len(numbers)}")
    return numbers


def native_edits(values: Mapping[str, Any]) -> dict[str, Any]:
    """The RoomEdits part of `values` under the core's field names; the mix, output gain and bypass are left out."""
    edits = {}
    for name, value in values.items():
        checked = check_parameter(name, value)
        if name not in _not_edits:
            edits[native_name(name)] = CANDIDATES[checked] if name == CANDIDATE else checked
    return edits


def native_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """The part of `values` that is no edit, under the field names of MatchParameters."""
    settings = {n: check_parameter(n, v) for n, v in values.items() if n in ("mix", "output_db", "bypass")}
    return {**settings, "traced": check_quality(values[QUALITY]) == "traced"} if QUALITY in values else settings


def native_name(name: str) -> str:
    """The core's field name of a knob."""
    if name == BAND_DECAY:
        return "rt60_band_scale"
    return name if name in ("bypass", CANDIDATE) else _by_name[name].native

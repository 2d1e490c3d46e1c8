# SPDX-License-Identifier: AGPL-3.0-or-later
"""The knobs: names, ranges and the core's field names."""

from __future__ import annotations

import pytest

from lumiverb.errors import RoomError
from lumiverb.host.parameters import MATCH_PARAMETERS, check_parameter, native_edits


@pytest.mark.parametrize("parameter", MATCH_PARAMETERS, ids=lambda p: p.name)
def test_range_of_every_knob(parameter) -> None:
    assert check_parameter(parameter.name, parameter.low) == parameter.low
    assert check_parameter(parameter.name, parameter.high) == parameter.high
    for wrong in (parameter.low - 0.01, parameter.high + 0.01, float("nan"), "loud", None):
        with pytest.raises(RoomError, match=parameter.name):
            check_parameter(parameter.name, wrong)


def test_unknown_knob_names_the_known_ones() -> None:
    with pytest.raises(RoomError, match="unknown parameter 'wet'.*mix.*band_decay"):
        check_parameter("wet", 1.0)


@pytest.mark.parametrize("wrong", ["wetter", 1.0, None, ["drier"]])
def test_candidates_have_names(wrong: object) -> None:
    assert check_parameter("candidate", "As-Seen") == "as seen"
    assert native_edits({"candidate": "livelier"}) == {"candidate": 1.0}
    with pytest.raises(RoomError, match="'drier', 'as seen', 'livelier'"):
        check_parameter("candidate", wrong)


@pytest.mark.parametrize("wrong", ["1,1,1", [1.0] * 6, [1.0] * 6 + [5.0], 3.0])
def test_band_decay_needs_seven_numbers(wrong: object) -> None:
    with pytest.raises(RoomError, match="band_decay"):
        check_parameter("band_decay", wrong)


def test_edits_leave_out_mix_and_gain() -> None:
    edits = native_edits({"mix": 0.5, "output_db": 1.0, "bypass": True, "decay": 2.0, "band_decay": [1.0] * 7})
    assert edits == {"decay_scale": 2.0, "rt60_band_scale": [1.0] * 7}

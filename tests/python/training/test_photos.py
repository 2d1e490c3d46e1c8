# SPDX-License-Identifier: AGPL-3.0-or-later
"""Weak labels of real photographs."""

from __future__ import annotations

import numpy as np
import pytest

from lumiverb.training import photos
from lumiverb.training.rooms import room_kinds


def photo(scene: str) -> photos.WeakPhoto:
    return photos.WeakPhoto("a.jpg", "a", scene, 0.5, 1.0, scene.startswith("outdoor"), "train", np.zeros((2, 2, 3), np.uint8))


@pytest.mark.parametrize(
    ("scene", "kind"),
    [
        ("outdoor grass", "field"),
        ("outdoor plaza between buildings", "street"),
        ("small chapel, wood/thatch", "wooden_chapel"),
        ("stone chapel rotunda", "church"),
        ("photo studio, furnished living-room set", "living_room"),
        ("large empty concrete warehouse", "garage"),
    ],
)
def test_a_scene_may_be_called_by_kinds_that_exist(scene, kind):
    named = photos.plausible_kinds(photo(scene))
    assert kind in named and set(named) <= set(room_kinds())


def test_an_unknown_scene_has_no_kind():
    assert photos.plausible_kinds(photo("inside of a whale")) == ()


def test_panoramas_of_one_place_stay_in_one_half_and_both_halves_are_filled():
    names = [f"{place}_{n}" for place in ("hall", "shed", "barn", "shop") for n in (1, 2)]
    halves = photos.split_panoramas(dict.fromkeys(names, False), {name: float(n) for n, name in enumerate(names)})
    assert set(halves.values()) == {"train", "eval"}
    assert all(halves[f"{place}_1"] == halves[f"{place}_2"] for place in ("hall", "shed", "barn", "shop"))

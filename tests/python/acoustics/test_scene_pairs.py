# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pairs of places that differ in one thing only."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lumiverb.acoustics.scenes import CHANGES, ScenePair, make_pair, mid_rt60, trace_labels
from lumiverb.acoustics.scenes.geometry import RayCaster

pytest.importorskip("lumiverb._native", reason="the native module is not built")


@pytest.fixture(scope="module", params=CHANGES)
def pair(request: pytest.FixtureRequest) -> ScenePair:
    return make_pair(request.param, 3)


def test_the_change_is_heard_in_its_direction(pair: ScenePair) -> None:
    first, second = (mid_rt60(trace_labels(scene, 1500)) for scene in (pair.first, pair.second))
    assert math.log(second / first) * (1 if pair.change in ("harder", "larger") else -1) > 0.08


def test_nothing_else_differs(pair: ScenePair) -> None:
    a, b = pair.first, pair.second
    assert len(a.materials) == len(b.materials)
    if pair.change in ("softer", "harder"):
        assert a.materials != b.materials and a.camera == b.camera and a.dimensions_m == b.dimensions_m
        assert (a.quads, a.boxes, a.cylinders, a.ellipsoids) == (b.quads, b.boxes, b.cylinders, b.ellipsoids)
    else:
        assert [m.absorption for m in a.materials] == [m.absorption for m in b.materials]
        small, large = (a, b) if pair.change == "larger" else (b, a)
        ratio = 1.7 if pair.change == "larger" else 1 / 0.6
        assert large.dimensions_m[:2] == pytest.approx(ratio * np.array(small.dimensions_m[:2]))
        assert large.volume_m3 == pytest.approx(small.volume_m3 * ratio**2.35)
        assert sorted(c.radius for c in a.cylinders) == sorted(c.radius for c in b.cylinders)
        assert sum(x.half == y.half for x, y in zip(a.boxes, b.boxes, strict=True)) > 0.5 * len(a.boxes)


def test_both_shells_are_closed_and_their_listeners_stand_free(pair: ScenePair) -> None:
    directions = np.random.default_rng(3).normal(size=(1500, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    for scene in (pair.first, pair.second):
        caster = RayCaster(scene)
        for point in (scene.listener, scene.source):
            assert np.isfinite(caster.depth(np.array(point), directions)).all()
            assert caster.clearance(np.array(point)) > 0.05
        assert caster.visible(np.array(scene.listener), np.array(scene.source))


def test_same_seed_same_pair_and_unknown_changes_are_refused(pair: ScenePair) -> None:
    assert make_pair(pair.change, 3) == pair
    with pytest.raises(ValueError, match="warmer"):
        make_pair("warmer", 1)

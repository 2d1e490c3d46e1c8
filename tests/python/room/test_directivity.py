# SPDX-License-Identifier: AGPL-3.0-or-later
"""A talker instead of a source that sends everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from shoebox import shoebox, tracer

SIZE = (8.0, 7.0, 5.0)
WEIGHT = np.array([0.12, 0.20, 0.28, 0.32, 0.38, 0.44, 0.47])


def gain(cosine: float) -> np.ndarray:
    """Energy of ((1 - w) + w cos)^2 over its mean on the sphere."""
    return ((1 - WEIGHT) + WEIGHT * cosine) ** 2 / ((1 - WEIGHT) ** 2 + WEIGHT**2 / 3)


def sound(rays: int = 6000, **more):
    return tracer(shoebox(SIZE, 0.25, 0.6, **more)).sound(rays=rays, image_source_order=1)


@pytest.fixture(scope="module")
def omni():
    return sound()


@pytest.mark.parametrize("cosine", [1, 0, -1])
def test_direct_sound_follows_the_pattern(omni, cosine):
    scene = shoebox(SIZE)
    way = np.subtract(scene["listener"], scene["source"])
    facing = {1: way, 0: [way[1], -way[0], 0.0], -1: -way}[cosine]
    voice = sound(8, source_pattern="voice", source_facing=[float(x) for x in facing])
    np.testing.assert_allclose(voice.direct_energy / omni.direct_energy, gain(cosine), rtol=1e-3)


def test_first_reflections_follow_the_pattern_where_they_leave(omni):
    """A talker who looks at the floor sends the floor's reflection with the gain of its angle of departure."""
    scene = shoebox(SIZE)
    source, listener = np.array(scene["source"]), np.array(scene["listener"])
    image = source * [1, 1, -1]
    expected = np.linalg.norm(image - listener) / 343.0
    departure = (listener - image) / np.linalg.norm(listener - image) * [1, 1, -1]
    voice = sound(8, source_pattern="voice", source_facing=[0.0, 0.0, -1.0])
    plain, shaped = (s.arrivals[np.argmin(np.abs(s.arrivals[:, 0] - expected)), 5:] for s in (omni, voice))
    np.testing.assert_allclose(shaped / plain, gain(-departure[2]), rtol=1e-3)


def test_a_voice_that_faces_the_listener_is_nearer_and_the_room_stays(omni):
    voice = sound(source_pattern="voice")
    np.testing.assert_allclose(voice.drr_db - omni.drr_db, 10 * np.log10(gain(1)), atol=0.9)
    np.testing.assert_allclose(voice.t30_s, omni.t30_s, rtol=0.06)
    away = sound(source_pattern="voice", source_facing=[-1.0, -1.0, 0.0])
    np.testing.assert_allclose(away.energy.sum(1), voice.energy.sum(1), rtol=0.35)


def test_unknown_patterns_are_named():
    with pytest.raises(ValueError, match=r"source_pattern.*trumpet"):
        tracer(shoebox(source_pattern="trumpet"))

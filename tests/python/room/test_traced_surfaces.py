# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every pixel shows: distances, orientation and materials of a box that is known."""

from __future__ import annotations

import numpy as np
import pytest
from shoebox import material, tracer

from lumiverb import _native
from lumiverb.acoustics.scenes import make_scene


def floor_seen_from(position: list[float], target: list[float], fov_deg: float):
    """A floor of absorption .3 under the sky."""
    scene = {
        "materials": [material("floor", absorption=[0.3] * 7)],
        "quads": [{"corner": [-9, -9, 0], "edge_u": [18, 0, 0], "edge_v": [0, 18, 0], "material": 0}],
        "camera": {"position": position, "target": target, "fov_deg": fov_deg},
        "sky": [1, 1, 1],
    }
    return tracer(scene)


def test_a_floor_seen_from_above():
    seen = floor_seen_from([0, 0, 3], [0.001, 0, 0], 90).surfaces(40, 40)
    assert seen.shape == (40, 40, 10) and seen.dtype == np.float32
    centre = seen[19:21, 19:21].reshape(-1, 10)
    assert centre[:, 0] == pytest.approx(np.full(4, 3.0), rel=0.01)
    assert centre[:, 1] == pytest.approx(np.ones(4), abs=0.01) and centre[:, 2] == pytest.approx(np.ones(4))
    corner = seen[0, 0]  # 97.5 % of 45 degrees each way: the diagonal
    assert corner[0] == pytest.approx(3 * np.sqrt(1 + 2 * 0.975**2), rel=0.01)
    assert corner[1] == pytest.approx(1 / np.sqrt(1 + 2 * 0.975**2), rel=0.01)
    assert np.allclose(seen[..., 3:], 0.3)


def test_sky_has_no_distance_and_takes_all_sound():
    seen = floor_seen_from([0, 0, 3], [0, 0, 9], 60).surfaces(8, 8)
    assert np.all(seen[..., :3] == 0) and np.all(seen[..., 3:] == 1)


def test_the_map_lies_on_the_picture():
    """Edges of the map are edges of the picture more often than elsewhere."""
    tracer = _native.RoomTracer(make_scene("living_room", 5).to_json())
    depth = np.log(tracer.surfaces(96, 96)[..., 0] + 0.1)
    grey = tracer.picture(width=96, height=96, samples=4, denoise=True).astype(float).mean(2)
    steps, changes = np.abs(np.diff(depth, axis=1)) > 0.15, np.abs(np.diff(grey, axis=1))
    assert changes[steps].mean() > 3 * changes[~steps].mean()


def test_a_size_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="width and height"):
        _native.RoomTracer(make_scene("bedroom", 1).to_json()).surfaces(0, 8)

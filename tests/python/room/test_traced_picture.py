# SPDX-License-Identifier: AGPL-3.0-or-later
"""RoomTracer.picture and .radiance."""

from __future__ import annotations

import numpy as np
import pytest
from shoebox import furnished, material, reflected_in_y, shoebox, tracer

PATTERNS = [
    "plain",
    "plaster",
    "brick",
    "tiles",
    "planks",
    "carpet",
    "concrete",
    "woodPanel",
    "acousticTile",
    "foam",
    "curtain",
    "books",
    "window",
    "marble",
    "fabric",
    "slats",
    "perforated",
    "grass",
    "foliage",
    "asphalt",
    "sky",
    "poster",
    "screen",
]


def test_furnace_of_white_sky_shows_the_albedo():
    """A ball of albedo 0.6 under a uniform sky of radiance 1 has radiance 0.6 everywhere."""
    scene = {
        "materials": [material("ball", colour=(0.6, 0.3, 0.1))],
        "ellipsoids": [{"centre": [0, 0, 0], "radii": [1, 1, 1]}],
        "camera": {"position": [4, 0, 0], "target": [0, 0, 0], "fov_deg": 15},
        "sky": [1, 1, 1],
    }
    image = tracer(scene).radiance(16, 16, samples=64)
    np.testing.assert_allclose(image.mean(axis=(0, 1)), [0.6, 0.3, 0.1], rtol=1e-3)


def test_furnace_of_shining_walls_reaches_the_sum_of_all_bounces():
    """Inside a closed room whose walls shine with e and reflect a, radiance is e / (1 - a) in every direction."""
    scene = shoebox((5.0, 4.0, 3.0)) | {"materials": [material(colour=(0.5, 0.4, 0.2), emission=[0.25, 0.3, 0.4])]}
    image = tracer(scene).radiance(24, 24, samples=64, max_bounces=16)
    np.testing.assert_allclose(image.mean(axis=(0, 1)), [0.25 / 0.5, 0.3 / 0.6, 0.4 / 0.8], rtol=0.02)


def test_lamp_lights_by_the_inverse_square_law():
    """A small lamp of radiance L and area A at height h: irradiance L A / h^2 below it, radiance albedo / pi of that."""
    scene = {
        "materials": [material("floor", colour=(0.5, 0.5, 0.5)), material("lamp", colour=(0, 0, 0), emission=[100, 100, 100])],
        "quads": [
            {"corner": [-5, -5, 0], "edge_u": [10, 0, 0], "edge_v": [0, 10, 0]},
            {"corner": [-0.05, -0.05, 2], "edge_u": [0.1, 0, 0], "edge_v": [0, 0.1, 0], "material": 1},
        ],
        "camera": {"position": [1.5, 0, 1.5], "target": [0, 0, 0], "fov_deg": 1},
    }
    image = tracer(scene).radiance(8, 8, samples=64)
    assert image.mean() == pytest.approx(0.5 / np.pi * 100 * 0.01 / 4, rel=0.02)


def test_same_seed_same_picture_on_any_number_of_threads():
    room = tracer(furnished())
    for denoise in (False, True):
        a = room.picture(48, 40, samples=4, threads=1, denoise=denoise)
        np.testing.assert_array_equal(a, room.picture(48, 40, samples=4, threads=2, denoise=denoise))
    assert a.dtype == np.uint8 and a.shape == (40, 48, 3)
    assert not np.array_equal(a, room.picture(48, 40, samples=4, seed=2, denoise=True))


def test_mirrored_scene_mirrors_the_picture_exactly():
    scene = furnished()
    a, b = (tracer(s).picture(49, 40, samples=4) for s in (scene, scene | {"mirrored": True}))
    np.testing.assert_array_equal(a, b[:, ::-1])


def test_reflected_geometry_mirrors_the_picture():
    """With the coordinates reflected the random paths differ: equal within their noise."""
    scene = furnished()
    for item in scene["materials"]:
        item["texture"]["pattern"] = "plain"  # textures of boxes start at a corner, which a reflection moves
    a, b = (tracer(s).radiance(32, 32, samples=128) for s in (scene, reflected_in_y(scene)))

    def blocks(image):
        return image.reshape(8, 4, 8, 4, 3).mean(axis=(1, 3, 4))

    a, b = blocks(a), blocks(b[:, ::-1])
    assert np.median(np.abs(a - b) / (a + b)) < 0.03
    assert np.quantile(np.abs(a - b) / (a + b), 0.95) < 0.15


def test_denoiser_lowers_the_noise():
    """Error of the 8-bit picture against one of many samples: far lower, and no darker or brighter."""
    room = tracer(furnished())
    reference, noisy, clean = (
        room.picture(96, 96, samples=n, threads=2, denoise=d).astype(float) for n, d in ((512, False), (16, False), (16, True))
    )
    error = [np.sqrt(np.mean((v - reference) ** 2)) for v in (noisy, clean)]
    assert error[1] < 0.75 * error[0]
    assert abs(np.mean(clean - reference)) < 1.5


def test_mean_light_does_not_depend_on_the_samples():
    room = tracer(furnished())
    reference, noisy = room.radiance(96, 96, samples=256, threads=2), room.radiance(96, 96, samples=16, seed=2)
    assert noisy.clip(0, 2).mean() == pytest.approx(reference.clip(0, 2).mean(), rel=0.02)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_each_pattern_is_visible(pattern):
    """Seen from 2 m each pattern shows structure (or, plain, none) and keeps about its colour."""
    scene = {
        "materials": [material("wall", colour=(0.6, 0.4, 0.2))],
        "quads": [{"corner": [0, -1, -1], "edge_u": [0, 2, 0], "edge_v": [0, 0, 2]}],
        "camera": {"position": [2, 0, 0], "target": [0, 0, 0], "fov_deg": 50},
        "sky": [1, 1, 1],
    }
    scene["materials"][0]["texture"] |= {"pattern": pattern, "colour2": [0.5, 0.3, 0.15], "size_m": [0.5, 0.3], "seed": 4}
    image = tracer(scene).radiance(64, 64, samples=16).mean(axis=2)
    contrast = image.std() / image.mean()
    assert contrast < 0.001 if pattern == "plain" else contrast > 0.01
    assert 0.01 < image.mean() < 0.8


def test_exposure_and_white_balance():
    room = tracer(furnished())
    plain = room.picture(32, 32, samples=4).mean(axis=(0, 1))
    assert room.picture(32, 32, samples=4, exposure_ev=1.0).mean() > plain.mean() + 10
    warm = room.picture(32, 32, samples=4, white_balance=(1.3, 1.0, 0.7)).mean(axis=(0, 1))
    assert warm[0] > plain[0] and warm[2] < plain[2]
    dark = furnished()
    for m in dark["materials"]:
        m["emission"] = [e * 0.01 for e in m.get("emission", [0, 0, 0])]
    np.testing.assert_allclose(tracer(dark).picture(32, 32, samples=4).mean(), plain.mean(), atol=4)  # automatic exposure


def test_scene_without_light_or_surfaces_is_black():
    assert not tracer({}).picture(8, 8, samples=1).any()
    assert not tracer(shoebox()).picture(8, 8, samples=1).any()


@pytest.mark.parametrize("wrong", [{"width": 0}, {"samples": 0}, {"max_bounces": -1}, {"threads": 0}, {"white_balance": (1, 0, 1)}])
def test_bad_requests_are_named(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        tracer(shoebox()).picture(**{"width": 8, "height": 8, **wrong})

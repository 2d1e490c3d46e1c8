# SPDX-License-Identifier: AGPL-3.0-or-later
"""What scenes look like: palettes kept for tests, cameras, open roofs, sunlight, wear."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lumiverb.acoustics.scenes import KINDS, Scene, make_scene
from lumiverb.acoustics.scenes.builder import Builder, Room
from lumiverb.acoustics.scenes.camera import draw_habit
from lumiverb.acoustics.scenes.geometry import RayCaster
from lumiverb.acoustics.scenes.materials import PALETTES, UNSEEN_PALETTES, UNSEEN_PATTERNS
from lumiverb.acoustics.scenes.openings import light, open_door
from lumiverb.acoustics.scenes.scene import Camera, Material, Quad, Texture

native = pytest.importorskip("lumiverb._native", reason="the native module is not built")

RESERVED = {pattern for pattern, _ in UNSEEN_PATTERNS.values()}


def patterns(scenes: list[Scene]) -> set[str]:
    return {m.texture.pattern for scene in scenes for m in scene.materials}


def test_reserved_patterns_and_colours_are_never_in_usual_scenes() -> None:
    usual = [make_scene(kind, seed) for kind in ("living_room", "bathroom", "office") for seed in (1, 2, 3)]
    unseen = [make_scene(kind, seed, palette="unseen") for kind in ("living_room", "bathroom", "office") for seed in (1, 2, 3)]
    assert not patterns(usual) & RESERVED
    assert patterns(unseen) >= RESERVED
    for name, codes in UNSEEN_PALETTES.items():
        assert not {code[0] for code in codes} & {code[0] for code in PALETTES[name]}, name
    with pytest.raises(ValueError, match="neon"):
        make_scene("office", 1, palette="neon")


def test_cameras_range_from_film_frames_to_ultrawide() -> None:
    builders = [Builder("office", seed) for seed in range(60)]
    views = [b.u(*draw_habit(b).fov_deg) for b in builders]
    assert min(views) < 48 and max(views) > 104 and 50 < np.median(views) < 90
    assert 28 <= make_scene("closet", 1).camera.fov_deg <= 118


def test_an_open_roof_closes_the_shell() -> None:
    b = Builder("office", 1)
    m = b.mat("plaster")
    Room(b, 5, 4, 2.5, [m] * 4, m, m, ridge=1.2).finish()
    assert b.shell_gap < 1e-9
    scene = b.scene()
    assert scene.volume_m3 == pytest.approx(5 * 4 * 2.5 + 5 * 4 * 1.2 / 2)
    assert scene.dimensions_m[2] == pytest.approx(3.7)


def test_an_open_door_joins_two_spaces() -> None:
    for seed in range(6):
        b = Builder("office", seed)
        m = b.mat("plaster")
        room = Room(b, 5, 4, 2.6, [m] * 4, m, m)
        assert open_door(room, light(b))
        room.finish()
        scene = b.scene()
        assert b.shell_gap < 1e-9
        assert 1.04 * 52 < scene.volume_m3 < 1.7 * 52 and scene.dimensions_m == pytest.approx((5, 4, 2.6))
        directions = np.random.default_rng(1).normal(size=(2000, 3))
        depth = RayCaster(scene).depth(np.array([2.5, 2.0, 1.3]), directions / np.linalg.norm(directions, axis=1, keepdims=True))
        assert np.isfinite(depth).all()
        beyond = (2.5 + 0.2) * np.abs(directions / np.linalg.norm(directions, axis=1, keepdims=True)).max(axis=1) ** -1
        assert (depth > beyond).any()  # some rays go through the door


def hall_with_window() -> Scene:
    """A grey box whose wall at x = 0 has a pane (no frame in the middle), seen from above the floor."""
    grey = Material("wall", Texture("plain", (0.5, 0.5, 0.5)))
    pane = Material("window", Texture("window", size_m=(2.0, 2.0)), emission=(0.5, 0.5, 0.5))
    x, y, z = (4.0, 0.0, 0.0), (0.0, 4.0, 0.0), (0.0, 0.0, 3.0)
    walls = [Quad((0, 0, 0), x, y), Quad(z, y, x), Quad(x, y, z), Quad((0, 0, 0), z, x), Quad(y, x, z)]
    west = [Quad((0, 0, 0), (0, 1, 0), z), Quad((0, 3, 0), (0, 1, 0), z), Quad((0, 1, 0), (0, 2, 0), (0, 0, 0.5)), Quad((0, 1, 2.5), (0, 2, 0), (0, 0, 0.5))]  # fmt: skip
    window = Quad((0, 1, 0.5), (0, 2, 0), (0, 0, 2), 1)
    return Scene(
        materials=(grey, pane), quads=(*walls, *west, window), sun=(8.0, 8.0, 8.0), sun_direction=(-1.0, 0.0, 0.8),
        camera=Camera((2.0, 2.0, 2.8), (2.0, 2.001, 0.0), 90), volume_m3=48.0, surface_m2=80.0, dimensions_m=(4.0, 4.0, 3.0),
    )  # fmt: skip


def test_the_sun_shines_through_panes_and_not_through_walls() -> None:
    def radiance(scene: Scene) -> np.ndarray:
        return native.RoomTracer(scene.to_json()).radiance(32, 32, samples=16).mean(2)

    sunny = radiance(hall_with_window())
    dull = radiance(replace(hall_with_window(), sun_direction=(1.0, 0.0, 0.8)))  # the other side has no window
    patch = (sunny - dull) > 0.3
    assert 0.05 < patch.mean() < 0.6
    assert np.median((sunny - dull)[~patch]) < 0.2


def test_wear_darkens_unevenly() -> None:
    def floor(wear: float) -> np.ndarray:
        scene = hall_with_window()
        worn = replace(scene.materials[0], texture=Texture("plain", (0.5, 0.5, 0.5), seed=3, wear=wear))
        return native.RoomTracer(replace(scene, materials=(worn, scene.materials[1]), sun=(0.0, 0.0, 0.0)).to_json()).radiance(
            32, 32, samples=16
        )

    clean, worn = floor(0.0), floor(1.0)
    assert worn.mean() < 0.9 * clean.mean()
    assert (worn / clean).std() > 1.3 * (floor(0.05) / clean).std()


def test_lower_contrast_lifts_the_shadows() -> None:
    tracer = native.RoomTracer(make_scene("garage", 3).to_json())
    flat, steep = (tracer.picture(48, 48, samples=4, contrast=c).astype(float) for c in (0.6, 1.0))
    assert np.percentile(flat, 5) > np.percentile(steep, 5) + 10
    with pytest.raises(ValueError, match="contrast"):
        tracer.picture(contrast=0.0)


def test_every_kind_can_be_made_in_both_palettes() -> None:
    for kind in list(KINDS)[::6]:
        assert make_scene(kind, 5, palette="unseen").to_json() != make_scene(kind, 5).to_json()

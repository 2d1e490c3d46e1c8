# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every kind of place: valid, closed, repeatable, seen and heard from free air."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lumiverb.acoustics.scenes import KINDS, Scene, make_scene, mirrored
from lumiverb.acoustics.scenes.builder import Builder
from lumiverb.acoustics.scenes.camera import view_directions
from lumiverb.acoustics.scenes.geometry import RayCaster
from lumiverb.acoustics.scenes.scene import PATTERNS, Box, Cylinder, Ellipsoid, Quad, Triangle
from lumiverb.acoustics.scenes.shells import triangulate, vault

SEEDS = (0, 1, 2, 3)
INDOORS = [name for name, kind in KINDS.items() if not kind.outdoor]


@pytest.fixture(scope="module")
def scenes() -> dict[tuple[str, int], Scene]:
    return {(kind, seed): make_scene(kind, seed) for kind in KINDS for seed in SEEDS}


def _sphere(count: int, seed: int = 5) -> np.ndarray:
    d = np.random.default_rng(seed).normal(size=(count, 3))
    return d / np.linalg.norm(d, axis=1, keepdims=True)


@pytest.mark.parametrize("kind", KINDS)
def test_scene_is_valid(scenes: dict, kind: str) -> None:
    for seed in SEEDS:
        scene = scenes[kind, seed]
        assert scene.kind == kind and scene.seed == seed
        assert 10 <= scene.primitive_count <= (5000 if scene.outdoor else 3000)
        assert len({m.name for m in scene.materials}) >= 3
        for part in (scene.quads, scene.boxes, scene.cylinders, scene.ellipsoids, scene.triangles):
            assert all(0 <= p.material < len(scene.materials) for p in part)
        for m in scene.materials:
            assert m.texture.pattern in PATTERNS
            assert all(0.0 < a <= 1.0 for a in m.absorption) and all(0.0 <= s <= 0.9 for s in m.scattering)
            assert all(0.0 <= c <= 0.9 for c in m.texture.colour) and min(m.texture.size_m) > 0
        assert all(min(b.half) > 0 for b in scene.boxes)
        assert all(c.radius > 0 and c.height > 0 for c in scene.cylinders)
        assert np.isfinite(np.array([*scene.camera.position, *scene.camera.target, *scene.source])).all()
        assert 28 <= scene.camera.fov_deg <= 118


@pytest.mark.parametrize("kind", KINDS)
def test_same_seed_same_json_and_back(scenes: dict, kind: str) -> None:
    scene = scenes[kind, 1]
    text = scene.to_json()
    assert make_scene(kind, 1).to_json() == text
    assert make_scene(kind, 2).to_json() != text
    assert Scene.from_json(text).to_json() == text


@pytest.mark.parametrize("kind", INDOORS)
def test_shell_is_closed(scenes: dict, kind: str) -> None:
    for seed in SEEDS:
        scene = scenes[kind, seed]
        caster = RayCaster(scene)
        for point in (scene.listener, scene.source):
            depth = caster.depth(np.array(point), _sphere(1500))
            assert np.isfinite(depth).all(), f"{kind} {seed}: {np.isinf(depth).sum()} of 1500 rays leave the room"


@pytest.mark.parametrize("kind", KINDS)
def test_source_and_listener_stand_in_free_air_and_sight(scenes: dict, kind: str) -> None:
    for seed in SEEDS:
        scene = scenes[kind, seed]
        caster = RayCaster(scene)
        source, listener = np.array(scene.source), np.array(scene.listener)
        assert scene.listener == scene.camera.position
        assert caster.clearance(listener) > 0.05 and caster.clearance(source) > 0.05
        assert 0.1 < np.linalg.norm(source - listener) <= 4.6
        assert caster.visible(listener, source)
        forward = np.array(scene.camera.target) - listener
        cosine = float((source - listener) @ forward / np.linalg.norm(source - listener) / np.linalg.norm(forward))
        assert cosine > np.cos(np.radians(60))


@pytest.mark.parametrize("kind", KINDS)
def test_camera_sees_the_place_and_not_a_wall(scenes: dict, kind: str) -> None:
    for seed in SEEDS:
        scene = scenes[kind, seed]
        depth = RayCaster(scene).depth(np.array(scene.listener), view_directions(scene.camera, 8))
        nearest = {"car": 0.35, "closet": 0.4, "studio": 0.5, "bathroom": 0.5}.get(kind, 0.7)
        assert np.median(depth) > nearest, f"{kind} {seed}: the middle of the picture is {np.median(depth):.2f} m away"


@pytest.mark.parametrize("kind", INDOORS)
def test_volume_by_rays(scenes: dict, kind: str) -> None:
    """The stated volume is that of the shell: V = mean of depth^3 / 3 over the sphere, furniture taken away."""
    scene = scenes[kind, 0]
    shell = Scene(quads=scene.quads, triangles=scene.triangles)
    caster = RayCaster(shell)
    low, high = np.array(scene.dimensions_m) * 0, np.array(scene.dimensions_m)
    assert (high > low).all() and scene.volume_m3 <= np.prod(scene.dimensions_m) * 1.7  # window recesses, a hall behind an open door
    # Count points of a grid that see the shell from inside: every ray from them ends on it.
    points = np.random.default_rng(3).uniform(-0.5, 0.5 + high, size=(700, 3))
    up = np.array([[0.11, 0.07, 0.99], [-0.6, 0.3, -0.74], [0.8, -0.55, 0.2]])
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    inside = np.array([np.isfinite(caster.depth(p, up)).all() and np.isfinite(caster.depth(p, -up)).all() for p in points])
    estimate = inside.mean() * np.prod(high + 1.0)
    assert abs(estimate - scene.volume_m3) < 0.2 * scene.volume_m3 + 0.5


def test_mirrored_twice_is_the_same() -> None:
    scene = make_scene("living_room", 2)
    assert mirrored(scene) != scene and mirrored(mirrored(scene)) == scene


def test_seeds_differ_in_what_matters() -> None:
    rooms = [make_scene("living_room", seed) for seed in range(12)]
    assert len({m.name for r in rooms for m in r.materials}) > 25
    assert max(r.volume_m3 for r in rooms) > 1.5 * min(r.volume_m3 for r in rooms)
    assert len({len(r.boxes) for r in rooms}) > 5
    assert np.std([r.camera.fov_deg for r in rooms]) > 5


def test_unknown_kind_is_named() -> None:
    with pytest.raises(ValueError, match="'cave' is unknown; choose one of living_room"):
        make_scene("cave", 1)


def test_from_json_names_the_unknown_key() -> None:
    data = json.loads(make_scene("closet", 0).to_json())
    data["boxes"][3]["colour"] = 1
    with pytest.raises(ValueError, match=r"scene.boxes\[3\]: unknown key 'colour'"):
        Scene.from_json(json.dumps(data))


def test_ray_caster_against_literal_distances() -> None:
    scene = Scene(
        quads=(Quad((5, -1, -1), (0, 2, 0), (0, 0, 2)),),
        boxes=(Box((0, 4, 0), (1, 1, 1), 45.0),),
        cylinders=(Cylinder((-3, 0, -1), 0.5, 2.0),),
        ellipsoids=(Ellipsoid((0, -4, 0), (1, 2, 1)),),
        triangles=(Triangle((-1, -1, 3), (2, -1, 3), (-1, 2, 3)),),
    )
    caster = RayCaster(scene)
    axes = np.array([[1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], float)
    expected = [5.0, 4.0 - 2**0.5, 2.5, 2.0, 3.0, np.inf]
    np.testing.assert_allclose(caster.depth(np.zeros(3), axes), expected, atol=1e-9)
    assert caster.clearance(np.array([-2.0, 0.0, 0.0])) == pytest.approx(0.5)
    assert caster.clearance(np.array([0.0, 4.0, 0.5])) == pytest.approx(-0.5)


def test_triangulation_keeps_the_area() -> None:
    polygon = [(0, 0), (9, 0), (9, 3), (7, 3), *vault(2, 7, 6, 9, "pointed"), (2, 3), (0, 3)]
    area = 0.5 * sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(polygon, polygon[1:] + polygon[:1], strict=True))
    parts = [[polygon[i] for i in t] for t in triangulate(polygon)]
    pieces = [0.5 * ((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])) for p, q, r in parts]
    assert min(pieces) >= 0 and sum(pieces) == pytest.approx(area)


def test_absorption_stays_near_the_table() -> None:
    """What no picture shows stays small: about 10-15 % from the table."""
    from lumiverb.acoustics.scenes.materials import MATERIALS

    ratios = []
    for seed in range(60):
        b = Builder("office", seed)
        m = b.materials[b.mat("acoustic_tile")]
        ratios.append(np.log(np.array(m.absorption) / np.array(MATERIALS["acoustic_tile"].absorption)))
    spread = np.std(np.array(ratios)[:, 1])
    assert 0.05 < spread < 0.16

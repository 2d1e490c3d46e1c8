# SPDX-License-Identifier: AGPL-3.0-or-later
"""RoomTracer.sound against theory, against pyroomacoustics and against itself."""

from __future__ import annotations

import json

import numpy as np
import pytest
from lumiverb._native import RoomTracer, analyse_decay
from shoebox import AIR, SPEED_OF_SOUND, furnished, material, reflected_in_y, shoebox, tracer, walls

SIZES = [(4.0, 4.0, 4.0), (5.0, 4.0, 3.0), (12.0, 9.0, 6.0), (1.3, 1.0, 1.1), (30.0, 20.0, 12.0)]


def eyring_s(size, absorption):
    """Reverberation time after Eyring with air absorption, seconds, shape (7,)."""
    length, width, height = size
    volume, surface = length * width * height, 2 * (length * width + length * height + width * height)
    return 24 * np.log(10) / SPEED_OF_SOUND * volume / (-surface * np.log(1 - absorption) + 4 * AIR * volume)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("absorption", [0.04, 0.1])
def test_empty_diffuse_box_agrees_with_eyring(size, absorption):
    sound = tracer(shoebox(size, absorption, 1.0)).sound(rays=1600)
    np.testing.assert_allclose(sound.t30_s, eyring_s(size, absorption), rtol=0.03)


def free_path_variance(size, flights=20000) -> float:
    """Relative variance of the free paths between diffuse reflections in a box, by a simulation of its own."""
    rng = np.random.default_rng(5)
    size = np.asarray(size)
    position, axis, side = size * rng.random(3), 0, 0
    position[0] = 0.0
    paths = []
    for _ in range(flights):
        a, b = rng.random(2)
        direction = np.empty(3)
        direction[axis] = np.sqrt(1 - a) * (1 if side == 0 else -1)
        direction[(axis + 1) % 3], direction[(axis + 2) % 3] = np.sqrt(a) * np.cos(2 * np.pi * b), np.sqrt(a) * np.sin(2 * np.pi * b)
        with np.errstate(divide="ignore"):
            times = np.where(direction > 0, (size - position) / direction, -position / direction)
        times[axis] = size[axis] / abs(direction[axis])
        axis = int(np.argmin(times))
        side = int(direction[axis] > 0)
        position = np.clip(position + direction * times[axis], 0, size)
        position[axis] = size[axis] if side else 0.0
        paths.append(times[axis])
    return float(np.var(paths) / np.mean(paths) ** 2)


def test_strong_absorption_agrees_with_kuttruff():
    """Eyring takes all free paths as equal; at 30 % absorption their spread (Kuttruff's correction) lengthens the decay by 6 %."""
    size, absorption = (5.0, 4.0, 3.0), 0.3
    low_bands = slice(0, 4)
    expected = eyring_s(size, absorption) / (1 + 0.5 * free_path_variance(size) * np.log(1 - absorption))
    sound = tracer(shoebox(size, absorption, 1.0)).sound(rays=4000)
    np.testing.assert_allclose(sound.t30_s[low_bands], expected[low_bands], rtol=0.02)


def test_level_of_the_reverberation_agrees_with_diffuse_field_theory():
    """Steady state of a 1 W source: energy density x c = 4 (1 - a) / A, A with Eyring's exponent and air."""
    size, absorption = (5.0, 4.0, 3.0), 0.05
    volume, surface = 60.0, 94.0
    sound = tracer(shoebox(size, absorption, 1.0)).sound(rays=4000)
    expected = 4 * (1 - absorption / 2) / (-np.log(1 - absorption) * surface + 4 * AIR * volume)
    np.testing.assert_allclose(10 * np.log10(sound.energy.sum(axis=1) / expected)[:6], 0, atol=0.3)


@pytest.mark.parametrize("size", [(5.0, 4.0, 3.0), (11.0, 7.0, 4.5)])
def test_early_reflections_agree_with_pyroomacoustics(size):
    pra = pytest.importorskip("pyroomacoustics")
    absorption = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4]
    scene = shoebox(size) | {"materials": [material(str(a), a) for a in absorption]}
    order = ["floor", "ceiling", "west", "east", "south", "north"]
    scene["quads"] = walls(size, range(6))
    room = pra.ShoeBox(
        size, fs=48000, materials={w: pra.Material(a) for w, a in zip(order, absorption, strict=True)}, max_order=3, air_absorption=False
    )
    room.set_sound_speed(SPEED_OF_SOUND)
    room.add_source(scene["source"])
    room.add_microphone(scene["listener"])
    room.image_source_model()
    theirs = room.sources[0]
    distance = np.linalg.norm(theirs.images - np.array(scene["listener"])[:, None], axis=0)
    energy = theirs.damping[0] ** 2 / (4 * np.pi * distance**2)
    by_time = np.argsort(distance)

    arrivals = tracer(scene).sound(rays=16, image_source_order=3).arrivals
    assert len(arrivals) == len(distance) == 63
    np.testing.assert_allclose(arrivals[:, 0], distance[by_time] / SPEED_OF_SOUND, atol=1 / 48000)
    without_air = arrivals[:, 5 + 3] * np.exp(AIR[3] * arrivals[:, 0] * SPEED_OF_SOUND)
    np.testing.assert_allclose(10 * np.log10(without_air), 10 * np.log10(energy[by_time]), atol=0.1)


def test_arrivals_stand_in_the_impulse_response_at_their_time():
    sound = tracer(shoebox((5.0, 4.0, 3.0), 0.3, 0.0)).sound(rays=64)
    for rate in (44100.0, 48000.0, 96000.0):
        rir = np.abs(sound.rir("mono", rate)[0])
        direct = sound.arrivals[0, 0] * rate
        assert abs(int(np.argmax(rir)) - direct) <= 1
        distance = direct / rate * SPEED_OF_SOUND
        pulse = rir[round(direct) - 16 : round(direct) + 17]
        assert np.sqrt((pulse**2).sum()) == pytest.approx(1 / distance, rel=0.12)  # air and interpolation take some treble


def test_image_sources_and_rays_agree_on_specular_energy():
    """Without image sources the rays must find the same reflections; with them no path may count twice."""
    room = tracer(furnished())
    totals = [room.sound(rays=10000, image_source_order=order).energy.sum(axis=1) for order in (0, 1, 3)]
    for total in totals[1:]:
        np.testing.assert_allclose(10 * np.log10(total / totals[0]), 0, atol=0.3)


def test_source_and_listener_can_change_places():
    there = furnished()
    back = there | {"source": there["listener"], "listener": there["source"]}
    a, b = (tracer(scene).sound(rays=10000) for scene in (there, back))
    np.testing.assert_allclose(a.direct_energy, b.direct_energy, rtol=1e-5)
    np.testing.assert_allclose(10 * np.log10(a.energy.sum(axis=1) / b.energy.sum(axis=1)), 0, atol=0.3)
    np.testing.assert_allclose(a.t30_s, b.t30_s, rtol=0.06)
    np.testing.assert_allclose(np.sort(a.arrivals[:, 0]), np.sort(b.arrivals[:, 0]), atol=2e-6)


def test_mirrored_scene_mirrors_the_sound_exactly():
    scene = furnished()
    a, b = tracer(scene).sound(rays=800), tracer(scene | {"mirrored": True}).sound(rays=800)
    np.testing.assert_array_equal(a.energy, b.energy)
    np.testing.assert_array_equal(a.arrivals[:, 3], -b.arrivals[:, 3])
    np.testing.assert_array_equal(a.direction[..., 1], -b.direction[..., 1])
    for layout in ("stereo", "binaural"):
        np.testing.assert_array_equal(a.rir(layout), b.rir(layout)[::-1])
    foa, turned = a.rir("foa"), b.rir("foa")
    np.testing.assert_array_equal(foa[[0, 2, 3]], turned[[0, 2, 3]])
    np.testing.assert_array_equal(foa[1], -turned[1])


def test_reflected_geometry_mirrors_the_sound():
    """The same with the coordinates themselves reflected: image sources exactly, rays within their noise."""
    scene = furnished()
    a, b = tracer(scene).sound(rays=8000), tracer(reflected_in_y(scene)).sound(rays=8000)
    assert len(a.arrivals) == len(b.arrivals)
    np.testing.assert_allclose(a.arrivals[:, 0], b.arrivals[:, 0], rtol=1e-5)
    np.testing.assert_allclose(a.arrivals[:, 3], -b.arrivals[:, 3], atol=1e-4)
    np.testing.assert_allclose(a.arrivals[:, 5:], b.arrivals[:, 5:], rtol=1e-3)
    np.testing.assert_allclose(a.t30_s, b.t30_s, rtol=0.06)
    sideways = [s.direction[:, 3, 1].sum() / s.direction[:, 3, 0].sum() for s in (a, b)]
    assert sideways[0] == pytest.approx(-sideways[1], abs=0.03)


def test_result_does_not_depend_on_threads():
    room = tracer(furnished())
    a, b = room.sound(rays=800, threads=1), room.sound(rays=800, threads=2)
    np.testing.assert_array_equal(a.energy, b.energy)
    np.testing.assert_array_equal(a.direction, b.direction)
    np.testing.assert_array_equal(a.energy, room.sound(rays=800, threads=1).energy)
    assert not np.array_equal(a.energy, room.sound(rays=800, seed=2).energy)


def test_no_sound_passes_a_closed_wall():
    """The listener stands 10 cm behind a thin wall: nothing arrives, neither direct nor through the receiver."""
    size = (6.0, 4.0, 3.0)
    scene = shoebox(size, 0.05, 0.5)
    scene["quads"].append({"corner": [3, 0, 0], "edge_u": [0, 4, 0], "edge_v": [0, 0, 3], "material": 0})
    scene |= {"source": [2.0, 2.1, 1.4], "listener": [3.1, 1.9, 1.6]}
    sound = tracer(scene).sound(rays=1600)
    assert not sound.direct_energy.any()
    without_wall = tracer(scene | {"quads": scene["quads"][:-1]}).sound(rays=1600)
    assert (sound.energy.sum(axis=1) < 1e-7 * without_wall.energy.sum(axis=1)).all()  # rounding where surfaces meet


def test_listener_in_a_corner_gets_the_level_of_the_room():
    """A receiver that reached through the walls would lose energy here; next to a hard corner it is rather a little more."""
    corner = shoebox((5.0, 4.0, 3.0), 0.1, 0.4) | {"listener": [4.85, 3.85, 0.15]}
    middle = shoebox((5.0, 4.0, 3.0), 0.1, 0.4)
    levels = [10 * np.log10(tracer(s).sound(rays=8000, image_source_order=0).energy[3].sum()) for s in (corner, middle)]
    assert -1.0 < levels[0] - levels[1] < 3.0


def test_hidden_source_has_no_direct_sound():
    scene = shoebox((5.0, 4.0, 3.0), 0.2, 0.3)
    scene["boxes"] = [{"centre": [2.5, 2.0, 1.5], "half": [0.1, 1.5, 1.4], "material": 0}]
    sound = tracer(scene).sound(rays=1600)
    assert not sound.direct_energy.any()
    assert np.isnan(sound.drr_db).all()
    assert np.isfinite(sound.t30_s).all()
    assert sound.arrivals[0, 1] > 0


def test_outdoors_has_no_reverberation_but_works():
    lawn = {
        "materials": [material("grass", [0.1, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8], 0.5)],
        "quads": [{"corner": [-50, -50, 0], "edge_u": [100, 0, 0], "edge_v": [0, 100, 0]}],
        "camera": {"position": [0, 0, 1.6], "target": [5, 0, 1.6]},
        "source": [3, 0, 1.5],
        "listener": [0, 0, 1.5],
        "sky": [1, 1, 1],
    }
    sound = tracer(lawn).sound(rays=1600)
    assert (sound.drr_db > 2).all()
    assert sound.arrivals[1, 1] == 1
    for rir in (sound.rir("mono"), sound.rir("binaural")):
        assert np.isfinite(rir).all() and rir.any()
    nothing = tracer({"source": [1, 0, 0], "listener": [0, 0, 0]}).sound(rays=16)
    assert np.isnan(nothing.t30_s).all()
    assert nothing.direct_energy[0] == pytest.approx(np.exp(-AIR[0]) / (4 * np.pi))


def test_tiny_dead_room_has_a_decay_time():
    """A wardrobe full of clothes: 30 dB fall within a few free paths, yet each band has its value."""
    sound = tracer(shoebox((1.1, 0.7, 2.0), 0.6, 0.5)).sound(rays=1600)
    assert sound.bin_width_s < 0.0004
    assert np.isfinite(sound.t30_s).all()
    assert ((sound.t30_s > 0.01) & (sound.t30_s < 0.08)).all()


def test_scattering_may_differ_between_bands():
    """Each band decays as if all bands had its scattering: guided rays do not mix them up."""
    scattering = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9]
    size = (8.0, 3.0, 2.5)
    mixed = shoebox(size)
    mixed["materials"] = [material("hard", 0.05, scattering), material("soft", 0.6, scattering)]
    mixed["quads"] = walls(size, (1, 1, 0, 0, 0, 0))
    together = tracer(mixed).sound(rays=8000, image_source_order=0)
    for band in (1, 4):
        alone = json.loads(json.dumps(mixed))
        for m in alone["materials"]:
            m["scattering"] = [scattering[band]] * 7
        single = tracer(alone).sound(rays=8000, image_source_order=0)
        assert together.t30_s[band] == pytest.approx(single.t30_s[band], rel=0.1)
        assert 10 * np.log10(together.energy[band].sum() / single.energy[band].sum()) == pytest.approx(0, abs=0.4)


def test_rays_are_added_until_the_halves_agree():
    room = tracer(furnished())
    quick, careful = room.sound(rays=400), room.sound(rays=400, target_error=0.01, max_rays=20000)
    assert quick.rays_traced == 400
    assert 400 < careful.rays_traced <= 20000
    assert np.median(careful.t30_error) < max(0.01, np.median(quick.t30_error))


def test_impulse_response_has_the_traced_decay_and_level():
    size = (9.0, 7.0, 4.0)
    sound = tracer(shoebox(size, [0.05, 0.06, 0.08, 0.1, 0.12, 0.14, 0.16], 0.4)).sound(rays=8000)
    rir = sound.rir("mono", 48000.0)
    measured = analyse_decay(rir[0], 48000.0)
    for band in range(1, 6):
        assert measured[band]["t30_s"] == pytest.approx(sound.t30_s[band], rel=0.08)
    # White pulses spread their energy over all frequencies: below 0.5 dB from the mean of the bands by bandwidth.
    bandwidth = np.array([125, 250, 500, 1000, 2000, 4000, 8000]) / np.sqrt(2)
    bandwidth[-1] = 24000 - 8000 / np.sqrt(2)
    energy = sound.energy.sum(axis=1) + sound.direct_energy
    expected = 4 * np.pi * np.sum(energy * bandwidth) / np.sum(bandwidth)
    assert 10 * np.log10((rir**2).sum() / expected) == pytest.approx(0, abs=0.7)


@pytest.mark.parametrize(("layout", "outputs"), [("mono", 1), ("stereo", 2), ("binaural", 2), ("foa", 4), ("5.1", 6)])
def test_layouts(layout, outputs):
    sound = tracer(furnished()).sound(rays=400)
    rir = sound.rir(layout, 44100.0, seed=3)
    assert rir.dtype == np.float32 and rir.shape[0] == outputs
    np.testing.assert_array_equal(rir, sound.rir(layout, 44100.0, seed=3))
    assert not np.array_equal(rir, sound.rir(layout, 44100.0, seed=4))


def test_direct_sound_comes_from_the_source_as_the_camera_sees_it():
    """The camera looks along +y, the source stands ahead and to the right (+x): azimuth negative, left ear quieter."""
    scene = shoebox((6.0, 8.0, 3.0), 0.5, 0.2) | {
        "camera": {"position": [2, 1, 1.5], "target": [2, 7, 1.5]},
        "listener": [2.1, 2.0, 1.5],
        "source": [4.1, 4.0, 1.5],
    }
    sound = tracer(scene).sound(rays=400)
    np.testing.assert_allclose(sound.arrivals[0, 2:5], [np.sqrt(0.5), -np.sqrt(0.5), 0], atol=1e-3)
    left, right = (sound.rir("binaural")[:, : round((sound.direct_time_s + 0.002) * 48000)] ** 2).sum(axis=1)
    assert right > 1.5 * left


def test_bad_requests_are_named():
    sound = tracer(shoebox()).sound(rays=16)
    with pytest.raises(ValueError, match="two inputs"):
        sound.rir("true_stereo")
    with pytest.raises(ValueError, match="sample_rate"):
        sound.rir("mono", 4000.0)
    with pytest.raises(ValueError, match="rays"):
        tracer(shoebox()).sound(rays=0)
    with pytest.raises(ValueError, match="not JSON"):
        RoomTracer("{")

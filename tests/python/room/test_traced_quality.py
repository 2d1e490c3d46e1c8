# SPDX-License-Identifier: AGPL-3.0-or-later
"""Quality "traced": what a description asks for is what the traced response gives, on the levels of the quick synthesis."""

from __future__ import annotations

import json

import numpy as np
import pytest

native = pytest.importorskip("lumiverb._native", reason="the native module is not built")

from lumiverb import RoomDescription  # noqa: E402

RATE = 48000.0
ROOMS = {
    "living room": {"rt60_s": (0.6, 0.55, 0.5, 0.45, 0.45, 0.4, 0.35), "dimensions_m": (5, 4, 2.5), "drr_db": 3.0, "distance": 2.0},
    "hall": {"rt60_s": (2.4, 2.2, 2.0, 1.9, 1.7, 1.3, 0.9), "dimensions_m": (30, 20, 12), "drr_db": -6.0, "distance": 8.0},
    "church": {"rt60_s": (6, 5.5, 5, 4.5, 3.6, 2.4, 1.3), "dimensions_m": (40, 18, 16), "drr_db": -8.0, "distance": 8.0},
}


def room_json(rt60_s, dimensions_m, drr_db: float, distance: float) -> str:
    volume = float(np.prod(dimensions_m))
    room = RoomDescription(
        rt60_s=list(rt60_s), drr_db=[drr_db] * 7, volume_m3=volume, dimensions_m=list(dimensions_m), absorption=[0.2] * 7,
        clarity_c50_db=0.0, source_distance_m=distance,
    )  # fmt: skip
    return room.to_json()


LIVING, HALL = room_json(**ROOMS["living room"]), room_json(**ROOMS["hall"])


def measured(path: np.ndarray, name: str) -> np.ndarray:
    bands = native.analyse_decay(np.ascontiguousarray(path), RATE)[:7]
    return np.array([np.nan if band[name] is None else band[name] for band in bands])


@pytest.mark.parametrize("name", ROOMS)
def test_decay_and_direct_to_reverberant_ratio_are_those_asked_for(name: str) -> None:
    wish = ROOMS[name]
    path = native.traced_rir(room_json(**wish), layout="mono", rays=4000)[0, 0]
    assert measured(path, "t30_s")[1:6] / wish["rt60_s"][1:6] == pytest.approx(np.ones(5), abs=0.12)
    assert measured(path, "t30_s")[6] / wish["rt60_s"][6] == pytest.approx(1, abs=0.25)  # 4 kHz rings on in the filter's skirt
    assert measured(path, "t30_s")[2:4] / wish["rt60_s"][2:4] == pytest.approx(np.ones(2), abs=0.06)
    assert measured(path, "drr_db") == pytest.approx(np.full(7, wish["drr_db"]), abs=0.6)


@pytest.mark.parametrize("layout", ["mono", "stereo", "binaural", "true_stereo"])
def test_switching_quality_does_not_jump(layout: str) -> None:
    """Same length, same direct sound at sample 0, same loudness as the quick synthesis."""
    for normalise in (True, False) if layout == "mono" else (True,):
        traced = native.traced_rir(LIVING, layout=layout, rays=1500, normalise_loudness=normalise)
        quick = native.synthesise_rir(LIVING, layout=layout, normalise_loudness=normalise)
        assert traced.shape == quick.shape
        energies = (traced**2).sum(), (quick**2).sum()
        assert 10 * np.log10(energies[0] / energies[1]) == pytest.approx(0, abs=0.7)
    assert traced[0, 0, 0] == pytest.approx(quick[0, 0, 0], rel=0.06)  # the direct sound


def test_edits_act_as_in_the_quick_synthesis() -> None:
    longer = native.traced_rir(LIVING, {"decay_scale": 2.0}, layout="mono", rays=2000)[0, 0]
    assert measured(longer, "t30_s")[2:5] == pytest.approx(2 * np.array(ROOMS["living room"]["rt60_s"][2:5]), rel=0.08)
    plain, early = (native.traced_rir(HALL, {"early_late_db": db}, layout="mono", rays=1000)[0, 0] for db in (0.0, 9.0))
    assert np.all(measured(early, "c50_db")[1:6] > measured(plain, "c50_db")[1:6] + 2)
    late = native.traced_rir(LIVING, {"predelay_ms": 60.0}, layout="mono", rays=2000, normalise_loudness=False)[0, 0]
    assert np.abs(late[int(0.02 * RATE) : int(0.059 * RATE)]).max() < 1e-3 < np.abs(late[int(0.06 * RATE) :]).max()


@pytest.mark.parametrize(
    ("rt60_s", "size"), [((0.05,) * 7, (0.8, 0.6, 0.5)), ((0.3, 3, 0.3, 3, 0.3, 3, 0.3), (10, 8, 4)), ((9.0,) * 7, (300, 200, 90))]
)
def test_descriptions_that_no_room_fulfils_give_finite_responses(rt60_s: tuple, size: tuple) -> None:
    response = native.traced_rir(room_json(rt60_s, size, 5.0, 0.3), layout="mono", rays=800, max_length_s=3.0)
    assert np.isfinite(response).all() and response[0, 0, 0] > 0.2


def test_same_seed_same_samples_on_any_number_of_threads() -> None:
    one, three, other = (native.traced_rir(LIVING, rays=800, layout="mono", **options) for options in ({}, {"threads": 3}, {"seed": 2}))
    assert np.array_equal(one, three) and not np.array_equal(one, other)


def test_a_known_scene_keeps_its_own_acoustics() -> None:
    scene = json.loads(native.box_scene(LIVING))
    scene["materials"][0]["absorption"] = [0.3] * 7
    text = json.dumps(scene)
    path = native.traced_scene_rir(text, layout="mono", rays=6000, normalise_loudness=False)[0, 0]
    field = native.RoomTracer(text).sound(rays=6000)
    assert path[0] == pytest.approx(1, abs=0.02) and np.argmax(np.abs(path)) == 0
    assert measured(path, "t30_s")[1:6] == pytest.approx(field.t30_s[1:6], rel=0.2)
    assert measured(path, "drr_db")[1:] == pytest.approx(field.drr_db[1:], abs=2)
    wet = native.traced_scene_rir(text, layout="stereo", rays=1500)
    assert wet.shape[:2] == (1, 2) and np.isfinite(wet).all()


def test_progress_rises_and_an_exception_stops_the_work() -> None:
    seen: list[float] = []
    native.traced_rir(LIVING, rays=500, progress=seen.append)
    assert seen[0] == 0 and seen[-1] == 1 and seen == sorted(seen)

    class Stop(Exception):
        pass

    def stop(share: float) -> None:
        raise Stop(share)

    with pytest.raises(Stop):
        native.traced_rir(LIVING, rays=500, progress=stop)
    with pytest.raises(Stop):
        native.traced_scene_rir(native.box_scene(LIVING), rays=500, progress=stop)


@pytest.mark.parametrize(
    ("options", "word"),
    [({"rays": 0}, "rays"), ({"threads": 0}, "threads"), ({"sample_rate": 100.0}, "sample rate"), ({"layout": "quad"}, "quad")],
)
def test_refused_options_are_named(options: dict, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        native.traced_rir(LIVING, **options)


def test_two_inputs_need_two_sources() -> None:
    with pytest.raises(ValueError, match="two inputs"):
        native.traced_scene_rir(native.box_scene(LIVING), layout="true_stereo", rays=500)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures, labels and reverberation of traced places."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from lumiverb.acoustics.scenes import KINDS, Scene, make_room, make_scene, mid_rt60, mirrored, trace_labels, trace_room
from lumiverb.acoustics.scenes.scene import Box, Camera, Material, Quad, Texture
from lumiverb.acoustics.scenes.traced import mean_absorption, source_direction, view_dimensions
from lumiverb.cli.scene import app, description

pytest.importorskip("lumiverb._native", reason="the native module is not built")


@pytest.fixture(scope="module")
def sample() -> dict[str, np.ndarray]:
    """Mid RT60 of a few places per kind."""
    rays = {kind: 2500 if KINDS[kind].outdoor else 400 for kind in KINDS}  # echoes outdoors are few, and cheap to trace
    return {kind: np.array([mid_rt60(trace_labels(make_room(kind, 300 + i), rays[kind])) for i in range(4)]) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_reverberation_is_usual_for_the_kind(sample: dict, kind: str) -> None:
    low, high = KINDS[kind].rt60_s
    t = sample[kind]
    assert 0.75 * low <= np.median(t) <= 1.25 * high, f"{kind}: median {np.median(t):.2f} s, usual {low}-{high} s"
    a, b = KINDS[kind].limits_s
    assert (t > 0.8 * a).all() and (t < 1.25 * b).all(), f"{kind}: {np.round(t, 2)}"


def test_four_of_five_places_are_usual_for_their_kind(sample: dict) -> None:
    usual = [KINDS[kind].rt60_s[0] <= t <= KINDS[kind].rt60_s[1] for kind, times in sample.items() for t in times]
    assert np.mean(usual) > 0.75


def test_kinds_differ_and_vary(sample: dict) -> None:
    medians = {kind: float(np.median(t)) for kind, t in sample.items()}
    assert medians["church"] > medians["concert_hall"] > medians["classroom"] > medians["studio"]
    spread = [np.std(np.log(t)) for kind, t in sample.items() if not KINDS[kind].outdoor]
    assert np.median(spread) > 0.15, "reverberation hardly varies within a kind"


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_are_neither_black_nor_burnt(kind: str) -> None:
    for seed in (11, 12):
        picture = np.asarray(trace_room(make_scene(kind, seed), 48, 8, 200).picture, float)
        assert picture.shape == (48, 48, 3)
        assert 35 < picture.mean() < 235, f"{kind} {seed}: mean level {picture.mean():.0f}"
        assert picture.std() > 12, f"{kind} {seed}: nothing to be seen"
        assert (picture > 252).all(axis=2).mean() < 0.6


def test_labels_have_the_promised_shapes() -> None:
    labels = trace_labels(make_scene("classroom", 4), 400)
    for name in ("rt60_s", "t30_error", "edt_s", "drr_db", "absorption"):
        assert np.shape(labels[name]) == (7,)
    assert np.isfinite(labels["rt60_s"]).all() and np.isfinite(labels["drr_db"]).all()
    assert labels["kind"] == "classroom" and labels["outdoor"] is False
    assert min(labels["absorption"]) > 0.02 and max(labels["absorption"]) < 0.9
    outside = trace_labels(make_scene("field", 4), 400)
    assert outside["outdoor"] is True and math.isnan(outside["volume_m3"])
    assert (outside["rt60_s"] >= 0.05).all()


def test_same_room_twice() -> None:
    a, b = (trace_room(make_room("office", 9), 32, 4, 300) for _ in range(2))
    np.testing.assert_array_equal(a.picture, b.picture)
    np.testing.assert_array_equal(a.labels["rt60_s"], b.labels["rt60_s"])


def test_mirrored_room_swaps_left_and_right() -> None:
    scene = make_scene("kitchen", 3)
    a, b = trace_room(scene, 32, 4, 500), trace_room(mirrored(scene), 32, 4, 500)
    np.testing.assert_array_equal(b.picture, a.picture[:, ::-1])
    np.testing.assert_allclose(b.labels["rt60_s"], a.labels["rt60_s"])
    assert b.labels["azimuth_deg"] == pytest.approx(-a.labels["azimuth_deg"])


def test_dimensions_follow_the_view() -> None:
    scene = Scene(volume_m3=60, dimensions_m=(5.0, 4.0, 3.0), camera=Camera((1, 1, 1.5), (4, 1, 1.2)))
    np.testing.assert_allclose(view_dimensions(scene), (5, 4, 3))
    across = Scene(volume_m3=60, dimensions_m=(5.0, 4.0, 3.0), camera=Camera((1, 1, 1.5), (1, 3, 1.2)))
    np.testing.assert_allclose(view_dimensions(across), (4, 5, 3))
    between = Scene(volume_m3=60, dimensions_m=(5.0, 4.0, 3.0), camera=Camera((1, 1, 1.5), (2, 2, 1.5)))
    np.testing.assert_allclose(view_dimensions(between), (20**0.5, 20**0.5, 3))


def test_source_direction_is_positive_to_the_left() -> None:
    scene = Scene(camera=Camera((0, 0, 1), (2, 0, 1)), listener=(0, 0, 1), source=(1, 1, 1))
    distance, azimuth, elevation = source_direction(scene)
    assert (distance, azimuth, elevation) == pytest.approx((2**0.5, 45.0, 0.0))


def test_mean_absorption_weighs_by_area() -> None:
    soft, hard = Material("soft", Texture(), absorption=(0.5,) * 7), Material("hard", Texture(), absorption=(0.1,) * 7)
    scene = Scene(materials=(soft, hard), quads=(Quad((0, 0, 0), (2, 0, 0), (0, 3, 0), 0),), boxes=(Box((0, 0, 1), (0.5, 0.5, 0.5), 0, 1),))
    np.testing.assert_allclose(mean_absorption(scene), (6 * 0.5 + 6 * 0.1) / 12)


def test_make_writes_four_files(tmp_path: Path) -> None:
    import soundfile

    result = CliRunner().invoke(
        app,
        [
            "make",
            "--kind",
            "closet",
            "--seed",
            "7",
            "--out",
            str(tmp_path / "new"),
            "--size",
            "32",
            "--samples",
            "2",
            "--rays",
            "500",
            "--threads",
            "1",
        ],
    )
    assert result.exit_code == 0, result.output
    names = sorted(p.name for p in (tmp_path / "new").iterdir())
    assert names == ["closet-7.png", "closet-7.room.json", "closet-7.scene.json", "closet-7.wav"]
    assert Image.open(tmp_path / "new" / "closet-7.png").size == (32, 32)
    audio, rate = soundfile.read(tmp_path / "new" / "closet-7.wav")
    assert rate == 48000 and audio.shape[1] == 2 and np.isfinite(audio).all() and np.abs(audio).max() > 0
    room = json.loads((tmp_path / "new" / "closet-7.room.json").read_text())
    assert room["room_kind"] == "closet" and len(room["rt60_s"]) == 7
    assert Scene.from_json((tmp_path / "new" / "closet-7.scene.json").read_text()).kind == "closet"


def test_make_refuses_an_unknown_kind(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["make", "--kind", "cave", "--out", str(tmp_path / "x")])
    assert result.exit_code != 0 and "'cave' is unknown" in str(result.exception)
    assert not (tmp_path / "x").exists()


def test_sheet_and_kinds(tmp_path: Path) -> None:
    run = CliRunner()
    listing = run.invoke(app, ["kinds"])
    assert listing.exit_code == 0 and all(kind in listing.output for kind in KINDS)
    out = tmp_path / "sheet.png"
    result = run.invoke(
        app,
        [
            "sheet",
            "--out",
            str(out),
            "--count",
            "2",
            "--kind",
            "bathroom",
            "--size",
            "32",
            "--samples",
            "1",
            "--columns",
            "2",
            "--threads",
            "1",
        ],
    )
    assert result.exit_code == 0, result.output
    assert Image.open(out).size == (76, 56)


def test_description_is_a_room_that_the_core_accepts() -> None:
    from lumiverb import _native

    text = json.dumps(description(trace_room(make_room("bedroom", 5), 16, 1, 2000)))
    assert json.loads(_native.canonical_room(text))["room_kind"] == "bedroom"

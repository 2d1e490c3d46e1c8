# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the blind-room network learns from, and its recipe from recordings to a package that the core loads, at the smallest size."""

from __future__ import annotations

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
torch.set_num_threads(1)

import lumiverb  # noqa: E402
from lumiverb.export.blind_room_card import render  # noqa: E402
from lumiverb.training import heard_targets, recordings, responses  # noqa: E402
from lumiverb.training.heard_augment import FLOOR_DB, augmented  # noqa: E402
from lumiverb.training.photos import shared_data  # noqa: E402
from lumiverb.training.recipes import blind_room as recipe  # noqa: E402
from lumiverb.training.reverberant import FRAMES, Takes, convolved  # noqa: E402


@pytest.mark.parametrize("seed", range(4))
def test_simulated_responses_are_what_they_say(seed: int) -> None:
    response = responses.draw_simulated(np.random.default_rng(seed))
    measured = responses.analysed(response.samples)
    known = np.isfinite(response.targets[:14]) & np.isfinite(measured[:14])
    difference = np.abs(response.targets[:14] - measured[:14])[known]
    assert np.median(difference[:7]) < 0.05 and np.median(difference[7:]) < 0.5
    assert response.targets[heard_targets.CLARITY] == pytest.approx(measured[heard_targets.CLARITY], abs=0.01)


def test_unknown_and_impossible_numbers_are_not_taught() -> None:
    targets = heard_targets.encode([0.5, None, 0.001, 99.0, 1, 1, 1], [100.0] * 7, 3.0)
    assert np.isnan(targets[[1, 2, 3, heard_targets.VOLUME]]).all()
    assert targets[heard_targets.DRR] == pytest.approx([35.0] * 7)
    assert len(heard_targets.TARGET_NAMES) == len(targets) == heard_targets.NUM_TARGETS


def test_convolution_is_convolution() -> None:
    rng = np.random.default_rng(1)
    takes, samples = [rng.standard_normal(500).astype(np.float32) for _ in range(2)], rng.standard_normal(77).astype(np.float32)
    wet = convolved(responses.Response(samples, np.zeros(16), ""), takes)
    assert wet == pytest.approx(np.stack([np.convolve(t, samples)[:500] for t in takes]), abs=1e-4)


def test_augmentation_only_adds_what_recordings_suffer() -> None:
    levels = np.random.default_rng(1).normal(-40, 10, (300, 32)).astype(np.float32)
    kept = np.array([augmented(levels, np.random.default_rng(n)) for n in range(30)])
    assert np.isfinite(kept).all() and kept.dtype == np.float32
    assert ((kept >= levels - 1e-3) | (kept == FLOOR_DB)).all()  # noise adds, everything else removes
    assert np.array_equal(augmented(levels, np.random.default_rng(5)), augmented(levels, np.random.default_rng(5)))


def test_a_step_draws_the_same_batch_again() -> None:
    levels = np.random.default_rng(1).normal(-40, 10, (64, FRAMES, 32)).astype(np.float16)
    takes = Takes([levels], np.zeros((64, 16), np.float32))
    first, again, next_ = (recipe.draw(takes, 4, step, seed=1)[0] for step in (7, 7, 8))
    assert np.array_equal(first, again) and first.shape != next_.shape


def test_no_voice_and_no_room_is_in_two_splits() -> None:
    if not (shared_data() / "speech").is_dir():
        pytest.skip("needs recorded data in ../shared (or $LUMIVERB_SHARED)")
    voices = [{u.voice for c in ("speech", "music") for u in recordings.list_recordings(c, s)} for s in recordings.SPLITS]
    rooms = [set(responses.measured_files(s)) for s in recordings.SPLITS]
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert voices[a] and not voices[a] & voices[b] and rooms[a] and not rooms[a] & rooms[b]
    assert len({p.name for p in rooms[2] if "College" in p.name}) == 14


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    if not (shared_data() / "speech").is_dir():
        pytest.skip("needs recorded data in ../shared (or $LUMIVERB_SHARED)")
    made = recipe.Run(tmp_path_factory.mktemp("smoke"), "smoke", recipe.PRESETS["smoke"], say=lambda text: None)
    return made, recipe.train(made)


def test_the_package_is_whole_and_its_card_quotes_its_manifest(run) -> None:
    folder = run[0].folder / "package"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["targets"] == list(heard_targets.TARGET_NAMES)
    assert [(o["name"], o["shape"]) for o in manifest["outputs"]] == [("mean", [-1, 16]), ("log_std", [-1, 16])]
    assert manifest["inputs"] == [{"name": "bands", "dtype": "float32", "shape": [-1, -1, 32]}]
    assert (folder / "card.md").read_text() == render(manifest)
    assert run[1]["learning_curve"][-1]["step"] == 12


def test_the_core_hears_with_it(run, make_voice) -> None:
    room = lumiverb.Room.from_recording(make_voice(2.0), 48000, model=run[0].folder / "package")
    assert 0.05 < room.mid_rt60_s < 10


def test_a_run_can_be_exported_again(run, tmp_path) -> None:
    metrics = recipe.export_again(run[0], tmp_path / "again")
    assert metrics == run[1]
    with pytest.raises(lumiverb.ModelError, match=r"blind\.pt: not a run"):
        recipe.export_again(recipe.Run(tmp_path, "smoke", recipe.PRESETS["smoke"]), tmp_path / "none")

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The recipe from nothing to a package that the core loads, at the smallest size."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
torch.set_num_threads(1)  # two threads that share a busy core wait for each other

import lumiverb  # noqa: E402
from lumiverb.evaluation.scene_encoder import OnnxSceneEncoder  # noqa: E402
from lumiverb.export.scene_encoder import load_checkpoint  # noqa: E402
from lumiverb.export.scene_encoder_card import render  # noqa: E402
from lumiverb.host.models import describe_picture  # noqa: E402
from lumiverb.training.recipes import scene_encoder as recipe  # noqa: E402
from lumiverb.training.rooms import read_rooms  # noqa: E402
from lumiverb.training.targets import TARGET_NAMES  # noqa: E402


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    made = recipe.Run(tmp_path_factory.mktemp("smoke"), "smoke", recipe.PRESETS["smoke"], recipe.default_init(), say=lambda text: None)
    return made, recipe.train(made)


@pytest.fixture(scope="module")
def pictures(run):
    return [sample.picture for sample in read_rooms(run[0].rooms("test"), 4)]


def test_it_measures_what_it_made(run):
    rooms = run[1]["traced_rooms"]
    assert rooms["encoder"]["rooms"] == rooms["constant_median"]["rooms"] > 0
    assert len(rooms["encoder"]["rt60_median_error_percent"]) == 7
    assert json.loads((run[0].folder / "metrics.json").read_text()) == run[1]


def test_the_package_is_whole_and_its_card_quotes_its_manifest(run):
    folder = run[0].folder / "package"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["targets"] == list(TARGET_NAMES) and manifest["opset"] == 17
    assert manifest["kinds"] == list(recipe.room_kinds())
    assert [(o["name"], o["shape"]) for o in manifest["outputs"]] == [
        ("mean", [-1, 26]),
        ("log_std", [-1, 26]),
        ("kind", [-1, len(manifest["kinds"])]),
        ("outdoor", [-1, 1]),
        ("embedding", [-1, 128]),
    ]
    assert (folder / "model.onnx").stat().st_size <= 16.5e6
    assert (folder / "card.md").read_text() == render(manifest)


def test_torch_and_onnx_runtime_agree(run, pictures):
    model, encoder = load_checkpoint(run[0].folder / "scene-encoder.pt"), OnnxSceneEncoder(run[0].folder / "package/model.onnx")
    with torch.no_grad():
        expected = model(torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2) / 255)
    said = encoder(pictures, batch=3)
    for name in ("mean", "log_std", "kind"):
        assert np.abs(getattr(expected, name).numpy() - getattr(said, name)).max() < 1e-4
    # A batch is the pictures one by one.
    assert np.abs(said.mean - encoder(pictures, batch=1).mean).max() < 1e-5


def test_the_core_reads_the_same_from_a_square_picture(run, pictures):
    said = OnnxSceneEncoder(run[0].folder / "package/model.onnx")(pictures)
    for i, picture in enumerate(pictures):
        text, _ = describe_picture(picture, run[0].folder / "package")
        room = lumiverb.RoomDescription.from_json(text)
        assert np.log(room.rt60_s) == pytest.approx(said.mean[i, :7], abs=1e-4)
        # The core reconciles volume and dimensions: what it says lies between the two.
        low, high = sorted((said.mean[i, 7], said.mean[i, 8:11].sum()))
        assert low - 1e-4 <= np.log(room.volume_m3) <= high + 1e-4
        assert np.log(np.prod(room.dimensions_m)) == pytest.approx(np.log(room.volume_m3), abs=1e-3)
        assert room.rt60_spread_log == pytest.approx(np.exp(said.log_std[i, :7]), rel=1e-4)
        # The core makes volume and dimensions agree, so neither stays exactly as the network said.
        assert room.volume_m3 == pytest.approx(np.prod(room.dimensions_m), rel=1e-4)
        assert room.outdoor_probability == pytest.approx(1 / (1 + np.exp(-said.outdoor[i])), abs=1e-4)


def test_spreads_are_calibrated_on_the_validation_rooms(run):
    model = load_checkpoint(run[0].folder / "scene-encoder.pt")
    quiet = dataclasses.replace(run[0], say=lambda text: None)
    valid = recipe.load_data(quiet, model).valid
    said = recipe.predict(model, valid.features.parts)
    inside = (np.abs(said.mean - valid.truth.values) <= np.exp(said.log_std) * 1.001)[~valid.truth.outdoor]
    assert 0.6 <= inside[:, :7].mean() <= 0.8


def test_a_finished_run_goes_on_at_once_and_says_the_same(run, tmp_path):
    said = []
    again = dataclasses.replace(run[0], say=said.append)
    assert recipe.train(again, tmp_path / "again") == run[1]
    assert not [line for line in said if line.startswith(("heads {", "tune {"))]
    first, second = ((folder / "model.onnx").read_bytes() for folder in (run[0].folder / "package", tmp_path / "again"))
    assert first == second


def test_export_again_needs_a_finished_run(tmp_path):
    with pytest.raises(lumiverb.ModelError, match="no finished run here"):
        recipe.export_again(tmp_path, tmp_path / "package")


def test_batches_pass_over_every_room_once():
    drawn = np.concatenate([recipe.draw(10, 4, 4, step, seed=1)[0] for step in range(5)])
    assert sorted(drawn[:10]) == sorted(drawn[10:]) == list(range(10))
    rooms, views = recipe.draw(10, 4, 4, 3, seed=1)
    assert np.array_equal(rooms, recipe.draw(10, 4, 4, 3, seed=1)[0]) and views.max() < 4


def test_changed_rooms_come_with_what_they_were(run):
    labels = [{"seed": 5, "split": "train"}, {"seed": 6, "split": "train"}, {"seed": 6, "split": "train-changed"}]
    earlier = [{"seed": 7, "split": "train"}, {"seed": 7, "split": "train-changed"}]  # of another scene maker: the seed means nothing
    assert recipe.rooms_before(labels + earlier, 2).tolist() == [-1, -1, 1, -1, -1]
    rooms, views, pairs = recipe.with_rooms_before(np.array([0, 2, 1]), np.array([1, 3, 0]), np.array([-1, -1, 1]))
    assert rooms.tolist() == [0, 2, 1, 1] and views.tolist() == [1, 3, 0, 3] and pairs.tolist() == [[1, 3]]
    data = recipe.load_data(run[0], load_checkpoint(run[0].folder / "scene-encoder.pt")).train
    changed = np.flatnonzero(data.before >= 0)
    assert len(changed) == run[0].preset.changed_rooms and (data.truth.kind[changed] == data.truth.kind[data.before[changed]]).all()


def test_a_run_can_go_on_from_a_finished_encoder(run, tmp_path):
    finished = run[0].folder / "scene-encoder.pt"
    (tmp_path / "rooms").symlink_to(run[0].folder / "rooms")
    more = dataclasses.replace(run[0], folder=tmp_path, init=finished)
    assert "--init scene-encoder.pt" in more.command()
    model, data = recipe.start(more)
    assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), load_checkpoint(finished).state_dict().values(), strict=True))
    assert data.train.pooled.size == 0
    tuned, _ = recipe.fit(more)
    assert not (tmp_path / "heads.pt").exists() and (tmp_path / "tune.pt").exists()
    assert torch.isfinite(tuned.log_std_shift).all()
    with pytest.raises(lumiverb.ModelError, match="not a finished scene encoder"):
        recipe.start(dataclasses.replace(more, init=run[0].folder / "tune.pt"))

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The scene encoder that is shipped: its package, its claims, and a few rooms traced here and now. Needs no torch."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

import lumiverb
from lumiverb.evaluation import scene_encoder as measures
from lumiverb.export.scene_encoder_card import render
from lumiverb.host.models import describe_picture, model_folder
from lumiverb.training.rooms import RoomSet, room_kinds, trace_room_sample
from lumiverb.training.targets import TARGET_NAMES


@pytest.fixture(scope="module")
def folder():
    return model_folder("scene-encoder")


@pytest.fixture(scope="module")
def manifest(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def encoder(folder):
    return measures.OnnxSceneEncoder(folder / "model.onnx")


@pytest.fixture(scope="module")
def rooms():
    """One held-out room of every kind, traced quickly."""
    room_set = RoomSet("test", len(room_kinds()), samples=4, rays=1500)
    return [trace_room_sample(room_set, index) for index in range(room_set.rooms)]


def test_the_card_quotes_the_manifest(folder, manifest):
    assert (folder / "card.md").read_text(encoding="utf-8") == render(manifest)


def test_the_package_keeps_the_contract(folder, manifest):
    assert manifest["targets"] == list(TARGET_NAMES) and manifest["opset"] == 17
    assert manifest["kinds"] == list(room_kinds())
    assert manifest["parameters"] <= 6_000_000
    assert os.path.getsize(folder / "model.onnx") <= 16.5e6
    assert manifest["metrics"]["parity_torch_onnxruntime"] <= 1e-4
    assert "Apache-2.0" in manifest["licence"] and any("Apache-2.0" in line for line in manifest["trained_on"])


def test_the_claims_reach_the_floor(manifest):
    table = manifest["metrics"]["traced_rooms"]
    encoder, constant, kind = table["encoder"], table["constant_median"], table["median_of_true_kind"]
    assert manifest["recipe"]["rooms"]["train"] >= 7000 and encoder["rooms"] >= 600
    assert encoder["mid_median_error_percent"] < 0.5 * constant["mid_median_error_percent"]
    assert encoder["mid_median_error_percent"] < 0.85 * kind["mid_median_error_percent"]
    assert encoder["mid_log2_rmse"] < 0.85 * kind["mid_log2_rmse"]
    assert encoder["mid_rank_correlation_within_kinds"] > 0.5
    assert all(63 <= share <= 76 for share in encoder["within_1_spread_percent"].values())
    assert encoder["volume_within_1.5_percent"] >= 70
    palettes = manifest["metrics"]["unseen_palettes"]["encoder"]
    assert palettes["mid_median_error_percent"] <= 1.3 * encoder["mid_median_error_percent"]
    assert all(row["order_right_percent"] >= 90 and row["gain"] >= 0.5 for row in manifest["metrics"]["pairs"].values())
    assert manifest["metrics"]["mirror"]["mid_95th_percentile_change_percent"] <= 0.1
    assert manifest["metrics"]["photos"]["evaluation_half"]["outdoor_auc"] >= 0.9


def test_rooms_traced_now_are_read_far_better_than_by_a_constant(encoder, manifest, rooms):
    truth = measures.Truth.of([room.labels for room in rooms])
    said = encoder([room.picture for room in rooms])
    table = measures.evaluate(said, truth, manifest["training_medians"], manifest["kinds"])
    assert table["encoder"]["mid_log2_rmse"] < 0.5 * table["constant_median"]["mid_log2_rmse"]
    assert table["encoder"]["volume_median_factor"] < 2
    assert table["encoder"]["kind_accuracy_percent"] >= 80
    assert said.outdoor[truth.outdoor].min() > said.outdoor[~truth.outdoor].max()


def test_the_core_says_what_onnx_runtime_says(folder, encoder, rooms):
    for room in rooms[:3]:
        said = encoder([room.picture])
        text, warning = describe_picture(room.picture, folder)
        described = lumiverb.RoomDescription.from_json(text)
        assert not warning
        assert np.log(described.rt60_s) == pytest.approx(said.mean[0, :7], abs=1e-4)
        assert described.rt60_spread_log == pytest.approx(np.exp(said.log_std[0, :7]), rel=1e-4)
        assert len(described.embedding) == 128


def test_a_mirrored_picture_is_the_same_room(encoder, rooms):
    pictures = [room.picture for room in rooms]
    there, back = (encoder(side).mean[:, 2:4].mean(1) for side in (pictures, [np.ascontiguousarray(p[:, ::-1]) for p in pictures]))
    assert np.abs(np.exp(there - back) - 1).max() < 0.001

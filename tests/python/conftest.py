# SPDX-License-Identifier: AGPL-3.0-or-later
"""Inputs that the tests make themselves: rooms, voices, pictures, and a small real model package where none is shipped."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def shared_folder() -> Path | None:
    """Recorded data beside the project, or None."""
    folder = Path(os.environ.get("LUMIVERB_SHARED", REPOSITORY.parent / "shared"))
    return folder if folder.is_dir() else None


@pytest.fixture
def shared() -> Path:
    folder = shared_folder()
    if folder is None:
        pytest.skip("needs recorded data in ../shared (or $LUMIVERB_SHARED)")
    return folder


def voice(seconds: float = 1.0, rate: int = 48000, channels: int = 1, seed: int = 1) -> np.ndarray:
    """Syllables of a kind: harmonics with a moving pitch in 4 Hz bursts, float32 (channels, samples), peak 0.5."""
    t = np.arange(round(seconds * rate)) / rate
    rng = np.random.default_rng(seed)
    pitch = 140 + 30 * np.sin(2 * np.pi * 0.7 * t) + 5 * rng.standard_normal()
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    sound = sum(np.sin(k * phase + k) / k for k in range(1, 25) if 140 * k < 0.4 * rate)
    burst = np.clip(np.sin(2 * np.pi * 4 * t), 0, None) ** 0.5
    mono = sound * burst
    mono *= 0.5 / max(np.abs(mono).max(initial=0.0), 1e-9)
    return np.stack([np.roll(mono, 37 * c) for c in range(channels)]).astype(np.float32)


@pytest.fixture
def make_voice():
    return voice


def picture_array(width: int = 320, height: int = 240, seed: int = 1) -> np.ndarray:
    """A plain room in perspective: floor, ceiling, back wall, a window; uint8 (height, width, 3)."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / np.array([height, width]).reshape(2, 1, 1)
    depth = np.maximum(np.abs(x - 0.5), np.abs(y - 0.5)) * 2
    shade = np.clip(0.35 + 0.5 * depth, 0, 1)[..., None] * np.array([0.9, 0.85, 0.75])
    shade[(y > 0.5) & (np.abs(y - 0.5) > np.abs(x - 0.5))] *= np.array([0.7, 0.5, 0.35])
    shade[(np.abs(x - 0.5) < 0.12) & (np.abs(y - 0.42) < 0.12)] = 0.97
    return np.clip(shade * 255 + rng.normal(0, 3, (height, width, 3)), 0, 255).astype(np.uint8)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    from PIL import Image

    path = tmp_path / "plain_room.jpg"
    Image.fromarray(picture_array()).save(path, quality=90)
    return path


@pytest.fixture
def hall():
    """A room with a long, uneven decay."""
    import lumiverb

    description = lumiverb.RoomDescription(
        rt60_s=(2.2, 2.1, 2.0, 1.9, 1.6, 1.2, 0.8), volume_m3=3000.0, dimensions_m=(25.0, 15.0, 8.0), room_kind="concert_hall",
        drr_db=(-6.0,) * 7, clarity_c50_db=-1.0, source_distance_m=3.0,
    )  # fmt: skip
    return lumiverb.Room.from_description(description, name="hall")


@pytest.fixture
def chamber():
    """A small dry room: short responses keep tests quick."""
    import lumiverb

    description = lumiverb.RoomDescription(rt60_s=(0.4, 0.4, 0.35, 0.3, 0.3, 0.25, 0.2), room_kind="living_room")
    return lumiverb.Room.from_description(description, name="chamber")


def _tiny_graph() -> bytes:
    """Mean colour -> constants and a little of the colour: every output of the contract, a few hundred bytes of weights."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    mean = [np.log(0.8)] * 7 + [np.log(120.0), np.log(8.0), np.log(5.0), np.log(3.0)] + [-1.4] * 7 + [2.0] * 7 + [5.0]
    outputs = {
        "mean": np.array(mean),
        "log_std": np.full(26, np.log(0.2)),
        "kind": np.zeros(4),
        "outdoor": np.full(1, -3.0),
        "embedding": np.zeros(128),
    }
    weights, nodes = [], [helper.make_node("ReduceMean", ["image"], ["colour"], axes=[2, 3], keepdims=0)]
    for i, (name, bias) in enumerate(outputs.items()):
        matrix = np.zeros((3, bias.size), np.float32)
        if name in ("mean", "kind"):
            matrix[:, : min(bias.size, 7)] = 0.1 * (i + 1)
        weights += [numpy_helper.from_array(matrix, f"w{i}"), numpy_helper.from_array(bias.astype(np.float32), f"b{i}")]
        nodes.append(helper.make_node("Gemm", ["colour", f"w{i}", f"b{i}"], [name]))
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 192, 192])
    results = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", b.size]) for n, b in outputs.items()]
    graph = helper.make_graph(nodes, "tiny", [image], results, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with small real packages of a scene encoder and a blind-room network: for plumbing, not for truth."""
    pytest.importorskip("onnx")
    from blind_package import write_hall

    from lumiverb.export.package import write_package

    bands = ("125", "250", "500", "1000", "2000", "4000", "8000")
    targets = [f"ln_rt60_s_{b}" for b in bands] + ["ln_volume_m3", "ln_length_m", "ln_width_m", "ln_height_m"]
    targets += [f"logit_absorption_{b}" for b in bands] + [f"drr_1m_db_{b}" for b in bands] + ["clarity_c50_2m_db"]
    folder = tmp_path_factory.mktemp("models")
    write_package(
        folder / "scene-encoder", _tiny_graph(), name="scene-encoder", version="0.0.1", task="scene-encoder", licence="AGPL-3.0-or-later",
        trained_on="nothing", metrics={}, card="A test's own package.", targets=targets, kinds=["office", "church", "living_room", "hall"],
    )  # fmt: skip
    write_hall(folder)
    return folder


@pytest.fixture
def tiny(tiny_models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small packages are found as the shipped ones would be."""
    monkeypatch.setenv("LUMIVERB_MODELS", str(tiny_models))
    return tiny_models


@pytest.fixture
def models(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped model packages, or the test's own where none are shipped."""
    shipped = REPOSITORY / "models"
    folder = shipped if (shipped / "scene-encoder" / "manifest.json").is_file() else request.getfixturevalue("tiny_models")
    monkeypatch.setenv("LUMIVERB_MODELS", str(folder))
    return folder


@pytest.fixture(scope="session")
def dry_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small package "dry-lite" that follows the level of each bin."""
    pytest.importorskip("onnx", reason="the tests make their networks with the onnx package")
    from dry_package import write_follower

    folder = tmp_path_factory.mktemp("dry-models")
    write_follower(folder)
    return folder


@pytest.fixture
def use_dry(dry_models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small package is found as the shipped one would be."""
    monkeypatch.setenv("LUMIVERB_MODELS", str(dry_models))
    return dry_models / "dry-lite"

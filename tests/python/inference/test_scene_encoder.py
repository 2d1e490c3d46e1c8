# SPDX-License-Identifier: AGPL-3.0-or-later
"""The encoder through its Python seam. tests/native/inference has the arithmetic in literal numbers."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from lumiverb import _native
from lumiverb.errors import ModelError
from lumiverb.host.runtime import ensure_runtime, model_folder


@pytest.fixture(autouse=True)
def runtime() -> None:
    try:
        ensure_runtime()
    except ModelError as error:
        pytest.skip(str(error))


def grey(height: int = 64, width: int = 64, value: int = 0) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


def test_a_picture_becomes_a_valid_room(make_package) -> None:
    encoder = _native.SceneEncoder(str(make_package()))
    room = json.loads(encoder.describe(grey()))
    assert room["format"] == "lumiverb-room"
    assert room["room_kind"] == "office"
    np.testing.assert_allclose(room["rt60_s"], [0.7] * 7, rtol=1e-5)
    np.testing.assert_allclose(room["dimensions_m"], [8, 5, 3], rtol=1e-5)
    np.testing.assert_allclose(room["embedding"], np.arange(128), atol=1e-3)
    assert _native.canonical_room(json.dumps(room)) == encoder.describe(grey())
    assert (encoder.provider, encoder.warning) == ("CPU", "")


def test_network_and_runtime_agree_with_onnxruntime_itself(make_package, make_onnx) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    slope = np.random.default_rng(1).normal(0, 0.5, (3, 26))
    data = make_onnx(mean_slope=slope)
    picture = np.random.default_rng(2).integers(0, 256, (217, 217, 3), dtype=np.uint8)
    image = _native.prepare_picture(picture, 192)[None]
    (mean,) = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]).run(["mean"], {"image": image})
    room = json.loads(_native.SceneEncoder(str(make_package(onnx=data))).describe(picture))
    np.testing.assert_allclose(room["rt60_s"], np.exp(mean[0, :7]), rtol=1e-5)
    np.testing.assert_allclose(room["absorption"], 1 / (1 + np.exp(-mean[0, 11:18])), rtol=1e-5)


def test_prepared_picture_equals_block_means() -> None:
    rgb = np.random.default_rng(3).integers(0, 256, (96, 192, 3), dtype=np.uint8)
    expected = rgb[:, 48:144].reshape(32, 3, 32, 3, 3).mean((1, 3)).transpose(2, 0, 1) / 255
    np.testing.assert_allclose(_native.prepare_picture(rgb, 32), expected, atol=1e-6)
    # A view with gaps is read as what it shows.
    np.testing.assert_array_equal(_native.prepare_picture(rgb[:, ::-1], 32), _native.prepare_picture(rgb[:, ::-1].copy(), 32))


@pytest.mark.parametrize(
    "picture", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3), np.float32), np.zeros((0, 4, 3), np.uint8)]
)
def test_what_is_no_picture_is_a_value_error(make_package, picture: np.ndarray) -> None:
    with pytest.raises(ValueError, match="picture"):
        _native.prepare_picture(picture, 8)
    with pytest.raises(ValueError, match="picture"):
        _native.SceneEncoder(str(make_package())).describe(picture)


def test_a_missing_provider_falls_back_and_says_so(make_package) -> None:
    if "CUDA" in _native.available_providers():
        pytest.skip("this runtime has CUDA")
    encoder = _native.SceneEncoder(str(make_package()), "CUDA")
    assert encoder.provider == "CPU"
    assert encoder.warning.startswith("The execution provider CUDA cannot be used (")
    assert json.loads(encoder.describe(grey()))["room_kind"] == "office"
    with pytest.raises(ModelError, match='"Abacus" is not known'):
        _native.SceneEncoder(str(make_package()), "Abacus")


def test_graphs_that_do_not_fit_the_manifest(make_package, make_onnx) -> None:
    for onnx, reason in (
        (make_onnx(size=160), r'"image" has the shape \[-1, 3, 160, 160\] in the graph, not \[-1, 3, 192, 192\]'),
        (make_onnx(embedding=np.zeros(64)), r'"embedding" has the shape \[-1, 64\] in the graph'),
        (make_onnx(surprise=np.zeros(2)), "it lists 5 tensors, the graph has 6"),
    ):
        with pytest.raises(ModelError, match=reason):
            _native.SceneEncoder(str(make_package(onnx=onnx)))


def test_nan_from_the_network_is_an_error(make_package, make_onnx) -> None:
    folder = make_package(onnx=make_onnx(log_std=np.full(26, np.nan)))
    with pytest.raises(ModelError, match=r'the output "log_std" is not finite\.'):
        _native.SceneEncoder(str(folder))


def test_sharing_and_threads(make_package) -> None:
    folder = str(make_package())
    assert _native.shared_scene_encoder(folder) is _native.shared_scene_encoder(folder)
    expected = _native.SceneEncoder(folder).describe(grey())
    wrong: list[str] = []

    def work() -> None:
        for _ in range(5):
            for encoder in (_native.SceneEncoder(folder), _native.shared_scene_encoder(folder)):
                if encoder.describe(grey()) != expected:
                    wrong.append("different")

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_odd_pictures_never_fail(make_package) -> None:
    encoder = _native.SceneEncoder(str(make_package()))
    random = np.random.default_rng(5)
    for height, width in [(1, 1), (1, 4000), (4000, 1), (2, 3), (191, 193), *random.integers(1, 400, (20, 2)).tolist()]:
        picture = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
        assert json.loads(encoder.describe(picture))["rt60_s"][0] == pytest.approx(0.7, rel=1e-4)


def test_the_process_ends_cleanly_with_an_encoder_alive(make_package) -> None:
    code = f"""
import numpy as np
from lumiverb import _native
from lumiverb.host.runtime import ensure_runtime
ensure_runtime()
encoder = _native.shared_scene_encoder({str(make_package())!r})
print(len(encoder.describe(np.zeros((9, 9, 3), np.uint8))) > 100)
"""
    folder = str(Path(_native.__file__).resolve().parents[1])
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": folder}, capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.stderr, done.returncode) == ("True", "", 0)


def test_the_shipped_model_loads_and_reads_a_picture() -> None:
    try:
        folder = model_folder("scene-encoder")
    except ModelError as error:
        pytest.skip(str(error))
    encoder = _native.SceneEncoder(str(folder))
    gradient = np.linspace(0, 255, 300).astype(np.uint8)[None, :, None].repeat(200, 0).repeat(3, 2)
    room = json.loads(encoder.describe(gradient))
    assert all(0.05 <= t <= 20 for t in room["rt60_s"])
    assert all(s > 0 for s in room["rt60_spread_log"])
    np.testing.assert_allclose(np.prod(room["dimensions_m"]), room["volume_m3"], rtol=1e-3)

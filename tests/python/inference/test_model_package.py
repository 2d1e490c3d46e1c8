# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the loader refuses, on files as other tools write them. tests/native/inference has the field-by-field cases."""

from __future__ import annotations

import hashlib
import os
import random
from pathlib import Path

import pytest

from lumiverb import _native
from lumiverb.errors import ModelError

onnx = pytest.importorskip("onnx")


def test_a_good_package_gives_its_manifest(make_package) -> None:
    manifest = _native.load_model_package(str(make_package(metrics={"rt60": 0.12}, name="good")))
    assert manifest["name"] == "good"
    assert manifest["metrics"] == {"rt60": 0.12}


def test_folder_names_may_be_in_any_script(make_package) -> None:
    assert _native.load_model_package(str(make_package(name="Räume 部屋")))["name"] == "Räume 部屋"


def test_native_sha256_equals_hashlib() -> None:
    source = random.Random(4)
    for length in [*range(130), 1000, 65537]:
        data = source.randbytes(length)
        assert _native.sha256_hex(data) == hashlib.sha256(data).hexdigest()


def test_external_data_as_the_onnx_package_writes_it(make_package, make_onnx, tmp_path: Path) -> None:
    model = onnx.load_model_from_string(make_onnx())
    path = tmp_path / "external.onnx"
    onnx.save_model(model, str(path), save_as_external_data=True, location="weights.bin", size_threshold=0)
    folder = make_package(onnx=path.read_bytes())
    (folder / "weights.bin").write_bytes((tmp_path / "weights.bin").read_bytes())
    with pytest.raises(ModelError, match=r'model\.onnx: it keeps weights in another file \("weights\.bin"\)'):
        _native.load_model_package(str(folder))


@pytest.mark.parametrize("keep", [0, 1, 100, -1])
def test_truncated_models(make_package, keep: int) -> None:
    folder = make_package()
    path = folder / "model.onnx"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ModelError, match="model.onnx"):
        _native.load_model_package(str(folder))


def test_one_flipped_bit_is_found(make_package) -> None:
    folder = make_package()
    path = folder / "model.onnx"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)
    with pytest.raises(ModelError, match="SHA-256"):
        _native.load_model_package(str(folder))


def test_opset_of_the_file_counts(make_package, make_onnx) -> None:
    with pytest.raises(ModelError, match=r'field "opset" is 17 but model\.onnx has opset 13'):
        _native.load_model_package(str(make_package(onnx=make_onnx(opset=13))))


def test_large_sparse_files_are_refused_before_memory_is_taken(make_package) -> None:
    psutil = pytest.importorskip("psutil")
    folder = make_package()
    before = psutil.Process().memory_info().rss
    os.truncate(folder / "model.onnx", 1 << 40)
    with pytest.raises(ModelError, match="more than the 67108864 allowed"):
        _native.load_model_package(str(folder))
    os.truncate(folder / "manifest.json", 1 << 40)
    with pytest.raises(ModelError, match="more than the 1048576 allowed"):
        _native.load_model_package(str(folder))
    assert psutil.Process().memory_info().rss - before < 20 << 20


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_does_not_hang_the_loader(make_package) -> None:
    folder = make_package()
    (folder / "model.onnx").unlink()
    os.mkfifo(folder / "model.onnx")
    with pytest.raises(ModelError, match="it is not a file"):
        _native.load_model_package(str(folder))


def test_errors_are_one_line(make_package, make_onnx) -> None:
    for folder in (make_package(size=3), make_package(opset=None), make_package(onnx=b"\x00" * 50)):
        with pytest.raises(ModelError) as caught:
            _native.load_model_package(str(folder))
        assert "\n" not in str(caught.value)
        assert str(caught.value).endswith(".")

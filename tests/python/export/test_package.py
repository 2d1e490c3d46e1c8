# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lumiverb import _native
from lumiverb.errors import ModelError
from lumiverb.export.package import describe_graph, write_package

onnx = pytest.importorskip("onnx")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402


def gain_model(gain: float = 2.0) -> bytes:
    graph = helper.make_graph(
        [helper.make_node("Mul", ["x", "gain"], ["y"])],
        "gain",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 4])],
        [numpy_helper.from_array(np.array([gain], np.float32), "gain")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def write(folder: Path, data: bytes | None = None, **changes: Any) -> Path:
    fields = {
        "name": "gain",
        "version": "0.1",
        "task": "gain",
        "licence": "CC0-1.0",
        "trained_on": "nothing",
        "metrics": {"error": 0.0},
        "card": "# Gain\n",
        **changes,
    }
    return write_package(folder, gain_model() if data is None else data, **fields)


def test_graph_is_described_as_in_the_manifest() -> None:
    assert describe_graph(gain_model()) == {
        "opset": 17,
        "inputs": [{"name": "x", "dtype": "float32", "shape": [-1, 4]}],
        "outputs": [{"name": "y", "dtype": "float32", "shape": [-1, 4]}],
    }


def test_what_is_written_loads(tmp_path: Path) -> None:
    folder = write(tmp_path / "models" / "gain", states=[], normalisation="none")
    manifest = _native.load_model_package(str(folder))
    assert manifest["size"] == len(gain_model())
    assert manifest["normalisation"] == "none"
    assert manifest == json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (folder / "card.md").read_text(encoding="utf-8") == "# Gain\n"
    assert sorted(p.name for p in folder.parent.iterdir()) == ["gain"]


def test_a_second_write_replaces_the_first(tmp_path: Path) -> None:
    write(tmp_path / "gain", version="1")
    (tmp_path / "gain" / "leftover").touch()
    folder = write(tmp_path / "gain", gain_model(3.0), version="2")
    assert _native.load_model_package(str(folder))["version"] == "2"
    assert sorted(p.name for p in folder.iterdir()) == ["card.md", "manifest.json", "model.onnx"]
    assert [p.name for p in tmp_path.iterdir()] == ["gain"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"opset": 12, "inputs": describe_graph(gain_model())["inputs"], "outputs": []}, 'field "outputs"'),
        ({"metrics": {"error": float("nan")}}, "not finite"),
        ({"licence": ""}, 'field "licence" is not a text'),
        ({"opset": 12}, 'field "opset" is 12 but model.onnx has opset 17'),
    ],
)
def test_a_package_that_would_not_load_leaves_the_old_one(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    write(tmp_path / "gain")
    before = {p.name: p.read_bytes() for p in (tmp_path / "gain").iterdir()}
    with pytest.raises(ModelError, match=reason.replace(".", r"\.")):
        write(tmp_path / "gain", gain_model(5.0), **changes)
    assert {p.name: p.read_bytes() for p in (tmp_path / "gain").iterdir()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["gain"]


def test_a_failed_exchange_brings_the_old_package_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "gain", version="1")
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if Path(target) == tmp_path / "gain" and self.name == "gain":
            raise OSError("disk full")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="disk full"):
        write(tmp_path / "gain", version="2")
    monkeypatch.undo()
    assert _native.load_model_package(str(tmp_path / "gain"))["version"] == "1"


def test_computed_fields_cannot_be_given(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sha256"):
        write(tmp_path / "gain", sha256="0" * 64)

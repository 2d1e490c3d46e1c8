# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tiny networks of known answers: mean colour of the picture, then one linear layer per output."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="the tests make their networks with the onnx package")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

BANDS = (125, 250, 500, 1000, 2000, 4000, 8000)
TARGETS = [
    *(f"ln_rt60_s_{hz}" for hz in BANDS),
    "ln_volume_m3",
    "ln_length_m",
    "ln_width_m",
    "ln_height_m",
    *(f"logit_absorption_{hz}" for hz in BANDS),
    *(f"drr_1m_db_{hz}" for hz in BANDS),
    "clarity_c50_2m_db",
]
KINDS = ["church", "office", "garden"]


def answers() -> dict[str, np.ndarray]:
    """Outputs for a black picture: T = 0.7 s, 8 x 5 x 3 m, absorption 0.27, DRR 6 dB at 1 m, C50 8 dB at 2 m, an office."""
    mean = np.zeros(26)
    mean[:7] = np.log(0.7)
    mean[7:11] = np.log([120.0, 8.0, 5.0, 3.0])
    mean[11:18] = -1.0
    mean[18:25] = 6.0
    mean[25] = 8.0
    return {
        "mean": mean,
        "log_std": np.full(26, -2.0),
        "kind": np.array([0.0, 2.0, 1.0]),
        "outdoor": np.array([-3.0]),
        "embedding": np.arange(128.0),
    }


def encoder_model(opset: int = 17, size: int = 192, **changes: Any) -> onnx.ModelProto:
    """``<output>_slope`` (3, width) says how an output follows the mean colour; other keywords replace answers."""
    heads = {**answers(), **{k: np.asarray(v) for k, v in changes.items() if not k.endswith("_slope")}}
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["colour"]),
    ]
    weights, outputs = [], []
    for name, bias in heads.items():
        slope = changes.get(f"{name}_slope", np.zeros((3, len(bias))))
        weights.append(numpy_helper.from_array(np.asarray(slope, np.float32), f"{name}_w"))
        weights.append(numpy_helper.from_array(np.asarray(bias, np.float32), f"{name}_b"))
        nodes.append(helper.make_node("Gemm", ["colour", f"{name}_w", f"{name}_b"], [name]))
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", len(bias)]))
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, size, size])
    graph = helper.make_graph(nodes, "tiny", [image], outputs, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


@pytest.fixture
def make_onnx() -> Callable[..., bytes]:
    return lambda **changes: encoder_model(**changes).SerializeToString()


@pytest.fixture
def make_package(tmp_path: Path) -> Callable[..., Path]:
    """``make_package(onnx=..., kinds=[...])``: a valid package folder, with manifest fields replaced (None = left out)."""

    def make(onnx: bytes | None = None, name: str = "tiny", **fields: Any) -> Path:
        onnx_bytes = encoder_model().SerializeToString() if onnx is None else onnx
        manifest = {
            "format_version": 1,
            "name": name,
            "version": "1",
            "task": "scene-encoder",
            "licence": "CC0-1.0",
            "opset": 17,
            "size": len(onnx_bytes),
            "sha256": hashlib.sha256(onnx_bytes).hexdigest(),
            "inputs": [{"name": "image", "dtype": "float32", "shape": [-1, 3, 192, 192]}],
            "outputs": [{"name": key, "dtype": "float32", "shape": [-1, len(value)]} for key, value in answers().items()],
            "targets": TARGETS,
            "kinds": KINDS,
            **fields,
        }
        folder = tmp_path / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "model.onnx").write_bytes(onnx_bytes)
        text = json.dumps({key: value for key, value in manifest.items() if value is not None})
        (folder / "manifest.json").write_text(text, encoding="utf-8")
        return folder

    return make

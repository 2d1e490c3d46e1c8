# SPDX-License-Identifier: AGPL-3.0-or-later
"""Networks of known answers in valid package folders, for tests of what the plug-in does with a model."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

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
HEARD_TARGETS = [*(f"ln_rt60_s_{hz}" for hz in BANDS), *(f"drr_db_{hz}" for hz in BANDS), "clarity_c50_db", "ln_volume_m3"]


def write_package(folder: Path) -> Path:
    """Write a scene encoder that says "stone chapel, 4.3 s, 11 x 11 x 9 m" of every picture.

    Parameters
    ----------
    folder : Path
        The models folder (what LUMIVERB_MODELS names); the package goes to its `scene-encoder`.
    """
    rt60 = np.array([3.9, 4.2, 4.4, 4.1, 3.4, 2.3, 1.2])
    answers = {
        "mean": [*np.log(rt60), np.log(1050.0), *np.log([11.0, 11.0, 9.0]), *[-2.2] * 7, *[3.0] * 7, -1.0],
        "log_std": [*[np.log(0.12)] * 7, *[np.log(0.25)] * 4, *[-1.0] * 7, *[0.4] * 7, 0.5],
        "kind": [2.0, 0.0],
        "outdoor": [-4.0],
        "embedding": list(np.linspace(-1, 1, 128)),
    }
    return _write(folder, "scene-encoder", "image", (3, 192, 192), answers, targets=TARGETS, kinds=["stone_chapel", "office"])


def write_blind_room(folder: Path) -> Path:
    """Write a network that hears "2.0 s, 500 m3" in every recording, to the folder's `blind-room`."""
    answers = {"mean": [*[np.log(2.0)] * 7, *[-3.0] * 7, -1.0, np.log(500.0)], "log_std": [*[np.log(0.12)] * 7, *[0.4] * 7, 0.5, -1.0]}
    return _write(folder, "blind-room", "bands", (-1, 32), answers, targets=HEARD_TARGETS, hop=0.008, window=0.032)


def _write(folder: Path, name: str, entry: str, shape: tuple[int, ...], answers: dict[str, list[float]], **manifest: Any) -> Path:
    """One input, its mean over all but the first two axes (or the time), and a linear layer of zero weights per answer."""
    from onnx import TensorProto, helper, numpy_helper

    nodes, weights, outputs = [], [], []
    if len(shape) == 3:
        nodes += [helper.make_node("GlobalAveragePool", [entry], ["pooled"]), helper.make_node("Flatten", ["pooled"], ["features"])]
        width = shape[0]
    else:
        nodes.append(helper.make_node("ReduceMean", [entry], ["features"], axes=[1], keepdims=0))
        width = shape[1]
    for output, values in answers.items():
        weights.append(numpy_helper.from_array(np.zeros((width, len(values)), np.float32), f"{output}_w"))
        weights.append(numpy_helper.from_array(np.asarray(values, np.float32), f"{output}_b"))
        nodes.append(helper.make_node("Gemm", ["features", f"{output}_w", f"{output}_b"], [output]))
        outputs.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, ["N", len(values)]))
    value = helper.make_tensor_value_info(entry, TensorProto.FLOAT, ["N", *(("T",) if shape[0] < 0 else shape[:1]), *shape[1:]])
    graph = helper.make_graph(nodes, "fake", [value], outputs, weights)
    data = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
    package = folder / name
    package.mkdir(parents=True, exist_ok=True)
    (package / "model.onnx").write_bytes(data)
    full = {
        "format_version": 1,
        "name": name,
        "version": "0.0.1",
        "task": name,
        "opset": 17,
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "licence": "none",
        "inputs": [{"name": entry, "dtype": "float32", "shape": [-1, *shape]}],
        "outputs": [{"name": output, "dtype": "float32", "shape": [-1, len(values)]} for output, values in answers.items()],
        **manifest,
    }
    (package / "manifest.json").write_text(json.dumps(full))
    return folder

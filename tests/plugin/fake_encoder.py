# SPDX-License-Identifier: AGPL-3.0-or-later
"""A scene encoder of known answers in a valid package folder, for tests of what the plug-in does with a model."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

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


def write_package(folder: Path) -> Path:
    """Write a package whose network says "stone chapel, 4.3 s, 11 x 11 x 9 m" of every picture.

    Parameters
    ----------
    folder : Path
        The models folder (what LUMIVERB_MODELS names); the package goes to its `scene-encoder`.
    """
    from onnx import TensorProto, helper, numpy_helper

    rt60 = np.array([3.9, 4.2, 4.4, 4.1, 3.4, 2.3, 1.2])
    answers = {
        "mean": [*np.log(rt60), np.log(1050.0), *np.log([11.0, 11.0, 9.0]), *[-2.2] * 7, *[3.0] * 7, -1.0],
        "log_std": [*[np.log(0.12)] * 7, *[np.log(0.25)] * 4, *[-1.0] * 7, *[0.4] * 7, 0.5],
        "kind": [2.0, 0.0],
        "outdoor": [-4.0],
        "embedding": list(np.linspace(-1, 1, 128)),
    }
    nodes = [helper.make_node("GlobalAveragePool", ["image"], ["pooled"]), helper.make_node("Flatten", ["pooled"], ["colour"])]
    weights, outputs = [], []
    for name, values in answers.items():
        weights.append(numpy_helper.from_array(np.zeros((3, len(values)), np.float32), f"{name}_w"))
        weights.append(numpy_helper.from_array(np.asarray(values, np.float32), f"{name}_b"))
        nodes.append(helper.make_node("Gemm", ["colour", f"{name}_w", f"{name}_b"], [name]))
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", len(values)]))
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, 192, 192])
    graph = helper.make_graph(nodes, "fake", [image], outputs, weights)
    data = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
    package = folder / "scene-encoder"
    package.mkdir(parents=True, exist_ok=True)
    (package / "model.onnx").write_bytes(data)
    manifest = {
        "format_version": 1,
        "name": "scene-encoder",
        "version": "0.0.1",
        "task": "scene-encoder",
        "opset": 17,
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "licence": "none",
        "targets": TARGETS,
        "kinds": ["stone_chapel", "office"],
        "inputs": [{"name": "image", "dtype": "float32", "shape": [-1, 3, 192, 192]}],
        "outputs": [{"name": name, "dtype": "float32", "shape": [-1, len(values)]} for name, values in answers.items()],
    }
    (package / "manifest.json").write_text(json.dumps(manifest))
    return folder

# SPDX-License-Identifier: AGPL-3.0-or-later
"""A dereverberation network of known behaviour: every bin's gain is its power over its power and three times its own average so far."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

ORDER, TAP_BINS, BINS = 2, 128, 513


def follower_graph(tail: float = 3.0) -> bytes:
    """gain = p / (p + tail level + tiny) with level = 0.9 level + 0.1 p; half of it where a room is known. Below bin 128 through the first tap."""
    from onnx import TensorProto, helper, numpy_helper

    def constant(name: str, value: Any, dtype: Any = np.float32) -> Any:
        return numpy_helper.from_array(np.asarray(value, dtype), name)

    weights = [
        constant("decay", [0.9]),
        constant("attack", [0.1]),
        constant("weight", [tail]),
        constant("tiny", [1e-12]),
        constant("minus_half", [-0.5]),
        constant("one", [1.0]),
        constant("power_axes", [1, 2], np.int64),
        constant("tap_from", [0], np.int64),
        constant("tap_to", [TAP_BINS], np.int64),
        constant("known_at", [10], np.int64),
        constant("bin_axis", [1], np.int64),
        constant("tap_shape", [1, 1, 1, TAP_BINS], np.int64),
        constant("no_imaginary", np.zeros((1, 1, 1, TAP_BINS))),
        constant("no_past", np.zeros((1, ORDER - 1, 2, TAP_BINS))),
    ]
    nodes = [
        helper.make_node("Mul", ["spectrum", "spectrum"], ["squares"]),
        helper.make_node("ReduceSum", ["squares", "power_axes"], ["power"], keepdims=0),
        helper.make_node("Mul", ["level_in", "decay"], ["kept"]),
        helper.make_node("Mul", ["power", "attack"], ["added"]),
        helper.make_node("Add", ["kept", "added"], ["level_out"]),
        helper.make_node("Mul", ["level_out", "weight"], ["tail"]),
        helper.make_node("Add", ["power", "tail"], ["all"]),
        helper.make_node("Add", ["all", "tiny"], ["denominator"]),
        helper.make_node("Div", ["power", "denominator"], ["blind"]),
        helper.make_node("Gather", ["condition", "known_at"], ["known"], axis=1),
        helper.make_node("Mul", ["known", "minus_half"], ["less"]),
        helper.make_node("Add", ["less", "one"], ["scale"]),
        helper.make_node("Mul", ["blind", "scale"], ["gain"]),
        helper.make_node("Slice", ["gain", "tap_from", "tap_to", "bin_axis"], ["low_gain"]),
        helper.make_node("Reshape", ["low_gain", "tap_shape"], ["real"]),
        helper.make_node("Concat", ["real", "no_imaginary"], ["now"], axis=2),
        helper.make_node("Concat", ["now", "no_past"], ["filter"], axis=1),
    ]

    def tensor(name: str, shape: list[int]) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    inputs = [tensor("spectrum", [1, 2, 1, BINS]), tensor("condition", [1, 11]), tensor("level_in", [1, BINS])]
    outputs = [tensor("filter", [1, ORDER, 2, TAP_BINS]), tensor("gain", [1, BINS]), tensor("level_out", [1, BINS])]
    graph = helper.make_graph(nodes, "follower", inputs, outputs, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def write_follower(folder: Path, graph: bytes | None = None, **fields: Any) -> Path:
    """A package in `folder`/dry-lite; `fields` replace those of the manifest."""
    from lumiverb.export.package import write_package

    manifest: dict[str, Any] = {
        "name": "dry-lite", "version": "0.0.1", "task": "dry", "licence": "AGPL-3.0-or-later", "trained_on": "nothing", "metrics": {},
        "card": "A test's own package.", "sample_rate": 48000, "fft": 1024, "window": 960, "hop": 480, "synthesis_window": 960,
        "filter_order": ORDER, "filter_bins": TAP_BINS, "early_ms": 30, "latency_samples": 960,
        "states": [{"name": "level", "shape": [1, BINS]}],
    }  # fmt: skip
    return write_package(folder / "dry-lite", graph or follower_graph(), **{**manifest, **fields})

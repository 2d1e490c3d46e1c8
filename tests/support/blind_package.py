# SPDX-License-Identifier: AGPL-3.0-or-later
"""A blind-room network of known behaviour: always the same hall, but C50 follows the mean level of the lowest band."""

from __future__ import annotations

from pathlib import Path

import numpy as np

RT60_S, DRR_DB, VOLUME_M3, SPREAD = 1.5, -3.0, 900.0, 0.1


def hall_graph() -> bytes:
    """bands (N, T, 32) -> mean over T -> one linear layer per output."""
    from onnx import TensorProto, checker, helper, numpy_helper

    mean = np.array([np.log(RT60_S)] * 7 + [DRR_DB] * 7 + [8.0, np.log(VOLUME_M3)], np.float32)
    follows = np.zeros((32, 16), np.float32)
    follows[0, 14] = 0.1
    weights = [
        numpy_helper.from_array(follows, "mean_w"),
        numpy_helper.from_array(mean, "mean_b"),
        numpy_helper.from_array(np.zeros((32, 16), np.float32), "log_std_w"),
        numpy_helper.from_array(np.full(16, np.log(SPREAD), np.float32), "log_std_b"),
    ]
    nodes = [helper.make_node("ReduceMean", ["bands"], ["level"], axes=[1], keepdims=0)]
    nodes += [helper.make_node("Gemm", ["level", f"{name}_w", f"{name}_b"], [name]) for name in ("mean", "log_std")]
    bands = helper.make_tensor_value_info("bands", TensorProto.FLOAT, ["N", "T", 32])
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", 16]) for name in ("mean", "log_std")]
    graph = helper.make_graph(nodes, "hall", [bands], outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    return model.SerializeToString()


def write_hall(models: Path) -> None:
    """The package ``blind-room`` into a folder of models."""
    from lumiverb.export.package import write_package

    bands = ("125", "250", "500", "1000", "2000", "4000", "8000")
    targets = [f"{quantity}_{band}" for quantity in ("ln_rt60_s", "drr_db") for band in bands] + ["clarity_c50_db", "ln_volume_m3"]
    write_package(
        models / "blind-room", hall_graph(), name="blind-room", version="0.0.1", task="blind-room", licence="AGPL-3.0-or-later",
        trained_on="nothing", metrics={}, card="A test's own package.", targets=targets, hop=0.008, window=0.032,
    )  # fmt: skip

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blind room: torch -> ONNX -> model package, with the parity checks and the card."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
import torch

from lumiverb import _native
from lumiverb.errors import ModelError
from lumiverb.nets.blind_room import HEARD_BANDS, BlindRoom, Prediction
from lumiverb.training.heard_targets import TARGET_NAMES

OPSET = 17
LICENCE = "AGPL-3.0-or-later"
PARITY = 1e-4
#: Lengths in frames that parity is checked at: 2 s and 7.3 s.
_LENGTHS = (247, 911)


def onnx_bytes(model: BlindRoom) -> bytes:
    """The graph: input ``bands`` (N, T, 32) in dB, outputs ``mean`` and ``log_std`` (N, 16), any N and T, weights inside."""
    names = list(Prediction._fields)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the TorchScript exporter announces its successor, which needs more packages
        torch.onnx.export(
            model.eval(),
            (_example_levels(2, _LENGTHS[0]),),
            buffer,  # pyright: ignore[reportArgumentType]  (a file object is taken when dynamo is off)
            opset_version=OPSET,
            dynamo=False,
            input_names=["bands"],
            output_names=names,
            dynamic_axes={"bands": {0: "N", 1: "T"}} | {name: {0: "N"} for name in names},
        )
    return buffer.getvalue()


def check_parity(model: BlindRoom, graph: bytes, tolerance: float = PARITY) -> float:
    """Largest difference between torch and ONNX Runtime at two lengths, one recording at a time and as a batch.

    Raises
    ------
    ModelError
        If it exceeds ``tolerance``.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    worst = 0.0
    for frames in _LENGTHS:
        levels = _example_levels(3, frames)
        with torch.no_grad():
            expected = [part.numpy() for part in model.eval()(levels)]
        batch = session.run(list(Prediction._fields), {"bands": levels.numpy()})
        single = [session.run(list(Prediction._fields), {"bands": levels[i : i + 1].numpy()}) for i in range(len(levels))]
        single = [np.concatenate(rows) for rows in zip(*single, strict=True)]
        worst = max(worst, *(float(np.abs(e - g).max()) for got in (batch, single) for e, g in zip(expected, got, strict=True)))
    if worst > tolerance:
        raise ModelError(f"blind-room: ONNX Runtime differs from torch by {worst:.2e}, more than {tolerance:.0e}")
    return worst


def _example_levels(count: int, frames: int) -> torch.Tensor:
    """Levels as of bursts that ring out, (count, frames, 32)."""
    rng = np.random.default_rng(frames)
    time = np.arange(frames) * _native.HEARD_HOP_S
    decay = 60 * (time % 0.7)[:, None] / rng.uniform(0.3, 2.0, (count, 1, HEARD_BANDS))
    return torch.from_numpy((-20 - np.minimum(decay, 60) + rng.normal(0, 3, (count, frames, HEARD_BANDS))).astype(np.float32))


def write_blind_room(folder: Path, model: BlindRoom, graph: bytes, medians: list[float], metrics: dict, training: dict) -> Path:
    """Checks that ``graph`` (of :func:`onnx_bytes`) is ``model``, and writes the package.

    ``medians`` (16,) are those of the training takes; ``metrics`` the measured numbers; ``training`` what the card says of the recipe.
    """
    from lumiverb.export.blind_room_card import render
    from lumiverb.export.package import write_package

    fields = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "trained_on": training["data"],
        "metrics": metrics | {"parity_torch_onnxruntime": float(f"{check_parity(model, graph):.1e}")},
        "recipe": {key: training[key] for key in ("preset", "command", "takes", "steps", "batch")},
    }
    return write_package(
        folder,
        graph,
        name="blind-room",
        version="1",
        task="blind-room",
        licence=LICENCE,
        card=render(fields),
        opset=OPSET,
        targets=list(TARGET_NAMES),
        hop=_native.HEARD_HOP_S,
        window=_native.HEARD_WINDOW_S,
        normalisation="inside the graph: band levels in dB in, of a sound whose loudest sample is 1",
        training_medians=[round(float(v), 4) for v in medians],
        **fields,
    )

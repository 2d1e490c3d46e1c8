# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dry: torch -> streaming ONNX graph -> model package, with the parity checks."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lumiverb.audio import dry_grid
from lumiverb.errors import ModelError
from lumiverb.export.dry_graph import DryGraph, state_shapes
from lumiverb.nets.dry import CONDITION, FILTER_BINS, DryNet, DryShape, DryStream, initial_state

OPSET = 17
LICENCE = "AGPL-3.0-or-later"
PARITY = 1e-5
EARLY_MS = 30


def onnx_bytes(net: DryNet) -> bytes:
    """The graph of :class:`lumiverb.export.dry_graph.DryGraph`; states are inputs ``<name>_in`` and outputs ``<name>_out``."""
    names = state_shapes(net.shape)
    states = [torch.zeros(shape) for shape in names.values()]
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the TorchScript exporter announces its successor, which needs more packages
        torch.onnx.export(
            DryGraph(net).eval(),
            (torch.randn(1, 2, 1, dry_grid.BINS), torch.zeros(1, CONDITION), *states),
            buffer,  # pyright: ignore[reportArgumentType]  (a file object is taken when dynamo is off)
            opset_version=OPSET,
            dynamo=False,
            input_names=["spectrum", "condition", *(f"{name}_in" for name in names)],
            output_names=["filter", "gain", *(f"{name}_out" for name in names)],
        )
    return buffer.getvalue()


def grid_fields(shape: DryShape) -> dict[str, Any]:
    """Manifest fields that tell the engine how to feed the graph (docs/models.md)."""
    return {
        "sample_rate": dry_grid.SAMPLE_RATE,
        "fft": dry_grid.FFT,
        "window": shape.grid.window,
        "hop": shape.grid.hop,
        "synthesis_window": shape.grid.synthesis_window,
        "filter_order": 1,
        "filter_bins": FILTER_BINS,
        "early_ms": EARLY_MS,
        "latency_samples": shape.grid.synthesis_window,
        "states": [{"name": name, "shape": list(size)} for name, size in state_shapes(shape).items()],
        "shape": asdict(shape),
    }


@torch.no_grad()
def check_parity(net: DryNet, graph: bytes, spectra: np.ndarray, condition: np.ndarray, tolerance: float = PARITY) -> float:
    """Largest difference over ``spectra`` (frames, 513) between ONNX Runtime hop by hop, torch hop by hop and torch on the whole.

    Raises
    ------
    ModelError
        If it exceeds ``tolerance``.
    """
    from lumiverb.evaluation.dry_stream import OnnxDry

    streamed = OnnxDry(graph).gains(spectra, condition)
    stream, state = DryStream(net).eval(), initial_state(net.shape)
    said, hops = torch.from_numpy(condition[None]), []
    for frame in spectra:
        parts = torch.from_numpy(np.stack([frame.real, frame.imag])[None, :, None].astype(np.float32))
        _, gain, *state = stream(parts, said, *state)
        hops.append(gain[0].numpy())
    worst = max(float(np.abs(streamed - other).max()) for other in (np.stack(hops), whole_gains(net, spectra, condition)))
    if not worst <= tolerance:
        raise ModelError(f"dry: ONNX Runtime differs from torch by {worst:.2e}, more than {tolerance:.0e}")
    return worst


@torch.no_grad()
def whole_gains(net: DryNet, spectra: np.ndarray, condition: np.ndarray) -> np.ndarray:
    """Gains (frames, 513) for spectra (frames, 513), all frames at once."""
    stream, state = DryStream(net), initial_state(net.shape)
    power = stream.band_power(torch.from_numpy((np.abs(spectra) ** 2).astype(np.float32))[None])
    features, state = net.features(power, state)
    bands, _ = net.eval()(features, torch.from_numpy(condition[None]), (state.memory, state.cell))
    return stream.bin_gains(bands[0]).numpy()


def export_untrained(folder: str | Path, seed: int = 1) -> Path:
    """A package with the graph's contract and random weights, for tests of plumbing: it does nothing useful to sound."""
    torch.manual_seed(seed)
    net = DryNet().eval()
    with torch.no_grad():
        net.out.weight.mul_(20)  # gains that move
    return write_dry(Path(folder), net, onnx_bytes(net), name="dry-untrained", trained_on="nothing", metrics={}, card="Random weights.")


def write_dry(folder: Path, net: DryNet, graph: bytes, *, name: str, version: str = "1", **fields: Any) -> Path:
    """Writes the package; ``fields`` are those of :func:`lumiverb.export.package.write_package` that are not of the grid."""
    from lumiverb.export.package import write_package

    manifest: Mapping[str, Any] = grid_fields(net.shape) | fields
    return write_package(
        folder, graph, name=name, version=version, task="dry", licence=LICENCE, opset=OPSET,
        parameters=sum(p.numel() for p in net.parameters()), **manifest,
    )  # fmt: skip


def save_checkpoint(path: Path, net: DryNet) -> None:
    """The finished network with its sizes."""
    temporary = path.with_suffix(".part")
    torch.save({"shape": asdict(net.shape), "model": net.state_dict()}, temporary)
    temporary.replace(path)


def load_checkpoint(path: Path) -> DryNet:
    """Reads what :func:`save_checkpoint` wrote. Raises ModelError if it is none."""
    try:
        state = torch.load(path, weights_only=True)
        net = DryNet(DryShape(**state["shape"]))
        net.load_state_dict(state["model"])
    except (KeyError, TypeError, RuntimeError, OSError) as error:
        raise ModelError(f"{path}: not a finished Dry network ({' '.join(str(error).split())[:200]})") from None
    return net.eval()

# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Dry graph in ONNX Runtime, hop by hop, on the grid of :mod:`lumiverb.audio.dry_grid`: the reference for the engine in the core."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lumiverb.audio import dry_grid
from lumiverb.audio.dry_grid import USUAL, Grid


class OnnxDry:
    """Streams mono audio at 48 kHz through ``model.onnx`` (a path or the bytes)."""

    def __init__(self, graph: bytes | str | Path, grid: Grid = USUAL):
        import onnxruntime

        self.grid = grid
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        source = graph if isinstance(graph, bytes) else str(graph)
        self.session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
        self.states = {i.name: i.shape for i in self.session.get_inputs() if i.name.endswith("_in")}
        self.outputs = [o.name for o in self.session.get_outputs()]

    def filters(
        self, spectra: NDArray[np.complexfloating], condition: NDArray[np.floating] | None = None
    ) -> tuple[NDArray[np.complex64], NDArray[np.float32]]:
        """Taps (frames, order, 128) and gains (frames, 513) for spectra (frames, 513); ``condition`` (11,), None = blind."""
        feeds = {name: np.zeros(shape, np.float32) for name, shape in self.states.items()}
        feeds["condition"] = blind_condition()[None] if condition is None else np.asarray(condition, np.float32)[None]
        taps, gains = [], []
        for frame in spectra:
            feeds["spectrum"] = np.stack([frame.real, frame.imag])[None, :, None].astype(np.float32)
            result = {name: np.asarray(value) for name, value in zip(self.outputs, self.session.run(None, feeds))}
            taps.append(result["filter"][0, :, 0] + 1j * result["filter"][0, :, 1])
            gains.append(result["gain"][0])
            feeds |= {name: result[name[:-3] + "_out"] for name in self.states}
        return np.stack(taps).astype(np.complex64), np.stack(gains)

    def gains(self, spectra: NDArray[np.complexfloating], condition: NDArray[np.floating] | None = None) -> NDArray[np.float32]:
        """Gains (frames, 513) alone."""
        return self.filters(spectra, condition)[1]

    def __call__(self, audio: NDArray[np.floating], condition: NDArray[np.floating] | None = None) -> NDArray[np.float32]:
        """Mono audio in and out, aligned."""
        spectra = dry_grid.analyse(audio, self.grid)
        return dry_grid.synthesise(apply_filter(spectra, *self.filters(spectra, condition)), len(audio), self.grid)


def blind_condition() -> NDArray[np.float32]:
    """Nothing known of the room, amount 1."""
    condition = np.zeros(11, np.float32)
    condition[9] = 1.0
    return condition


def apply_filter(
    spectra: NDArray[np.complexfloating], taps: NDArray[np.complexfloating], gains: NDArray[np.floating]
) -> NDArray[np.complexfloating]:
    """Y[t] = sum over o of taps[t, o] X[t - o] in the lower bins, gains[t] X[t] above them."""
    bins = taps.shape[2]
    out = spectra * gains
    out[:, :bins] = 0
    for order in range(taps.shape[1]):
        out[order:, :bins] += taps[order:, order] * spectra[: len(spectra) - order, :bins]
    return out

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dry's streaming graph with few nodes: what :class:`lumiverb.nets.dry.DryStream` computes, in half as many steps.

In real time one hop of the network runs every 10 ms on caches that others have filled meanwhile. It then costs about three times what it
costs in a loop, nearly all of it per node and hardly any of it arithmetic. So everything linear in the features is one matrix, all
logarithms are one, what depends on the condition alone is one layer, and nothing is transposed or expanded. The results differ from
``DryStream`` by rounding; :func:`lumiverb.export.dry.check_parity` compares them.
"""

from __future__ import annotations

import copy
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from lumiverb.audio.dry_grid import BANDS, gather_matrix, spread_matrix
from lumiverb.nets.dry import (
    BANDS_PER_CONTEXT,
    CHANGES,
    COMPRESSION,
    DECAYS_S,
    FEATURES,
    FILTER_BINS,
    FLOOR,
    BandFeatures,
    DryNet,
    DryShape,
    initial_state,
)

LATE = len(DECAYS_S)


class Rows:
    """Of the history: power of the last hops, what the decays have left, mean, its weight; and the present power below."""

    def __init__(self, early_hops: int):
        self.late = early_hops
        self.mean, self.weight = early_hops + LATE, early_hops + LATE + 1
        self.now = self.history = early_hops + LATE + 2


class Affine(NamedTuple):
    """Rows out = matrix @ rows in + offset, the same in every band."""

    matrix: torch.Tensor
    offset: torch.Tensor


def next_history(features: BandFeatures) -> Affine:
    """(history, history + 1): history and present power -> history of the next hop."""
    rows = Rows(features.early_hops)
    a, b = torch.zeros(rows.history, rows.history + 1), torch.zeros(rows.history)
    for row in range(rows.late - 1):
        a[row, row + 1] = 1
    a[rows.late - 1, rows.now] = 1
    for i, decay in enumerate(features.decay[:, 0]):
        row = rows.late + i
        a[row, row], a[row, 0] = decay, 1 - decay
    keep = features.mean_keep
    a[rows.mean, rows.mean] = a[rows.weight, rows.weight] = keep
    a[rows.mean, rows.now] = b[rows.weight] = 1 - keep
    return Affine(a, b)


def levels(features: BandFeatures) -> Affine:
    """(FEATURES + 1, history + 1): history and present power -> what logarithms are taken of.

    Rows: present power, what the decays have left now, the band's mean times its weight, power of the last hops, the weight.
    """
    after, rows = next_history(features), Rows(features.early_hops)
    a, b = torch.zeros(FEATURES + 1, rows.history + 1), torch.full((FEATURES + 1,), FLOOR)
    a[0, rows.now] = 1
    a[1 : 1 + LATE] = after.matrix[rows.late : rows.mean]
    own = 1 + LATE
    # log (mean / weight + FLOOR) = log (mean + FLOOR weight) - log weight
    a[own] = after.matrix[rows.mean] + FLOOR * after.matrix[rows.weight]
    b[own] = FLOOR * after.offset[rows.weight]
    a[range(own + 1, own + 1 + CHANGES), range(0, rows.late, features.early_hops // CHANGES)] = 1
    a[-1], b[-1] = after.matrix[rows.weight], after.offset[rows.weight]
    return Affine(a, b)


def ratios() -> tuple[torch.Tensor, Affine]:
    """Two parts of the features, of a band's own levels and of their means over all bands: (FEATURES, FEATURES + 1) each, in units of 4 neper."""
    own = 1 + LATE
    bands, means, offset = torch.zeros(FEATURES, FEATURES + 1), torch.zeros(FEATURES, FEATURES + 1), torch.zeros(FEATURES)
    bands[:, 0] = 1
    bands[range(FEATURES), range(FEATURES)] -= 1
    bands[0, 0] = bands[own, own] = 1
    bands[own, 0] = 0
    # Loudness: its logarithm lacks the weight, which the band's own mean lacks too, but not the present power.
    means[0, own] = means[own, own] = -1
    means[0, -1] = 1
    offset[0] = offset[own] = 6
    return bands / 4, Affine(means / 4, offset / 4)


def state_shapes(shape: DryShape) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the states: ``history`` and what the recurrent layer carries."""
    carried = initial_state(shape)._asdict()
    recurrent = {name: tuple(tensor.shape) for name, tensor in carried.items() if name not in ("power", "late", "mean")}
    return {"history": (1, Rows(shape.early_hops).history, BANDS), **recurrent}


class DryGraph(nn.Module):
    """What is exported: spectrum (1, 2, 1, 513), condition (1, 11), states -> filter (1, 1, 2, 128), gain (1, 513), states after."""

    history_matrix: torch.Tensor
    history_offset: torch.Tensor
    level_matrix: torch.Tensor
    level_offset: torch.Tensor
    ratio_bands: torch.Tensor
    ratio_means: torch.Tensor
    ratio_offset: torch.Tensor
    gather: torch.Tensor
    spread: torch.Tensor
    repeat: torch.Tensor

    def __init__(self, net: DryNet):
        super().__init__()
        self.net = net
        self.recurrent = copy.copy(net.lstm)
        self.recurrent.batch_first = False  # one hop of one stream: the same, without a transposition
        self.shaping = self.merged_shaping()
        low, (high, offset) = ratios()
        constants = {
            "history_matrix": next_history(net.features).matrix[..., None],
            "history_offset": next_history(net.features).offset,
            "level_matrix": levels(net.features).matrix[..., None],
            "level_offset": levels(net.features).offset,
            "ratio_bands": low,
            "ratio_means": high[..., None],
            "ratio_offset": offset,
            "gather": torch.from_numpy(gather_matrix().T.copy()),
            "spread": torch.from_numpy(spread_matrix().T.copy()),
            "repeat": torch.eye(BANDS // BANDS_PER_CONTEXT).repeat_interleave(BANDS_PER_CONTEXT, 1),
        }
        for name, value in constants.items():
            self.register_buffer(name, value, persistent=False)

    def merged_shaping(self) -> nn.Linear:
        """Both layers that the condition drives, with the one of x (1 + a) in the offset."""
        net, shape = self.net, self.net.shape
        both = nn.Linear(net.condition_memory.in_features, 2 * (shape.memory + shape.channels))
        with torch.no_grad():
            both.weight.copy_(torch.cat([net.condition_memory.weight, net.condition_band.weight]))
            both.bias.copy_(torch.cat([net.condition_memory.bias, net.condition_band.bias]))
            both.bias[: shape.memory] += 1
            both.bias[2 * shape.memory : 2 * shape.memory + shape.channels] += 1
        return both

    def features(self, spectrum: torch.Tensor, history: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(1, FEATURES, BANDS) and the history after."""
        power = spectrum.square().sum(1) @ self.gather  # (1, 1, BANDS)
        rows = torch.cat([history, power], 1)
        level = F.conv1d(rows, self.level_matrix, self.level_offset)
        loudness = torch.log(level.mean(2, keepdim=True))
        ratio = self.ratio_bands @ torch.log(level) + F.conv1d(loudness, self.ratio_means, self.ratio_offset)
        return ratio.clamp(-3, 3), F.conv1d(rows, self.history_matrix, self.history_offset)

    def forward(
        self, spectrum: torch.Tensor, condition: torch.Tensor, history: torch.Tensor, memory: torch.Tensor, cell: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        """One hop; ``memory`` and ``cell`` are what the recurrent layer carries."""
        net, shape = self.net, self.net.shape
        features, history = self.features(spectrum, history)
        sizes = [shape.memory, shape.memory, shape.channels, shape.channels]
        a, b, a_band, b_band = torch.split(self.shaping(net.condition(condition)), sizes, 1)
        entered = F.relu(net.enter(features.reshape(1, FEATURES * BANDS)) * a + b)
        _, (memory, cell) = self.recurrent(entered[None], (memory, cell))
        context = F.relu(net.leave(memory[0] + entered)).reshape(1, shape.context, BANDS // BANDS_PER_CONTEXT) @ self.repeat
        x = net.mix(torch.cat([F.relu(net.first(features)), context], 1)) + net.place
        x = F.relu(x * a_band[..., None] + b_band[..., None])
        bands = torch.sigmoid(net.out(F.relu(net.second(x))))  # (1, 1, BANDS)
        gain = torch.pow((bands @ self.spread).clamp(min=1e-6), 1 / COMPRESSION)
        low = gain[:, None, :, :FILTER_BINS]
        return torch.cat([low, torch.zeros_like(low)], 2), gain[:, 0], history, memory, cell

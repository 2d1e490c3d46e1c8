# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dry: hears how each band decays and says how much of it is late reverberation, one hop of 10 ms at a time.

::

    |X|^2 in 60 bands ── features (10 per band): level against the loudness, against what five decays (T60 0.12 to 4 s) would have left of
      │                  the sound up to 30 ms ago, against the band's own mean; change over 10, 20 and 30 ms
      ├─ linear ─ LSTM over time ─ linear ── context of every four bands          (what room it is, what is being said)
      └─ convolutions over frequency, the same for every band: features + context ── gain^.3

The memory of the decays is computed, not learnt, so training needs back-propagation through time only in the small LSTM, and the rest may
look at every fourth hop. Levels only enter as ratios: the network does not know how loud the recording is. Gains are estimated as
gain^.3, the domain of the loss and about that of loudness. Everything that reaches back in time is a state: a stream and a whole file
give the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from lumiverb.audio.dry_grid import BANDS, LOW_LATENCY, USUAL, Grid, gather_matrix, spread_matrix

CONDITION = 11
COMPRESSION = 0.3
FEATURES = 10
EARLY_S = 0.03  #: sound that is younger belongs to the early part
CHANGES = 3  #: the early part is compared with the present that many times
DECAYS_S = (0.12, 0.3, 0.7, 1.6, 4.0)
MEAN_S = 2.0  #: time constant of the loudness and of the bands' means
FLOOR = 1e-12  #: of the power of a bin
BANDS_PER_CONTEXT = 4
FILTER_BINS = 128
DROPOUT = 0.15


@dataclass(frozen=True)
class DryShape:
    """Sizes of a network; those of the ``lite`` preset by default."""

    channels: int = 40
    context: int = 24
    memory: int = 160
    low_latency: bool = False

    @property
    def grid(self) -> Grid:
        return LOW_LATENCY if self.low_latency else USUAL

    @property
    def early_hops(self) -> int:
        """A multiple of CHANGES, about EARLY_S."""
        return CHANGES * round(EARLY_S / CHANGES / self.grid.hop_s)


Memory = tuple[torch.Tensor, torch.Tensor]


class DryState(NamedTuple):
    """What is carried from hop to hop (N = streams); zeros at the start."""

    power: torch.Tensor  #: (N, early_hops, BANDS) of the last hops, newest last
    late: torch.Tensor  #: (N, 5, BANDS) what the decays have left
    mean: torch.Tensor  #: (N, BANDS + 1) leaky means of power; the last column is the weight gathered so far
    memory: torch.Tensor  #: (1, N, memory), what the LSTM said last
    cell: torch.Tensor  #: (1, N, memory), what it keeps


def initial_state(shape: DryShape, streams: int = 1) -> DryState:
    """Silence before the start."""
    return DryState(
        torch.zeros(streams, shape.early_hops, BANDS),
        torch.zeros(streams, len(DECAYS_S), BANDS),
        torch.zeros(streams, BANDS + 1),
        *no_memory(shape, streams),
    )


def no_memory(shape: DryShape, streams: int = 1) -> Memory:
    """The LSTM's part of the initial state."""
    return torch.zeros(1, streams, shape.memory), torch.zeros(1, streams, shape.memory)


class BandFeatures(nn.Module):
    """Power in bands (N, T, BANDS) -> features (N, T, FEATURES, BANDS), and the state after. Nothing in it is trained."""

    decay: torch.Tensor

    def __init__(self, shape: DryShape):
        super().__init__()
        hop, self.early_hops = shape.grid.hop_s, shape.early_hops
        decay = [10 ** (-6 * hop / t) for t in DECAYS_S]
        self.register_buffer("decay", torch.tensor(decay)[:, None], persistent=False)
        self.mean_keep = float(torch.exp(torch.tensor(-hop / MEAN_S)))

    def forward(self, power: torch.Tensor, state: DryState) -> tuple[torch.Tensor, DryState]:
        columns = []
        for t in range(power.shape[1]):
            column, state = self.step(power[:, t], state)
            columns.append(column)
        return torch.stack(columns, 1), state

    def step(self, power: torch.Tensor, state: DryState) -> tuple[torch.Tensor, DryState]:
        """One hop: power (N, BANDS) -> (N, FEATURES, BANDS)."""
        past = state.power
        late = state.late * self.decay + past[:, :1] * (1 - self.decay)
        kept = state.mean * self.mean_keep
        mean = kept + (1 - self.mean_keep) * torch.cat([power, torch.ones_like(power[:, :1])], 1)
        own = mean[:, :-1] / mean[:, -1:]
        now, own_log = _log(power), _log(own)
        loudness = _log(own.mean(1, keepdim=True))
        ratios = torch.cat(
            [
                (now - loudness)[:, None] + 6,  # most bands lie far below the mean over frequency, which the lowest ones rule
                now[:, None] - _log(late),
                (own_log - loudness)[:, None] + 6,
                now[:, None] - _log(past[:, :: self.early_hops // CHANGES]),
            ],
            1,
        )
        state = state._replace(power=torch.cat([past[:, 1:], power[:, None]], 1), late=late, mean=mean)
        return ratios.clamp(-12, 12) / 4, state


def _log(power: torch.Tensor) -> torch.Tensor:
    return torch.log(power + FLOOR)


class DryNet(nn.Module):
    """Features and condition -> gain^.3 per band; see the module's text."""

    def __init__(self, shape: DryShape | None = None):
        super().__init__()
        self.shape = shape = shape or DryShape()
        c = shape.channels
        self.features = BandFeatures(shape)
        self.condition = nn.Sequential(nn.Linear(CONDITION, 32), nn.ReLU())
        self.condition_memory = nn.Linear(32, 2 * shape.memory)
        self.condition_band = nn.Linear(32, 2 * c)
        self.enter = nn.Linear(FEATURES * BANDS, shape.memory)
        self.lstm = nn.LSTM(shape.memory, shape.memory, batch_first=True)  # trains several times faster on a CPU than a GRU
        self.forget = nn.Dropout(DROPOUT)
        self.leave = nn.Linear(shape.memory, BANDS // BANDS_PER_CONTEXT * shape.context)
        self.first = nn.Conv1d(FEATURES, c, 3, padding=1)
        self.place = nn.Parameter(torch.zeros(c, BANDS))  # what is particular to a band
        self.mix = nn.Conv1d(c + shape.context, c, 1)
        self.second = nn.Conv1d(c, c, 3, padding=1)
        self.out = nn.Conv1d(c, 1, 1)
        for layer in (self.condition_memory, self.condition_band):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        # Gains start near one: first of all, do no harm.
        nn.init.constant_(self.out.bias, 1.5)  # type: ignore[arg-type]

    def forward(
        self, features: torch.Tensor, condition: torch.Tensor, memory: Memory, wanted: slice = slice(None)
    ) -> tuple[torch.Tensor, Memory]:
        """features (N, T, FEATURES, BANDS), condition (N, CONDITION), memory and cell (1, N, memory) -> gain^.3 (N, W, BANDS) of the
        ``wanted`` hops, 0..1, and memory and cell after the last hop.
        """
        said = self.condition(condition)
        entered = F.relu(_shaped(self.enter(features.flatten(2)), self.condition_memory(said)[:, None], 2))
        remembered, memory = self.lstm(entered, memory)
        context = self.leave(self.forget((remembered + entered)[:, wanted]))
        features = features[:, wanted]
        hops = features.shape[1]
        shaping = self.condition_band(said)[:, None].expand(-1, hops, -1).flatten(0, 1)
        gain = self.band_gains(features.flatten(0, 1), context.flatten(0, 1), shaping)
        return gain.unflatten(0, (-1, hops)), memory

    def band_gains(self, features: torch.Tensor, context: torch.Tensor, shaping: torch.Tensor) -> torch.Tensor:
        """(R, FEATURES, BANDS), (R, groups x context), (R, 2 channels) -> (R, BANDS); rows are independent."""
        context = F.relu(context).reshape(-1, self.shape.context, BANDS // BANDS_PER_CONTEXT, 1)
        context = context.expand(-1, -1, -1, BANDS_PER_CONTEXT).flatten(2)
        x = self.mix(torch.cat([F.relu(self.first(features)), context], 1)) + self.place
        x = F.relu(_shaped(x, shaping[..., None], 1))
        return torch.sigmoid(self.out(F.relu(self.second(x))))[:, 0]


def _shaped(x: torch.Tensor, factors: torch.Tensor, channels: int) -> torch.Tensor:
    """x (1 + a) + b, with (a, b) side by side in ``factors`` along the axis ``channels``."""
    a, b = factors.chunk(2, channels)
    return x * (1 + a) + b


def shape_of(state: Mapping[str, torch.Tensor], low_latency: bool) -> DryShape:
    """Sizes of the network that the weights belong to."""
    context = len(state["leave.bias"]) // (BANDS // BANDS_PER_CONTEXT)
    return DryShape(len(state["place"]), context, state["lstm.weight_hh_l0"].shape[1], low_latency)


def widened(net: DryNet, shape: DryShape) -> DryNet:
    """A network of larger sizes that says the same: what is new is heard by nothing old yet (Net2Net, Chen et al. 2016, without copies).

    Raises
    ------
    ValueError
        If a size of ``shape`` is smaller than the network's.
    """
    old = net.shape
    if shape.channels < old.channels or shape.context < old.context or shape.memory < old.memory:
        raise ValueError(f"a network of {old} does not fit into one of {shape}")
    wide = DryNet(shape)
    memory, channels, context = ((getattr(old, n), getattr(shape, n)) for n in ("memory", "channels", "context"))
    groups = BANDS // BANDS_PER_CONTEXT
    summary = (old.context * groups, shape.context * groups)
    # Blocks of (old, new) size along the outputs and the inputs of each layer.
    layers: dict[str, tuple[list[Block], list[Block]]] = {
        "condition.0": ([], []),
        "condition_memory": ([memory] * 2, []),
        "condition_band": ([channels] * 2, []),
        "enter": ([memory], []),
        "leave": ([summary], [memory]),
        "first": ([channels], []),
        "mix": ([channels], [channels, context]),
        "second": ([channels], [channels]),
        "out": ([], [channels]),
        "place": ([channels], []),
        "lstm": ([memory] * 4, [memory]),
    }
    values = wide.state_dict()
    for name, weights in net.state_dict().items():
        outputs, inputs = layers[next(layer for layer in layers if name == layer or name.startswith((layer + ".", layer + "_")))]
        rows, columns = _places(outputs, len(weights)), _places(inputs, weights.shape[1]) if weights.dim() > 1 else None
        if columns is None:
            values[name][rows] = weights
            continue
        values[name][rows] = 0
        values[name][rows[:, None], columns] = weights
    wide.load_state_dict(values)
    return wide.train(net.training)


Block = tuple[int, int]


def _places(blocks: Sequence[Block], size: int) -> torch.Tensor:
    """Where what stood in blocks side by side stands in larger ones; no blocks: nothing grew."""
    starts = [sum(new for _, new in blocks[:i]) for i in range(len(blocks))]
    return torch.cat([torch.arange(old) + start for (old, _), start in zip(blocks, starts, strict=True)]) if blocks else torch.arange(size)


class DryStream(nn.Module):
    """What is exported: one hop from spectrum and condition to filter, gain and the next state (docs/models.md, task ``dry``)."""

    gather: torch.Tensor
    spread: torch.Tensor

    def __init__(self, net: DryNet):
        super().__init__()
        self.net = net
        self.register_buffer("gather", torch.from_numpy(gather_matrix().T.copy()), persistent=False)
        self.register_buffer("spread", torch.from_numpy(spread_matrix().T.copy()), persistent=False)

    def forward(self, spectrum: torch.Tensor, condition: torch.Tensor, *state: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """spectrum (1, 2, 1, 513), condition (1, 11), tensors of :class:`DryState` -> filter (1, 1, 2, 128), gain (1, 513), state."""
        power = self.band_power(spectrum.square().sum(1)[:, 0])
        features, now = self.net.features.step(power, DryState(*state))
        bands, (memory, cell) = self.net(features[:, None], condition, (now.memory, now.cell))
        now = now._replace(memory=memory, cell=cell)
        gain = self.bin_gains(bands[:, 0])
        low = gain[:, None, None, :FILTER_BINS]
        return torch.cat([low, torch.zeros_like(low)], 2), gain, *now

    def band_power(self, power: torch.Tensor) -> torch.Tensor:
        """Power of bins (..., 513) -> mean power of bands (..., BANDS)."""
        return power @ self.gather

    def bin_gains(self, bands: torch.Tensor) -> torch.Tensor:
        """gain^.3 (..., BANDS) -> gain (..., 513)."""
        return torch.pow((bands @ self.spread).clamp(min=1e-6), 1 / COMPRESSION)

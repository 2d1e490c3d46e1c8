# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dry: hears how each band decays and says how much of it is late reverberation, one hop of 10 ms at a time.

::

    |X|^2 in 60 bands ── features (8 per band): level against the loudness, against what four decays (T60 .25 .6 1.5 4 s) would
      │                  have left of the sound up to 30 ms ago, against the band's own mean; change over 10 and 30 ms
      ├─ 3 convolutions over frequency ─ linear ─ GRU over time ─ linear ── context of every band   (the whole spectrum)
      └─ per band, the same weights for all: features + context ─ gated leaky memories ─ gain^.3    (how this band rings)

Everything that is random access in time is a state, so a stream and a whole file give the same. Levels only enter as ratios: the
network does not know how loud the recording is. Gains are estimated as gain^.3, the domain of the loss and about that of loudness.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from lumiverb.audio.dry_grid import BANDS, HOP, SAMPLE_RATE, gather_matrix, spread_matrix

CONDITION = 11
COMPRESSION = 0.3
FEATURES = 8
EARLY_FRAMES = 3  #: 30 ms: sound that is younger belongs to the early part
DECAYS_S = (0.25, 0.6, 1.5, 4.0)
MEAN_S = 2.0  #: time constant of the loudness and of the bands' means
FLOOR = 1e-12  #: of the power of a bin
FILTER_BINS = 128


@dataclass(frozen=True)
class DryShape:
    """Sizes of a network; those of the ``lite`` preset by default."""

    channels: int = 24
    context: int = 16
    memory: int = 160
    leaks: int = 32


class DryState(NamedTuple):
    """What is carried from hop to hop (N = streams); zeros at the start."""

    power: torch.Tensor  #: (N, 3, BANDS) of the last three hops, newest last
    late: torch.Tensor  #: (N, 4, BANDS) what the decays have left
    mean: torch.Tensor  #: (N, BANDS + 1) leaky means of power; the last column is the weight gathered so far
    memory: torch.Tensor  #: (1, N, memory)
    leaks: torch.Tensor  #: (N, leaks, BANDS)


def initial_state(shape: DryShape, streams: int = 1) -> DryState:
    """Silence before the start."""
    return DryState(
        torch.zeros(streams, EARLY_FRAMES, BANDS),
        torch.zeros(streams, len(DECAYS_S), BANDS),
        torch.zeros(streams, BANDS + 1),
        torch.zeros(1, streams, shape.memory),
        torch.zeros(streams, shape.leaks, BANDS),
    )


class LeakyScan(torch.autograd.Function):
    """h[t] = h[t-1] + (1 - keep[t]) (new[t] - h[t-1]) over axis 1, written out because autograd is slow on long loops."""

    @staticmethod
    def forward(ctx, keep: torch.Tensor, new: torch.Tensor, start: torch.Tensor) -> torch.Tensor:
        out = torch.empty_like(new)
        h = start
        for t in range(new.shape[1]):
            h = torch.lerp(new[:, t], h, keep[:, t])
            out[:, t] = h
        ctx.save_for_backward(keep, new, out, start)
        return out

    @staticmethod
    def backward(ctx, grad: torch.Tensor):  # type: ignore[override]
        keep, new, out, start = ctx.saved_tensors
        at_h = torch.empty_like(grad)  # derivative of the loss by h[t], through all later steps
        running = grad[:, -1]
        at_h[:, -1] = running
        for t in range(grad.shape[1] - 2, -1, -1):
            running = torch.addcmul(grad[:, t], running, keep[:, t + 1])
            at_h[:, t] = running
        before = torch.cat([start[:, None], out[:, :-1]], 1)
        return at_h * (before - new), at_h * (1 - keep), at_h[:, 0] * keep[:, 0]


class BandFeatures(nn.Module):
    """Power in bands (N, T, BANDS) -> features (N, T, FEATURES, BANDS), and the state after. Nothing in it is trained."""

    def __init__(self):
        super().__init__()
        hop = HOP / SAMPLE_RATE
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
                (now - _log(past[:, 2]))[:, None],
                (now - _log(past[:, 0]))[:, None],
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
        c, low = shape.channels, BANDS // 4
        self.features = BandFeatures()
        self.first = nn.Conv1d(FEATURES, c, 3, padding=1)
        self.down_half = nn.Conv1d(c, c, 3, stride=2, padding=1)
        self.down_quarter = nn.Conv1d(c, c, 3, stride=2, padding=1)
        self.condition = nn.Sequential(nn.Linear(CONDITION, 32), nn.ReLU())
        self.condition_memory = nn.Linear(32, 2 * shape.memory)
        self.condition_band = nn.Linear(32, 2 * c)
        self.enter = nn.Linear(low * c, shape.memory)
        self.gru = nn.GRU(shape.memory, shape.memory, batch_first=True)
        self.leave = nn.Linear(shape.memory, low * shape.context)
        self.place = nn.Parameter(torch.zeros(c, BANDS))  # what is particular to a band
        self.mix = nn.Conv1d(c + shape.context, c, 3, padding=1)
        self.gates = nn.Conv1d(c, 2 * shape.leaks, 1)
        self.join = nn.Conv1d(c + shape.leaks, c, 3, padding=1)
        self.out = nn.Conv1d(c, 1, 1)
        for layer in (self.condition_memory, self.condition_band):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        with torch.no_grad():
            # Memories start spread from about 20 ms to 1 s; gains start near one: first of all, do no harm.
            self.gates.bias[: shape.leaks] = torch.linspace(0.7, 4.6, shape.leaks)
            self.out.bias.fill_(1.5)

    def forward(self, features: torch.Tensor, condition: torch.Tensor, state: DryState) -> tuple[torch.Tensor, DryState]:
        """features (N, T, FEATURES, BANDS), condition (N, CONDITION) -> gain^.3 (N, T, BANDS), 0..1."""
        n, frames = features.shape[:2]
        said = self.condition(condition)
        x = F.relu(self.first(features.reshape(n * frames, FEATURES, BANDS)))
        y = F.relu(self.down_quarter(F.relu(self.down_half(x))))
        y = self.enter(y.reshape(n, frames, -1))
        y = F.relu(_shaped(y, self.condition_memory(said)[:, None]))
        z, memory = self.gru(y, state.memory)
        context = F.relu(self.leave(z + y)).reshape(n * frames, self.shape.context, BANDS // 4)
        context = context.repeat_interleave(4, 2)
        x = self.mix(torch.cat([x, context], 1)) + self.place
        shaping = self.condition_band(said)[:, None].expand(n, frames, -1).reshape(n * frames, -1, 1)
        x = F.relu(_shaped(x, shaping))
        keep, new = self.gates(x).chunk(2, 1)
        shape = (n, frames, self.shape.leaks, BANDS)
        leaks = LeakyScan.apply(torch.sigmoid(keep).reshape(shape), torch.tanh(new).reshape(shape), state.leaks)
        x = F.relu(self.join(torch.cat([x, leaks.reshape(n * frames, -1, BANDS)], 1)))
        gain = torch.sigmoid(self.out(x)).reshape(n, frames, BANDS)
        return gain, state._replace(memory=memory, leaks=leaks[:, -1])


def _shaped(x: torch.Tensor, factors: torch.Tensor) -> torch.Tensor:
    """x (1 + a) + b with (a, b) side by side in ``factors`` along the axis of channels."""
    a, b = factors.chunk(2, 1 if factors.shape[-1] == 1 else -1)
    return x * (1 + a) + b


class DryStream(nn.Module):
    """What is exported: one hop from spectrum and condition to filter, gain and the next state (docs/models.md, task ``dry``)."""

    def __init__(self, net: DryNet):
        super().__init__()
        self.net = net
        self.register_buffer("gather", torch.from_numpy(gather_matrix().T.copy()), persistent=False)
        self.register_buffer("spread", torch.from_numpy(spread_matrix().T.copy()), persistent=False)

    def forward(self, spectrum: torch.Tensor, condition: torch.Tensor, *state: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """spectrum (1, 2, 1, 513), condition (1, 11), tensors of :class:`DryState` -> filter (1, 1, 2, 128), gain (1, 513), state."""
        power = spectrum.square().sum(1)[:, 0] @ self.gather
        features, now = self.net.features.step(power, DryState(*state))
        bands, now = step(self.net, features, condition, now)
        gain = torch.pow((bands @ self.spread).clamp(min=1e-6), 1 / COMPRESSION)
        low = gain[:, None, None, :FILTER_BINS]
        return torch.cat([low, torch.zeros_like(low)], 2), gain, *now


def step(net: DryNet, features: torch.Tensor, condition: torch.Tensor, state: DryState) -> tuple[torch.Tensor, DryState]:
    """:meth:`DryNet.forward` for one hop in operations that ONNX has: (N, FEATURES, BANDS) -> (N, BANDS)."""
    said = net.condition(condition)
    x = F.relu(net.first(features))
    y = F.relu(net.down_quarter(F.relu(net.down_half(x))))
    y = F.relu(_shaped(net.enter(y.flatten(1)), net.condition_memory(said)))
    z, memory = net.gru(y[:, None], state.memory)
    context = F.relu(net.leave(z[:, 0] + y)).reshape(-1, net.shape.context, BANDS // 4)
    context = context[..., None].expand(-1, -1, -1, 4).reshape(-1, net.shape.context, BANDS)
    x = net.mix(torch.cat([x, context], 1)) + net.place
    x = F.relu(_shaped(x, net.condition_band(said)[:, :, None]))
    keep, new = net.gates(x).chunk(2, 1)
    keep = torch.sigmoid(keep)
    leaks = keep * state.leaks + (1 - keep) * torch.tanh(new)
    x = F.relu(net.join(torch.cat([x, leaks], 1)))
    return torch.sigmoid(net.out(x))[:, 0], state._replace(memory=memory, leaks=leaks)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blind room: a reverberant recording -> what the room does to sound, with a spread for every number.

::

    levels (N,T,32) dB, one frame every 8 ms (lumiverb._native.heard_band_levels_db)
      └─ each band relative to its own mean energy: neither level nor colour of the recording counts
           └─ three convolutions over time and bands, the first over 72 ms ── (N,56,T/16,4)
                └─ 1x1 ── (N,128,T/16) ── two residual blocks over half a second and one second
                     └─ pooled over time: mean, spread, and the moments that attention picks out (ends of words, rests)
                          └─ 128 ── mean (N,16) · log_std (N,16)

Any T from about 0.5 s on: decays are heard where they are free, and pooling makes one answer of however many there were.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

HEARD_BANDS = 32
NUM_TARGETS = 16
_NEPER_PER_DB = 0.2302585093


class Prediction(NamedTuple):
    """Outputs in the units of the targets (logarithms, dB), see ``lumiverb.training.heard_targets.TARGET_NAMES``."""

    mean: torch.Tensor  #: (N, 16)
    log_std: torch.Tensor  #: (N, 16) natural logarithm of one standard deviation


class BlindRoom(nn.Module):
    """See the module's text.

    Parameters
    ----------
    width : channels of the temporal blocks
    heads : how many kinds of moments attention may pick out
    dropout : probability, on the pooled features, while training
    """

    target_mean: torch.Tensor
    target_std: torch.Tensor
    log_std_shift: torch.Tensor

    def __init__(self, width: int = 128, heads: int = 4, dropout: float = 0.1):
        super().__init__()
        self.stem = nn.Sequential(
            _conv(1, 20, (9, 5), (4, 2)),
            _conv(20, 32, (5, 3), (2, 2)),
            _conv(32, 56, (5, 3), (2, 2)),
        )
        self.mix = nn.Sequential(nn.Conv1d(56 * HEARD_BANDS // 8, width, 1, bias=False), nn.BatchNorm1d(width), nn.ReLU())
        self.blocks = nn.ModuleList(_TemporalBlock(width, dilation) for dilation in (1, 2))
        self.attention = nn.Conv1d(width, heads, 1)
        self.drop = nn.Dropout(dropout)
        self.hidden = nn.Linear(width * (2 + heads), 128)
        self.head_mean = nn.Linear(128, NUM_TARGETS)
        self.head_spread = nn.Linear(128, NUM_TARGETS)
        # Units of the targets, from the training takes: the heads work on numbers of order one.
        self.register_buffer("target_mean", torch.zeros(NUM_TARGETS))
        self.register_buffer("target_std", torch.ones(NUM_TARGETS))
        self.register_buffer("log_std_shift", torch.zeros(NUM_TARGETS))  # calibration

    def forward(self, levels: torch.Tensor) -> Prediction:
        """Band levels in dB (N, T, 32) -> :class:`Prediction`."""
        x = self.stem(relative_levels(levels)[:, None])  # (N, 56, T/16, 4)
        x = self.mix(x.permute(0, 1, 3, 2).flatten(1, 2))  # (N, width, T/16)
        for block in self.blocks:
            x = block(x)
        h = F.gelu(self.hidden(self.drop(self._pool(x))))
        # Bounded to four spreads of the training rooms: an odd recording must not give an absurd room.
        mean = 4 * torch.tanh(self.head_mean(h) / 4)
        log_std = -1.5 + 2.5 * torch.tanh(self.head_spread(h) / 2.5)  # of standardised targets, e^-4 .. e
        return Prediction(mean * self.target_std + self.target_mean, log_std + torch.log(self.target_std) + self.log_std_shift)

    def _pool(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, T) -> (N, (2 + heads) C)"""
        mean = x.mean(2)
        spread = torch.sqrt((x - mean[:, :, None]).square().mean(2) + 1e-5)
        moments = torch.softmax(self.attention(x), 2) @ x.transpose(1, 2)  # (N, heads, C)
        return torch.cat([mean, spread, moments.flatten(1)], 1)

    @torch.no_grad()
    def set_units(self, target_mean: torch.Tensor, target_std: torch.Tensor) -> None:
        """Fixes the scales of the targets, (16,) each."""
        self.target_mean.copy_(target_mean)
        self.target_std.copy_(target_std)


def relative_levels(levels: torch.Tensor) -> torch.Tensor:
    """dB (N, T, B) -> about -2..2: relative to the mean energy of each band, 40 dB below it to 40 dB above -20 dB."""
    energy = torch.exp(levels * _NEPER_PER_DB).mean(1, keepdim=True)
    return ((levels - torch.log(energy + 1e-12) / _NEPER_PER_DB + 20) / 20).clamp(-2.5, 2)


def _conv(inputs: int, outputs: int, kernel: tuple[int, int], stride: tuple[int, int]) -> nn.Module:
    padding = (kernel[0] // 2, kernel[1] // 2)
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class _TemporalBlock(nn.Module):
    def __init__(self, width: int, dilation: int):
        super().__init__()
        self.wide = nn.Conv1d(width, width, 5, padding=2 * dilation, dilation=dilation, groups=4, bias=False)
        self.norm = nn.BatchNorm1d(width)
        self.point = nn.Conv1d(width, width, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.point(F.relu(self.norm(self.wide(x))))

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scene encoder: a picture of a place -> what it does to sound, with a spread for every number.

::

    image (N,3,192,192) 0..1, read twice: as it is and mirrored
      └─ trunk.lower ── feat8 (N,48,24,24)      frozen, cached while training
           └─ trunk.middle ── feat16 (N,96,12,12)
                └─ trunk.top ── feat32 (N,1280,6,6)
    feat16, feat32 ── surfaces: distance, orientation, absorption of every twelfth of the picture ── survey (N,SURVEY): how much surface
                      of what absorption there is, as Sabine's formula would count it
    pooled over the picture and over its upper, middle and lower third (ceiling, walls, floor); mean of both readings
      └─ 256 ── embedding (N,128) ── kind (N,K) · outdoor (N,1) · log_std (N,26)
                  │    └─ mean (N,26) = what is usual for the kinds it may be + how this room differs
                survey
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from lumiverb.nets.mobilenet_edgetpu import FEATURE_CHANNELS, MobileNetEdgeTPU

IMAGE_SIZE = 192
NUM_TARGETS = 26
EMBEDDING = 128
OUTDOOR_KINDS = ("street", "field", "forest")


class Prediction(NamedTuple):
    """Outputs in the units of the targets (logarithms, logits, dB), see ``lumiverb.training.targets.TARGET_NAMES``."""

    mean: torch.Tensor  #: (N, 26)
    log_std: torch.Tensor  #: (N, 26) natural logarithm of one standard deviation
    kind: torch.Tensor  #: (N, K) logits
    outdoor: torch.Tensor  #: (N, 1) logit
    embedding: torch.Tensor  #: (N, 128)


class Surfaces(NamedTuple):
    """What the cells of a picture show; see ``lumiverb.training.surfaces``."""

    sky: torch.Tensor  #: (N, 12, 12) logit of the share that is open
    log_distance: torch.Tensor  #: (N, 12, 12) ln m
    facing: torch.Tensor  #: (N, 12, 12) logit of the cosine between view and normal
    upward: torch.Tensor  #: (N, 12, 12) 1 floor, -1 ceiling
    absorption: torch.Tensor  #: (N, 7, 12, 12) logits


class SurfaceReader(nn.Module):
    """feat16 (N, 96, 12, 12) and feat32 (N, 1280, 6, 6) -> :class:`Surfaces`."""

    def __init__(self, width: int = 64):
        super().__init__()
        self.near = nn.Conv2d(FEATURE_CHANNELS["feat16"], width, 1)
        self.far = nn.Conv2d(FEATURE_CHANNELS["feat32"], width, 1)
        self.mix = nn.Conv2d(width, width, 3, padding=1)
        self.out = nn.Conv2d(width, 11, 1)

    def forward(self, feat16: torch.Tensor, feat32: torch.Tensor) -> Surfaces:
        x = F.relu(self.near(feat16) + F.interpolate(self.far(feat32), scale_factor=2.0, mode="nearest"))
        sky, log_distance, facing, upward, absorption = self.out(F.relu(self.mix(x)) + x).split([1, 1, 1, 1, 7], 1)
        return Surfaces(sky[:, 0], log_distance[:, 0], facing[:, 0], torch.tanh(upward[:, 0]), absorption)


def survey(seen: Surfaces) -> torch.Tensor:
    """(N, SURVEY): ln of the mean absorption of all that is seen and of floor, walls and ceiling, weighted by area (distance squared over
    the cosine: a far or slanting cell is a large piece of wall); the shares of the three, ln of the area, distances, and the sky.
    """
    log_distance = seen.log_distance.clamp(-2, 5)
    area = torch.sigmoid(-seen.sky) * torch.exp(2 * log_distance) / torch.sigmoid(seen.facing).clamp(min=0.1)
    total = area.sum((1, 2)) + 1e-3
    weight = area / total[:, None, None]
    parts = torch.stack([torch.ones_like(weight), F.relu(seen.upward), F.relu(-seen.upward), 1 - seen.upward.abs()], 1) * weight[:, None]
    shares = parts.sum((2, 3))  # (N, 4), the first is 1
    absorption = torch.einsum("npyx,nbyx->npb", parts, torch.sigmoid(seen.absorption)) / (shares[:, :, None] + 1e-2)
    mean = log_distance.mean((1, 2))
    rest = [torch.log(total) / 4 - 1, mean - 1, log_distance.amax((1, 2)) - 1.5, torch.sigmoid(seen.sky).mean((1, 2))]
    return torch.cat([torch.log(absorption + 0.01).flatten(1) / 2 + 1, shares[:, 1:], torch.stack(rest, 1)], 1)


SURVEY = 4 * 7 + 3 + 4


def pool_features(feat8: torch.Tensor, feat16: torch.Tensor, feat32: torch.Tensor) -> torch.Tensor:
    """Feature maps -> (N, FEATURES): mean and spread over the picture, and means over its upper, middle and lower third.

    Ceilings are above and floors below in almost every picture, and they are what absorbs: the thirds keep them apart.
    """
    return torch.cat([_mean_and_spread(feat8), _mean_and_spread(feat16), _thirds(feat16), _thirds(feat32)], 1)


FEATURES = 2 * FEATURE_CHANNELS["feat8"] + 5 * FEATURE_CHANNELS["feat16"] + 3 * FEATURE_CHANNELS["feat32"]
POOLED = FEATURES + SURVEY


def _mean_and_spread(x: torch.Tensor) -> torch.Tensor:
    mean = x.mean((2, 3))
    variance = (x - mean[:, :, None, None]).square().mean((2, 3))
    return torch.cat([mean, torch.sqrt(variance + 1e-6)], 1)


def _thirds(x: torch.Tensor) -> torch.Tensor:
    rows = x.shape[2] // 3
    return torch.cat([x[:, :, i * rows : (i + 1) * rows].mean((2, 3)) for i in range(3)], 1)


class SceneEncoder(nn.Module):
    """See the module's text.

    Parameters
    ----------
    kinds : names of the kinds of place, in the order of the ``kind`` output
    hidden : width of the layer between the pooled features and the embedding
    dropout : probability, on the pooled features and inside the hidden layer, while training
    """

    outdoor_kinds: torch.Tensor
    pooled_mean: torch.Tensor
    pooled_std: torch.Tensor
    target_mean: torch.Tensor
    target_std: torch.Tensor
    log_std_shift: torch.Tensor

    def __init__(self, kinds: tuple[str, ...], hidden: int = 256, dropout: float = 0.5):
        super().__init__()
        self.kinds = tuple(kinds)
        self.trunk = MobileNetEdgeTPU()
        self.register_buffer("outdoor_kinds", torch.tensor([kind in OUTDOOR_KINDS for kind in self.kinds]), persistent=False)
        self.surfaces = SurfaceReader()
        self.survey = nn.Sequential(nn.Linear(SURVEY, 64), nn.GELU(), nn.Linear(64, EMBEDDING))
        self.register_buffer("pooled_mean", torch.zeros(FEATURES))
        self.register_buffer("pooled_std", torch.ones(FEATURES))
        self.drop = nn.Dropout(dropout)
        self.first = nn.Linear(FEATURES, hidden)
        self.curved = nn.Linear(hidden, EMBEDDING)
        self.straight = nn.Linear(hidden, EMBEDDING, bias=False)
        self.head_mean = nn.Linear(EMBEDDING, NUM_TARGETS)
        self.head_spread = nn.Linear(EMBEDDING, NUM_TARGETS)
        self.head_kind = nn.Linear(EMBEDDING, len(self.kinds))
        self.head_outdoor = nn.Linear(EMBEDDING, 1)
        # What is usual for each kind, in units of the targets: the mean starts there and the embedding says how this room differs.
        self.kind_means = nn.Parameter(torch.zeros(len(self.kinds), NUM_TARGETS))
        # Units of the targets, from the training rooms: the heads work on numbers of order one.
        self.register_buffer("target_mean", torch.zeros(NUM_TARGETS))
        self.register_buffer("target_std", torch.ones(NUM_TARGETS))
        self.register_buffer("log_std_shift", torch.zeros(NUM_TARGETS))  # calibration
        for layer in (self.head_mean, self.head_spread):
            nn.init.normal_(layer.weight, std=0.3 * layer.in_features**-0.5)
            nn.init.zeros_(layer.bias)
        # Until the surfaces are read they say nothing.
        for parameter in self.survey[2].parameters():
            nn.init.zeros_(parameter)

    def forward(self, image: torch.Tensor) -> Prediction:
        """sRGB picture (N, 3, 192, 192), 0..1 -> :class:`Prediction`. A mirrored picture gives the same: no target has a side."""
        pooled = [self.pool(self.trunk.stride8(side)) for side in (image, image.flip(3))]
        return self.from_pooled(0.5 * (pooled[0] + pooled[1]))

    def from_stride8(self, feat8: torch.Tensor) -> tuple[Prediction, Surfaces]:
        """What is said of one reading, from the cached features (N, 48, 24, 24), and what it sees on the way."""
        feat16, feat32 = self.trunk.from_stride8(feat8)
        seen = self.surfaces(feat16, feat32)
        return self.from_pooled(torch.cat([pool_features(feat8, feat16, feat32), survey(seen)], 1)), seen

    def pool(self, feat8: torch.Tensor) -> torch.Tensor:
        """(N, 48, 24, 24) -> (N, POOLED)"""
        feat16, feat32 = self.trunk.from_stride8(feat8)
        return torch.cat([pool_features(feat8, feat16, feat32), survey(self.surfaces(feat16, feat32))], 1)

    def from_pooled(self, pooled: torch.Tensor) -> Prediction:
        features, surveyed = pooled.split([FEATURES, SURVEY], 1)
        x = self.drop(((features - self.pooled_mean) / self.pooled_std).clamp(-6, 6))
        h = self.first(x)
        embedding = self.curved(self.drop(F.gelu(h))) + self.straight(h) + self.survey(surveyed)  # (N, 128)
        # Bounded to four spreads of the training rooms: a picture unlike any of them must not give an absurd room.
        outdoor = self.head_outdoor(embedding)
        # P(kind) = P(outdoors) P(kind | outdoors): a place indoors is not called a street.
        # (The logarithm of a sigmoid as a softplus: runtimes compute it exactly, far out too.)
        kind = self.head_kind(embedding) - F.softplus(torch.where(self.outdoor_kinds, -outdoor, outdoor))
        mean = 4 * torch.tanh((torch.softmax(kind, 1) @ self.kind_means + self.head_mean(embedding)) / 4)
        log_std = -1.5 + 2.5 * torch.tanh(self.head_spread(embedding) / 2.5)  # of standardised targets, e^-4 .. e
        return Prediction(
            mean * self.target_std + self.target_mean,
            log_std + torch.log(self.target_std) + self.log_std_shift,
            kind,
            outdoor,
            embedding,
        )

    def head_parameters(self) -> list[nn.Parameter]:
        """What works on pooled features of the trunk."""
        return [p for name, p in self.named_parameters() if not name.startswith(("trunk.", "surfaces.", "survey."))]

    def surface_parameters(self) -> list[nn.Parameter]:
        """What reads the surfaces and what it makes of them."""
        return [*self.surfaces.parameters(), *self.survey.parameters()]

    @torch.no_grad()
    def set_units(self, target_mean: torch.Tensor, target_std: torch.Tensor, kind_means: torch.Tensor, pooled: torch.Tensor) -> None:
        """Fixes the scales of targets (26,), the means of kinds (K, 26) and the scales of pooled features ((rooms, >= FEATURES) examples)."""
        self.target_mean.copy_(target_mean)
        self.target_std.copy_(target_std)
        self.kind_means.copy_((kind_means - target_mean) / target_std)
        self.pooled_mean.copy_(pooled.mean(0)[:FEATURES])
        self.pooled_std.copy_(pooled.std(0)[:FEATURES] + 1e-3)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Losses of the scene encoder. All are means over the batch, on targets in units of their spread over the training rooms."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional as F

from lumiverb.nets.scene_encoder import Prediction, SceneEncoder, Surfaces
from lumiverb.training import targets as T


@dataclass(frozen=True)
class LossWeights:
    rt60: float = 1.0
    volume: float = 0.5
    dimensions: float = 0.3
    absorption: float = 0.3
    drr: float = 0.3
    clarity: float = 0.5
    kind: float = 0.3
    outdoor: float = 0.3
    absolute: float = 0.5  #: of |error|, beside the likelihood: it aims at the median
    surfaces: float = 0.25
    changes: float = 0.5
    photo_range: float = 1.0
    photo_outdoor: float = 0.3
    photo_kind: float = 0.1

    def per_target(self) -> torch.Tensor:
        """(26,), normalised to sum 1."""
        weights = torch.zeros(T.NUM_TARGETS)
        groups = (
            (T.RT60, self.rt60),
            (T.VOLUME, self.volume),
            (T.DIMENSIONS, self.dimensions),
            (T.ABSORPTION, self.absorption),
            (T.DRR, self.drr),
            (T.CLARITY, self.clarity),
        )
        for where, weight in groups:
            weights[where] = weight
        return weights / weights.sum()


def beta_nll(error: torch.Tensor, log_std: torch.Tensor, beta: float = 0.5) -> torch.Tensor:
    """Gaussian negative log likelihood, each term scaled by its own variance to the power beta (Seitzer et al. 2022).

    Without the factor, hard examples widen their spread and then hardly teach the mean any more.
    """
    scale = torch.exp(2 * log_std)
    return (0.5 * error.square() / scale + log_std) * scale.detach() ** beta


def room_loss(
    model: SceneEncoder,
    said: Prediction,
    values: torch.Tensor,
    known: torch.Tensor,
    kind: torch.Tensor,
    outdoor: torch.Tensor,
    weights: LossWeights,
) -> tuple[torch.Tensor, dict[str, float]]:
    """Loss on traced rooms: values, known (N, 26); kind (N,) indices; outdoor (N,) 0 or 1."""
    error = (said.mean - values) / model.target_std
    log_std = said.log_std - torch.log(model.target_std) - model.log_std_shift
    importance = known * weights.per_target()
    likelihood = (beta_nll(error, log_std) * importance).sum(1).mean()
    absolute = (F.smooth_l1_loss(error, torch.zeros_like(error), reduction="none", beta=0.2) * importance).sum(1).mean()
    kinds = F.cross_entropy(said.kind, kind, label_smoothing=0.05)
    outdoors = F.binary_cross_entropy_with_logits(said.outdoor[:, 0], outdoor)
    total = likelihood + weights.absolute * absolute + weights.kind * kinds + weights.outdoor * outdoors
    return total, {"likelihood": float(likelihood.detach()), "absolute": float(absolute.detach()), "kind": float(kinds.detach())}


def change_loss(
    model: SceneEncoder, mean: torch.Tensor, values: torch.Tensor, known: torch.Tensor, pairs: torch.Tensor, weights: LossWeights
) -> torch.Tensor:
    """How far what is said to change between two states of a room, ``pairs`` (P, 2) rows, is from what does: what is wrong with both cancels,
    so it is only lowered by following what the picture shows of the change.
    """
    error = (mean - values) / model.target_std
    wrong = error[pairs[:, 0]] - error[pairs[:, 1]]
    importance = known[pairs].prod(1) * weights.per_target()
    return (F.smooth_l1_loss(wrong, torch.zeros_like(wrong), reduction="none", beta=0.2) * importance).sum(1).mean()


def photo_loss(
    said: Prediction, low_s: torch.Tensor, high_s: torch.Tensor, outdoor: torch.Tensor, kinds: torch.Tensor, weights: LossWeights
) -> tuple[torch.Tensor, dict[str, float]]:
    """Loss on real photographs with a weak range of mid-band RT60 (N,): no pull inside the range, quadratic outside.

    Outdoors or not is known; of the kind only which ones a person would accept (``kinds``, (N, K) bool): their sum is taught.
    """
    mid = torch.log(torch.exp(said.mean[:, T.MID]).mean(1))
    margin = 0.05
    above = F.relu(mid - torch.log(high_s.clamp(min=0.08)) + margin)
    below = torch.where(low_s > 0, F.relu(torch.log(low_s.clamp(min=1e-3)) + margin - mid), torch.zeros_like(mid))
    ranges = (above.square() + below.square()).mean()
    outdoors = F.binary_cross_entropy_with_logits(said.outdoor[:, 0], outdoor)
    accepted = kinds.any(1)
    chance = torch.logsumexp(torch.log_softmax(said.kind, 1).masked_fill(~kinds, -1e4), 1)
    named = -(chance * accepted).sum() / accepted.sum().clamp(min=1)
    total = weights.photo_range * ranges + weights.photo_outdoor * outdoors + weights.photo_kind * named
    numbers = {"photo_range": ranges, "photo_outdoor": outdoors, "photo_kind": named}
    return total, {name: float(value.detach()) for name, value in numbers.items()}


def surface_loss(seen: Surfaces, targets: torch.Tensor) -> tuple[torch.Tensor, dict[str, float]]:
    """Loss of what the cells of rooms are said to show against ``surface_targets`` (N, 12, 12, 12).

    Distances and absorptions count by their ratios, as they enter RT60.
    """
    weight, sky = targets[:, 0], targets[:, 1]
    solid = weight * (1 - sky)
    distance = F.smooth_l1_loss(seen.log_distance, targets[:, 2], reduction="none", beta=0.1)
    facing = F.smooth_l1_loss(torch.sigmoid(seen.facing), targets[:, 3], reduction="none", beta=0.1)
    upward = F.smooth_l1_loss(seen.upward, targets[:, 4], reduction="none", beta=0.1)
    said, true = torch.log(torch.sigmoid(seen.absorption) + 0.02), torch.log(targets[:, 5:] + 0.02)
    absorption = F.smooth_l1_loss(said, true, reduction="none", beta=0.1).mean(1)
    open_air = F.binary_cross_entropy_with_logits(seen.sky, sky, reduction="none")
    parts = {"distance": distance, "facing": facing, "upward": upward, "absorption": absorption}
    means = {name: (part * solid).sum() / (solid.sum() + 1) for name, part in parts.items()}
    means["sky"] = (open_air * weight).sum() / (weight.sum() + 1)
    return sum(means.values(), torch.zeros(())), {f"seen_{name}": float(value.detach()) for name, value in means.items()}

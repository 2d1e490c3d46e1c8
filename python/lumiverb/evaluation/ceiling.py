# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much of RT60 could be known: a small regression told the truth about more and more of a place (needs ``lumiverb[train]``).

It never sees a pixel. Told what every part of the picture shows, it marks what a perfect reader of pictures could reach with as many
rooms; the rest of the way to the mean absorption of *all* surfaces lies behind the camera and behind things.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from lumiverb.evaluation import scene_encoder as measures
from lumiverb.nets.scene_encoder import survey
from lumiverb.training import targets as T
from lumiverb.training.rooms import read_rooms, room_kinds
from lumiverb.training.surfaces import as_read, surface_targets

NETWORKS = 4  #: whose predictions are averaged
STEPS = 1500


def known_facts(truth: measures.Truth, surveyed: np.ndarray) -> dict[str, np.ndarray]:
    """What the regressions are told, (rooms, facts) each."""
    kinds = room_kinds()
    kind = np.eye(len(kinds))[[kinds.index(name) for name in truth.kind]]
    size = np.concatenate([truth.values[:, T.VOLUME], truth.values[:, T.DIMENSIONS]], 1)
    absorption = truth.values[:, T.ABSORPTION]
    told = {
        "kind": [kind],
        "kind, size": [kind, size],
        "kind, surfaces in the picture": [kind, surveyed],
        "kind, size, surfaces in the picture": [kind, size, surveyed],
        "kind, size, mean absorption of all surfaces": [kind, size, absorption],
    }
    return {name: np.concatenate(facts, 1) for name, facts in told.items()}


def measure(root: Path, limit: int | None = None, say: Callable[[str], None] = print) -> dict[str, dict[str, float]]:
    """Scores on the indoor rooms of ``root``/test after learning from those of ``root``/train.

    Returns
    -------
    dict
        By what was told: ``rooms`` learnt from, ``mid_median_error_percent``, ``within_10_percent``, ``rank_within_kinds``.

    Raises
    ------
    ValueError
        If a folder holds no rooms, or rooms without their surfaces.
    """
    (train, learnt), (test, held_out) = (_load(root / split, limit) for split in ("train", "test"))
    said = {name: _regress(facts, train, known_facts(test, held_out)[name]) for name, facts in known_facts(train, learnt).items()}
    result = {}
    for name, ln_rt60 in said.items():
        values = test.values.copy()
        values[:, T.RT60] = ln_rt60
        score = measures.score_rooms(values, test)
        result[name] = {
            "rooms": len(train.kind),
            "mid_median_error_percent": score["mid_median_error_percent"],
            "within_10_percent": score["mid_within_percent"]["10"],
            "rank_within_kinds": score["mid_rank_correlation_within_kinds"],
        }
        say(f"{name}: {result[name]}")
    return result


def _load(folder: Path, limit: int | None) -> tuple[measures.Truth, np.ndarray]:
    labels, cells = [], []
    for room in read_rooms(folder, limit):
        if room.surfaces is None:
            raise ValueError(f"{folder}: these rooms were made without their surfaces, make them again")
        labels.append(room.labels)
        cells.append(surface_targets(room.surfaces))
    if not labels:
        raise ValueError(f"{folder}: no rooms here")
    truth = measures.Truth.of(labels)
    rows = np.flatnonzero(~truth.outdoor & (truth.known.min(1) > 0))
    with torch.no_grad():
        surveyed = survey(as_read(torch.from_numpy(np.stack(cells)[rows].astype(np.float32)))).numpy()
    return truth.of_rows(rows), surveyed


def _regress(facts: np.ndarray, truth: measures.Truth, asked: np.ndarray) -> np.ndarray:
    """ln RT60 (rooms, 7) of the places with the facts ``asked``: means of a few networks of two hidden layers."""
    mean, std = facts.mean(0), facts.std(0) + 1e-3
    x, q = (torch.from_numpy(((f - mean) / std).clip(-5, 5)).float() for f in (facts, asked))
    rt60 = truth.values[:, T.RT60]
    middle, spread = rt60.mean(0), rt60.std(0)
    y = torch.from_numpy((rt60 - middle) / spread).float()
    said = torch.stack([_fit(x, y, seed)(q) for seed in range(NETWORKS)]).mean(0)
    return said.detach().numpy() * spread + middle


def _fit(x: torch.Tensor, y: torch.Tensor, seed: int, width: int = 64) -> nn.Module:
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Linear(x.shape[1], width), nn.GELU(), nn.Dropout(0.2), nn.Linear(width, width), nn.GELU(), nn.Linear(width, y.shape[1])
    )
    optimiser = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=0.03)
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    for _ in range(STEPS):
        rows = torch.randint(0, len(y), (256,))
        loss = nn.functional.smooth_l1_loss(net(x[rows]), y[rows], beta=0.1)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        rate.step()
    return net.eval()

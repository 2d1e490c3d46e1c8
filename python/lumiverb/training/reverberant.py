# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reverberant takes as the blind-room network hears them: band levels and the numbers of the response, in shards that can be resumed.

Convolution costs the most, so it is done once; noise, band limits, lossy coding and the choice of a stretch are drawn anew in every step
(:mod:`lumiverb.training.heard_augment`), on band levels, where they cost next to nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.fft

from lumiverb import _native
from lumiverb.training import recordings, responses
from lumiverb.training.heard_targets import NUM_TARGETS
from lumiverb.training.recordings import RATE, Bank
from lumiverb.training.responses import Response

#: First seed of each split's shards.
SPLIT_SEEDS = {"train": 11_000_000, "valid": 15_000_000}
TAKE_S = 6.0
SHARD_RESPONSES = 16
TAKES_PER_RESPONSE = 4
MEASURED_SHARE = 0.3
CATEGORY_SHARES = {"speech": 0.6, "singing": 0.2, "music": 0.2}
FRAMES = 1 + int((TAKE_S - 0.032) / 0.008)


@dataclass(frozen=True)
class TakeSet:
    """Which takes: ``shards`` of SHARD_RESPONSES x TAKES_PER_RESPONSE."""

    split: str
    shards: int
    limit: int | None = None  #: of dry stretches, for smoke tests

    @property
    def takes(self) -> int:
        return self.shards * SHARD_RESPONSES * TAKES_PER_RESPONSE


@dataclass(frozen=True)
class Takes:
    levels: list[np.ndarray]  #: float16 memory maps (takes, FRAMES, 32), dB
    targets: np.ndarray  #: float32 (takes, 16), NaN = unknown

    def __len__(self) -> int:
        return len(self.targets)

    def read(self, indices: np.ndarray) -> np.ndarray:
        """float32 (n, FRAMES, 32)"""
        per = SHARD_RESPONSES * TAKES_PER_RESPONSE
        return np.stack([self.levels[i // per][i % per] for i in indices]).astype(np.float32)


def make_takes(folder: Path, take_set: TakeSet, say: Callable[[str], None] = print) -> None:
    """Fill ``folder`` with the shards of ``take_set``; what is there is kept."""
    missing = [n for n in range(take_set.shards) if not _shard(folder, n).exists()]
    if not missing:
        return
    folder.mkdir(parents=True, exist_ok=True)
    bank = recordings.open_bank(folder.parent, take_set.split, take_set.limit, say)
    measured = responses.measured_files(take_set.split)
    for n in missing:
        levels, targets = _make_shard(bank, measured, np.random.default_rng(SPLIT_SEEDS[take_set.split] + n))
        temporary = folder / "shard.part"
        np.save(_targets(folder, n), targets)
        with temporary.open("wb") as out:
            np.save(out, levels)
        os.replace(temporary, _shard(folder, n))
        if (n + 1) % 10 == 0:
            say(f"{take_set.split}: {n + 1} of {take_set.shards} shards of reverberant takes")


def open_takes(folder: Path, shards: int) -> Takes:
    """The first shards of a folder, those that are there."""
    there = [n for n in range(shards) if _shard(folder, n).exists()]
    targets = [np.load(_targets(folder, n)) for n in there]
    return Takes([np.load(_shard(folder, n), mmap_mode="r") for n in there], np.concatenate(targets))


def _shard(folder: Path, n: int) -> Path:
    return folder / f"levels-{n:05d}.npy"


def _targets(folder: Path, n: int) -> Path:
    return folder / f"targets-{n:05d}.npy"


def _make_shard(bank: Bank, measured: list[Path], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    count = SHARD_RESPONSES * TAKES_PER_RESPONSE
    levels = np.zeros((count, FRAMES, _native.HEARD_BANDS), np.float16)
    targets = np.full((count, NUM_TARGETS), np.nan, np.float32)
    for i in range(SHARD_RESPONSES):
        from_measured = measured and rng.random() < MEASURED_SHARE
        response = responses.draw_measured(measured, rng) if from_measured else responses.draw_simulated(rng)
        for j, wet in enumerate(convolved(response, [_draw_dry(bank, rng) for _ in range(TAKES_PER_RESPONSE)])):
            at = i * TAKES_PER_RESPONSE + j
            levels[at] = _native.heard_band_levels_db(wet, float(RATE))[:FRAMES]
            targets[at] = response.targets
    return levels, targets


def _draw_dry(bank: Bank, rng: np.random.Generator) -> np.ndarray:
    categories = bank.categories
    shares = np.array([CATEGORY_SHARES[name] for name in categories])
    return recordings.draw_take(bank, str(rng.choice(categories, p=shares / shares.sum())), TAKE_S, rng)


def convolved(response: Response, takes: list[np.ndarray]) -> np.ndarray:
    """Every take through the response: float32 (takes, samples), as long as the takes."""
    length = len(takes[0])
    size = scipy.fft.next_fast_len(length + len(response.samples) - 1, real=True)
    spectra = np.asarray(scipy.fft.rfft(np.stack(takes), size)) * np.asarray(scipy.fft.rfft(response.samples, size))
    return np.asarray(scipy.fft.irfft(spectra, size))[:, :length].astype(np.float32, copy=False)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Training material of Dry: dry voices in simulated and measured rooms, as the features and targets that the network sees.

Per mixture and hop, in the bands of :mod:`lumiverb.audio.dry_grid`: the features, and the two numbers a, b of which the loss is made.
With X the spectrum of the reverberant voice, S that of the target and c = 0.3, the compressed error of a gain g is, with G = g^c,

    (1 - p) (G |X|^c - |S|^c)^2 + p |G |X|^c e^(i arg X) - |S|^c e^(i arg S)|^2  =  a G^2 - 2 b G + |S|^2c,
    a = |X|^2c,   b = |X|^c |S|^c (1 - p + p cos(arg X - arg S)),

so that means of a and b over a band's bins hold the whole loss: spectra need not be kept.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lumiverb.audio import dry_grid as grid
from lumiverb.errors import Error
from lumiverb.nets.dry import COMPRESSION, BandFeatures, DryShape, initial_state
from lumiverb.training.dry_sources import Sources

PHASE_SHARE = 0.3
EARLY_S = 0.030
EARLY_DECAY_S = 0.12  #: T60 of the smooth end of the early part, as in a treated booth
CHUNK = 50  #: mixtures per file


@dataclass(frozen=True)
class MixtureSet:
    """Which mixtures: the same numbers give the same mixtures (on the same data)."""

    split: str  #: "train" or "valid": other voices, other rooms
    count: int
    seconds: float = 6.0
    seed: int = 1
    shape: DryShape = DryShape()  #: what sees them: its grid and its features

    @property
    def frames(self) -> int:
        return round(self.seconds / self.shape.grid.hop_s)


@dataclass(frozen=True)
class Mixture:
    """Mono, 48 kHz, aligned with each other to the sample."""

    wet: NDArray[np.float32]
    early: NDArray[np.float32]  #: the target
    condition: NDArray[np.float32]  #: (9,) of the room, in the network's units
    band_limit_hz: float  #: nothing was recorded above


def early_window(length: int, rate: float = grid.SAMPLE_RATE) -> NDArray[np.float32]:
    """What the target keeps of a response that starts with the direct sound: all of 30 ms, then a decay of 60 dB in 0.12 s."""
    late = np.maximum(np.arange(length) / rate - EARLY_S, 0)
    return (10 ** (-3 * late / EARLY_DECAY_S)).astype(np.float32)


def convolve(dry: NDArray[np.float32], response: NDArray[np.float32]) -> NDArray[np.float32]:
    """The first len(dry) samples of the convolution."""
    from scipy.signal import fftconvolve

    return np.asarray(fftconvolve(dry, response)[: len(dry)], np.float32)


def make_mixture(sources: Sources, mixture_set: MixtureSet, index: int) -> Mixture:
    """Mixture ``index``: a voice for the whole length, one room, sometimes noise, any level."""
    rng = np.random.default_rng([mixture_set.seed, mixture_set.split == "valid", index])
    voice = sources.voice(rng, mixture_set.seconds)
    room = sources.room(rng)
    wet = convolve(voice.audio, room.response)
    early = convolve(voice.audio, room.response * early_window(len(room.response)))
    level = 10 ** (rng.uniform(-38, -14) / 20) / (np.sqrt(np.mean(wet**2)) + 1e-9)
    wet, early = wet * level, early * level
    if rng.random() < 0.1:
        noise = _noise(rng, len(wet)) * np.sqrt(np.mean(wet**2)) * 10 ** (-rng.uniform(15, 40) / 20)
        wet, early = wet + noise, early + noise  # noise is not reverberation: it stays
    return Mixture(wet, early, room.condition, voice.band_limit_hz)


def _noise(rng: np.random.Generator, length: int) -> NDArray[np.float32]:
    """Unit power, white to red."""
    spectrum = np.fft.rfft(rng.standard_normal(length))
    spectrum *= np.maximum(np.arange(len(spectrum)), 20.0) ** (-rng.uniform(0, 1))
    noise = np.fft.irfft(spectrum, length)
    return (noise / np.sqrt(np.mean(noise**2))).astype(np.float32)


def loss_terms(wet: NDArray[np.complexfloating], target: NDArray[np.complexfloating], limit_hz: float) -> NDArray[np.float32]:
    """Spectra (frames, 513) -> (frames, 2, BANDS): a and b of the module's text, with mean a = 1; zero above ``limit_hz``."""
    x, s = np.abs(wet), np.abs(target)
    cosine = np.real(wet * target.conj()) / np.maximum(x * s, 1e-20)
    xc = x**COMPRESSION
    terms = np.stack([xc * xc, xc * s**COMPRESSION * (1 - PHASE_SHARE + PHASE_SHARE * cosine)], 1)
    bands = terms @ grid.gather_matrix().T
    bands[:, :, grid.band_centres() * grid.BIN_HZ > limit_hz] = 0
    return (bands / (bands[:, 0].mean() + 1e-9)).astype(np.float32)


def band_features(power: NDArray[np.float32], shape: DryShape) -> NDArray[np.float32]:
    """Power (N, frames, BANDS) -> features (N, frames, FEATURES, BANDS) from a silent start."""
    import torch

    with torch.no_grad():
        return BandFeatures(shape)(torch.from_numpy(power), initial_state(shape, len(power)))[0].numpy()


def encode(mixture: Mixture, mixture_set: MixtureSet) -> tuple[NDArray[np.float32], NDArray[np.float16]]:
    """Power in bands (frames, BANDS) and loss terms (frames, 2, BANDS)."""
    wet, early = (grid.analyse(x, mixture_set.shape.grid)[: mixture_set.frames] for x in (mixture.wet, mixture.early))
    power = (wet.real**2 + wet.imag**2) @ grid.gather_matrix().T
    return power, loss_terms(wet, early, mixture.band_limit_hz).astype(np.float16)


def _check_identity(folder: Path, mixture_set: MixtureSet) -> None:
    """Mixtures of another length or grid look the same to whoever finds them: the folder says what they are."""
    path = folder / "set.json"
    wanted = {"split": mixture_set.split, "seconds": mixture_set.seconds, "seed": mixture_set.seed, "hop": mixture_set.shape.grid.hop}
    if not path.exists():
        path.write_text(json.dumps(wanted), encoding="utf-8")
    elif (found := json.loads(path.read_text(encoding="utf-8"))) != wanted:
        raise Error(f"{folder}: holds mixtures of another kind ({found}, wanted {wanted}); choose another --folder")


def _save(path: Path, array: NDArray) -> None:
    temporary = path.with_suffix(".part")
    with temporary.open("wb") as out:
        np.save(out, array)
    os.replace(temporary, path)


class Mixtures:
    """A set on disk, mapped into memory: chunks are made when they are first asked for, and found there by the next run."""

    def __init__(self, folder: Path, sources: Callable[[], Sources], mixture_set: MixtureSet):
        folder.mkdir(parents=True, exist_ok=True)
        _check_identity(folder, mixture_set)
        self.folder, self.set, self.frames = folder, mixture_set, mixture_set.frames
        self._sources, self._made_sources = sources, None
        self._chunks: list[tuple[NDArray, NDArray, NDArray]] = []

    def __len__(self) -> int:
        return self.set.count

    def require(self, count: int) -> None:
        """Makes the first ``count`` mixtures, as far as they are missing."""
        while len(self._chunks) * CHUNK < min(count, self.set.count):
            number = len(self._chunks)
            if self._stored(number) != self._count(number):
                self._make(number)
            features, terms = (np.load(self._path(name, number), mmap_mode="r") for name in ("features", "terms"))
            self._chunks.append((features, terms, np.load(self._path("condition", number))))

    def condition(self, indices: NDArray) -> NDArray[np.float32]:
        """(N, 9) of mixtures that were required before."""
        return np.stack([self._chunks[i // CHUNK][2][i % CHUNK] for i in indices])

    def _count(self, number: int) -> int:
        """Mixtures of a chunk; the last one of a set may be short."""
        return min(CHUNK, self.set.count - number * CHUNK)

    def _stored(self, number: int) -> int:
        path = self._path("condition", number)
        return len(np.load(path, mmap_mode="r")) if path.exists() else 0

    def _path(self, name: str, number: int) -> Path:
        return self.folder / f"{name}-{number:04d}.npy"

    def _make(self, number: int) -> None:
        self._made_sources = self._made_sources or self._sources()
        indices = range(number * CHUNK, number * CHUNK + self._count(number))
        mixtures = [make_mixture(self._made_sources, self.set, i) for i in indices]
        encoded = [encode(mixture, self.set) for mixture in mixtures]
        _save(self._path("features", number), band_features(np.stack([power for power, _ in encoded]), self.set.shape).astype(np.float16))
        _save(self._path("terms", number), np.stack([terms for _, terms in encoded]))
        _save(self._path("condition", number), np.stack([m.condition for m in mixtures]))  # the last one says: complete

    def cut(self, indices: NDArray, starts: NDArray, frames: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Features (N, frames, FEATURES, BANDS) and terms (N, frames, 2, BANDS) of mixtures ``indices`` from hop ``starts`` on."""
        places = [(self._chunks[i // CHUNK], i % CHUNK, slice(s, s + frames)) for i, s in zip(indices, starts)]
        return (
            np.stack([chunk[0][i, span] for chunk, i, span in places]).astype(np.float32),
            np.stack([chunk[1][i, span] for chunk, i, span in places]).astype(np.float32),
        )

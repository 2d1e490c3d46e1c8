# SPDX-License-Identifier: AGPL-3.0-or-later
"""The time-frequency grids of Dry: 20 ms windows every 10 ms, or for low latency 21 ms windows every 5.3 ms whose latter half is used;
bins every 46.875 Hz, and the bands in which the network listens.

Bin k lies at the same frequency at every sample rate, because the length of the transform follows the rate: what is defined here for
48 kHz (window 960, hop 480, FFT 1024) is what the real-time engine does at 44.1 to 192 kHz too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 48000
WINDOW = 960
HOP = 480
FFT = 1024
BINS = FFT // 2 + 1
BIN_HZ = SAMPLE_RATE / FFT
BANDS = 60
#: Distance of bands in equivalent rectangular bandwidths (Glasberg and Moore 1990), so that the last of BANDS comes to lie at 24 kHz.
_ERBS = 0.695


@dataclass(frozen=True)
class Grid:
    """Frames of ``window`` samples every ``hop``, of which the last ``synthesis_window`` (two hops) are given back."""

    window: int
    hop: int
    synthesis_window: int

    @property
    def hop_s(self) -> float:
        return self.hop / SAMPLE_RATE

    def analysis(self) -> NDArray[np.float32]:
        """Square root of a periodic Hann window."""
        return np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(self.window) / self.window)).astype(np.float32)

    def synthesis(self) -> NDArray[np.float32]:
        """With the end of the analysis window it makes a Hann window, which adds up to one at half overlap."""
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(self.synthesis_window) / self.synthesis_window)
        end = self.analysis()[-self.synthesis_window :]
        return np.divide(hann, end, out=np.zeros_like(hann), where=end > 0).astype(np.float32)


USUAL = Grid(WINDOW, HOP, WINDOW)
LOW_LATENCY = Grid(1024, 256, 512)  #: 10.7 ms instead of 20


def analyse(audio: NDArray[np.floating], grid: Grid = USUAL) -> NDArray[np.complex64]:
    """Spectra (frames, 513) of mono ``audio`` at 48 kHz; frame t sees samples up to (t + 1) hop.

    A sine of full scale has magnitude 0.5.
    """
    import scipy.fft

    frames, before = -(-len(audio) // grid.hop) + 1, grid.window - grid.hop
    padded = np.zeros(frames * grid.hop + before, np.float32)
    padded[before : before + len(audio)] = audio
    cut = np.lib.stride_tricks.sliding_window_view(padded, grid.window)[:: grid.hop]
    w = grid.analysis()
    return np.asarray(scipy.fft.rfft(cut * w, FFT, axis=1), np.complex64) / w.sum()


def synthesise(spectra: NDArray[np.complexfloating], length: int, grid: Grid = USUAL) -> NDArray[np.float32]:
    """Overlap-add; with unchanged spectra of :func:`analyse` it returns the ``length`` samples that went in."""
    import scipy.fft

    given = slice(grid.window - grid.synthesis_window, grid.window)
    frames = np.asarray(scipy.fft.irfft(spectra * grid.analysis().sum(), FFT, axis=1))[:, given] * grid.synthesis()
    halves = np.zeros((len(frames) + 1, grid.hop), np.float32)
    halves[:-1] += frames[:, : grid.hop]
    halves[1:] += frames[:, grid.hop :]
    return halves.reshape(-1)[grid.hop : grid.hop + length]


@lru_cache
def band_centres() -> NDArray[np.float64]:
    """Centres of the BANDS bands in bins, 0 to 512: one bin apart at first, then _ERBS apart."""
    centres = [0.0]
    while len(centres) < BANDS:
        erb_bins = 24.7 * (4.37e-3 * centres[-1] * BIN_HZ + 1) / BIN_HZ
        centres.append(centres[-1] + max(1.0, _ERBS * erb_bins))
    return np.array([*centres[:-1], BINS - 1.0])


@lru_cache
def spread_matrix() -> NDArray[np.float32]:
    """(513, BANDS): linear interpolation from bands to bins; rows sum to one."""
    centres = band_centres()
    return np.stack([np.interp(np.arange(BINS), centres, row) for row in np.eye(BANDS)], 1).astype(np.float32)


@lru_cache
def gather_matrix() -> NDArray[np.float32]:
    """(BANDS, 513): means over triangles around the bands' centres; rows sum to one."""
    triangles = spread_matrix().T
    return triangles / triangles.sum(1, keepdims=True)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The time-frequency grid of Dry: 20 ms windows every 10 ms, bins every 46.875 Hz, and the bands in which the network listens.

Bin k lies at the same frequency at every sample rate, because the length of the transform follows the rate: what is defined here for
48 kHz (window 960, hop 480, FFT 1024) is what the real-time engine does at 44.1 to 192 kHz too.
"""

from __future__ import annotations

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


def window() -> NDArray[np.float32]:
    """Square root of a periodic Hann window: analysis and synthesis together add up to one at half overlap."""
    return np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)


def analyse(audio: NDArray[np.floating]) -> NDArray[np.complex64]:
    """Spectra (frames, 513) of mono ``audio`` at 48 kHz; frame t sees samples up to (t + 1) HOP, so frame 0 is half silence.

    A sine of full scale has magnitude 0.5.
    """
    import scipy.fft

    frames = -(-len(audio) // HOP) + 1
    padded = np.zeros(frames * HOP + WINDOW - HOP, np.float32)
    padded[WINDOW - HOP : WINDOW - HOP + len(audio)] = audio
    cut = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    w = window()
    return np.asarray(scipy.fft.rfft(cut * w, FFT, axis=1), np.complex64) / w.sum()


def synthesise(spectra: NDArray[np.complexfloating], length: int) -> NDArray[np.float32]:
    """Overlap-add; with unchanged spectra of :func:`analyse` it returns the ``length`` samples that went in."""
    import scipy.fft

    w = window()
    frames = np.asarray(scipy.fft.irfft(spectra * w.sum(), FFT, axis=1))[:, :WINDOW] * w
    halves = np.zeros((len(frames) + 1, HOP), np.float32)
    halves[:-1] += frames[:, :HOP]
    halves[1:] += frames[:, HOP:]
    return halves.reshape(-1)[WINDOW - HOP : WINDOW - HOP + length]


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

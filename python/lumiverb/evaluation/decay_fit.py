# SPDX-License-Identifier: AGPL-3.0-or-later
"""The classical way to hear a reverberation time without its impulse response: maximum likelihood in free decays.

Where a voice stops, the room rings on alone. Per octave band, stretches in which the energy of short frames falls steadily are taken for
such decays; in each, the decay rate is estimated by maximum likelihood for exponentially damped Gaussian noise (Ratnam et al.,
J. Acoust. Soc. Am. 114, 2003), and the most frequent estimate is the answer (Löllmann et al., IWAENC 2010, whose pre-selection of
decays this follows). The baseline that the network is measured against; NumPy and SciPy only.
"""

from __future__ import annotations

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from lumiverb.acoustics.description import BAND_CENTRES_HZ

FRAME_S = 0.01
SMOOTHING = 7  #: frames: in narrow bands single frames of one steady decay rise and fall
SKIPPED = 4  #: frames after the peak: direct sound and early reflections fall faster than the room rings
LEAST_FRAMES = 12
LEAST_DROP_DB = 10.0
_CANDIDATES_S = np.geomspace(0.08, 8.0, 160)


def decay_fit_rt60_s(mono: NDArray[np.floating], sample_rate: float) -> NDArray[np.float64]:
    """RT60 per octave band in s, (7,); NaN where no free decay was found, or the band is beyond the Nyquist frequency."""
    return np.array([_band_rt60_s(np.asarray(mono, float), sample_rate, hz) for hz in BAND_CENTRES_HZ])


def _band_rt60_s(mono: NDArray, rate: float, centre_hz: float) -> float:
    low, high = centre_hz / 2**0.5, min(centre_hz * 2**0.5, 0.49 * rate)
    if high <= low:
        return float("nan")
    band = np.asarray(scipy.signal.sosfilt(scipy.signal.butter(3, [low, high], "bandpass", fs=rate, output="sos"), mono))
    n = round(FRAME_S * rate)
    energy = (band[: len(band) // n * n] ** 2).reshape(-1, n).sum(1)
    estimates = [maximum_likelihood_rt60_s(energy[a:b]) for a, b in free_decays(energy)]
    return most_frequent(np.array(estimates))


def free_decays(energy: NDArray) -> list[tuple[int, int]]:
    """Stretches [a, b) of frame energies that, smoothed, fall steadily by 10 dB at least, down to 6 dB above the floor."""
    smooth = np.convolve(energy, np.ones(SMOOTHING) / SMOOTHING, "same")
    level = 10 * np.log10(smooth + 1e-15 * smooth.max(initial=1e-30))
    falling = (np.diff(level) < 0.3) & (level[1:] > np.quantile(level, 0.05) + 6)
    edges = np.flatnonzero(np.diff(np.r_[0, falling, 0]))
    found = []
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        a += int(np.argmax(level[a : b + 1])) + SKIPPED
        if b + 1 - a >= LEAST_FRAMES and level[a] - level[b] >= LEAST_DROP_DB:
            found.append((a, b + 1))
    return found


def maximum_likelihood_rt60_s(energy: NDArray) -> float:
    """Decay time of frame energies e_k ~ s^2 q^k chi^2: the q that maximises -L/2 ln(sum q^-k e_k) - L (L - 1) / 4 ln q, over a grid."""
    k = np.arange(len(energy))
    log_q = -13.8155 * FRAME_S / _CANDIDATES_S  # per frame, of energy
    weighted = np.exp(-log_q[:, None] * k) @ energy
    likelihood = -len(k) / 2 * np.log(weighted) - len(k) * (len(k) - 1) / 4 * log_q
    return float(_CANDIDATES_S[np.argmax(likelihood)])


def most_frequent(estimates: NDArray) -> float:
    """Mode of the logarithms, smoothed by a Gaussian of 0.15; NaN for none."""
    if not len(estimates):
        return float("nan")
    grid, logs = np.log(_CANDIDATES_S), np.log(estimates)
    density = np.exp(-0.5 * ((grid[:, None] - logs) / 0.15) ** 2).sum(1)
    return float(_CANDIDATES_S[np.argmax(density)])

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sung vowels made from nothing: pulses through formants, with vibrato and glides. Recorded ones are short and few, and held notes, which hide
the decay of a room, are what dereverberation finds hard.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lumiverb.audio.dry_grid import SAMPLE_RATE

HIGHEST_HZ = 16000.0
#: First three formants of i, e, a, o, u of a tenor, in Hz (Sundberg 1987, rounded); the fourth and fifth hardly move.
VOWELS = ((290, 1900, 2700), (440, 1750, 2550), (650, 1100, 2550), (420, 750, 2500), (320, 680, 2350))
UPPER = (3300, 4200)
BANDWIDTHS_HZ = (60, 90, 120, 160, 250)
_TABLE = 2048


def sung_phrase(rng: np.random.Generator, seconds: float) -> NDArray[np.float32]:
    """Notes of one voice, 0.3 to 3 s long, some tied and some apart; mono at 48 kHz, unit peak."""
    length = round(seconds * SAMPLE_RATE)
    lowest = float(np.exp(rng.uniform(np.log(85), np.log(420))))
    size = rng.uniform(0.9, 1.2) * (1.0 if lowest < 200 else 1.12)
    tilt, parts, total, before = rng.uniform(0.6, 1.4), [], 0, lowest
    while total < length:
        pitch = lowest * 2 ** (int(rng.choice((0, 2, 4, 5, 7, 9, 11, 12))) / 12)
        gap = 0.0 if rng.random() < 0.6 else rng.uniform(0.05, 0.5)
        note = _note(rng, before if gap == 0 else pitch, pitch, size, tilt)
        parts += [np.zeros(round(gap * SAMPLE_RATE)), note]
        total, before = total + len(parts[-1]) + len(parts[-2]), pitch
    phrase = np.concatenate(parts)[:length]
    return (phrase / (np.abs(phrase).max() + 1e-9)).astype(np.float32)


def _note(rng: np.random.Generator, start_hz: float, pitch_hz: float, size: float, tilt: float) -> NDArray[np.float64]:
    t = np.arange(round(np.exp(rng.uniform(np.log(0.3), np.log(3.0))) * SAMPLE_RATE)) / SAMPLE_RATE
    cents = 1200 * np.log2(start_hz / pitch_hz) * np.exp(-t / rng.uniform(0.02, 0.06)) + _vibrato(rng, t) + _drift(rng, t)
    source = _pulses(pitch_hz * 2 ** (cents / 1200), tilt)
    breath = rng.standard_normal(len(t)) * np.sqrt(np.mean(source**2)) * 10 ** (-rng.uniform(20, 40) / 20)
    vowel = _formants(source + breath, size * rng.uniform(0.95, 1.05) * np.array(VOWELS[int(rng.integers(len(VOWELS)))]))
    ends = np.minimum(np.minimum(t / rng.uniform(0.02, 0.15), (t[-1] - t) / rng.uniform(0.03, 0.25)), 1)
    return vowel / (np.sqrt(np.mean(vowel**2)) + 1e-9) * np.sin(0.5 * np.pi * ends) ** 2 * rng.uniform(0.5, 1)


def _vibrato(rng: np.random.Generator, t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cents; none in three of ten notes, else it sets in after a while."""
    depth = 0.0 if rng.random() < 0.3 else rng.uniform(20, 90)
    onset = np.clip((t - rng.uniform(0.05, 0.4)) / 0.3, 0, 1)
    return depth * onset * np.sin(2 * np.pi * rng.uniform(4.5, 7.0) * t + rng.uniform(0, 2 * np.pi))


def _drift(rng: np.random.Generator, t: NDArray[np.float64]) -> NDArray[np.float64]:
    """A few cents of slow wandering."""
    places = np.arange(0, t[-1] + 0.2, 0.1)
    return np.interp(t, places, rng.normal(0, 5, len(places)))


def _pulses(pitch_hz: NDArray[np.float64], tilt: float) -> NDArray[np.float64]:
    """Harmonics that fall as 1 / k^tilt up to HIGHEST_HZ, following ``pitch_hz`` (samples,)."""
    harmonics = np.arange(1, max(2, int(HIGHEST_HZ / pitch_hz.max())))
    spectrum = np.zeros(_TABLE // 2 + 1, complex)
    spectrum[harmonics] = harmonics ** (-tilt) * _TABLE / 2
    table = np.append(np.fft.irfft(spectrum), 0.0)
    table[-1] = table[0]
    phase = np.cumsum(pitch_hz / SAMPLE_RATE) % 1.0
    return np.interp(phase * _TABLE, np.arange(_TABLE + 1), table)


def _formants(source: NDArray[np.float64], first_three_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Resonances one after the other, each with gain one at 0 Hz."""
    from scipy.signal import sosfilt

    sections = []
    for centre, width in zip((*first_three_hz, *UPPER), BANDWIDTHS_HZ):
        radius = np.exp(-np.pi * width / SAMPLE_RATE)
        a1, a2 = -2 * radius * np.cos(2 * np.pi * centre / SAMPLE_RATE), radius * radius
        sections.append([1 + a1 + a2, 0, 0, 1, a1, a2])
    return np.asarray(sosfilt(np.array(sections), source))

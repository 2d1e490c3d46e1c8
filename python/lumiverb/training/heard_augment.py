# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens to a recording on its way, done to its band levels: noise, narrow bands, lossy coding. None of it changes the room.

Level and colour need no augmentation: the network takes every band relative to its own energy. Against noise they count, and the
noise's own colour varies for that.
"""

from __future__ import annotations

import numpy as np

from lumiverb import _native

FLOOR_DB = -120.0
_BANDS = _native.HEARD_BANDS
#: About how many independent values one band energy of noise is the sum of: time x bandwidth, twice.
_FREEDOM = 2 * 0.016 * np.geomspace(45, 1100, _BANDS)


def augmented(levels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One recording's levels (frames, 32) in dB -> the same, recorded worse; float32."""
    out = _with_noise(levels, rng) if rng.random() < 0.9 else levels.astype(np.float32)
    if rng.random() < 0.3:  # telephone, cheap microphones, 16 kHz files
        out[:, round(rng.uniform(0.6, 1.0) * _BANDS) :] = FLOOR_DB
    if rng.random() < 0.2:  # high-pass filters of voice microphones
        out[:, : rng.integers(1, 5)] = FLOOR_DB
    if rng.random() < 0.15:  # coders drop what they think is masked
        out[out < out.max(0) - rng.uniform(35, 60)] = FLOOR_DB
    return out


def _with_noise(levels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Steady coloured noise, 20 to 60 dB below the mean level of the recording."""
    energy = 10 ** (levels.astype(np.float32) / 10)
    snr = rng.uniform(20, 60)
    colour = rng.uniform(-4, 1) * np.linspace(0, 6, _BANDS) + np.cumsum(rng.normal(0, 1.5, _BANDS))  # dB, tilt and bumps
    noise = 10 ** ((colour - colour.max()) / 10)
    noise *= energy.mean(0).sum() / noise.sum() * 10 ** (-snr / 10)
    swing = rng.standard_normal((len(levels) + 3, _BANDS)).astype(np.float32)
    swing = (swing[:-3] + swing[1:-2] + swing[2:-1] + swing[3:]) / 2  # neighbouring windows overlap by three quarters
    fluctuation = np.exp(np.clip(swing * np.sqrt(2 / _FREEDOM), -2.5, 1.5)).astype(np.float32)
    return (10 * np.log10(energy + noise.astype(np.float32) * fluctuation + 1e-12)).astype(np.float32)

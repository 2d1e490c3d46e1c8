# SPDX-License-Identifier: AGPL-3.0-or-later
"""The classical baseline on decays of known length."""

from __future__ import annotations

import numpy as np
import pytest

from lumiverb.evaluation.decay_fit import decay_fit_rt60_s, free_decays, maximum_likelihood_rt60_s, most_frequent


def bursts(rt60_s: float, rate: int = 16000, seconds: float = 6.0) -> np.ndarray:
    """Noise that sounds for 0.3 s and rings out, every second and a half."""
    rng = np.random.default_rng(4)
    time = np.arange(round(1.5 * rate)) / rate
    envelope = np.where(time < 0.3, 1.0, 10 ** (-3 * (time - 0.3) / rt60_s))
    whole = np.tile(envelope, round(seconds / 1.5))
    return whole * rng.standard_normal(len(whole)) + 1e-4 * rng.standard_normal(len(whole))


@pytest.mark.parametrize("rt60_s", [0.3, 0.6, 1.2])
def test_bursts_of_noise(rt60_s: float) -> None:
    found = decay_fit_rt60_s(bursts(rt60_s), 16000)
    assert found[2:6] == pytest.approx([rt60_s] * 4, rel=0.15)


def test_maximum_likelihood_on_a_clean_decay() -> None:
    k = np.arange(40)
    assert maximum_likelihood_rt60_s(10 ** (-6 * 0.01 * k / 0.8)) == pytest.approx(0.8, rel=0.03)


def test_no_decay_no_answer() -> None:
    steady = np.random.default_rng(1).standard_normal(32000)
    assert np.isnan(decay_fit_rt60_s(steady, 16000)[3:6]).all()
    assert free_decays(np.zeros(100)) == [] and np.isnan(most_frequent(np.array([])))
    assert np.isnan(decay_fit_rt60_s(steady, 8000)[6])  # 8 kHz lies beyond the Nyquist frequency

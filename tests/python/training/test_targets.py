# SPDX-License-Identifier: AGPL-3.0-or-later
"""Labels as numbers: order, units, unknown values, open air."""

from __future__ import annotations

import numpy as np
import pytest

from lumiverb.training import targets as T


def labels(**changes) -> dict:
    made = {
        "kind": "office",
        "outdoor": False,
        "rt60_s": [0.8, 0.7, 0.6, 0.5, 0.5, 0.45, 0.4],
        "volume_m3": 120.0,
        "dimensions_m": [8.0, 5.0, 3.0],
        "absorption": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7],
        "drr_1m_db": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0],
        "clarity_c50_2m_db": 9.0,
    }
    return made | changes


def test_order_and_units_of_the_targets():
    values, known = T.encode(labels())
    assert known.tolist() == [1.0] * 26
    assert np.exp(values[T.RT60]) == pytest.approx([0.8, 0.7, 0.6, 0.5, 0.5, 0.45, 0.4], rel=1e-6)
    assert np.exp(values[7:11]) == pytest.approx([120, 8, 5, 3], rel=1e-5)
    assert 1 / (1 + np.exp(-values[T.ABSORPTION])) == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7], rel=1e-5)
    assert values[18:].tolist() == [1, 2, 3, 4, 5, 6, 7, 9]
    assert len(T.TARGET_NAMES) == 26 and T.TARGET_NAMES[0] == "ln_rt60_s_125" and T.TARGET_NAMES[25] == "clarity_c50_2m_db"


def test_unknown_values_have_no_weight():
    values, known = T.encode(labels(rt60_s=[None] + [0.5] * 6, drr_1m_db=[None] * 7, clarity_c50_2m_db=None))
    assert known[0] == 0 and known[1:7].min() == 1
    assert known[T.DRR].max() == 0 and known[25] == 0
    assert np.isfinite(values).all()


def test_open_air_is_short_and_has_no_size():
    values, known = T.encode(labels(outdoor=True, rt60_s=[None, None, None, 0.3, 0.3, 0.3, 0.3], volume_m3=0.0, dimensions_m=[0, 0, 0]))
    assert known[T.RT60].min() == 1 and known[7:18].max() == 0
    assert np.exp(values[T.RT60]) == pytest.approx([0.05] * 3 + [0.3] * 4)


def test_extreme_ratios_are_bounded():
    values, _ = T.encode(labels(drr_1m_db=[300.0] * 7, clarity_c50_2m_db=90.0))
    assert values[T.DRR].max() == 25 and values[25] == 40


def test_mid_band_is_the_mean_of_two_octaves():
    assert T.mid_rt60_s(np.log([[9.0, 9.0, 0.4, 0.6, 9.0, 9.0, 9.0]])) == pytest.approx([0.5])

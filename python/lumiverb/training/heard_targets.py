# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the blind-room network predicts, as one vector of 16 numbers. NumPy only."""

from __future__ import annotations

import numpy as np

from lumiverb.training.targets import BANDS_HZ

RT60 = slice(0, 7)
DRR = slice(7, 14)
CLARITY = 14
VOLUME = 15
NUM_TARGETS = 16

#: Names in the order of the network's outputs (manifest field ``targets``).
TARGET_NAMES = tuple([f"ln_rt60_s_{hz}" for hz in BANDS_HZ] + [f"drr_db_{hz}" for hz in BANDS_HZ] + ["clarity_c50_db", "ln_volume_m3"])

RT60_RANGE_S = (0.05, 10.0)
LEVEL_RANGE_DB = (-25.0, 35.0)


def encode(rt60_s, drr_db, clarity_c50_db, volume_m3=None) -> np.ndarray:
    """Numbers of one response -> float32 (16,); NaN where a number is None, not finite, or (RT60) out of what can be measured."""
    rt60 = _floats(rt60_s)
    rt60[(rt60 < RT60_RANGE_S[0]) | (rt60 > RT60_RANGE_S[1])] = np.nan
    levels = np.clip(_floats([*drr_db, clarity_c50_db]), *LEVEL_RANGE_DB)
    return np.concatenate([np.log(rt60), levels, np.log(_floats([volume_m3]))]).astype(np.float32)


def _floats(values) -> np.ndarray:
    return np.array([np.nan if v is None else float(v) for v in values])

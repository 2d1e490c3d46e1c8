# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the scene encoder predicts, as one vector of 26 numbers, and the way there from a traced room's labels. NumPy only."""

from __future__ import annotations

import numpy as np

BANDS_HZ = (125, 250, 500, 1000, 2000, 4000, 8000)
NUM_BANDS = len(BANDS_HZ)
MID = slice(2, 4)  #: 500 Hz and 1 kHz

RT60 = slice(0, 7)
VOLUME = slice(7, 8)
DIMENSIONS = slice(8, 11)
ABSORPTION = slice(11, 18)
DRR = slice(18, 25)
CLARITY = slice(25, 26)
NUM_TARGETS = 26

#: Names in the order of the network's outputs (manifest field ``targets``).
TARGET_NAMES = tuple(
    [f"ln_rt60_s_{hz}" for hz in BANDS_HZ]
    + ["ln_volume_m3"]
    + [f"ln_{axis}_m" for axis in ("length", "width", "height")]
    + [f"logit_absorption_{hz}" for hz in BANDS_HZ]
    + [f"drr_1m_db_{hz}" for hz in BANDS_HZ]
    + ["clarity_c50_2m_db"]
)

#: Where nothing rings (open air) T30 cannot be measured: such a place counts as this short.
SHORTEST_RT60_S, LONGEST_RT60_S = 0.05, 15.0
DRR_RANGE_DB = (-25.0, 25.0)
CLARITY_RANGE_DB = (-15.0, 40.0)


def encode(labels: dict) -> tuple[np.ndarray, np.ndarray]:
    """Labels of one room -> (values, weights), float32 (26,) each; weight 0 where the label is unknown.

    ``labels`` has the fields that :func:`lumiverb.training.rooms.room_labels` writes: ``rt60_s``, ``absorption``,
    ``drr_1m_db`` (7 numbers or None each), ``volume_m3``, ``dimensions_m``, ``clarity_c50_2m_db``, ``outdoor``.
    """
    outdoor = bool(labels["outdoor"])
    rt60 = _numbers(labels["rt60_s"])
    if outdoor:
        rt60 = np.where(np.isfinite(rt60), rt60, SHORTEST_RT60_S)
    values = np.full(NUM_TARGETS, np.nan)
    values[RT60] = np.log(np.clip(rt60, SHORTEST_RT60_S, LONGEST_RT60_S))
    if not outdoor:
        values[VOLUME] = np.log(labels["volume_m3"])
        values[DIMENSIONS] = np.log(labels["dimensions_m"])
        absorption = np.clip(_numbers(labels["absorption"]), 0.005, 0.995)
        values[ABSORPTION] = np.log(absorption / (1 - absorption))
    values[DRR] = np.clip(_numbers(labels["drr_1m_db"]), *DRR_RANGE_DB)
    values[CLARITY] = np.clip(_numbers([labels["clarity_c50_2m_db"]]), *CLARITY_RANGE_DB)
    known = np.isfinite(values)
    return np.where(known, values, 0).astype(np.float32), known.astype(np.float32)


def mid_rt60_s(ln_rt60: np.ndarray) -> np.ndarray:
    """T30,mid in seconds (mean of the 500 Hz and 1 kHz octaves) from (..., >= 7) natural logarithms."""
    return np.exp(ln_rt60[..., MID]).mean(-1)


def _numbers(values) -> np.ndarray:
    return np.array([np.nan if v is None else v for v in values], dtype=float)

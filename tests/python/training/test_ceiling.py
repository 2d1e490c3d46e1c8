# SPDX-License-Identifier: AGPL-3.0-or-later
"""The regression that is told the truth must find what is in it, and no more."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from lumiverb.evaluation import ceiling  # noqa: E402
from lumiverb.evaluation.scene_encoder import Truth  # noqa: E402
from lumiverb.nets.scene_encoder import SURVEY  # noqa: E402
from lumiverb.training import targets as T  # noqa: E402


def places(count: int, seed: int) -> tuple[Truth, np.ndarray]:
    """Cubes of two kinds; RT60 = .16 V / (a S); the picture shows the absorption with an error of 10 %."""
    rng = np.random.default_rng(seed)
    side, absorption = rng.uniform(2, 8, count), rng.uniform(0.05, 0.5, count)
    values = np.zeros((count, T.NUM_TARGETS))
    values[:, T.VOLUME] = 3 * np.log(side)[:, None]
    values[:, T.DIMENSIONS] = np.log(side)[:, None]
    values[:, T.ABSORPTION] = np.log(absorption / (1 - absorption))[:, None]
    values[:, T.RT60] = np.log(0.16 * side / (6 * absorption))[:, None]
    surveyed = np.zeros((count, SURVEY))
    surveyed[:, 0] = np.log(absorption) + rng.normal(0, 0.1, count)
    kind = np.where(np.arange(count) % 2, "office", "kitchen")
    return Truth(values, np.ones_like(values), kind, np.zeros(count, bool)), surveyed


def test_more_facts_bring_it_nearer_to_the_truth(monkeypatch, tmp_path):
    monkeypatch.setattr(ceiling, "NETWORKS", 1)
    monkeypatch.setattr(ceiling, "STEPS", 200)
    monkeypatch.setattr(ceiling, "_load", lambda folder, limit: places(500 if folder.name == "train" else 200, len(folder.name)))
    errors = {name: row["mid_median_error_percent"] for name, row in ceiling.measure(tmp_path, say=lambda text: None).items()}
    assert errors["kind, size, mean absorption of all surfaces"] < 4
    assert 4 < errors["kind, size, surfaces in the picture"] < 11  # the error of what it is told: a tenth, median .067
    assert errors["kind, size"] > 25 and errors["kind"] > 25


def test_rooms_without_surfaces_are_refused(monkeypatch, tmp_path):
    with pytest.raises(ValueError, match="no rooms here"):
        ceiling.measure(tmp_path)

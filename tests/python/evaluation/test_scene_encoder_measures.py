# SPDX-License-Identifier: AGPL-3.0-or-later
"""The measures on numbers whose result is known by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lumiverb.evaluation import scene_encoder as measures
from lumiverb.training import targets as T


def rooms(mids: list[float], kinds: list[str], outdoor: list[bool] | None = None) -> measures.Truth:
    values = np.zeros((len(mids), 26), np.float32)
    values[:, T.RT60] = np.log(mids)[:, None]
    values[:, T.VOLUME] = np.log(100)
    return measures.Truth(values, np.ones((len(mids), 26), np.float32), np.array(kinds), np.array(outdoor or [False] * len(mids)))


def test_errors_by_hand():
    truth = rooms([0.5, 1.0, 2.0, 4.0], ["a"] * 4)
    guess = truth.values.copy()
    guess[:, T.RT60] += np.log([1.04, 1.08, 1.5, 0.5])[:, None]
    guess[:, T.VOLUME] += np.log(2)
    guess[:, T.DRR] += [[1], [-1], [2], [-2]]
    score = measures.score_rooms(guess, truth)
    assert score["rooms"] == 4
    assert score["rt60_median_error_percent"] == [29.0] * 7  # between 8 and 50 %
    assert score["mid_within_percent"] == {"5": 25.0, "10": 50.0, "20": 50.0}
    assert score["volume_median_factor"] == 2.0 and score["drr_mean_error_db"] == 1.5
    assert score["mid_log2_rmse"] == pytest.approx(np.sqrt(np.mean(np.log2([1.04, 1.08, 1.5, 0.5]) ** 2)), abs=1e-3)


def test_outdoor_rooms_do_not_count_as_rooms():
    truth = rooms([0.5, 0.05], ["a", "field"], [False, True])
    assert measures.score_rooms(truth.values, truth)["rooms"] == 1


def test_baselines_know_the_median_and_the_kind():
    train = rooms([0.4, 0.5, 0.6, 2.0, 3.0, 4.0, 5.0], ["small"] * 3 + ["large"] * 4)
    medians = measures.training_medians(train)
    test = rooms([0.5, 3.5], ["small", "large"])
    constant, kind = measures.baseline(medians, test, "constant"), measures.baseline(medians, test, "kind")
    assert np.exp(constant[:, 0]) == pytest.approx([2.0, 2.0], rel=1e-3)
    assert np.exp(kind[:, 0]) == pytest.approx([0.5, np.sqrt(12)], rel=1e-3)
    assert (
        measures.score_rooms(constant, test)["mid_rank_correlation_within_kinds"]
        != measures.score_rooms(constant, test)["mid_within_percent"]
    )


def test_rank_within_kinds_ignores_what_the_kind_tells():
    truth = np.array([1.0, 2, 3, 4, 10, 20, 30, 40])
    kinds = np.array(["a"] * 4 + ["b"] * 4)
    assert measures.rank_within(truth, truth, kinds) == pytest.approx(1)
    assert measures.rank_within(np.where(kinds == "a", 1.0, 10.0), truth, kinds) == 0  # knows the kind only
    assert measures.rank_within(np.array([4.0, 3, 2, 1, 10, 20, 30, 40]), truth, kinds) == pytest.approx(0)


def test_auc_and_ties():
    positive = np.array([True, True, False, False])
    assert measures.auc(np.array([3.0, 2, 1, 0]), positive) == 1
    assert measures.auc(np.array([0.0, 1, 2, 3]), positive) == 0
    assert measures.auc(np.zeros(4), positive) == 0.5
    assert measures.auc(np.array([2.0, 0, 1, 0]), positive) == pytest.approx(0.625)


def test_spreads_that_are_right_cover_two_thirds():
    rng = np.random.default_rng(1)
    truth = rooms([1.0] * 4000, ["a"] * 4000)
    said = measures.Said(
        truth.values + rng.normal(0, 0.2, (4000, 26)), np.full((4000, 26), np.log(0.2)), np.zeros((4000, 1)), np.zeros(4000)
    )
    cover = measures.score_spreads(said, truth)
    assert cover["within_1_spread_percent"]["rt60"] == pytest.approx(68.3, abs=1)
    assert cover["within_2_spread_percent"]["volume"] == pytest.approx(95.4, abs=1.5)


def test_weak_ranges():
    mean = np.zeros((4, 26))
    mean[:, T.RT60] = np.log([1.0, 5.0, 0.05, 0.3])[:, None]
    said = measures.Said(mean, mean, np.zeros((4, 1)), np.array([-2.0, -1, 3, 1]))
    score = measures.score_photos(
        said, np.array([0.5, 1, 0, 0]), np.array([1.5, 2.0, 0.1, 0.1]), np.array([False, False, True, True]), np.array(["p", "q", "r", "s"])
    )
    assert score["indoor_inside_range_percent"] == 50.0 and score["indoor_inside_range_percent_of_best_constant"] == 100.0
    assert score["outdoor_auc"] == 1.0 and score["rank_correlation_over_indoor_panoramas"] == 1.0
    assert score["mid_rt60_s_by_panorama"] == {"p": 1.0, "q": 5.0, "r": 0.05, "s": 0.3}

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The measures on numbers whose result is known by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lumiverb.evaluation import scene_encoder as measures
from lumiverb.evaluation import scene_encoder_sets as sets
from lumiverb.training import targets as T
from lumiverb.training.rooms import RoomSample


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


def test_small_rooms_and_the_volume_factor():
    truth = rooms([0.5, 1.0, 2.0], ["a"] * 3)
    truth.values[:, T.VOLUME] = np.log([[100], [140], [1000]])
    guess = truth.values.copy()
    guess[:, T.RT60] = np.log([0.6, 1.2, 4.0])[:, None]
    guess[:, T.VOLUME] += np.log([[1.4], [0.7], [1.6]])
    score = measures.score_rooms(guess, truth)
    assert score["mid_mean_error_s_below_150_m3"] == 0.15  # the hall does not count
    assert score["volume_within_1.5_percent"] == pytest.approx(66.7)


def test_reliability_lies_on_the_diagonal_when_spreads_are_right_and_below_when_too_small():
    rng = np.random.default_rng(2)
    truth = rooms([1.0] * 3000, ["a"] * 3000)
    mean = truth.values + rng.normal(0, 0.2, truth.values.shape)
    for spread, bias in ((0.2, 0), (0.1, -1)):
        said = measures.Said(mean, np.full(mean.shape, np.log(spread)), np.zeros((3000, 1)), np.zeros(3000))
        points = measures.reliability(said, truth)
        gap = np.array(points["rt60"]) - points["nominal_percent"]
        assert np.all(np.abs(gap) < 2) if bias == 0 else np.all(gap[2:8] < -8)


def test_bootstrap_intervals_hold_the_estimate_and_shrink_with_more_rooms():
    rng = np.random.default_rng(3)
    widths = []
    for count in (60, 600):
        truth = rooms(list(np.exp(rng.normal(0, 0.3, count))), ["a"] * count)
        guess = truth.values + rng.normal(0, 0.2, (count, 1))
        low, high = measures.intervals(guess, truth, draws=100)["mid_median_error_percent"]
        assert low <= measures.score_rooms(guess, truth)["mid_median_error_percent"] <= high
        widths.append(high - low)
    assert widths[1] < 0.6 * widths[0]


def test_pairs_by_hand():
    a, b = rooms([1.0, 1.0, 1.0], ["a"] * 3).values, rooms([2.0, 2.0, 0.5], ["a"] * 3).values
    said = a.copy()
    said[:, T.RT60] += 0.5 * np.log([[2.0], [2.0], [2.0]])  # half of the change, the third the wrong way
    score = measures.score_pairs(a, said, a, b)
    assert score["pairs"] == 3 and score["order_right_percent"] == pytest.approx(66.7)
    assert score["gain"] == pytest.approx(0.17, abs=0.01)  # (.5 + .5 - .5) / 3


def test_mirror_by_hand():
    there = rooms([1.0, 1.0, 1.0, 1.0], ["a"] * 4).values
    back = rooms([1.0, 1.01, 1.02, 0.9], ["a"] * 4).values
    score = measures.score_mirror(there, back)
    assert score["mid_median_change_percent"] == 1.5 and score["mid_within_3_percent"] == 75.0


def room_sample(pair: int, change: str, member: str, rt60: float) -> RoomSample:
    labels = {"rt60_s": [rt60] * 7, "absorption": [0.2] * 7, "drr_1m_db": [0.0] * 7, "volume_m3": 60.0, "dimensions_m": [5, 4, 3]}
    labels |= {"clarity_c50_2m_db": 5.0, "outdoor": False, "kind": "office", "pair": pair, "change": change, "member": member}
    return RoomSample(np.full((8, 8, 3), int(100 * rt60), np.uint8), labels)


def test_changes_are_measured_from_the_first_of_a_pair_to_the_second():
    def encoder(pictures):
        mean = np.zeros((len(pictures), 26))
        mean[:, T.RT60] = np.log([[picture.mean() / 100] for picture in pictures])
        return measures.Said(mean, np.zeros_like(mean), np.zeros((len(pictures), 1)), np.zeros(len(pictures)))

    made = [
        room_sample(2 * n + k, change, member, t)
        for n in (1, 2)
        for k, (change, second) in enumerate((("softer", 0.3), ("harder", 1.2)))
        for member, t in (("first", 0.6), ("second", second))
    ]
    made.append(room_sample(9, "harder", "first", 1.0))  # its second member is missing
    scores = sets.score_changes(encoder, made)
    assert set(scores) == {"softer", "harder"}
    assert scores["harder"] == scores["harder"] | {"pairs": 2, "order_right_percent": 100.0, "gain": 1.0, "said_median_factor": 2.0}


def test_the_figure_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    from lumiverb.evaluation.scene_encoder_figure import draw

    rng = np.random.default_rng(4)
    truth = rooms(list(np.exp(rng.normal(0, 0.3, 60))), ["a", "b"] * 30)
    said = measures.Said(truth.values + rng.normal(0, 0.2, (60, 26)), np.full((60, 26), -1.6), np.zeros((60, 2)), np.zeros(60))
    metrics = {"traced_rooms": measures.evaluate(said, truth, measures.training_medians(truth), ["a", "b"])}
    curve = [{"rooms": n, "mid_median_error_percent": 20.0 - n / 100, "rank_within_kinds": 0.3} for n in (100, 200)]
    draw(tmp_path / "figure.png", metrics, curve)
    assert 10_000 < (tmp_path / "figure.png").stat().st_size < 300_000

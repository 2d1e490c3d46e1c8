# SPDX-License-Identifier: AGPL-3.0-or-later
"""Measures of dereverberation on sounds whose answer is known, and the table made of them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from lumiverb.errors import Error
from lumiverb.evaluation import dry as evaluation
from lumiverb.evaluation import dry_measures as measures
from lumiverb.evaluation.dry_systems import Hint, ceiling, find, lebart, opposite, unprocessed
from lumiverb.training.dry_mixtures import convolve, early_window
from lumiverb.training.dry_sources import no_room

RATE = 48000


def noise_room(rt60_s: float, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    t = np.arange(round(rt60_s * RATE)) / RATE
    room = 0.02 * rng.standard_normal(len(t)) * 10 ** (-3 * t / rt60_s)
    room[0] = 1
    return room.astype(np.float32)


@pytest.fixture
def clip(make_voice):
    dry = make_voice(3.0)[0]
    room = noise_room(1.0)
    return evaluation.Clip(
        "voice", dry, convolve(dry, room * early_window(len(room))), convolve(dry, room), Hint(1.0, np.ones(11, np.float32)), True
    )


def test_si_sdr_is_that_of_added_noise_at_any_scale():
    rng = np.random.default_rng(1)
    s, n = rng.standard_normal((2, RATE))
    n -= s * (s @ n) / (s @ s)
    assert measures.si_sdr_db(s, 3 * (s + 0.1 * n)) == pytest.approx(20 + 10 * np.log10(s @ s / (n @ n)), abs=1e-6)


def test_log_spectral_distance_of_half_the_level_is_6_db(make_voice):
    x = make_voice(1.0)[0]
    assert measures.log_spectral_distance_db(x, x) == 0
    assert 3 < measures.log_spectral_distance_db(x, x / 2, floor_db=-120) < 6.1


def test_reverberation_lowers_srmr_and_fills_the_pauses(clip):
    assert measures.srmr(clip.wet) < 0.8 * measures.srmr(clip.dry)
    assert measures.pause_level_db(clip.early, clip.early) == pytest.approx(0, abs=1e-9)
    assert measures.pause_level_db(clip.early, clip.wet) > 3


def test_a_pitch_that_moves_by_20_cents_is_heard(make_voice):
    import soxr

    x = make_voice(2.0)[0]
    moved = soxr.resample(x, 48000, 48000 * 2 ** (-20 / 1200))[: len(x)]
    moved = np.pad(moved, (0, len(x) - len(moved)))
    assert measures.pitch_error_cents(x, x) == 0
    # The vowel's own glide adds to it where the two have drifted apart in time.
    assert 10 < measures.pitch_error_cents(x[:48000], moved[:48000]) < 40


def test_the_depth_of_a_vibrato_is_measured():
    t = np.arange(2 * RATE) / RATE

    def vowel(cents):
        phase = 2 * np.pi * np.cumsum(220 * 2 ** (cents * np.sin(2 * np.pi * 5.5 * t) / 1200)) / RATE
        return sum(np.sin(k * phase) / k for k in range(1, 20)) / 10

    depths = measures.vibrato_depths_cents(vowel(60), vowel(45))
    assert depths.shape == (1, 2) and 45 < depths[0, 0] < 63  # windows of 50 ms see a little less than there is
    assert measures.vibrato_error_percent(vowel(60), vowel(45)) == pytest.approx(25, abs=3)
    assert np.isnan(measures.vibrato_error_percent(vowel(0), vowel(45)))


def test_the_early_window_keeps_30_ms_and_falls_60_db_in_120():
    w = early_window(RATE)
    assert np.all(w[: round(0.03 * RATE)] == 1) and w[round(0.15 * RATE)] == pytest.approx(1e-3, rel=1e-2)


def test_pesq_and_estoi_prefer_the_target(clip):
    pytest.importorskip("pesq")
    pytest.importorskip("pystoi")
    assert measures.pesq_wb(clip.early, clip.early) > 4.5 > measures.pesq_wb(clip.early, clip.wet)
    assert measures.estoi(clip.early, clip.early) > 0.99 > measures.estoi(clip.early, clip.wet)


def test_the_ceiling_is_high(clip):
    told = dataclasses.replace(clip.hint, target=clip.early)
    best, least = (measures.si_sdr_db(clip.early, x) for x in (ceiling(clip.wet, told), lebart(clip.wet, clip.hint)))
    assert best > least + 3
    with pytest.raises(Error, match="told the target"):
        ceiling(clip.wet, clip.hint)


def test_lebart_takes_reverberation_and_leaves_dry_sound(clip, make_voice):
    dried = lebart(clip.wet, clip.hint)
    assert measures.pause_level_db(clip.early, dried) < measures.pause_level_db(clip.early, clip.wet) - 2
    dry = make_voice(1.0)[0]
    assert measures.si_sdr_db(dry, lebart(dry, Hint(0.1))) > 20


def test_wpe_keeps_length_and_helps(clip):
    pytest.importorskip("nara_wpe")
    out = find("wpe")(clip.wet, clip.hint)
    assert out.shape == clip.wet.shape and measures.si_sdr_db(clip.early, out) > measures.si_sdr_db(clip.early, clip.wet) - 1


def test_the_table_has_every_system_and_class(clip, make_voice):
    dry = make_voice(3.0)[0]
    clips = [clip, evaluation.Clip("none", dry, dry, dry, Hint(0.1), False)]
    result = evaluation.evaluate(clips, {"unprocessed": unprocessed, "lebart": lebart})
    rows = result["systems"]
    assert set(rows) == {"unprocessed", "lebart"} and rows["lebart"]["rooms"]["clips"] == 1
    assert rows["lebart"]["rooms"]["pause_db"][0] < rows["unprocessed"]["rooms"]["pause_db"][0]
    text = evaluation.as_markdown(result)
    assert "| lebart |" in text and "> 1 s (1)" in text and evaluation.DRY in text


def test_intervals_hold_the_mean():
    mean, low, high = evaluation._mean_and_interval(np.array([1.0, 2.0, 4.0, np.nan]))
    assert mean == pytest.approx(2.333, abs=1e-3) and low < mean < high
    assert evaluation._mean_and_interval(np.array([np.nan])) == [None, None, None]


def test_systems_have_names():
    with pytest.raises(Error, match="no system"):
        find("magic")
    with pytest.raises(Error, match="no system"):
        find("lite:truth")
    told = np.concatenate([no_room().condition, np.ones(2, np.float32)])
    assert opposite(told)[3] > 1.5 and opposite(opposite(told)) == pytest.approx(told)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shipped network in the engine: rooms are taken off at any rate, dry sound is left alone, the image stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import lumiverb

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    if not (REPOSITORY / "models" / "dry-lite" / "manifest.json").is_file():
        pytest.skip("no network of Dry is shipped")
    monkeypatch.setenv("LUMIVERB_MODELS", str(REPOSITORY / "models"))


def level_db(audio: np.ndarray) -> float:
    return 10 * float(np.log10(np.square(audio, dtype=np.float64).mean() + 1e-20))


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_the_tail_goes_and_the_voice_stays(make_voice, hall, rate: int) -> None:
    voice = np.pad(make_voice(1.5, rate), ((0, 0), (0, rate // 2)))
    wet = lumiverb.Match(hall, output="mono", mix=1.0)(voice, rate)
    dried = lumiverb.Dry()(wet, rate)
    tail = slice(round(1.7 * rate), None)
    assert level_db(dried[:, tail]) < level_db(wet[:, tail]) - 10
    assert level_db(dried[:, : rate * 3 // 2]) > level_db(wet[:, : rate * 3 // 2]) - 8


def test_dry_sound_keeps_its_bands_up_to_40_khz(make_voice) -> None:
    rate = 96000
    voice = make_voice(2.0, rate)
    air = np.fft.rfft(np.random.default_rng(1).standard_normal(voice.shape[1]))
    frequency = np.fft.rfftfreq(voice.shape[1], 1 / rate)
    air[(frequency < 8000) | (frequency > 40000)] = 0
    voice = (voice + 0.1 * np.abs(voice) * np.fft.irfft(air, voice.shape[1]) / 0.8).astype(np.float32)
    before, after = (np.square(np.abs(np.fft.rfft(x[0]))) for x in (voice, lumiverb.Dry()(voice, rate)))
    for low, high in ((100, 1000), (1000, 4000), (9000, 16000), (16000, 24000), (24000, 38000)):
        band = (frequency >= low) & (frequency < high)
        assert 10 * np.log10(after[band].sum() / before[band].sum()) > -1.0, (low, high)


def test_a_panned_source_stays_where_it_is(make_voice, chamber) -> None:
    voice = lumiverb.Match(chamber, output="mono", mix=1.0)(make_voice(1.0), 48000)
    left, right = lumiverb.Dry()(np.concatenate([voice, 0.3 * voice]), 48000)
    assert np.allclose(right, 0.3 * left, atol=1e-6)

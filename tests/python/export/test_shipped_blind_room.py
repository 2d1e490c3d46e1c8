# SPDX-License-Identifier: AGPL-3.0-or-later
"""The blind-room network that is shipped: its package, its claims, and rooms heard here and now. Needs no torch."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

import lumiverb
from lumiverb import _native
from lumiverb.export.blind_room_card import AIM_S, render
from lumiverb.host.models import model_folder


@pytest.fixture(scope="module")
def folder():
    return model_folder("blind-room")


@pytest.fixture(scope="module")
def manifest(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def wet_voice(make_voice, rt60_s: float, drr_db: float = 0.0, seconds: float = 6.0) -> np.ndarray:
    """A voice with rests in a room of this reverberation time, (1, samples) at 48 kHz."""
    voice = make_voice(seconds)
    voice[:, (np.arange(voice.shape[1]) // 36000) % 2 == 1] = 0  # speaks and rests for 0.75 s each
    description = lumiverb.RoomDescription(rt60_s=(rt60_s,) * 7, drr_db=(drr_db,) * 7, volume_m3=200.0, dimensions_m=(8.0, 6.25, 4.0))
    rir = lumiverb.Room.from_description(description).rir(48000, "mono")
    return np.fft.irfft(np.fft.rfft(voice, 2**19) * np.fft.rfft(rir, 2**19))[:, : voice.shape[1]].astype(np.float32)


def test_the_card_quotes_the_manifest(folder, manifest) -> None:
    assert (folder / "card.md").read_text(encoding="utf-8") == render(manifest)


def test_the_package_keeps_the_contract(folder, manifest) -> None:
    assert (manifest["hop"], manifest["window"]) == (0.008, 0.032) and manifest["opset"] == 17
    assert manifest["parameters"] <= 500_000 and (folder / "model.onnx").stat().st_size < 3e6


def test_the_claims_are_those_of_the_measures(manifest) -> None:
    measured = manifest["metrics"]["measured_rooms"]
    assert measured["network"]["takes"] >= 90
    assert measured["network"]["mid_mean_error_s"] <= AIM_S < measured["decay_fit"]["mid_mean_error_s"]
    assert measured["network"]["rank_correlation"] >= 0.8
    assert 55 <= measured["network"]["within_1_spread_percent"]["rt60"] <= 85


def test_onnx_runtime_and_the_core_agree(folder, make_voice) -> None:
    from lumiverb.evaluation.blind_room import Hearer

    hear = Hearer(folder / "model.onnx")
    for seconds in (2.0, 6.0):
        audio = wet_voice(make_voice, 0.8, seconds=seconds)
        mean, log_std = hear(audio[0], 48000)
        room = lumiverb.Room.from_recording(audio, 48000, model=folder).description
        assert np.log(room.rt60_s) == pytest.approx(mean[:7], abs=1e-4)
        assert np.log(room.rt60_spread_log) == pytest.approx(log_std[:7], abs=1e-4)
        assert room.drr_db == pytest.approx(mean[7:14], abs=1e-3)


def test_longer_rooms_sound_longer_and_nearer_sources_drier(folder, make_voice) -> None:
    rooms = [lumiverb.Room.from_recording(wet_voice(make_voice, t), 48000, model=folder) for t in (0.3, 0.7, 1.5, 3.5)]
    heard = [room.mid_rt60_s for room in rooms]
    assert heard == sorted(heard) and heard[-1] > 3 * heard[0]
    assert heard[1] == pytest.approx(0.7, rel=0.4) and heard[2] == pytest.approx(1.5, rel=0.4)
    near, far = (lumiverb.Room.from_recording(wet_voice(make_voice, 1.0, drr), 48000, model=folder) for drr in (10.0, -8.0))
    assert near.drr_db[3] > far.drr_db[3] + 4 and near.clarity_c50_db > far.clarity_c50_db + 3


def test_neither_level_nor_rate_counts(folder, make_voice) -> None:
    from lumiverb.audio.files import resample

    audio = wet_voice(make_voice, 1.0)
    room = lumiverb.Room.from_recording(audio, 48000, model=folder)
    quiet = lumiverb.Room.from_recording(1e-3 * audio, 48000, model=folder)
    assert quiet.rt60_s == pytest.approx(room.rt60_s, rel=1e-3)
    for rate in (44100, 96000):
        other = lumiverb.Room.from_recording(resample(audio, 48000, rate), rate, model=folder)
        assert other.rt60_s[1:6] == pytest.approx(room.rt60_s[1:6], rel=0.08)


def test_a_few_unseen_rooms_are_heard_now(folder, shared, tmp_path) -> None:
    from lumiverb.evaluation import blind_room as measures
    from lumiverb.training import recordings

    if not (shared / "data" / "speech").is_dir():
        pytest.skip("needs recorded data in ../shared (or $LUMIVERB_SHARED)")
    bank = recordings.open_bank(tmp_path, "test", 4, lambda text: None)
    takes = measures.measured_takes(bank, "speech", 1, limit=12)
    mean, _ = measures.heard(measures.Hearer(folder / "model.onnx"), takes)
    assert np.nanmean(np.abs(measures.mid(mean) - measures.mid(np.stack([t.targets for t in takes])))) < 0.15


def test_it_needs_only_half_a_second_of_frames(folder) -> None:
    noise = np.random.default_rng(1).standard_normal(48000).astype(np.float32)
    assert _native.heard_band_levels_db(noise, 48000.0).shape == (122, 32)
    assert lumiverb.Room.from_recording(noise, 48000, model=folder).mid_rt60_s > 0


def test_its_measures_print_in_a_narrow_terminal(manifest, capsys, monkeypatch) -> None:
    from rich.console import Console

    from lumiverb.cli import common, evaluate

    monkeypatch.setattr(common, "out", Console(width=80))
    evaluate._blind_tables(manifest["metrics"])
    printed = capsys.readouterr().out
    assert "…" not in printed and str(manifest["metrics"]["measured_rooms"]["network"]["mid_mean_error_s"]) in printed

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rooms from recordings, fused with pictures, and the candidates inside the spread."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from blind_package import DRR_DB, RT60_S, SPREAD, VOLUME_M3

import lumiverb
from lumiverb.audio.files import write_audio


def test_a_file_and_an_array_are_heard_alike(tiny: Path, make_voice, tmp_path: Path) -> None:
    voice = make_voice(2.0, 44100)
    write_audio(tmp_path / "take.wav", voice, 44100)
    room = lumiverb.Room.from_recording(tmp_path / "take.wav")
    assert room == lumiverb.Room.from_recording(voice, 44100) == lumiverb.Room.from_recording(voice[0], 44100)
    assert room.name == "take" and room.kind == "unknown" and room.thumbnail == b"" and room.warning == ""
    assert room.rt60_s == pytest.approx([RT60_S] * 7, rel=1e-5)
    assert room.description.rt60_spread_log == pytest.approx([SPREAD] * 7, rel=1e-5)
    assert room.drr_db == pytest.approx([DRR_DB] * 7, rel=1e-5)
    assert room.volume_m3 == pytest.approx(VOLUME_M3, rel=1e-5)
    assert math.prod(room.dimensions_m) == pytest.approx(VOLUME_M3, rel=1e-3)
    assert lumiverb.Room.open(tmp_path / "take.wav") == room


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("rate", [8000, 48000, 192000])
def test_any_rate_and_number_of_channels(tiny: Path, make_voice, rate: int, channels: int) -> None:
    room = lumiverb.Room.from_recording(make_voice(1.5, rate, channels), rate)
    assert room.mid_rt60_s == pytest.approx(RT60_S)


def test_level_does_not_count(tiny: Path, make_voice) -> None:
    voice = make_voice(2.0)
    loud, quiet = (lumiverb.Room.from_recording(gain * voice, 48000) for gain in (1.0, 1e-4))
    assert loud.clarity_c50_db == pytest.approx(quiet.clarity_c50_db, abs=1e-3)


@pytest.mark.parametrize(
    ("audio", "words"),
    [
        (np.zeros((1, 96000), np.float32), "silent"),
        (np.ones((1, 1000), np.float32), "at least 1 s"),
        (np.full((1, 96000), np.nan, np.float32), "not numbers"),
        (np.zeros((1, 96000), np.int16), "floats"),
        (np.zeros((96000, 2), np.float32), "Transpose"),
        (np.zeros((2, 2, 100), np.float32), "(channels, samples)"),
    ],
)
def test_bad_recordings_are_refused_in_one_sentence(tiny: Path, audio: np.ndarray, words: str) -> None:
    with pytest.raises(lumiverb.RoomError, match="recording") as caught:
        lumiverb.Room.from_recording(audio, 48000)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_an_array_needs_its_rate(tiny: Path, make_voice) -> None:
    with pytest.raises(lumiverb.RoomError, match="sample rate"):
        lumiverb.Room.from_recording(make_voice(2.0))
    with pytest.raises(lumiverb.RoomError, match="sample rate"):
        lumiverb.Room.from_recording(make_voice(2.0), 100)


def test_a_bad_file_is_named(tiny: Path, make_voice, tmp_path: Path) -> None:
    write_audio(tmp_path / "short.wav", make_voice(0.3), 48000)
    with pytest.raises(lumiverb.AudioFileError, match=r"short\.wav: the recording is 0\.30 s long; at least 1 s"):
        lumiverb.Room.from_recording(tmp_path / "short.wav")
    with pytest.raises(lumiverb.AudioFileError, match="no such file"):
        lumiverb.Room.from_recording(tmp_path / "none.wav")


def test_a_package_of_another_task_is_refused(tiny: Path, make_voice) -> None:
    with pytest.raises(lumiverb.ModelError, match='field "task" is "scene-encoder", not "blind-room"'):
        lumiverb.Room.from_recording(make_voice(2.0), 48000, model=tiny / "scene-encoder")


# -- fusion --------------------------------------------------------------------------------------------------------------


def spread_room(rt60_s: float, spread: float, **fields) -> lumiverb.Room:
    return lumiverb.Room.from_description(lumiverb.RoomDescription(rt60_s=(rt60_s,) * 7, rt60_spread_log=(spread,) * 7, **fields))


def test_fusion_follows_the_slider_and_the_spreads() -> None:
    seen = lumiverb.Room.from_description(spread_room(0.5, 0.2).description.replace(room_kind="office"), name="photo")
    heard = spread_room(1.0, 0.1)
    fused = {b: lumiverb.Room.fuse(seen, heard, b) for b in (0.0, 0.25, 0.5, 0.75, 1.0)}
    assert fused[0.0] == seen and fused[1.0].mid_rt60_s == pytest.approx(1.0)
    # Precisions 25 and 100; at a quarter the recording counts half, at three quarters the picture does.
    for balance, weights in {0.25: (25, 50), 0.5: (25, 100), 0.75: (12.5, 100)}.items():
        expected = math.exp(math.log(0.5) * weights[0] / sum(weights))
        assert fused[balance].mid_rt60_s == pytest.approx(expected, rel=1e-4)
    assert fused[0.5].kind == "office" and fused[0.5].name == "photo"


def test_fusion_refuses_what_is_no_room(hall: lumiverb.Room) -> None:
    with pytest.raises(lumiverb.RoomError, match="balance must be from 0"):
        lumiverb.Room.fuse(hall, hall, 1.5)
    with pytest.raises(lumiverb.RoomError, match="balance must be from 0"):
        lumiverb.Room.fuse(hall, hall, float("nan"))
    with pytest.raises(lumiverb.RoomError, match=r"lumiverb\.Room"):
        lumiverb.Room.fuse(hall, "take.wav")  # type: ignore[arg-type]


# -- candidates ----------------------------------------------------------------------------------------------------------


def test_candidates_lie_one_spread_apart(hall: lumiverb.Room) -> None:
    seen = lumiverb.Room.from_description(hall.description.replace(rt60_spread_log=(0.2,) * 7))
    drier, same, livelier = seen.candidates().values()
    assert list(seen.candidates()) == ["drier", "as seen", "livelier"] and same == seen
    assert livelier.mid_rt60_s / seen.mid_rt60_s == pytest.approx(math.exp(0.2), rel=1e-5)
    assert drier.mid_rt60_s / seen.mid_rt60_s == pytest.approx(math.exp(-0.2), rel=1e-5)
    assert drier.clarity_c50_db > seen.clarity_c50_db > livelier.clarity_c50_db
    assert drier.drr_db[3] > seen.drr_db[3] > livelier.drr_db[3]
    assert drier.absorption[3] > seen.absorption[3] > livelier.absorption[3]
    assert len({room.json for room in hall.candidates().values()}) == 1  # all is known: nothing to choose


@pytest.mark.parametrize("spread", [0.15, 0.4])
def test_switching_candidates_keeps_the_loudness(hall: lumiverb.Room, make_voice, spread: float) -> None:
    seen = lumiverb.Room.from_description(hall.description.replace(rt60_spread_log=(spread,) * 7))
    voice = make_voice(3.0)
    energies = [np.square(lumiverb.Match(room, mix=1.0)(voice, 48000, tail=True)).sum() for room in seen.candidates().values()]
    assert 10 * math.log10(max(energies) / min(energies)) < 1.0


# -- the seed of the tail ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("output", ["stereo", "binaural"])
def test_the_seed_changes_the_tail_and_nothing_else(chamber: lumiverb.Room, make_voice, output: str) -> None:
    voice = make_voice(0.3)
    one, again, other = (lumiverb.Match(chamber, mix=1.0, output=output, seed=s)(voice, 48000) for s in (1, 1, 2))
    assert np.array_equal(one, again) and not np.array_equal(one, other)
    assert np.array_equal(one, lumiverb.Match(chamber, mix=1.0, output=output)(voice, 48000))
    assert abs(10 * math.log10(np.square(one).sum() / np.square(other).sum())) < 1.0
    with pytest.raises(lumiverb.RoomError, match="seed"):
        lumiverb.Match(chamber, seed=-1)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rooms: from pictures and numbers, to files, responses and edits."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

import lumiverb
from lumiverb.room import RIR_CHANNELS


def test_fields_are_those_of_the_core() -> None:
    """Same names in Python, in the core's JSON, and nothing left out on either side."""
    description = lumiverb.RoomDescription()
    names = {f.name for f in dataclasses.fields(description)}
    assert set(json.loads(description.to_json())) == names | {"format", "version"}


def test_json_comes_back(hall: lumiverb.Room) -> None:
    assert lumiverb.Room.from_json(hall.json) == hall
    assert lumiverb.RoomDescription.from_json(hall.description.to_json()).to_json() == hall.json


def test_a_file_comes_back(hall: lumiverb.Room, tmp_path: Path) -> None:
    hall.save(tmp_path / "hall.json")
    again = lumiverb.Room.from_file(tmp_path / "hall.json")
    assert again == hall and again.name == "hall"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rt60_s": [1.0] * 6}, "rt60_s"),
        ({"rt60_s": [1.0] * 6 + [-1.0]}, "rt60_s"),
        ({"volume_m3": float("nan")}, "volume_m3"),
        ({"version": 99}, "version"),
        ({"absorption": None}, "absorption"),
    ],
)
def test_wrong_fields_are_named(tmp_path: Path, change: dict, field: str) -> None:
    values = lumiverb.RoomDescription().to_dict() | change
    path = tmp_path / "room.json"
    path.write_text(json.dumps(values))
    with pytest.raises(lumiverb.RoomError, match=field) as error:
        lumiverb.Room.from_file(path)
    assert str(path) in str(error.value)
    with pytest.raises(ValueError, match=field):
        lumiverb.Room.from_json(json.dumps(values))


def test_files_that_are_not_rooms(tmp_path: Path) -> None:
    (tmp_path / "text.json").write_text("{ not json")
    (tmp_path / "binary.json").write_bytes(bytes(range(256)))
    (tmp_path / "empty.json").write_text("")
    for path in [*tmp_path.glob("*.json"), tmp_path / "missing.json", tmp_path]:
        with pytest.raises(lumiverb.RoomError) as error:
            lumiverb.Room.from_file(path)
        assert str(path) in str(error.value)


@pytest.mark.parametrize("channels", RIR_CHANNELS)
def test_responses_have_the_asked_channels(chamber: lumiverb.Room, channels: str) -> None:
    response = chamber.rir(16000, channels)
    assert response.dtype == np.float32 and response.shape[0] == RIR_CHANNELS[channels]
    assert np.isfinite(response).all() and np.abs(response).max() > 0.01


def test_the_direct_sound_comes_first(chamber: lumiverb.Room) -> None:
    response = chamber.rir(48000, "mono")[0]
    assert np.argmax(np.abs(response)) == 0


def test_the_response_decays_as_described(hall: lumiverb.Room) -> None:
    from lumiverb.host.native import native

    measured = [band["t30_s"] for band in native().analyse_decay(hall.rir(48000, "mono")[0], 48000.0)]
    asked = hall.rt60_s
    for band in range(1, 6):  # 250 Hz to 4 kHz
        assert measured[band] == pytest.approx(asked[band], rel=0.05)


def test_seed_decides_the_tail(chamber: lumiverb.Room) -> None:
    one, same, other = chamber.rir(seed=1), chamber.rir(seed=1), chamber.rir(seed=2)
    assert np.array_equal(one, same)
    length = min(one.shape[1], other.shape[1])
    assert not np.array_equal(one[:, :length], other[:, :length])


def test_traced_quality_keeps_length_loudness_and_direct_sound(chamber: lumiverb.Room) -> None:
    seen: list[float] = []
    quick, traced = chamber.rir(48000, "stereo"), chamber.rir(48000, "stereo", quality="traced", progress=seen.append)
    assert traced.shape == quick.shape and seen[-1] == 1
    assert traced[:, 0] == pytest.approx(quick[:, 0], rel=0.1)
    assert not np.array_equal(traced, quick)
    with pytest.raises(lumiverb.RoomError, match="quality 'best'"):
        chamber.rir(quality="best")


def test_edits_change_the_room(chamber: lumiverb.Room) -> None:
    assert chamber.edited(decay=2.0).mid_rt60_s == pytest.approx(2 * chamber.mid_rt60_s, rel=1e-5)
    assert chamber.edited(size=2.0).volume_m3 == pytest.approx(8 * chamber.volume_m3, rel=1e-5)
    assert chamber.rir(decay=2.0).shape[1] > 1.5 * chamber.rir().shape[1]
    with pytest.raises(lumiverb.RoomError, match="decay"):
        chamber.edited(decay=9.0)


@pytest.mark.parametrize("arguments", [{"channels": "7.1"}, {"sample_rate": 100.0}, {"sample_rate": 1e6}, {"max_length_s": -1.0}])
def test_wrong_requests(chamber: lumiverb.Room, arguments: dict) -> None:
    with pytest.raises(lumiverb.RoomError):
        chamber.rir(**arguments)


def test_repr_says_what_a_person_would(hall: lumiverb.Room) -> None:
    assert repr(hall) == "<Room 'hall', concert_hall, 25.0 x 15.0 x 8.0 m, RT60 1.95 s, C50 -1.0 dB>"


def test_from_a_picture(models: Path, picture: Path) -> None:
    room = lumiverb.Room.from_picture(picture)
    assert len(room.rt60_s) == len(room.drr_db) == 7 and all(t > 0 for t in room.rt60_s)
    assert all(s > 0 for s in room.description.rt60_spread_log)
    assert len(room.description.embedding) == 128
    assert room.thumbnail[:2] == b"\xff\xd8" and room.name == "plain_room"
    assert lumiverb.Room.from_picture(picture) == room


def test_path_array_and_image_are_the_same_picture(models: Path, picture: Path) -> None:
    from PIL import Image

    image = Image.open(picture)
    rooms = [lumiverb.Room.from_picture(p) for p in (picture, str(picture), image, np.asarray(image))]
    assert rooms[0] == rooms[1] == rooms[2] == rooms[3]


def test_no_model_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, picture: Path) -> None:
    with pytest.raises(lumiverb.ModelError, match="manifest.json"):
        lumiverb.Room.from_picture(picture, model=tmp_path)

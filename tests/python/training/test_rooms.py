# SPDX-License-Identifier: AGPL-3.0-or-later
"""The data set of traced rooms: the same for everyone, resumable, splits apart."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest

from lumiverb.training import rooms
from lumiverb.training.targets import encode

QUICK = {"samples": 1, "rays": 400, "size": 48}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("rooms")
    rooms.make_rooms(path, rooms.RoomSet("train", 20, **QUICK))
    return path


def same(a: rooms.RoomSample, b: rooms.RoomSample) -> bool:
    ignored = {"seconds"}
    return np.array_equal(a.picture, b.picture) and {k: v for k, v in a.labels.items() if k not in ignored} == {
        k: v for k, v in b.labels.items() if k not in ignored
    }


def test_every_kind_in_turn_with_labels_that_can_be_taught(folder):
    found = list(rooms.read_rooms(folder))
    assert [sample.labels["kind"] for sample in found] == [rooms.room_kinds()[i % len(rooms.room_kinds())] for i in range(20)]
    for sample in found:
        values, known = encode(sample.labels)
        assert sample.picture.shape == (48, 48, 3) and sample.picture.std() > 1
        assert np.isfinite(values).all() and known[:7].all()
        assert sample.labels["outdoor"] == (sample.labels["volume_m3"] is None)


def test_one_seed_gives_one_room(folder):
    kept = list(rooms.read_rooms(folder))
    assert same(kept[3], rooms.trace_room_sample(rooms.RoomSet("train", 20, **QUICK), 3))


def test_splits_differ():
    train, test = (rooms.RoomSet(split, 10) for split in ("train", "test"))
    assert {train.seed(i) for i in range(100_000)}.isdisjoint({test.seed(i) for i in range(100_000)})


def test_an_interrupted_run_is_completed_and_equal(folder, tmp_path):
    before = list(rooms.read_rooms(folder))
    for name in ("options.json", "rooms-000000.zip"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "rooms-000016.123.part").write_bytes(b"half a shard")
    progress = []
    rooms.make_rooms(tmp_path, rooms.RoomSet("train", 20, **QUICK), progress=lambda done, total: progress.append(done))
    assert progress == [16, 20]
    assert all(same(a, b) for a, b in zip(before, rooms.read_rooms(tmp_path), strict=True))


def test_a_set_can_grow_but_not_change(folder, tmp_path):
    with pytest.raises(ValueError, match="other options"):
        rooms.make_rooms(folder, rooms.RoomSet("train", 20, samples=2, rays=400, size=48))
    assert json.loads((folder / "options.json").read_text())["samples"] == 1


def test_reading_stops_at_the_limit(folder):
    assert len(list(rooms.read_rooms(folder, 5))) == 5 and len(list(rooms.read_rooms(folder, 17))) == 17


def test_distance_is_taken_out_of_the_clarity():
    energy = np.zeros((7, 1000))
    energy[:, 20], energy[:, 200] = 1.0, 0.5  # 20 ms and 200 ms; the direct sound would arrive at 11 ms (4 m)
    sound = SimpleNamespace(energy=energy, direct_energy=np.full(7, 0.25), bin_width_s=0.001)
    # At 2 m the direct sound is four times as strong: (1 + 1) / .5 = 6 dB
    assert rooms.clarity_at(sound, 4.0, 2.0) == pytest.approx(6.0206, abs=1e-3)
    assert math.isnan(rooms.clarity_at(SimpleNamespace(energy=energy, direct_energy=np.zeros(7), bin_width_s=0.001), 4.0, 2.0))


def test_standard_sets_hold_out_a_kind_and_a_palette():
    train, palette, kind = (rooms.standard_set(split, 10) for split in ("train", "test-palette", "test-kind"))
    assert rooms.HELD_OUT_KIND not in train.every_kind and len(train.every_kind) == len(rooms.room_kinds()) - 1
    assert palette.palette == "unseen" and train.palette == "usual" and kind.every_kind == (rooms.HELD_OUT_KIND,)
    with pytest.raises(ValueError, match="exam"):
        rooms.standard_set("exam", 10)


def test_pairs_come_two_by_two(tmp_path):
    rooms.make_rooms(tmp_path, rooms.RoomSet("pairs", 4, **QUICK))
    labels = [sample.labels for sample in rooms.read_rooms(tmp_path)]
    assert [(x["pair"], x["member"]) for x in labels] == [(0, "first"), (0, "second"), (1, "first"), (1, "second")]
    assert labels[0]["change"] == labels[1]["change"] != labels[2]["change"]
    assert labels[0]["kind"] == labels[1]["kind"] and labels[0]["rt60_s"] != labels[1]["rt60_s"]


def test_changed_rooms_are_training_rooms_with_one_difference(folder, tmp_path):
    rooms.make_rooms(tmp_path, rooms.RoomSet("train-changed", 6, **QUICK))
    before = {labels["seed"]: labels for labels in rooms.read_labels(folder)}
    for labels in rooms.read_labels(tmp_path):
        was = before[labels["seed"]]
        assert labels["kind"] == was["kind"] and labels["change"] in ("softer", "harder", "larger") and "change" not in was
        assert labels["volume_m3"] > 1.2 * was["volume_m3"] if labels["change"] == "larger" else labels["volume_m3"] == was["volume_m3"]
        if labels["change"] != "larger":
            assert (labels["absorption"][3] > was["absorption"][3]) == (labels["change"] == "softer")

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real VST3 in pedalboard: a room without a window, and the same samples as the Python twin."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import lumiverb
from lumiverb.host.plugin import find_plugin, load_plugin, match_state, read_room_json, read_state


@pytest.fixture
def bundle() -> Path:
    pytest.importorskip("pedalboard")
    try:
        return find_plugin("Match")
    except lumiverb.PluginError as error:
        pytest.skip(str(error))


def peak_db(a: np.ndarray, b: np.ndarray) -> float:
    return 20 * np.log10(max(np.abs(a - b).max(), 1e-12) / max(np.abs(a).max(), 1e-12))


# Values that do not survive a knob of 0..1 in single precision bit for bit are among them.
KNOBS = [
    {"mix": 1.0},
    {"mix": 0.6, "decay": 1.2, "angle": 20.0},
    {"mix": 0.37, "size": 1.3, "distance": 0.7, "width": 1.43},
    {"mix": 0.8, "predelay_ms": 17.0, "early_late_db": -3.3, "low_db": 2.2, "high_db": -5.7, "output_db": -1.7},
    {"mix": 0.7, "candidate": "livelier", "decay": 1.1},
    {"mix": 0.9, "decay": 0.77, "band_decay": [1.0, 1.1, 0.9, 1.0, 1.3, 0.8, 0.6]},
]


@pytest.mark.parametrize("knobs", KNOBS, ids=lambda k: ",".join(k))
@pytest.mark.parametrize("rate", [44100, 48000])
def test_the_plug_in_and_its_twin_agree(bundle: Path, hall, make_voice, rate: int, knobs: dict) -> None:
    audio = make_voice(0.5, rate, 2)
    twin = lumiverb.Match(hall, **knobs)(audio, rate)
    plugin = load_plugin("Match", hall, path=bundle, **knobs)
    assert peak_db(twin, plugin.process(audio, rate)) < -120


def test_traced_quality_agrees_too(bundle: Path, chamber, make_voice) -> None:
    audio = make_voice(0.5, channels=2)
    twin = lumiverb.Match(chamber, mix=0.8, quality="traced")(audio, 48000)
    plugin = load_plugin("Match", chamber, path=bundle, mix=0.8, quality="traced")
    assert plugin.quality == "Traced"
    first = plugin.process(audio, 48000)
    assert peak_db(twin, first) < -120
    assert np.array_equal(plugin.process(audio, 48000), first)


def test_picture_and_recording_are_fused_as_in_python(bundle: Path, hall, chamber, make_voice) -> None:
    from lumiverb.host.native import native

    audio = make_voice(0.5, channels=2)
    fused = lumiverb.Room.from_json(native().fuse_rooms(hall.json, chamber.json, 0.25))
    plugin = load_plugin("Match", hall, recording=chamber, balance=0.25, path=bundle, mix=1.0)
    assert peak_db(lumiverb.Match(fused, mix=1.0)(audio, 48000), plugin.process(audio, 48000)) < -120
    with pytest.raises(lumiverb.RoomError, match="balance"):
        match_state(hall, recording=chamber, balance=1.5)


def test_the_room_is_in_the_state(bundle: Path, hall) -> None:
    plugin = load_plugin("Match", hall, path=bundle, mix=0.4)
    assert lumiverb.Room.from_json(read_room_json(plugin)) == hall
    state = read_state(plugin)
    assert state["slots"][0]["name"] == "hall"
    assert state["slots"][0]["parameters"]["mix"] == pytest.approx(0.4, abs=1e-6)
    assert plugin.mix == pytest.approx(40.0, abs=0.1)


def test_the_plug_in_without_a_room_passes_audio(bundle: Path, make_voice) -> None:
    audio = make_voice(0.1, channels=2)
    assert np.array_equal(load_plugin("Match", path=bundle).process(audio, 48000), audio)


def test_in_a_chain(bundle: Path, chamber, make_voice) -> None:
    import pedalboard

    audio = make_voice(0.2, channels=2)
    board = pedalboard.Pedalboard([load_plugin("Match", chamber, path=bundle, mix=0.5), pedalboard.Gain(-6.0)])
    expected = lumiverb.Match(chamber, mix=0.5)(audio, 48000) * 10 ** (-6 / 20)
    assert peak_db(expected, board(audio, 48000)) < -110


def test_a_picture_travels_with_the_room(bundle: Path, models: Path, picture: Path) -> None:
    room = lumiverb.Room.from_picture(picture)
    slot = read_state(load_plugin("Match", room, path=bundle))["slots"][0]
    assert bytes(slot["thumbnail"]) == room.thumbnail and slot["name"] == "plain_room"


def test_state_bytes_are_stable(hall) -> None:
    assert match_state(hall, mix=0.5) == match_state(hall, mix=0.5)
    assert match_state(hall, mix=0.5) != match_state(hall, mix=0.6)


def test_not_found_names_the_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("lumiverb.host.plugin.search_path", lambda: [tmp_path])
    with pytest.raises(lumiverb.PluginError, match="Lumiverb Match.vst3.*not found.*LUMIVERB_PLUGINS"):
        find_plugin("Match")
    with pytest.raises(lumiverb.PluginError, match="unknown plug-in 'Wash'"):
        find_plugin("Wash")


def test_search_path_starts_with_the_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "Lumiverb Match.vst3").mkdir()
    monkeypatch.setenv("LUMIVERB_PLUGINS", str(tmp_path))
    assert find_plugin("Match") == tmp_path / "Lumiverb Match.vst3"


def test_a_bundle_that_is_none(hall, tmp_path: Path) -> None:
    pytest.importorskip("pedalboard")
    broken = tmp_path / "Lumiverb Match.vst3"
    broken.write_bytes(b"nothing")
    with pytest.raises(lumiverb.PluginError, match="cannot be loaded"):
        load_plugin("Match", hall, path=broken)


def test_wrong_knobs_fail_before_loading(hall, tmp_path: Path) -> None:
    with pytest.raises(lumiverb.RoomError, match="mix"):
        load_plugin("Match", hall, path=tmp_path / "none.vst3", mix=3.0)

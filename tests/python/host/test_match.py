# SPDX-License-Identifier: AGPL-3.0-or-later
"""Match: the same samples however they are cut, at any rate, with any knobs; clear refusals."""

from __future__ import annotations

import json

import numpy as np
import pytest

import lumiverb
from lumiverb.host.match import OUTPUTS


def peak_db(a: np.ndarray, b: np.ndarray) -> float:
    return 20 * np.log10(max(np.abs(a - b).max(), 1e-12) / max(np.abs(a).max(), 1e-12))


@pytest.mark.parametrize("rate", [8000, 44100, 48000, 96000, 192000])
@pytest.mark.parametrize("channels", [1, 2])
def test_any_rate_and_channels(chamber, make_voice, rate: int, channels: int) -> None:
    audio = make_voice(0.2, rate, channels)
    wet = lumiverb.Match(chamber, mix=0.5)(audio, rate)
    assert wet.shape == (2, audio.shape[1]) and wet.dtype == np.float32
    assert np.isfinite(wet).all() and np.abs(wet).max() > 0.05


@pytest.mark.parametrize("output", [o for o in OUTPUTS if o != "mono"])
def test_outputs(chamber, make_voice, output: str) -> None:
    audio = make_voice(0.2)
    wet = lumiverb.Match(chamber, output=output, mix=1.0)(audio, 48000)
    assert wet.shape == (OUTPUTS[output], audio.shape[1])
    silent = [i for i in range(wet.shape[0]) if not wet[i].any()]
    assert silent == ([3] if output == "5.1" else [])  # a room has no LFE


def test_mono_to_mono(chamber, make_voice) -> None:
    assert lumiverb.Match(chamber, output="mono")(make_voice(0.1), 48000).shape[0] == 1


@pytest.mark.parametrize("output", ["stereo", "5.1", "foa", "binaural"])
@pytest.mark.parametrize("block", [1, 17, 64, 480, 1024])
def test_streaming_gives_the_same_samples(chamber, make_voice, block: int, output: str) -> None:
    audio = make_voice(0.25, 16000, 2)[:, : 60 * block]
    match = lumiverb.Match(chamber, mix=0.7, output=output)
    whole = match(audio, 16000)
    starts = range(0, audio.shape[1], block)
    parts = [match(audio[:, s : s + block], 16000, reset=s == 0) for s in starts]
    assert peak_db(whole, np.concatenate(parts, axis=1)) < -120


def test_offline_renders_are_bit_identical(chamber, make_voice) -> None:
    audio = make_voice(0.5, channels=2)
    match = lumiverb.Match(chamber, mix=0.8, decay=1.3)
    first = match(audio, 48000)
    assert np.array_equal(first, match(audio, 48000))
    assert np.array_equal(first, lumiverb.Match(chamber, mix=0.8, decay=1.3)(audio, 48000))


def test_a_used_match_forgets_its_old_room(chamber, hall, make_voice) -> None:
    audio = make_voice(0.3)
    match = lumiverb.Match(hall, mix=1.0)
    match(audio, 48000)
    match.room = chamber
    match.decay = 0.7
    assert np.array_equal(match(audio, 48000), lumiverb.Match(chamber, mix=1.0, decay=0.7)(audio, 48000))


def test_dry_is_untouched(chamber, make_voice) -> None:
    audio = make_voice(0.2, channels=2)
    assert np.array_equal(lumiverb.Match(chamber, mix=0.0)(audio, 48000), audio)
    assert np.array_equal(lumiverb.Match(chamber, mix=1.0, bypass=True)(audio, 48000), audio)
    assert np.array_equal(lumiverb.Match(None, mix=1.0)(audio, 48000), audio)


def test_zero_latency(chamber) -> None:
    impulse = np.zeros((2, 4800), np.float32)
    impulse[:, 100] = 1.0
    wet = lumiverb.Match(chamber, mix=1.0)(impulse, 48000)
    assert not wet[:, :100].any() and np.abs(wet[:, 100]).min() > 0.01


def test_tail_rings_out(hall, make_voice) -> None:
    audio = make_voice(0.3)
    match = lumiverb.Match(hall, mix=1.0)
    wet = match(audio, 48000, tail=True)
    assert wet.shape[1] == audio.shape[1] + int(np.ceil(match.tail_length_s * 48000))
    assert match.tail_length_s > 1.0
    assert np.abs(wet[:, -480:]).max() < 2e-3 * np.abs(wet).max()
    assert np.array_equal(wet[:, : audio.shape[1]], match(audio, 48000))


def test_the_decay_is_the_asked_one(hall) -> None:
    """A click into the hall: energy of the 1 kHz octave falls by 60 dB in the described time."""
    from lumiverb.host.native import native

    click = np.zeros((1, 48000 * 3), np.float32)
    click[0, 0] = 1.0
    wet = lumiverb.Match(hall, mix=1.0)(click, 48000)
    t30 = native().analyse_decay(wet[0], 48000.0)[3]["t30_s"]
    assert t30 == pytest.approx(hall.rt60_s[3], rel=0.07)


@pytest.mark.parametrize("samples", [0, 1, 2])
def test_hardly_any_samples(chamber, samples: int) -> None:
    wet = lumiverb.Match(chamber, mix=0.5)(np.full((2, samples), 0.5, np.float32), 48000)
    assert wet.shape == (2, samples)


def test_not_a_number_does_not_stick(chamber, make_voice) -> None:
    audio = make_voice(0.5, channels=2)
    audio[0, 4000] = np.nan
    audio[1, 4001] = np.inf
    wet = lumiverb.Match(chamber, mix=0.5)(audio, 48000)
    assert np.isfinite(wet).all() and np.abs(wet[:, -2000:]).max() > 1e-3


@pytest.mark.parametrize(
    ("audio", "words"),
    [
        (np.zeros((3, 100), np.float32), "1 or 2 channels, not 3"),
        (np.zeros((100, 2), np.float32), "Transpose"),
        (np.zeros((2, 2, 2), np.float32), "shape"),
        (np.zeros((2, 100), np.int16), "floats"),
        (np.zeros((0, 100), np.float32), "channels"),
    ],
)
def test_wrong_arrays(chamber, audio: np.ndarray, words: str) -> None:
    with pytest.raises(lumiverb.RoomError, match=words):
        lumiverb.Match(chamber)(audio, 48000)


@pytest.mark.parametrize("rate", [0, 100, 1e6, float("nan")])
def test_wrong_rates(chamber, rate: float) -> None:
    with pytest.raises(lumiverb.RoomError):
        lumiverb.Match(chamber)(np.zeros((2, 100), np.float32), rate)


def test_wrong_knobs_and_rooms(chamber) -> None:
    with pytest.raises(lumiverb.RoomError, match="unknown parameter 'wet'"):
        lumiverb.Match(chamber, wet=1.0)
    with pytest.raises(lumiverb.RoomError, match="mix must be from 0 to 1"):
        lumiverb.Match(chamber).mix = 2.0
    with pytest.raises(lumiverb.RoomError, match="unknown output"):
        lumiverb.Match(chamber, output="7.1")
    with pytest.raises(lumiverb.RoomError, match="lumiverb.Room"):
        lumiverb.Match("church.jpg")


def test_a_stream_keeps_its_format(chamber) -> None:
    match = lumiverb.Match(chamber)
    match(np.zeros((2, 64), np.float32), 48000)
    with pytest.raises(lumiverb.RoomError, match="inside a stream"):
        match(np.zeros((1, 64), np.float32), 48000, reset=False)


def test_knobs_are_attributes(chamber) -> None:
    match = lumiverb.Match(chamber, mix=0.2)
    assert match.mix == 0.2
    match.mix, match.band_decay = 0.4, [1, 1, 1, 1, 1, 1, 2]
    assert match.parameters["mix"] == 0.4 and match.parameters["band_decay"][6] == 2.0
    assert "mix=0.4" in repr(match)


def test_changing_the_room_while_playing_has_no_click(chamber, hall) -> None:
    rate, n = 48000, 480
    t = np.arange(rate) / rate
    tone = (0.3 * np.sin(2 * np.pi * 200 * t)).astype(np.float32)[None]
    match = lumiverb.Match(chamber, mix=0.6)
    out = []
    for i, start in enumerate(range(0, rate, n)):
        if i == 50:
            match.room = hall
        out.append(match(tone[:, start : start + n], rate, reset=i == 0))
    wet = np.concatenate(out, axis=1)[:, rate // 4 :]
    # A click is a jump: the largest second difference stays that of a 200 Hz tone of this level.
    bend = np.abs(np.diff(wet, 2)).max()
    assert bend < 3 * (2 * np.pi * 200 / rate) ** 2 * np.abs(wet).max()


@pytest.fixture
def box_room() -> lumiverb.Room:
    """A known place: a small box as a scene."""
    material = {"name": "plaster", "absorption": [0.2] * 7, "scattering": [0.3] * 7}
    x, y, z = [4.0, 0, 0], [0, 3.0, 0], [0, 0, 2.5]
    corners = [([0, 0, 0], x, y), (z, y, x), ([0, 0, 0], y, z), (x, z, y), ([0, 0, 0], z, x), (y, x, z)]
    scene = {
        "kind": "box", "materials": [material], "volume_m3": 30.0, "surface_m2": 59.0, "dimensions_m": [4.0, 3.0, 2.5],
        "quads": [{"corner": c, "edge_u": u, "edge_v": v, "material": 0} for c, u, v in corners],
        "source": [3.0, 1.4, 1.5], "listener": [1.2, 1.6, 1.5],
        "camera": {"position": [1.2, 1.6, 1.5], "target": [3.9, 1.6, 1.5]},
    }  # fmt: skip
    return lumiverb.Room.from_scene(json.dumps(scene), rays=4000, name="box")


def test_a_scene_is_described_by_tracing_it(box_room, tmp_path) -> None:
    d = box_room.description
    assert d.rt60_s[2] == pytest.approx(0.161 * 30 / (59 * 0.223), rel=0.25)  # Eyring, which knows no shape
    assert d.volume_m3 == 30.0 and d.source_distance_m == pytest.approx(1.811, abs=0.01)
    assert d.source_azimuth_deg == pytest.approx(-6.3, abs=0.2) and not any(d.rt60_spread_log)
    (tmp_path / "box.json").write_text(box_room.scene)
    assert lumiverb.Room.open(tmp_path / "box.json").scene == box_room.scene
    with pytest.raises(lumiverb.RoomError, match="enclosed"):
        lumiverb.Room.from_scene('{"materials": [{"name": "a"}], "quads": []}')


@pytest.mark.parametrize("edits", [{}, {"size": 1.5, "decay": 0.8, "distance": 0.7, "angle": 60.0}], ids=["as it is", "edited"])
def test_traced_quality_has_the_levels_of_real_time_quality(box_room, edits: dict) -> None:
    from lumiverb.host.native import native

    quick, traced = (box_room.rir(16000.0, "stereo", quality=q, **edits) for q in ("real-time", "traced"))
    assert not np.array_equal(quick[:, : traced.shape[1]], traced[:, : quick.shape[1]])
    a, b = (native().analyse_decay(np.ascontiguousarray(r[0]), 16000.0) for r in (quick, traced))
    for band in (2, 3, 4):
        assert b[band]["t30_s"] == pytest.approx(a[band]["t30_s"], rel=0.15)
        assert b[band]["drr_db"] == pytest.approx(a[band]["drr_db"], abs=2.0)
    assert 10 * np.log10((traced**2).sum() / (quick**2).sum()) == pytest.approx(0.0, abs=1.0)


def test_traced_quality_renders_the_same_twice_and_is_not_the_box(box_room, make_voice) -> None:
    audio = make_voice(0.3, 16000)
    match = lumiverb.Match(box_room, mix=1.0, quality="traced", output="mono")
    once = match(audio, 16000)
    assert np.array_equal(once, lumiverb.Match(box_room, mix=1.0, quality="Traced", output="mono")(audio, 16000))
    match.quality = "real-time"
    assert peak_db(once, match(audio, 16000)) > -30
    with pytest.raises(lumiverb.RoomError, match="'real-time' or 'traced'"):
        match.quality = "perfect"

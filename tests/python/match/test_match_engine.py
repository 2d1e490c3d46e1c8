# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Match engine through the seam: rates, blocks, layouts, state."""

from __future__ import annotations

import numpy as np
import pytest

from lumiverb.acoustics.description import RoomDescription
from lumiverb.host.native import native

signal = pytest.importorskip("scipy.signal")
ROOM = RoomDescription(rt60_s=(0.6, 0.55, 0.5, 0.5, 0.45, 0.4, 0.3), clarity_c50_db=8.0).to_json()
OUTPUTS = {"mono": 1, "stereo": 2, "foa": 4, "5.1": 6}


def noise(channels: int, samples: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(-0.5, 0.5, (channels, samples)).astype(np.float32)


def play(engine, audio: np.ndarray, block: int, **parameters) -> np.ndarray:
    parts = [engine.process(np.ascontiguousarray(audio[:, i : i + block]), parameters) for i in range(0, audio.shape[1], block)]
    return np.concatenate(parts, axis=1)


def engine(rate: float, inputs: int, output: str, room: str | None = ROOM, offline: bool = True):
    made = native().MatchEngine(rate, inputs, output, offline)
    made.set_room(room)
    made.wait_until_ready()
    return made


@pytest.mark.parametrize(
    ("rate", "inputs", "output"),
    [(r, i, "stereo") for r in (44100.0, 48000.0, 96000.0) for i in (1, 2)]
    + [(44100.0, i, o) for i in (1, 2) for o in ("mono", "foa", "5.1")],
)
def test_latency_is_zero_and_the_wet_sound_is_the_response(rate, output, inputs):
    rir = native().match_rir(ROOM, {}, rate, inputs, output)
    impulse = np.zeros((inputs, rir.shape[2] + 100), np.float32)
    for channel in range(rir.shape[0]):
        source = impulse.copy()
        source[channel, 0] = 1
        if inputs == 2 and rir.shape[0] == 1:  # mono output: both channels are mixed first
            source[:, 0] = 1
        wet = play(engine(rate, inputs, output), source, 480, mix=1.0)
        assert wet.shape[0] == OUTPUTS[output]
        error = np.abs(wet[:, : rir.shape[2]] - rir[channel]).max()
        assert 20 * np.log10(error / np.abs(rir).max() + 1e-12) < -120


@pytest.mark.parametrize("block", [1, 64, 480, 8193])
def test_null_at_mix_zero_and_in_bypass(block):
    audio = noise(2, 9000)
    assert np.array_equal(play(engine(48000.0, 2, "stereo"), audio, block, mix=0.0), audio)
    assert np.array_equal(play(engine(48000.0, 2, "stereo"), audio, block, mix=1.0, bypass=True), audio)
    assert np.array_equal(play(engine(48000.0, 2, "stereo", None), audio, block, mix=1.0), audio)


def test_mix_is_linear():
    audio = noise(2, 9000)
    dry, wet = (play(engine(48000.0, 2, "stereo"), audio, 480, mix=m) for m in (0.0, 1.0))
    half = play(engine(48000.0, 2, "stereo"), audio, 480, mix=0.25)
    assert np.abs(half - (0.75 * dry + 0.25 * wet)).max() < 1e-6


def test_output_gain_is_in_db():
    audio = noise(2, 9000)
    plain = play(engine(48000.0, 2, "stereo"), audio, 480, mix=0.5)
    quieter = play(engine(48000.0, 2, "stereo"), audio, 480, mix=0.5, output_db=-6.0)
    assert np.abs(quieter - plain * 10 ** (-6 / 20)).max() < 1e-6


def test_unknown_parameters_and_shapes_are_refused():
    made = engine(48000.0, 2, "stereo")
    with pytest.raises(ValueError, match="unknown parameter"):
        made.process(noise(2, 10), {"wetness": 1.0})
    with pytest.raises(ValueError, match="unknown edit"):
        made.process(noise(2, 10), {"edits": {"gloss": 1.0}})
    with pytest.raises(ValueError, match="shape"):
        made.process(noise(1, 10), {})
    with pytest.raises(ValueError, match="output"):
        native().MatchEngine(48000.0, 2, "quad")
    with pytest.raises(ValueError, match="rt60_s"):
        made.set_room(ROOM.replace('"rt60_s":[0.6', '"rt60_s":[-0.6'))


def test_state_round_trip_is_stable():
    state = {
        "slots": [{"room": ROOM, "name": "Küche", "thumbnail": b"\xff\xd8\xff", "parameters": {"mix": 0.7, "edits": {"width": 1.5}}}, {}],
        "active": 1,
    }
    data = native().serialise_match_state(state)
    back = native().deserialise_match_state(data)
    assert back["slots"][0]["name"] == "Küche"
    assert back["slots"][0]["room"] == ROOM
    assert back["slots"][0]["parameters"]["edits"]["width"] == 1.5
    assert back["active"] == 1
    assert native().serialise_match_state(back) == data
    with pytest.raises(ValueError, match="saved state"):
        native().deserialise_match_state(data[:-1])
    with pytest.raises(ValueError, match="unknown field"):
        native().serialise_match_state({"colour": 1})

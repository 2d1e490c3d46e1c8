# SPDX-License-Identifier: AGPL-3.0-or-later
"""What comes out of the built plug-in: nulls, latency, block sizes, offline repeatability, the twin in Python, damaged input."""

from __future__ import annotations

import numpy as np
import pytest
from plugin_support import a_room, a_state, white

from lumiverb.host import vst3_state

RATES, BLOCKS = (44100, 48000, 96000), (1, 64, 480, 1024)


def db(x: np.ndarray) -> float:
    """Peak level in dB, -400 for silence."""
    return float(20 * np.log10(max(np.max(np.abs(x), initial=0.0), 1e-20)))


@pytest.fixture
def with_room(load, native):
    """An instance with a room: with_room(mix=..., edits={...}, seed=...)."""

    def make(seed: int = 1, **parameters):
        plugin = load()
        plugin.raw_state = vst3_state.wrap(a_state(native, a_room(native, seed), **parameters))
        return plugin

    return make


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("block", BLOCKS)
def test_mix_0_is_bit_transparent(with_room, rate, block):
    audio = white(2, 2000 if block == 1 else 9600)
    assert np.array_equal(with_room(mix=0.0).process(audio, rate, block), audio)


@pytest.mark.parametrize("channels", (1, 2))
def test_without_a_room_audio_passes_at_any_mix(load, channels):
    plugin = load()
    plugin.mix = 100
    audio = white(channels, 9600)
    assert np.array_equal(plugin.process(audio, 48000, 512), audio)


def test_bypass_is_bit_transparent(with_room):
    audio = white(2, 9600)
    assert np.array_equal(with_room(mix=1.0, bypass=True).process(audio, 48000, 512), audio)


@pytest.mark.parametrize("rate", RATES)
def test_latency_is_0_and_the_impulse_arrives_there(with_room, rate):
    plugin = with_room(mix=1.0)
    impulse = np.zeros((2, rate // 2), np.float32)
    impulse[:, 0] = 1.0
    wet = plugin.process(impulse, rate, 256)
    assert plugin.reported_latency_samples == 0
    # Direct sound first, at sample 0: the strongest of the first 2 ms, and far above what follows within a millisecond.
    assert int(np.argmax(np.abs(wet[0, : rate // 500]))) == 0
    assert db(wet[:, rate // 10 :]) > -60


@pytest.mark.parametrize("rate", RATES)
def test_output_does_not_depend_on_the_block_size(with_room, rate):
    audio = white(2, 12000)
    reference = with_room(mix=1.0).process(audio, rate, 12000)
    for block in (17, 64, 480, 1024):
        assert db(with_room(mix=1.0).process(audio, rate, block) - reference) < -120, block


def test_output_does_not_depend_on_blocks_of_one_sample(with_room):
    audio = white(2, 2000)
    reference = with_room(mix=1.0).process(audio, 48000, 2000)
    assert db(with_room(mix=1.0).process(audio, 48000, 1) - reference) < -120


def test_two_renders_are_the_same_bits(with_room):
    audio = white(2, 48000)
    assert np.array_equal(with_room(mix=0.7).process(audio, 48000, 512), with_room(mix=0.7).process(audio, 48000, 512))


@pytest.mark.parametrize("rate", (44100, 48000))
def test_the_plug_in_and_its_python_twin_agree(with_room, native, rate):
    edits = {
        "decay_scale": 1.5,
        "distance_scale": 0.8,
        "angle_deg": 20.0,
        "predelay_ms": 12.0,
        "early_late_db": 2.0,
        "high_db": -3.0,
        "rt60_band_scale": [1.0, 1.2, 1.0, 0.8, 1.0, 1.0, 1.0],
    }
    audio = white(2, rate)
    plugin = with_room(mix=0.6, output_db=-2.0, edits=edits)
    engine = native.MatchEngine(float(rate), 2, "stereo", True)
    engine.set_room(a_room(native))
    engine.wait_until_ready()
    parameters = {"mix": 0.6, "output_db": -2.0, "edits": edits}
    engine.process(np.zeros((2, 1), np.float32), parameters)
    engine.wait_until_ready()
    engine.reset()
    twin = engine.process(audio, parameters)
    out = plugin.process(audio, rate, 512)
    assert not np.array_equal(out, audio)
    assert db(out - twin) < -120


def speech_noise(samples: int, seed: int = 3) -> np.ndarray:
    """Noise with the long-term spectrum of speech (the octave levels that the loudness of a room is set by), (2, samples)."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal((2, samples)))
    octaves = np.array([125, 250, 500, 1000, 2000, 4000, 8000])
    levels = np.array([61.3, 64.6, 66.4, 59.6, 54.7, 50.5, 48.6]) - 10 * np.log10(octaves)  # per hertz
    hz = np.maximum(np.fft.rfftfreq(samples, 1 / 48000), 1.0)
    shape = 10 ** (np.interp(np.log(hz), np.log(octaves), levels) / 20) * ((hz > 80) & (hz < 11000))
    noise = np.fft.irfft(spectrum * shape)
    return (0.1 * noise / noise.std()).astype(np.float32)


@pytest.mark.parametrize("seed", (1, 2, 4))
def test_the_loudness_stays_when_the_candidate_changes(with_room, seed):
    audio = speech_noise(6 * 48000)
    levels = []
    for candidate in (-1.0, 0.0, 1.0):
        wet = with_room(seed, mix=1.0, edits={"candidate": candidate}).process(audio, 48000, 4800)
        levels.append(10 * np.log10(np.mean(wet[:, 2 * 48000 :] ** 2)))
    assert max(levels) - min(levels) <= 0.5, levels


def test_candidates_sound_different_and_switch_while_playing_without_a_click(with_room):
    audio = speech_noise(48000)
    plugin = with_room(mix=1.0)
    seen = plugin.process(audio, 48000, 480)
    plugin.candidate = "Livelier"
    livelier = plugin.process(audio, 48000, 480)
    assert db(livelier - with_room(mix=1.0, edits={"candidate": 1.0}).process(audio, 48000, 480)) < -120
    assert db(livelier - seen) > -40
    plugin.candidate = "Drier"
    moving = plugin.process(audio, 48000, 480, reset=False)
    assert np.max(np.abs(np.diff(moving))) < 1.5 * max(np.max(np.abs(np.diff(seen))), np.max(np.abs(np.diff(livelier))))


@pytest.mark.parametrize("bad", (np.nan, np.inf, -np.inf, 1e30, 1e-42))
def test_bad_samples_do_not_stick(with_room, bad):
    plugin = with_room(mix=1.0)
    audio = white(2, 4800)
    plugin.process(audio, 48000, 480, reset=True)
    broken = audio.copy()
    broken[0, 100:140] = bad
    out = plugin.process(broken, 48000, 480, reset=False)
    assert np.all(np.isfinite(out))
    after = plugin.process(np.zeros((2, 9600), np.float32), 48000, 480, reset=False)
    assert np.all(np.isfinite(after)) and db(after[:, 480:]) < 20


def test_zero_and_one_sample(with_room):
    plugin = with_room(mix=1.0)
    assert plugin.process(np.zeros((2, 0), np.float32), 48000).shape == (2, 0)
    assert plugin.process(np.ones((2, 1), np.float32), 48000).shape == (2, 1)


@pytest.mark.parametrize(
    "inputs, out, channels",
    [(1, "mono", 1), (1, "stereo", 2), (2, "stereo", 2), (1, "5.1", 6), (2, "5.1", 6), (1, "foa", 4), (2, "foa", 4)],
)
def test_layouts(probe, native, inputs, out, channels):
    audio = np.zeros((inputs, 24000), np.float32)
    audio[:, 0] = 1.0
    report, wet = probe(audio, a_state(native, a_room(native), mix=1.0), out=out, offline=1, block=256, fresh=1)
    assert report["latency"] == 0 and wet.shape == (channels, 24000)
    for channel in range(channels):
        lfe = out == "5.1" and channel == 3
        assert (db(wet[channel]) < -200) == lfe, channel
    assert report["tail"] > 0.2 * 48000


@pytest.mark.parametrize("inputs, out", [(1, "mono"), (2, "stereo"), (2, "5.1"), (2, "foa")])
def test_dry_layouts_are_transparent(probe, native, inputs, out):
    audio = white(inputs, 4800)
    _, same = probe(audio, a_state(native, a_room(native), mix=0.0), out=out, offline=1, fresh=1)
    if out in ("mono", "stereo"):
        assert np.array_equal(same, audio)
    else:
        assert db(same) > -40


def test_impossible_layouts_are_refused(probe, native):
    with pytest.raises(AssertionError, match="not accepted|not kept"):
        probe(white(2, 64), None, out="mono")

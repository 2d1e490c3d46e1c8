# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dry from Python: alignment, streams, rates, channels, controls, and refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import lumiverb


def relative_db(difference: np.ndarray, reference: np.ndarray) -> float:
    return 10 * np.log10(np.square(difference, dtype=np.float64).sum() / np.square(reference, dtype=np.float64).sum() + 1e-30)


@pytest.mark.parametrize("rate", [16000, 44100, 48000, 96000, 192000])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_whole_recording_comes_back_aligned(use_dry: Path, make_voice, rate: int, channels: int) -> None:
    audio = make_voice(0.3, rate, channels)
    untouched = lumiverb.Dry(amount=0.0)(audio, rate)
    assert untouched.shape == audio.shape and untouched.dtype == np.float32
    assert relative_db(untouched - audio, audio) < -100
    assert np.array_equal(lumiverb.Dry(mix=0.0)(audio, rate), audio)
    dried = lumiverb.Dry()(audio, rate)
    assert 0.1 < np.square(dried).sum() / np.square(audio).sum() < 0.9


@pytest.mark.parametrize("block", [1, 17, 480, 1024, 30000])
def test_a_stream_is_the_whole_late_by_its_latency(use_dry: Path, make_voice, block: int) -> None:
    audio = make_voice(0.2 if block > 1 else 0.05, channels=2)
    dry = lumiverb.Dry()
    whole = dry(audio, 48000)
    dry.reset()
    parts = [dry(audio[:, s : s + block], 48000, reset=False) for s in range(0, audio.shape[1], block)]
    stream = np.concatenate(parts, axis=1)
    late = dry.latency_samples(48000)
    assert late == 1440
    assert np.array_equal(stream[:, late:], whole[:, : audio.shape[1] - late])
    assert not stream[:, : late - 960].any()


def test_renders_are_bit_identical_and_residual_is_the_rest(use_dry: Path, make_voice) -> None:
    audio = make_voice(0.3, channels=2)
    first = lumiverb.Dry(output_db=-3.0, mix=0.8)(audio, 48000)
    assert np.array_equal(first, lumiverb.Dry(output_db=-3.0, mix=0.8)(audio, 48000))
    rest = lumiverb.Dry(output_db=-3.0, mix=0.8, residual=True)(audio, 48000)
    assert relative_db(first + rest - 10 ** (-3 / 20) * audio, audio) < -110


def test_a_room_reaches_the_network(use_dry: Path, make_voice, hall) -> None:
    audio = make_voice(0.3)
    blind, told = lumiverb.Dry()(audio, 48000), lumiverb.Dry(hall)(audio, 48000)
    assert np.allclose(told[:, 4800:], 0.5 * blind[:, 4800:], atol=1e-4)


def test_condition(hall) -> None:
    from lumiverb import _native

    values = _native.dry_condition(hall.json)
    assert values.tolist() == pytest.approx([*np.log([2.1, 2.0, 1.9, 1.6, 1.2, 0.8]), -0.6, -0.1, np.log(3000) / 5, 1, 1], abs=1e-6)
    assert _native.dry_condition(None).tolist() == [0] * 9 + [1, 0]


def test_the_network_hop_by_hop_is_what_its_formula_says(use_dry: Path) -> None:
    from lumiverb import _native

    rng = np.random.default_rng(1)
    spectra = rng.normal(0, 0.1, (20, 2, 513)).astype(np.float32)
    network = _native.DryNetwork(str(use_dry))
    taps, gain = network.evaluate(spectra, _native.dry_condition(None))
    level, expected = np.zeros(513), []
    for power in np.square(spectra.astype(np.float64)).sum(1):
        level = 0.9 * level + 0.1 * power
        expected.append(power / (power + 3 * level + 1e-12))
    assert np.allclose(gain, expected, atol=1e-5)
    assert taps.shape == (20, 2, 2, 128)
    assert np.array_equal(taps[:, 0, 0], gain[:, :128]) and not taps[:, 1:].any() and not taps[:, :, 1].any()
    network.reset()
    assert np.array_equal(network.evaluate(spectra[:7], _native.dry_condition(None))[1], gain[:7])
    assert network.shape["filter_order"] == 2 and network.provider == "CPU"


def test_real_time_mode_gives_the_same_when_nothing_is_late(use_dry: Path, make_voice) -> None:
    from lumiverb import _native

    audio = make_voice(0.2, channels=2)
    offline = _native.DryEngine(48000, 2, True, 480, str(use_dry)).process(audio)
    engine = _native.DryEngine(48000, 2, False, 480, str(use_dry))
    parts = []
    for start in range(0, audio.shape[1], 240):
        parts.append(engine.process(np.ascontiguousarray(audio[:, start : start + 240])))
        engine.wait_for_backend()
    assert engine.late_frames == 0
    assert np.array_equal(np.concatenate(parts, axis=1), offline)


def test_clear_refusals(use_dry: Path, make_voice, tmp_path: Path) -> None:
    with pytest.raises(lumiverb.RoomError, match="amount must be from 0 to 1, not 2"):
        lumiverb.Dry(amount=2)
    with pytest.raises(lumiverb.RoomError, match="unknown parameter 'wetness'"):
        lumiverb.Dry(wetness=1)
    with pytest.raises(lumiverb.RoomError, match="the qualities are lite, full, low-latency"):
        lumiverb.Dry(quality="best")
    with pytest.raises(lumiverb.RoomError, match="Dry takes 1 to 8 channels, not 48000; is it"):
        lumiverb.Dry()(np.zeros((48000, 2)), 48000)
    with pytest.raises(lumiverb.RoomError, match="must be a lumiverb.Room"):
        lumiverb.Dry("church.jpg")  # type: ignore[arg-type]
    with pytest.raises(lumiverb.RoomError, match="sample rate must be 8000"):
        lumiverb.Dry()(make_voice(0.1), 4000)
    with pytest.raises(lumiverb.ModelError, match="missing/manifest.json|folder does not exist"):
        lumiverb.Dry(model=tmp_path / "missing")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"task": "scene-encoder"}, '"task" is "scene-encoder", not "dry"'),
        ({"hop": 500}, '"window" is missing or is not'),
        ({"synthesis_window": 480}, '"synthesis_window" is missing or is not 960'),
        ({"window": 0.5}, '"window" is missing or is not'),
        ({"filter_order": 9}, '"filter_order" is missing or is not a whole number from 1 to 8'),
        ({"filter_order": 1}, 'no float32 tensor "filter" of shape'),
        ({"filter_bins": 64}, 'no float32 tensor "filter" of shape'),
        ({"sample_rate": 44100}, '"sample_rate" is missing or is not 48000'),
        ({"early_ms": "long"}, '"early_ms" is missing or is not'),
    ],
)
def test_packages_that_do_not_fit_are_refused(dry_models: Path, tmp_path: Path, fields: dict, message: str) -> None:
    from dry_package import write_follower

    folder = write_follower(tmp_path, **fields)
    with pytest.raises(lumiverb.ModelError, match=message):
        lumiverb.Dry(model=folder)(np.zeros((1, 480), np.float32), 48000)


def test_states_that_do_not_fit_are_refused(dry_models: Path, tmp_path: Path) -> None:
    import onnx
    from dry_package import follower_graph, write_follower

    renamed = onnx.load_model_from_string(follower_graph())
    for value in [*renamed.graph.input, *(n for n in renamed.graph.node)]:
        if getattr(value, "name", "") == "level_in":
            value.name = "level"
    for node in renamed.graph.node:
        for i, name in enumerate(node.input):
            if name == "level_in":
                node.input[i] = "level"
    folder = write_follower(tmp_path, renamed.SerializeToString())
    with pytest.raises(lumiverb.ModelError, match='"level" that is neither spectrum nor condition nor a state'):
        lumiverb.Dry(model=folder)(np.zeros((1, 480), np.float32), 48000)


def test_offline_the_latency_is_the_window_and_one_hop(use_dry: Path) -> None:
    dry = lumiverb.Dry()
    assert [dry.latency_samples(rate) for rate in (44100, 48000, 96000)] == [1323, 1440, 2880]


def test_a_stream_keeps_its_rate_and_channels(use_dry: Path, make_voice) -> None:
    dry = lumiverb.Dry()
    dry(make_voice(0.1), 48000, reset=False)
    for audio, rate in ((make_voice(0.1), 44100), (make_voice(0.1, channels=2), 48000)):
        with pytest.raises(lumiverb.RoomError, match="changed inside a stream"):
            dry(audio, rate, reset=False)
    assert dry(make_voice(0.1, 44100, 2), 44100).shape == (2, 4410)

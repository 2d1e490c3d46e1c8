# SPDX-License-Identifier: AGPL-3.0-or-later
"""The built Dry: names, latency, nulls, its Python twin, state, real-time rules, missing and broken networks."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pytest
from plugin_support import a_room, white, without_models

import lumiverb
from lumiverb.host import vst3_state
from lumiverb.host.plugin import dry_state

KNOBS = {
    # attribute: (minimum, maximum, start)
    "amount": (0, 100, 100),
    "tail": (0, 2000, 0),
    "early": (30, 120, 30),
    "low_bias": (-12, 12, 0),
    "high_bias": (-12, 12, 0),
    "mix": (0, 100, 100),
    "output": (-24, 12, 0),
}


def db(x: np.ndarray) -> float:
    """Peak level in dB, -400 for silence."""
    return float(20 * np.log10(max(np.max(np.abs(x), initial=0.0), 1e-20)))


def slot(native, plugin) -> dict:
    state = native.deserialise_dry_state(vst3_state.unwrap(plugin.raw_state))
    return state["slots"][state["active"]]


def test_every_knob_has_its_name_range_and_start(load_dry):
    plugin = load_dry()
    assert plugin.name == "Lumiverb Dry"
    for name, (low, high, start) in KNOBS.items():
        parameter = plugin.parameters[name]
        assert (parameter.min_value, parameter.max_value) == pytest.approx((low, high)), name
        assert float(getattr(plugin, name)) == pytest.approx(start, abs=1e-3), name
    assert set(plugin.parameters) - {"program"} == {*KNOBS, "residual", "bypass"}
    assert plugin.parameters["program"].valid_values == ["Default", "Dialogue", "Podcast", "Vocal", "Drum room", "Heavy"]


def test_presets_set_the_knobs(load_dry, native):
    plugin = load_dry()
    plugin.output = -3
    plugin.program = "Vocal"
    plugin.process(white(2, 64), 48000)
    saved = slot(native, plugin)["parameters"]
    assert saved["amount"] == pytest.approx(0.6) and saved["tail_s"] == pytest.approx(0.4, abs=1e-3)
    assert saved["output_db"] == pytest.approx(-3, abs=1e-3)


@pytest.mark.parametrize(("rate", "block", "expected"), [(44100, 64, 1323), (48000, 480, 1440), (48000, 1024, 1984), (96000, 64, 2880)])
def test_latency_is_reported_and_exact(dry_probe, native, rate, block, expected):
    audio = white(2, 9600)
    report, same = dry_probe(audio, dry_state(None, mix=0.0), rate=rate, block=block, offline=1, fresh=1)
    assert report["latency"] == expected
    assert np.array_equal(same[:, expected:], audio[:, : 9600 - expected]) and not same[:, :expected].any()
    impulse = np.zeros((2, 9600), np.float32)
    impulse[:, 1000] = 1.0
    _, out = dry_probe(impulse, dry_state(None, amount=0.0), rate=rate, block=block, offline=1, fresh=1)
    assert int(np.argmax(np.abs(out[0]))) == 1000 + expected and db(out[0, 1000 + expected] - 1) < -80


@pytest.mark.parametrize("channels", (1, 2, 6))
@pytest.mark.parametrize("rate", (44100, 48000))
def test_the_plug_in_and_its_python_twin_agree(load_dry, dry_models, native, rate, channels):
    if channels == 6 and rate == 44100:
        pytest.skip("one rate is enough for 5.1")
    audio = white(channels, rate // 2, seed=3) * np.exp(-6 * (np.arange(rate // 2) / rate % 0.2)).astype(np.float32)
    settings = {"amount": 0.8, "tail_s": 0.2, "early_ms": 45.0, "low_db": 2.0, "high_db": -3.0, "mix": 0.9, "output_db": -2.0}
    room = lumiverb.Room.from_json(a_room(native), name="hint")
    plugin = load_dry()
    plugin.raw_state = vst3_state.wrap(dry_state(room, **settings))
    out = plugin.process(audio, rate, 512)
    twin = lumiverb.Dry(room, model=dry_models / "dry-lite", **settings)(audio, rate)
    assert out.shape == twin.shape
    assert db(out - audio) > -30
    assert db(out - twin) < -120


@pytest.mark.parametrize("block", (1, 17, 1024))
def test_output_does_not_depend_on_the_block_size_and_repeats(load_dry, block):
    audio = white(2, 1500 if block == 1 else 9600)
    reference = load_dry().process(audio, 48000, 480)
    assert np.array_equal(load_dry().process(audio, 48000, 480), reference)
    assert db(load_dry().process(audio, 48000, block) - reference) < -120


def test_residual_and_bypass(load_dry):
    audio = white(2, 9600)
    plugin = load_dry()
    kept = plugin.process(audio, 48000)
    plugin.residual = True
    rest = plugin.process(audio, 48000, reset=True)
    assert db((kept + rest - audio)[:, 2400:]) < -100  # the switch is faded for some milliseconds
    bypassed = load_dry()
    bypassed.bypass = True
    assert np.array_equal(bypassed.process(audio, 48000), audio)


def test_state_comes_back_and_garbage_changes_nothing(load_dry, native):
    plugin = load_dry()
    room = lumiverb.Room.from_json(a_room(native), name="hint")
    state = dry_state(room, amount=0.7, residual=True)
    plugin.raw_state = vst3_state.wrap(state)
    assert vst3_state.unwrap(plugin.raw_state) == state
    rng = np.random.default_rng(1)
    damaged = [state[:n] for n in (0, 3, 8, 50, len(state) - 1)]
    damaged += [bytes(rng.integers(0, 256, int(rng.integers(1, 300)), dtype=np.uint8)) for _ in range(20)]
    for _ in range(20):
        copy = bytearray(state)
        copy[rng.integers(0, len(copy))] ^= 1 << int(rng.integers(0, 8))
        damaged.append(bytes(copy))
    for bad in damaged:
        plugin.raw_state = vst3_state.wrap(bad)
        assert vst3_state.unwrap(plugin.raw_state) == state


def test_load_plugin(load_dry, dry_bundle, native):
    room = lumiverb.Room.from_json(a_room(native), name="hint")
    plugin = lumiverb.load_plugin("Dry", room=room, path=dry_bundle, amount=0.6)
    assert float(plugin.amount) == pytest.approx(60)
    assert slot(native, plugin)["room"] == room.json
    with pytest.raises(lumiverb.RoomError, match="unknown parameter 'decay'"):
        lumiverb.load_plugin("Dry", path=dry_bundle, decay=2)


@pytest.mark.parametrize(("rate", "block"), [(44100, 1), (48000, 64), (96000, 480), (48000, 1024)])
def test_process_allocates_and_frees_nothing(dry_probe, rate, block):
    audio = white(2, 3000 if block == 1 else 24000)
    report, out = dry_probe(audio, dry_state(None), rate=rate, block=block, passes=2, wait=40)
    assert report["allocations"] == 0 and report["releases"] == 0
    assert np.all(np.isfinite(out))


def test_dry_adds_no_lock_to_those_of_the_wrapper(dry_probe):
    report, _ = dry_probe(white(2, 24000), dry_state(None), block=64, wait=40)
    assert report["locks"] <= 4 * report["blocks"]


@pytest.mark.parametrize("bad", (np.nan, np.inf, 1e30))
def test_bad_samples_do_not_stick(load_dry, bad):
    plugin = load_dry()
    audio = white(2, 9600)
    audio[0, 100:140] = bad
    out = plugin.process(audio, 48000, 480)
    assert np.all(np.isfinite(out)) and db(out[:, 4800:]) < 0


def test_without_a_network_audio_passes_with_the_same_latency(dry_bundle, pedalboard_module, monkeypatch, tmp_path):
    monkeypatch.setenv("LUMIVERB_MODELS", str(tmp_path))
    plugin = pedalboard_module.load_plugin(str(without_models(dry_bundle, tmp_path)))
    audio = white(2, 9600)
    assert db(plugin.process(audio, 48000, 480) - audio) < -110
    assert plugin.reported_latency_samples == 1440


def test_networks_are_looked_for_in_several_folders(dry_bundle, dry_models, pedalboard_module, monkeypatch, tmp_path):
    """The first folder that has the network gives it, and the bundle only where none has."""
    audio = white(2, 9600)

    def dried(bundle, *folders):
        monkeypatch.setenv("LUMIVERB_MODELS", os.pathsep.join(map(str, folders)))
        return pedalboard_module.load_plugin(str(bundle)).process(audio, 48000, 480)

    wanted = dried(dry_bundle, dry_models)
    bare = without_models(dry_bundle, tmp_path)
    assert db(wanted - audio) > -30
    assert np.array_equal(dried(bare, tmp_path, "not absolute", dry_models), wanted)
    shutil.copytree(dry_models, bare / "Contents" / "Resources" / "models")
    assert np.array_equal(dried(bare, tmp_path), wanted)


def test_a_damaged_network_is_as_none(dry_bundle, dry_models, pedalboard_module, monkeypatch, tmp_path):
    from dry_package import write_follower

    onnx = write_follower(tmp_path) / "model.onnx"
    onnx.write_bytes(onnx.read_bytes()[:-10])
    monkeypatch.setenv("LUMIVERB_MODELS", str(tmp_path))
    plugin = pedalboard_module.load_plugin(str(dry_bundle))
    audio = white(2, 9600)
    assert db(plugin.process(audio, 48000, 480) - audio) < -110


def test_low_latency_has_its_own_latency(dry_probe):
    report, _ = dry_probe(white(2, 4800), dry_state(None, quality="low-latency"), block=64, offline=1, fresh=1)
    assert report["latency"] == 768


@pytest.fixture
def every_quality(dry_models, monkeypatch, tmp_path):
    """A folder with a network of each quality; the full one takes half as much as the others."""
    import dry_package

    half = dry_package.follower_graph(tail=0.3)
    for name, graph, fields in (
        ("dry-lite", None, {}),
        ("dry-full", half, {}),
        ("dry-low-latency", None, {"window": 1024, "hop": 256, "synthesis_window": 512}),
    ):
        dry_package.write_follower(tmp_path / "written" / name, graph, name=name, **fields).rename(tmp_path / name)
    return tmp_path


def test_other_networks_are_heard_and_change_the_latency(dry_bundle, every_quality, pedalboard_module, monkeypatch):
    monkeypatch.setenv("LUMIVERB_MODELS", str(every_quality))
    audio, outputs = white(2, 9600), {}
    plugin = pedalboard_module.load_plugin(str(dry_bundle))
    for quality, latency in (("lite", 1440), ("full", 1440), ("low-latency", 992), ("lite", 1440)):
        state = dry_state(None, quality=quality)
        plugin.raw_state = vst3_state.wrap(state)
        out = plugin.process(audio, 48000, 480)
        assert plugin.reported_latency_samples == latency
        assert vst3_state.unwrap(plugin.raw_state) == state
        twin = lumiverb.Dry(model=every_quality / f"dry-{quality}")(audio, 48000)
        assert db(out - twin) < -120, quality
        assert np.array_equal(outputs.setdefault(quality, out), out)
    assert db(outputs["full"] - outputs["lite"]) > -30 and db(outputs["low-latency"] - outputs["lite"]) > -30


def test_changing_the_latency_while_playing_does_not_click(dry_probe, every_quality, monkeypatch):
    monkeypatch.setenv("LUMIVERB_MODELS", str(every_quality))
    t = np.arange(48000) / 48000
    hum = np.tile(0.5 * np.sin(2 * np.pi * 100 * t), (2, 1)).astype(np.float32)
    states = (dry_state(None, amount=0.0, quality=quality) for quality in ("lite", "low-latency"))
    _, out = dry_probe(hum, next(states), next(states), block=64, wait=5)
    steps = np.abs(np.diff(out, axis=1))
    assert np.abs(out).max() > 0.45 and (np.abs(out[:, 2000:]).reshape(2, -1, 100).max(-1) < 0.01).any()
    assert steps.max() < 3 * np.abs(np.diff(hum, axis=1)).max()


def test_a_render_does_not_wait_for_whoever_waits_for_it(dry_probe, every_quality, monkeypatch):
    """Networks change faster than they load: a render that waits for one holds up the next change, which must not hold up the loader."""
    monkeypatch.setenv("LUMIVERB_MODELS", str(every_quality))
    states = (dry_state(None, quality=quality) for quality in ("lite", "low-latency"))
    report, out = dry_probe(white(2, 4800), next(states), next(states), block=480, offline=1, fresh=1, pause=0)
    assert report["worst_block_ms"] < 20000 and np.all(np.isfinite(out))

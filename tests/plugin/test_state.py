# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sessions: the content comes back, bytes are stable, and garbage changes nothing."""

from __future__ import annotations

import io

import numpy as np
import pytest
from plugin_support import a_room, run_python, white

from lumiverb.host import vst3_state


def jpeg() -> bytes:
    image = pytest.importorskip("PIL.Image")
    out = io.BytesIO()
    image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def full_state(native) -> bytes:
    """Two different slots, the second one active, odd numbers everywhere."""
    edits = {
        "decay_scale": 1.2345678,
        "size_scale": 0.87654,
        "distance_scale": 1.7,
        "angle_deg": -33.3,
        "predelay_ms": 17.77,
        "early_late_db": 3.21,
        "width": 1.11,
        "low_db": -4.56,
        "high_db": 5.67,
        "rt60_band_scale": [0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5],
    }
    slots = [
        {"room": a_room(native, 1), "name": "First", "thumbnail": jpeg(), "parameters": {"mix": 0.123456, "output_db": -3.3, "edits": {}}},
        {"room": a_room(native, 2), "name": "Café ⛪", "thumbnail": b"", "parameters": {"mix": 0.87654, "output_db": 1.25, "edits": edits}},
    ]
    return native.serialise_match_state({"slots": slots, "active": 1, "editorWidth": 1400, "editorHeight": 875})


def test_state_comes_back_byte_for_byte(load, full_state):
    plugin = load()
    plugin.raw_state = vst3_state.wrap(full_state)
    assert vst3_state.unwrap(plugin.raw_state) == full_state
    plugin.process(white(2, 4800), 48000, 480)
    assert vst3_state.unwrap(plugin.raw_state) == full_state
    other = load()
    other.raw_state = plugin.raw_state
    assert other.raw_state == plugin.raw_state


def test_the_host_sees_the_knobs_of_the_state(load, full_state):
    plugin = load()
    plugin.raw_state = vst3_state.wrap(full_state)
    assert float(plugin.mix) == pytest.approx(87.7, abs=0.06)
    assert float(plugin.angle) == pytest.approx(-33.3, abs=0.06)
    assert float(plugin.width) == pytest.approx(111, abs=0.6)


def test_an_old_session_sounds_the_same_without_its_photo(load, full_state):
    audio = white(2, 24000)
    first, second = load(), load()
    first.raw_state = vst3_state.wrap(full_state)
    second.raw_state = first.raw_state
    assert np.array_equal(first.process(audio, 48000), second.process(audio, 48000))


def test_a_knob_moved_after_loading_is_saved(load, native, full_state):
    plugin = load()
    plugin.raw_state = vst3_state.wrap(full_state)
    plugin.mix = 10
    plugin.process(white(2, 64), 48000)
    state = native.deserialise_match_state(vst3_state.unwrap(plugin.raw_state))
    assert state["slots"][1]["parameters"]["mix"] == pytest.approx(0.1, abs=1e-3)
    assert state["slots"][0]["parameters"]["mix"] == pytest.approx(0.123456, abs=1e-6)


FUZZ = """
import sys, numpy as np, pedalboard
from lumiverb.host import vst3_state
from plugin_support import white
bundle, state_file, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
good = open(state_file, "rb").read()
rng = np.random.default_rng(seed)
plugin = pedalboard.load_plugin(bundle)
plugin.raw_state = vst3_state.wrap(good)
audio = white(2, 2400)
reference = plugin.process(audio, 48000, 480)
wrapped = vst3_state.wrap(good)
trailer = b"\\0" * 8 + b"\\0" * 8 + b"JUCEPrivateData"

def damaged(kind):
    data = bytearray(good)
    if kind == 0:
        return bytes(rng.integers(0, 256, int(rng.integers(0, 3000)), dtype=np.uint8))
    if kind == 1:
        return bytes(data[: int(rng.integers(0, len(data)))])
    if kind == 2:
        for _ in range(int(rng.integers(1, 9))):
            data[int(rng.integers(0, len(data)))] ^= 1 << int(rng.integers(0, 8))
        return bytes(data) if bytes(data) != good else b""
    if kind == 3:   # lengths
        at = int(rng.choice([4, 8])) if rng.random() < 0.7 else int(rng.integers(0, len(data) - 4))
        data[at : at + 4] = bytes(rng.integers(0, 256, 4, dtype=np.uint8))
        return bytes(data) if bytes(data) != good else b""
    if kind == 4:   # the wrapper's trailer with a size that lies
        return good[:-1] + b"\\0" * 8 + bytes(rng.integers(0, 256, 8, dtype=np.uint8)) + b"JUCEPrivateData"
    return good + bytes(rng.integers(0, 256, int(rng.integers(1, 50)), dtype=np.uint8))

for i in range(240):
    plugin.raw_state = vst3_state.wrap(damaged(i % 6))
    if i % 20 == 0:
        assert vst3_state.unwrap(plugin.raw_state) == good, i
for i in range(60):   # the envelope itself
    data = bytearray(wrapped)
    for _ in range(int(rng.integers(1, 6))):
        data[int(rng.integers(0, len(data)))] ^= 1 << int(rng.integers(0, 8))
    try:
        plugin.raw_state = bytes(data)
    except Exception:
        pass
assert vst3_state.unwrap(plugin.raw_state) == good
assert np.array_equal(plugin.process(audio, 48000, 480), reference)
print("unharmed")
"""


@pytest.mark.parametrize("seed", (1, 2))
def test_garbage_never_crashes_nor_changes_anything(bundle, pedalboard_module, full_state, tmp_path, seed):
    (tmp_path / "state").write_bytes(full_state)
    result = run_python(FUZZ, bundle, tmp_path / "state", seed)
    assert result.returncode == 0 and "unharmed" in result.stdout, f"status {result.returncode}: {result.stderr[-2000:]}"

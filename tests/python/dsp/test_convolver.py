# SPDX-License-Identifier: AGPL-3.0-or-later
"""The convolver against SciPy, over rates, blocks and layouts; and while its filter changes."""

from __future__ import annotations

import numpy as np
import pytest

from lumiverb.host.native import native

signal = pytest.importorskip("scipy.signal")


def response(inputs: int, outputs: int, length: int, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((inputs, outputs, length)) * np.exp(-5 * np.arange(length) / length)).astype(np.float32)


def reference(audio: np.ndarray, rir: np.ndarray) -> np.ndarray:
    """Full-precision convolution, (outputs, samples)."""
    count = audio.shape[1]
    return np.stack(
        [
            sum(signal.fftconvolve(audio[i].astype(float), rir[i, o].astype(float))[:count] for i in range(rir.shape[0]))
            for o in range(rir.shape[1])
        ]
    )


def stream(convolver, audio: np.ndarray, block: int | str, realtime: bool = False) -> np.ndarray:
    rng = np.random.default_rng(3)
    parts, position = [], 0
    while position < audio.shape[1]:
        count = int(rng.integers(0, 1500)) if block == "random" else int(block)
        parts.append(convolver.process(np.ascontiguousarray(audio[:, position : position + count])))
        if realtime:
            convolver.wait_for_tail()
        position += count
    return np.concatenate(parts, axis=1)


@pytest.mark.parametrize("rate", [44100.0, 48000.0, 96000.0])
@pytest.mark.parametrize("layout", [(1, 1), (1, 2), (2, 2), (1, 4), (2, 6)])
def test_equals_scipy_for_every_block_size(rate, layout):
    rir = response(*layout, round(0.8 * rate))
    audio = np.random.default_rng(2).uniform(-0.5, 0.5, (layout[0], 60000)).astype(np.float32)
    expected = reference(audio, rir)
    first = None
    for block in (1024, 17, 64, 480, "random"):
        out = stream(native().Convolver(rir, rate), audio[:, :20000] if block == 17 else audio, block)
        assert np.abs(out - expected[:, : out.shape[1]]).max() < 1e-6 * np.abs(expected).max()
        first = out if first is None else first
        assert np.array_equal(out, first[:, : out.shape[1]])


def test_single_samples_give_the_same_bits():
    rir = response(2, 2, 9000)
    audio = np.random.default_rng(2).uniform(-0.5, 0.5, (2, 12000)).astype(np.float32)
    assert np.array_equal(stream(native().Convolver(rir), audio, 1), stream(native().Convolver(rir), audio, 12000))


def test_real_time_equals_offline():
    rir = response(2, 2, 60000)
    audio = np.random.default_rng(2).uniform(-0.5, 0.5, (2, 70000)).astype(np.float32)
    live = native().Convolver(rir, offline=False)
    assert np.array_equal(stream(live, audio, 256, realtime=True), stream(native().Convolver(rir), audio, 256))
    assert live.late_blocks == 0


@pytest.mark.parametrize("realtime", [False, True])
def test_change_while_playing_is_no_click(realtime):
    """Spectral flux of the change stays near that of steady sound: a click would fill the whole spectrum."""
    t = np.arange(48000 * 4) / 48000
    audio = (0.3 * np.sin(2 * np.pi * 220 * t) + 0.2 * np.sin(2 * np.pi * 331 * t)).astype(np.float32)[None]
    convolver = native().Convolver(response(1, 1, 48000, 1), offline=not realtime, max_length_s=1.0)
    parts = []
    for position in range(0, audio.shape[1], 480):
        if position == 96000:
            convolver.set_filter(response(1, 1, 48000, 2))
        parts.append(convolver.process(np.ascontiguousarray(audio[:, position : position + 480])))
        if realtime:
            convolver.wait_for_tail()
    out = np.concatenate(parts, axis=1)[0]
    _, times, spectrum = signal.stft(out, 48000, nperseg=1024, noverlap=768)
    high = np.abs(spectrum[100:]).sum(axis=0)  # above 4.7 kHz: nothing but clicks
    steady = high[(times > 1.2) & (times < 1.9)].max()
    change = high[(times > 1.95) & (times < 3.8)].max()
    assert change < 2 * steady + 1e-4


def test_bad_input_is_refused_in_one_line():
    for rir in (np.zeros((1, 1)), np.zeros((3, 1, 10)), np.zeros((1, 7, 10)), np.zeros((1, 1, 0)), np.full((1, 1, 4), np.nan)):
        with pytest.raises(ValueError, match="impulse response"):
            native().Convolver(rir.astype(np.float32))
    convolver = native().Convolver(response(2, 2, 100))
    with pytest.raises(ValueError, match="shape"):
        convolver.process(np.zeros((1, 10), np.float32))
    with pytest.raises(ValueError, match="longer"):
        convolver.set_filter(response(2, 2, 200))
    with pytest.raises(ValueError, match="inputs"):
        convolver.set_filter(response(1, 1, 100))
    assert convolver.process(np.zeros((2, 0), np.float32)).shape == (2, 0)

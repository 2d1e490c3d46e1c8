# SPDX-License-Identifier: AGPL-3.0-or-later
"""Synthesised responses measured by independent code, and beside rooms that people have measured."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from lumiverb.acoustics.description import RoomDescription
from lumiverb.host.native import native

signal = pytest.importorskip("scipy.signal")
RATE = 48000


def description(rt60, drr_db=-5.0, dimensions_m=(7.0, 5.0, 3.0), **more) -> RoomDescription:
    """A room whose clarity is what decay and DRR imply."""
    rt60 = tuple(np.broadcast_to(np.asarray(rt60, float), 7))
    late = math.exp(-13.8155 * 0.0474 / (0.5 * (rt60[2] + rt60[3])))
    clarity = 10 * math.log10((10 ** (drr_db / 10) + 1 - late) / late)
    return RoomDescription(
        rt60_s=rt60, drr_db=(drr_db,) * 7, dimensions_m=dimensions_m, volume_m3=float(np.prod(dimensions_m)), clarity_c50_db=clarity, **more
    )


def rir(room: RoomDescription, layout: str = "mono", rate: float = RATE, seed: int = 1, **edits) -> np.ndarray:
    return native().synthesise_rir(room.to_json(), edits, rate, layout, seed)


def band_t30(h: np.ndarray, centre: float, rate: float = RATE, order: int = 4) -> float:
    """T30 by a plain forward Butterworth octave and a Schroeder integral: not the project's own analysis."""
    sos = signal.butter(order, [centre / math.sqrt(2), centre * math.sqrt(2)], "bandpass", fs=rate, output="sos")
    energy = signal.sosfilt(sos, h.astype(float)) ** 2
    curve = 10 * np.log10(np.cumsum(energy[::-1])[::-1] / energy.sum() + 1e-30)
    inside = (curve <= -5) & (curve >= -35)
    slope = np.polyfit(np.flatnonzero(inside) / rate, curve[inside], 1)[0]
    return -60 / slope


@pytest.mark.parametrize("rt60", [0.3, 0.7, 2.0, 6.0])
@pytest.mark.parametrize("rate", [44100, 96000])
def test_t30_by_an_independent_measurement(rt60, rate):
    for seed in (1, 2):
        h = rir(description(rt60), rate=rate, seed=seed)[0, 0]
        for centre in (250, 500, 1000, 2000, 4000):
            assert band_t30(h, centre, rate) == pytest.approx(rt60, rel=0.03 if centre > 250 or rt60 > 0.5 else 0.05)


def test_uneven_decays_by_an_independent_measurement():
    rt60 = (3.2, 2.9, 2.5, 2.2, 1.8, 1.3, 0.8)
    h = rir(description(rt60, -8, (30, 15, 9)))[0, 0]
    for band, centre in enumerate((250, 500, 1000, 2000, 4000), start=1):
        assert band_t30(h, centre) == pytest.approx(rt60[band], rel=0.04)


def test_every_output_of_true_stereo_has_the_decay():
    h = rir(description(1.2), "true_stereo")
    for path in h.reshape(4, -1):
        for centre in (500, 2000):
            assert band_t30(path, centre) == pytest.approx(1.2, rel=0.04)


def echo_density(h: np.ndarray, time_s: float, rate: float = RATE, window_s: float = 0.02) -> float:
    """Normalised echo density (Abel & Huang 2006): 1 = as dense as Gaussian noise."""
    half = round(window_s * rate / 2)
    centre = round(time_s * rate)
    piece = h[max(0, centre - half) : centre + half].astype(float)
    weights = np.hanning(piece.size)
    weights /= weights.sum()
    deviation = math.sqrt((weights * piece**2).sum())
    return float((weights * (np.abs(piece) > deviation)).sum() / 0.3173)


def flatness(h: np.ndarray, time_s: float, low: float, high: float, rate: float = RATE, window_s: float = 0.25) -> float:
    """Spectral flatness within a third-octave-smoothed spectrum; Gaussian noise has 0.56, resonances lower it."""
    start = round(time_s * rate)
    piece = h[start : start + round(window_s * rate)].astype(float)
    time = np.arange(piece.size)
    slope = np.polyfit(time, np.log(signal.lfilter([0.002], [1, -0.998], piece**2) + 1e-20), 1)[0]
    power = np.abs(np.fft.rfft(piece * np.exp(-0.5 * slope * time) * np.hanning(piece.size))) ** 2
    frequency = np.fft.rfftfreq(piece.size, 1 / rate)
    values, edge = [], low
    while edge < high:
        inside = power[(frequency >= edge) & (frequency < edge * 2 ** (1 / 3))]
        values.append(math.exp(np.log(inside + 1e-30).mean()) / inside.mean())
        edge *= 2 ** (1 / 3)
    return float(np.mean(values))


ROOMS = {
    "living_room": description(0.5, 0, (5, 4, 2.5)),
    "hall": description((2.2, 2.1, 2.0, 1.9, 1.6, 1.2, 0.8), -6, (25, 15, 8)),
    "corridor": description(1.3, -5, (25, 2, 2.6)),
    "church": description(4.0, -9, (40, 20, 15)),
}


@pytest.mark.parametrize("name", ROOMS)
def test_the_tail_is_dense_flat_and_free_of_flutter(name):
    h = rir(ROOMS[name])[0, 0]
    late = [echo_density(h, t) for t in np.arange(0.13, 0.3, 0.02)]
    assert 0.9 < np.mean(late) < 1.1
    assert 0.5 < flatness(h, 0.12, 500, 8000) < 0.6
    # Flutter would repeat in the envelope: its autocorrelation, decay taken out, has no peak between 8 and 120 ms.
    energy = h[round(0.1 * RATE) : round(0.5 * RATE)].astype(float) ** 2
    envelope = np.log(energy[: energy.size // 48 * 48].reshape(-1, 48).mean(axis=1) + 1e-30)
    envelope -= np.polyval(np.polyfit(np.arange(envelope.size), envelope, 2), np.arange(envelope.size))
    correlation = np.correlate(envelope, envelope, "full")[envelope.size - 1 :] / (envelope**2).sum()
    assert correlation[8:120].max() < 0.25


@pytest.mark.parametrize("name", ROOMS)
def test_echo_density_grows_from_sparse_to_dense(name):
    h = rir(ROOMS[name])[0, 0]
    early, late = echo_density(h, 0.012), echo_density(h, 0.12)
    assert early < 0.75 < 0.85 < late


def test_density_and_flatness_lie_among_those_of_measured_rooms(shared):
    soundfile = pytest.importorskip("soundfile")
    files = sorted((shared / "data" / "rir").glob("*/*.flac"))
    densities, spectra = [], []
    for path in files:
        audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
        h = audio[:, 0]
        h = h[int(np.abs(h).argmax()) :]
        if rate < 32000 or h.size < 0.5 * rate or (h[round(0.35 * rate) :] ** 2).sum() < 1e-6 * (h**2).sum():
            continue
        densities.append(np.mean([echo_density(h, t, rate) for t in np.arange(0.13, 0.3, 0.02)]))
        spectra.append(flatness(h, 0.12, 500, 8000, rate))
    if len(densities) < 5:
        pytest.skip("too few measured rooms with a long enough tail")
    ours = [rir(room)[0, 0] for room in ROOMS.values()]
    for h in ours:
        density = np.mean([echo_density(h, t) for t in np.arange(0.13, 0.3, 0.02)])
        assert np.quantile(densities, 0.05) - 0.05 < density < np.quantile(densities, 0.95) + 0.05
        assert flatness(h, 0.12, 500, 8000) > np.quantile(spectra, 0.25) - 0.02  # no more resonant than real rooms


def coherence(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    frequency, cross = signal.csd(a, b, RATE, nperseg=512)
    return frequency, (cross / np.sqrt(signal.welch(a, RATE, nperseg=512)[1] * signal.welch(b, RATE, nperseg=512)[1])).real


@pytest.mark.parametrize("layout", ["stereo", "binaural"])
def test_diffuse_sound_is_coherent_below_and_incoherent_above(layout):
    left, right = rir(description(5.0, -8, (30, 20, 12)), layout)[0][:, round(0.15 * RATE) :]
    weight = np.exp(6.9 / 5.0 * np.arange(left.size) / RATE)
    keep = slice(0, 4 * RATE)
    frequency, gamma = coherence((left * weight)[keep], (right * weight)[keep])
    assert gamma[(frequency > 80) & (frequency < 250)].mean() > 0.6
    assert abs(gamma[(frequency > 2000) & (frequency < 12000)].mean()) < 0.1
    if layout == "stereo":  # a spaced pair: sinc (k d), nearly, with its first zero at c / (2 d) = 858 Hz
        assert abs(gamma[(frequency > 780) & (frequency < 940)].mean()) < 0.2
        assert gamma[(frequency > 1000) & (frequency < 1500)].mean() < 0


def test_ambisonic_tail_is_isotropic():
    w, y, z, x = rir(description(3.0, -8, (30, 20, 12)), "foa")[0][:, round(0.2 * RATE) :]
    for dipole in (x, y, z):
        assert (dipole**2).sum() / (w**2).sum() == pytest.approx(1 / 3, rel=0.1)
        assert abs(np.dot(dipole, w) / math.sqrt((w**2).sum() * (dipole**2).sum())) < 0.05


def test_head_model_follows_a_measured_head(shared):
    sofar = pytest.importorskip("sofar")
    path = shared / "data" / "hrtf" / "mit_kemar_normal_pinna.sofa"
    if not path.is_file():
        pytest.skip("needs the measured head in ../shared")
    head = sofar.read_sofa(str(path), verify=False)
    rate = float(np.atleast_1d(head.Data_SamplingRate)[0])

    def cues(pair: np.ndarray) -> tuple[float, float]:
        """Interaural delay (s, positive: left is earlier) below 1.5 kHz and level difference (dB, left - right) at 1.5-4 kHz."""
        sos = signal.butter(4, 1500, "low", fs=rate, output="sos")
        low = signal.resample_poly(signal.sosfilt(sos, pair, axis=1), 8, 1, axis=1)
        lag = np.correlate(low[1], low[0], "full").argmax() - (low.shape[1] - 1)
        spectrum = np.abs(np.fft.rfft(pair, 1024, axis=1)) ** 2
        frequency = np.fft.rfftfreq(1024, 1 / rate)
        band = (frequency > 1500) & (frequency < 4000)
        return lag / (8 * rate), 10 * math.log10(spectrum[0, band].sum() / spectrum[1, band].sum())

    for azimuth in (0, 30, 60, 90):
        position = np.argmin(np.abs(head.SourcePosition[:, 0] - azimuth) + 10 * np.abs(head.SourcePosition[:, 1]))
        measured = cues(np.asarray(head.Data_IR[position], float))
        model = cues(native().head_impulse_response(float(azimuth), 0.0, rate, 512).astype(float))
        assert abs(model[0] - measured[0]) < 1.2e-4
        assert abs(model[1] - measured[1]) < 5


def test_changing_rooms_keeps_the_level_of_speech(shared):
    soundfile = pytest.importorskip("soundfile")
    files = [
        f
        for folder in ("speech_kathleen*", "speech_kerstin*")
        for f in sorted((shared / "data" / "speech").glob(f"{folder}/**/*.opus"))[:1]
    ]
    if not files:
        pytest.skip("needs recorded speech in ../shared")
    for path in files:
        voice, rate = soundfile.read(path, frames=48000 * 12, dtype="float32", always_2d=True)
        dry = voice[:, 0].astype(float)
        levels = []
        for room in ROOMS.values():
            h = native().match_rir(room.to_json(), {}, float(rate), 1, "stereo")[0]
            wet = np.stack([signal.fftconvolve(dry, h[o]) for o in range(2)])
            levels.append(10 * math.log10((wet**2).sum() / (2 * (dry**2).sum())))
        assert max(abs(level) for level in levels) < 1.0


def test_seam_refuses_what_it_does_not_know():
    room = description(0.5).to_json()
    with pytest.raises(ValueError, match="unknown edit"):
        native().synthesise_rir(room, {"sparkle": 1.0})
    with pytest.raises(ValueError, match="decay_scale"):
        native().synthesise_rir(room, {"decay_scale": "much"})
    with pytest.raises(ValueError, match="layout"):
        native().synthesise_rir(room, {}, 48000.0, "7.1")
    with pytest.raises(ValueError, match="not valid JSON"):
        native().canonical_room("nonsense")
    with pytest.raises(ValueError, match="sample rate"):
        native().synthesise_rir(room, {}, 100.0)
    assert json.loads(native().apply_edits(room, {"decay_scale": 2.0}))["rt60_s"][2] == pytest.approx(1.0)
    assert native().early_reflections(room).shape[1] == 2

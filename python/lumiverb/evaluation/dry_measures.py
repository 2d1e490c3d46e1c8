# SPDX-License-Identifier: AGPL-3.0-or-later
"""Measures of dereverberation for mono audio at 48 kHz. PESQ and ESTOI need the extra ``evaluate``; the others only numpy and scipy."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lumiverb.audio import dry_grid as grid
from lumiverb.audio.files import resample

Audio = NDArray[np.floating]


def pesq_wb(reference: Audio, degraded: Audio) -> float:
    """Wide-band PESQ (ITU-T P.862.2) at 16 kHz; nan where it finds no utterance or the ``pesq`` package is missing."""
    try:
        import pesq
    except ImportError:
        return float("nan")
    try:
        return float(pesq.pesq(16000, at_16k(reference), at_16k(degraded), "wb"))
    except pesq.PesqError:
        return float("nan")


def estoi(reference: Audio, degraded: Audio) -> float:
    """Extended short-time objective intelligibility; nan where the ``pystoi`` package is missing."""
    try:
        import pystoi
    except ImportError:
        return float("nan")
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(pystoi.stoi(at_16k(reference), at_16k(degraded), 16000, extended=True))


def at_16k(audio: Audio) -> NDArray[np.float32]:
    return resample(np.asarray(audio), grid.SAMPLE_RATE, 16000)[0]


def si_sdr_db(reference: Audio, degraded: Audio) -> float:
    """Scale-invariant signal-to-distortion ratio."""
    s, x = np.asarray(reference, np.float64), np.asarray(degraded, np.float64)
    target = s * (x @ s) / (s @ s + 1e-20)
    return float(10 * np.log10((target @ target + 1e-20) / (np.sum((x - target) ** 2) + 1e-20)))


def log_spectral_distance_db(reference: Audio, degraded: Audio, floor_db: float = -60.0) -> float:
    """Mean over frames of the rms difference of band levels (0 to 8 kHz), levels below ``floor_db`` of the loudest held there."""
    bands = grid.gather_matrix()[grid.band_centres() * grid.BIN_HZ < 8000]
    s, x = (10 * np.log10(np.abs(grid.analyse(a)) ** 2 @ bands.T + 1e-20) for a in (reference, degraded))
    least = s.max() + floor_db
    return float(np.sqrt(((np.maximum(s, least) - np.maximum(x, least)) ** 2).mean(1)).mean())


def pause_level_db(reference: Audio, degraded: Audio, quiet_db: float = -25.0, silent_db: float = -55.0) -> float:
    """How much louder (dB) than the reference the pauses come out: mean difference over hops where the reference lies ``quiet_db`` to
    ``silent_db`` below its loudest, within 0.4 s after sound that is louder than -12 dB; nan where there are none.
    """
    s, x = (_levels_db(a) for a in (reference, degraded))
    relative = s - s.max()
    loud = np.convolve(relative > -12, np.ones(40), "full")[: len(s)] > 0
    chosen = loud & (relative < quiet_db) & (relative > silent_db)
    return float(np.mean(x[chosen] - s[chosen])) if chosen.any() else float("nan")


def _levels_db(audio: Audio) -> NDArray[np.float64]:
    power = (np.abs(grid.analyse(np.asarray(audio, np.float32))) ** 2).sum(1)
    return 10 * np.log10(leaky_mean(power) + 1e-15)


def leaky_mean(power: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.convolve(power, np.ones(3) / 3, "same")


def pitch_error_cents(reference: Audio, degraded: Audio) -> float:
    """Median deviation of the fundamental in hops that are clearly voiced in the reference; nan where there are none.

    Autocorrelation of 50 ms at 16 kHz; the output's peak is looked for within 6 % of the reference's, so octaves cannot be confused.
    """
    first, second = (_autocorrelations(a) for a in (reference, degraded))
    lags = np.arange(20, 230)  # 800 to 70 Hz
    best = lags[np.argmax(first[:, lags], axis=1)]
    voiced = first[np.arange(len(first)), best] > 0.85
    cents = [1200 * abs(np.log2(_peak_near(b, lag) / _peak_near(a, lag))) for a, b, lag in zip(first[voiced], second[voiced], best[voiced])]
    return float(np.median(cents)) if cents else float("nan")


VIBRATO_RUN_S = 0.5
VIBRATO_LEAST_CENTS = 10.0
_TRACK_HOP = 160  #: samples at 16 kHz


def vibrato_depths_cents(reference: Audio, degraded: Audio) -> NDArray[np.float64]:
    """(runs, 2): depth (half of the swing) of the vibrato in the reference and in the output, per run of at least 0.5 s that is voiced in
    the reference and swings there by 10 cents or more. Depth is that of a sine of the same power within 4 to 8 Hz.
    """
    first, second = (_autocorrelations(a, hop=_TRACK_HOP) for a in (reference, degraded))
    lags = np.arange(20, 230)
    # The shortest of the nearly equal peaks: two periods are as alike as one.
    best = lags[np.argmax(first[:, lags] > 0.95 * first[:, lags].max(1, keepdims=True), axis=1)]
    best = np.array([round(_peak_near(c, lag)) for c, lag in zip(first, best)])
    voiced = (first[np.arange(len(first)), best] > 0.85) & (np.abs(np.diff(best, prepend=best[:1])) < 0.06 * best)
    depths = []
    for start, end in _runs(voiced):
        tracks = [[1200 * np.log2(16000 / _peak_near(c, lag)) for c, lag in zip(x[start:end], best[start:end])] for x in (first, second)]
        depths.append([_swing_cents(np.array(track)) for track in tracks])
    found = np.array(depths).reshape(-1, 2)
    return found[found[:, 0] >= VIBRATO_LEAST_CENTS]


def vibrato_error_percent(reference: Audio, degraded: Audio) -> float:
    """Median over runs of the relative error of the vibrato's depth; nan where the reference has no vibrato."""
    depths = vibrato_depths_cents(reference, degraded)
    return float(100 * np.median(np.abs(depths[:, 1] / depths[:, 0] - 1))) if len(depths) else float("nan")


def _runs(chosen: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(start, end) of stretches that are at least VIBRATO_RUN_S long."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], chosen.astype(int), [0]])))
    least = VIBRATO_RUN_S * 16000 / _TRACK_HOP
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2) if b - a >= least]


def _swing_cents(track: NDArray[np.float64]) -> float:
    places = np.linspace(-1, 1, len(track))
    track = (track - np.polyval(np.polyfit(places, track, 2), places)) * np.hanning(len(track))
    frequency = np.fft.rfftfreq(len(track), _TRACK_HOP / 16000)
    inside = (frequency >= 4) & (frequency <= 8)
    power = 2 * (np.abs(np.fft.rfft(track)[inside]) ** 2).sum() / len(track) / (np.hanning(len(track)) ** 2).sum()
    return float(np.sqrt(2 * power))


def _autocorrelations(audio: Audio, size: int = 800, hop: int = 320) -> NDArray[np.float64]:
    """(frames, lags), 1 at lag 0 and corrected for the shrinking overlap; silent frames are 0."""
    low = at_16k(audio).astype(np.float64)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(low, (0, size)), size)[::hop]
    power = np.abs(np.fft.rfft(frames - frames.mean(1, keepdims=True), 2 * size)) ** 2
    correlation = np.fft.irfft(power)[:, : size // 2] * (size / (size - np.arange(size // 2)))
    return np.where(correlation[:, :1] > 1e-6, correlation / (correlation[:, :1] + 1e-12), 0.0)


def _peak_near(correlation: NDArray[np.float64], lag: int) -> float:
    """Lag of the highest value within 6 % of ``lag``, between samples by a parabola."""
    reach = max(2, round(0.06 * lag))
    top = lag - reach + int(np.argmax(correlation[lag - reach : lag + reach + 1]))
    before, at, after = correlation[top - 1 : top + 2]
    curve = before - 2 * at + after
    return top + (float(np.clip(0.5 * (before - after) / curve, -0.5, 0.5)) if curve < 0 else 0.0)


_CENTRES_HZ = (4.0, 6.56, 10.77, 17.67, 29.0, 47.6, 78.1, 128.0)


def srmr(audio: Audio) -> float:
    """Speech-to-reverberation modulation energy ratio (after Falk, Zheng and Chan 2010), our implementation: 23 gammatone bands from
    125 Hz, envelopes at 400 Hz, 8 modulation bands of Q 2 from 4 to 128 Hz, energy of the first four over that of the last four.
    """
    from scipy.signal import sosfilt

    low = at_16k(audio).astype(np.float64)
    kernels = _gammatones()
    size = 1 << (len(low) + kernels.shape[1]).bit_length()
    spectra = np.fft.fft(low, size) * np.fft.fft(kernels, size, axis=1)
    envelopes = np.abs(np.fft.ifft(spectra, axis=1))[:, : len(low)]
    envelopes = envelopes[:, : len(low) // 40 * 40].reshape(len(kernels), -1, 40).mean(2)
    energy = [
        float((np.asarray(sosfilt(_modulation_band(f), envelopes - envelopes.mean(1, keepdims=True), axis=1)) ** 2).sum())
        for f in _CENTRES_HZ
    ]
    return sum(energy[:4]) / (sum(energy[4:]) + 1e-20)


@lru_cache
def _modulation_band(centre_hz: float) -> NDArray[np.float64]:
    """Second-order resonance of Q 2 at an envelope rate of 400 Hz."""
    from scipy.signal import iirpeak, tf2sos

    return tf2sos(*iirpeak(centre_hz, 2.0, 400.0))


@lru_cache
def _gammatones(bands: int = 23, rate: int = 16000) -> NDArray[np.complex128]:
    """Complex fourth-order gammatone responses (bands, samples) of 64 ms, equally spaced in ERBs from 125 Hz."""
    erbs = np.linspace(21.4 * np.log10(1 + 4.37e-3 * 125), 21.4 * np.log10(1 + 4.37e-3 * 7200), bands)
    centres = (10 ** (erbs / 21.4) - 1) / 4.37e-3
    t = np.arange(round(0.064 * rate)) / rate
    widths = 1.019 * 24.7 * (4.37e-3 * centres + 1)
    kernels = t**3 * np.exp(-2 * np.pi * widths[:, None] * t + 2j * np.pi * centres[:, None] * t)
    return kernels / np.abs(np.fft.fft(kernels, 4096, axis=1)).max(1, keepdims=True)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Impulse responses that the blind-room network hears dry recordings through, with their true numbers.

Simulated ones come from the core's own synthesis, with rooms drawn far wider than dwellings and halls are; measured ones from
``../shared/data/rir``, whose rooms are apart between the splits.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import scipy.fft

from lumiverb import _native
from lumiverb.acoustics.description import RoomDescription
from lumiverb.audio.files import read_audio, resample
from lumiverb.training.heard_targets import encode
from lumiverb.training.photos import shared_data
from lumiverb.training.recordings import RATE

#: Measured rooms that are only reported on: dwellings (all of one house), a seminar room, three churches.
TEST_ROOMS = ("College_House", "StAndrews", "SaintLawrence", "St_Margaret", "brir_", "rir_clap")
#: Measured rooms that calibrate.
VALID_ROOMS = ("Ranch_House", "Lux_Hotel", "Palm_Ballroom", "Tall_Coffee", "Paul_s_Place", "SpokaneWomansClub", "TyndallBruce")
#: Not decays of a room: anechoic, or with a damaged onset (their notes in rirs.csv).
UNUSABLE = ("anechoic48k", "Basement", "DomesticLivingRoom", "Storm_Drain")


@dataclass(frozen=True)
class Response:
    samples: np.ndarray  #: float32 at RATE, the direct sound at the start
    targets: np.ndarray  #: float32 (16,), NaN = unknown
    name: str


def draw_simulated(rng: np.random.Generator) -> Response:
    """A room that may exist, or may not: mid-band RT60 0.1 to 6 s, DRR -12 to 15 dB, any volume that goes with it, now and then two slopes."""
    first = _draw_description(rng)
    samples = _synthesise(first, rng)
    if rng.random() < 0.2:
        return _with_second_slope(first, samples, rng)
    return Response(samples, encode(first.rt60_s, first.drr_db, clarity_c50_db(samples), first.volume_m3), "simulated")


def _draw_description(rng: np.random.Generator) -> RoomDescription:
    mid = float(np.exp(rng.uniform(np.log(0.1), np.log(6.0)))) if rng.random() < 0.6 else float(np.exp(rng.normal(np.log(0.6), 0.5)))
    mid = float(np.clip(mid, 0.08, 7.0))
    octave = np.arange(7) - 2.5
    shape = rng.normal(-0.03, 0.08) * octave + rng.normal(-0.012, 0.015) * octave**2 + rng.normal(0, 0.07, 7)
    rt60 = np.clip(mid * np.exp(shape), 0.06, 9.0)
    # Air alone lets nothing at 8 kHz ring longer than about 2 s.
    rt60 = 1 / (1 / rt60 + np.array([0, 0, 0, 0, 0.02, 0.1, 0.4]) * rng.uniform(0.5, 1))
    volume = float(np.exp(np.clip(np.log(70) + 1.5 * np.log(mid / 0.5) + rng.normal(0, 0.9), np.log(2), np.log(60000))))
    proportions = np.exp(rng.normal(0, 0.25, 3)) * [1.4663, 1.1, 0.62]
    dimensions = np.clip(proportions * (volume / proportions.prod()) ** (1 / 3), 0.5, 200)
    drr = rng.uniform(-12, 15) + rng.normal(0, 0.7) * octave + rng.normal(0, 1.0, 7)
    return RoomDescription(
        rt60_s=tuple(rt60),
        drr_db=tuple(np.clip(drr, -20, 25)),
        volume_m3=float(dimensions.prod()),
        dimensions_m=tuple(dimensions),
        clarity_c50_db=float(_usual_clarity(mid, drr[2:4].mean()) + rng.normal(0, 1.5)),
        source_distance_m=float(np.clip(0.057 * np.sqrt(volume / mid) * 10 ** (-drr[2:4].mean() / 20), 0.2, 0.7 * dimensions.max())),
    )


def _usual_clarity(rt60_s: float, drr_db: float) -> float:
    direct, late = 10 ** (drr_db / 10), np.exp(-13.8 * 0.05 / rt60_s)
    return 10 * np.log10((direct + 1 - late) / late)


def _synthesise(room: RoomDescription, rng: np.random.Generator) -> np.ndarray:
    length = float(np.clip(1.1 * max(room.rt60_s), 0.2, 5.0))
    return _native.synthesise_rir(room.to_json(), {}, float(RATE), "mono", int(rng.integers(1 << 31)), length, False)[0, 0]


def _with_second_slope(first: RoomDescription, samples: np.ndarray, rng: np.random.Generator) -> Response:
    """A second, longer decay underneath, as from a coupled space."""
    longer = first.replace(rt60_s=tuple(np.clip(np.array(first.rt60_s) * rng.uniform(1.4, 3.0), 0.05, 8.0)), drr_db=(0.0,) * 7)
    tail = _synthesise(longer, rng)
    tail[: round(0.004 * RATE)] = 0
    level = 10 ** (-rng.uniform(6, 22) / 20) * np.sqrt((samples**2).sum() / max(1e-12, (tail**2).sum()))
    out = np.zeros(max(len(samples), len(tail)), np.float32)
    out[: len(samples)] += samples
    out[: len(tail)] += level * tail
    return Response(out, analysed(out, first.volume_m3), "two slopes")


def analysed(samples: np.ndarray, volume_m3: float | None = None) -> np.ndarray:
    """Targets of a response by ISO 3382-1: T30 (T20 where the range is short), DRR (+-2.5 ms), C50 of 500 Hz to 1 kHz."""
    bands = _native.analyse_decay(np.ascontiguousarray(samples, np.float32), float(RATE))[:7]
    rt60 = [b["t30_s"] if b["t30_s"] is not None else b["t20_s"] for b in bands]
    return encode(rt60, [b["drr_db"] for b in bands], clarity_c50_db(samples), volume_m3)


def clarity_c50_db(samples: np.ndarray) -> float:
    """C50 of the 500 Hz and 1 kHz octaves together, from a response that starts with the direct sound."""
    size = scipy.fft.next_fast_len(len(samples) + RATE // 20, real=True)
    octaves = np.log2(np.maximum(scipy.fft.rfftfreq(size, 1 / RATE), 1) / 707)
    spectrum = np.asarray(scipy.fft.rfft(samples, size)) * np.clip((1.15 - np.abs(octaves)) / 0.3, 0, 1)
    energy = np.asarray(scipy.fft.irfft(spectrum, size))[: len(samples)] ** 2
    split = round(0.05 * RATE)
    return float(10 * np.log10(energy[:split].sum() / max(energy[split:].sum(), 1e-9 * energy.sum())))


# -- measured ------------------------------------------------------------------------------------------------------------


def measured_files(split: str, data: Path | None = None) -> list[Path]:
    """Files of a split's rooms, in order; empty where the recordings are absent."""
    folder = (data or shared_data()) / "rir"
    table = folder / "rirs.csv"
    if not table.exists():
        return []
    with table.open(newline="", encoding="utf-8") as lines:
        names = [(row["set"], row["file"]) for row in csv.DictReader(lines)]
    chosen = []
    for group, name in names:
        where = "test" if name.startswith(TEST_ROOMS) else "valid" if name.startswith(VALID_ROOMS) else "train"
        found = [path for path in (folder / group / name, *sorted((folder / group).glob(f"*/{name}"))) if path.exists()]
        if found and where == split and not name.startswith(UNUSABLE):
            chosen.append(found[0])
    return chosen


@cache
def read_measured(path: Path) -> tuple[np.ndarray, ...]:
    """Up to two channels at RATE, each from 1 ms before its strongest early arrival on, peak 1."""
    clip = read_audio(path)
    channels = resample(clip.audio[:2], clip.sample_rate, RATE)
    return tuple(_from_peak(channel) for channel in channels)


def _from_peak(samples: np.ndarray) -> np.ndarray:
    peak = int(np.abs(samples).argmax())
    start = max(0, peak - RATE // 1000)
    cut = samples[start : start + 6 * RATE] / max(1e-9, abs(float(samples[peak])))
    ramp = min(peak - start, RATE // 2000)
    cut[:ramp] *= np.linspace(0, 1, ramp, dtype=np.float32)
    return np.ascontiguousarray(cut)


def draw_measured(files: list[Path], rng: np.random.Generator) -> Response:
    """A measured response made another room's: time stretched (0.85 to 1.2), damped, its direct sound stronger or weaker."""
    path = files[rng.integers(len(files))]
    channels = read_measured(path)
    samples = channels[rng.integers(len(channels))]
    stretch = float(np.exp(rng.uniform(np.log(0.85), np.log(1.2))))
    samples = resample(samples[None], RATE, round(RATE * stretch))[0]
    if rng.random() < 0.5:
        samples = samples * np.exp(-rng.uniform(0, 4) * np.arange(len(samples), dtype=np.float32) / RATE)
    samples = np.array(samples, np.float32)
    direct = round(0.0035 * RATE)  # the 1 ms before the peak and 2.5 ms after it
    samples[:direct] *= 10 ** (rng.uniform(-5, 12) / 20)
    return Response(samples, analysed(samples), path.stem)

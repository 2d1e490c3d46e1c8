# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dry speech, singing and instruments of ``../shared/data``, cut by their indexes, as one memory-mapped bank per split.

No voice is in two splits. ``valid`` calibrates and chooses, ``test`` is only ever reported on.
"""

from __future__ import annotations

import csv
import json
import os
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from lumiverb.audio.files import resample
from lumiverb.errors import Error
from lumiverb.training.photos import shared_data

#: Rate of everything that the blind-room network learns from, in Hz: its bands end at 11.2 kHz.
RATE = 24000
SPLITS = ("train", "valid", "test")
CATEGORIES = ("speech", "singing", "music")

_SPEECHOCEAN = "speech/speech_speechocean762_en_ccby"
_KERSTIN = "speech/speech_kerstin_de_cc0"
#: Speakers of speechocean762's training part that only calibrate.
_VALID_SPEAKERS = 8
_TEST_INSTRUMENTS = ("sax", "flute")
_VALID_INSTRUMENTS = ("double_bass",)


@dataclass(frozen=True)
class Utterance:
    """A stretch of one file, of one voice (or instrument)."""

    path: Path
    start_s: float
    end_s: float
    voice: str


@dataclass(frozen=True)
class Bank:
    """Stretches of one split at :data:`RATE`: ``samples`` int16, ``voices[category]`` lists per voice of (start, end)."""

    samples: np.ndarray
    voices: dict[str, dict[str, list[tuple[int, int]]]]

    @property
    def categories(self) -> list[str]:
        return [name for name in CATEGORIES if self.voices.get(name)]

    def stretch(self, where: tuple[int, int]) -> np.ndarray:
        """float32 in -1..1."""
        return self.samples[where[0] : where[1]].astype(np.float32) / 32768


def open_bank(folder: Path, split: str, limit: int | None = None, say: Callable[[str], None] = print) -> Bank:
    """Read the bank of ``split`` from ``folder``, made from the recordings the first time.

    Parameters
    ----------
    limit : int, optional
        At most so many stretches per voice (smoke tests).

    Raises
    ------
    Error
        Where the recordings are absent.
    """
    name = folder / f"dry-{split}{'' if limit is None else f'-{limit}'}"
    if not name.with_suffix(".json").exists():
        _make_bank(name, split, limit)
        say(f"{split}: dry recordings decoded")
    voices = json.loads(name.with_suffix(".json").read_text())
    return Bank(np.load(name.with_suffix(".npy"), mmap_mode="r"), voices)


def _make_bank(name: Path, split: str, limit: int | None) -> None:
    name.parent.mkdir(parents=True, exist_ok=True)
    parts, voices, at = [], {category: {} for category in CATEGORIES}, 0
    for category, utterance, samples in _stretches(split, limit):
        parts.append(samples)
        voices[category].setdefault(utterance.voice, []).append((at, at + len(samples)))
        at += len(samples)
    if not parts:
        raise Error(f"no dry recordings at {shared_data()} (or $LUMIVERB_SHARED/data): the blind-room network cannot be trained")
    with open(name.with_suffix(".part"), "wb") as out:
        np.save(out, np.concatenate(parts))
    os.replace(name.with_suffix(".part"), name.with_suffix(".npy"))
    name.with_suffix(".json").write_text(json.dumps(voices))


def _stretches(split: str, limit: int | None) -> Iterator[tuple[str, Utterance, np.ndarray]]:
    """Decoded stretches, int16, peak-normalised, with short fades at the cuts."""
    for category in CATEGORIES:
        count: dict[str, int] = {}
        for utterance in list_recordings(category, split):
            count[utterance.voice] = count.get(utterance.voice, 0) + 1
            if limit is not None and (count[utterance.voice] > limit or len(count) > limit):
                continue
            samples = _decoded(utterance)
            peak = np.abs(samples).max(initial=0.0)
            if len(samples) > 0.1 * RATE and peak > 1e-3:
                yield category, utterance, np.round(faded(samples) * (16000 / peak)).astype(np.int16)


def _decoded(utterance: Utterance) -> np.ndarray:
    """One stretch at RATE, mono; only the stretch is decoded."""
    with soundfile.SoundFile(str(utterance.path)) as file:
        file.seek(min(file.frames, round(utterance.start_s * file.samplerate)))
        samples = file.read(round((utterance.end_s - utterance.start_s) * file.samplerate), dtype="float32", always_2d=True)
        return resample(samples.T.mean(0, keepdims=True), file.samplerate, RATE)[0] if len(samples) else np.zeros(0, np.float32)


def faded(samples: np.ndarray, seconds: float = 0.008) -> np.ndarray:
    """Copy with raised-cosine fades at both ends."""
    n = min(len(samples) // 2, round(seconds * RATE))
    ramp = 0.5 - 0.5 * np.cos(np.pi * (np.arange(n) + 0.5) / max(n, 1))
    out = np.array(samples, np.float32)
    out[:n] *= ramp
    out[len(out) - n :] *= ramp[::-1]
    return out


def list_recordings(category: str, split: str, data: Path | None = None) -> list[Utterance]:
    """Stretches of a category ("speech", "singing", "music") that belong to a split; empty where the recordings are absent."""
    data = data or shared_data()
    return {"speech": _speech, "singing": _singing, "music": _music}[category](data, split)


def _speech(data: Path, split: str) -> list[Utterance]:
    ocean = _indexed(data / _SPEECHOCEAN / "train", lambda row: Path(row["file"]).stem)
    calibrating = set(sorted({u.voice for u in ocean})[-_VALID_SPEAKERS:])
    words = _indexed(data / "speech/speech_gcompris_bysa_pd", lambda row: row["tag"])
    if split == "train":
        commands = _indexed(data / "speech/speech_picovoice_s2i_en_apache2/train", lambda row: Path(row["source_path"]).stem)
        kathleen = _indexed(data / "speech/speech_kathleen_en_cc0", lambda row: row["tag"])
        return commands + kathleen + [u for u in ocean if u.voice not in calibrating] + [u for u in words if not u.voice.startswith("lt")]
    if split == "valid":
        return [u for u in ocean if u.voice in calibrating] + [u for u in words if u.voice.startswith("lt")]
    kerstin = [u for part in ("train", "valid") for u in _indexed(data / _KERSTIN / part, lambda row: "kerstin")]
    return kerstin + _indexed(data / _SPEECHOCEAN / "valid", lambda row: Path(row["file"]).stem)


def _singing(data: Path, split: str) -> list[Utterance]:
    if split == "test":
        return _files(data / "singing/vocobox_human_voice_mit/notes", "vocobox")
    # One of the two voices is kept for calibration only in part: takes, not voices, are apart there.
    yuki, erithacus = _files(data / "singing/utau_yuki_publicdomain", "yuki"), _files(data / "singing/erithacus_ccby4", "erithacus")
    return [u for u in yuki + erithacus if (zlib.crc32(u.path.name.encode()) % 10 == 0) == (split == "valid")]


def _music(data: Path, split: str) -> list[Utterance]:
    def belongs(voice: str) -> bool:
        test, valid = voice.startswith(_TEST_INSTRUMENTS), voice.startswith(_VALID_INSTRUMENTS)
        return {"test": test, "valid": valid, "train": not (test or valid)}[split]

    rows = _indexed(data / "music/music_oneshots", lambda row: re.sub(r"_cc(0|by4)$", "", row["tag"]))
    return [u for u in rows if belongs(u.voice)]


def _indexed(folder: Path, voice: Callable[[dict], str]) -> list[Utterance]:
    table = folder / "index.csv"
    if not table.exists():
        return []
    with table.open(newline="", encoding="utf-8") as lines:
        return [Utterance(folder / row["file"], float(row["start_s"]), float(row["end_s"]), voice(row)) for row in csv.DictReader(lines)]


def _files(folder: Path, voice: str) -> list[Utterance]:
    return [Utterance(path, 0.0, 60.0, voice) for path in sorted(folder.glob("*")) if path.suffix in (".flac", ".opus")]


# -- takes ---------------------------------------------------------------------------------------------------------------


def draw_take(bank: Bank, category: str, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A take of one voice: stretches after each other with pauses as people make them, or notes at random beats; float32, peak <= 1."""
    voices = sorted(bank.voices[category])
    stretches = bank.voices[category][voices[rng.integers(len(voices))]]
    out = np.zeros(round(seconds * RATE), np.float32)
    at = 0 if rng.random() < 0.5 else round(rng.uniform(0, 0.5) * RATE)
    pause_s = rng.uniform(0.03, 0.9)  # mean pause of this take
    while at < len(out):
        start, end = stretches[rng.integers(len(stretches))]
        samples = bank.stretch((start, end))
        if category != "speech":
            samples = _shortened(samples, rng)
        samples = samples * 10 ** (rng.normal(0, 2) / 20)
        n = min(len(samples), len(out) - at)
        out[at : at + n] += samples[:n]
        if category == "music":  # notes ring on into the next
            at += max(round(0.08 * RATE), round(rng.exponential(2 * pause_s) * RATE))
        else:
            at += n + round(rng.exponential(pause_s) * RATE)
    return out / max(1e-6, float(np.abs(out).max()))


def _shortened(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A note of 0.15 to 3 s, damped at its end as a player would: long natural rings are not reverberation."""
    keep = round(min(len(samples) / RATE, np.exp(rng.uniform(np.log(0.15), np.log(3.0)))) * RATE)
    note = np.array(samples[:keep])
    fade = min(keep, round(rng.uniform(0.02, 0.12) * RATE))
    note[keep - fade :] *= np.linspace(1, 0, fade, dtype=np.float32) ** 2
    return note

# SPDX-License-Identifier: AGPL-3.0-or-later
"""``lumiverb evaluate dry``: voices in rooms that no system has seen, every system on the same clips, means with confidence intervals."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lumiverb.audio.dry_grid import SAMPLE_RATE
from lumiverb.evaluation import dry_measures as measures
from lumiverb.evaluation.dry_systems import Hint, System
from lumiverb.training.dry_sources import Response, Sources, Utterance, no_room, shared_sources, simulated_room

#: Classes of RT60 at 1 kHz; a clip without a room is a class of its own.
CLASSES = (("< 0.6 s", 0.0, 0.6), ("0.6-1 s", 0.6, 1.0), ("> 1 s", 1.0, 99.0))
DRY = "dry input"
VOWELS = "sung vowels"
MEASURES = ("pesq", "pesq_anechoic", "estoi", "si_sdr_db", "srmr", "lsd_db", "pause_db", "pitch_cents", "vibrato_percent")


@dataclass(frozen=True)
class Clip:
    """One voice in one room."""

    name: str
    dry: NDArray[np.float32]
    early: NDArray[np.float32]  #: the target
    wet: NDArray[np.float32]
    hint: Hint
    in_room: bool
    singing: bool = False
    made: bool = False  #: sung vowels with vibrato that no one sang

    @property
    def rt60_class(self) -> str:
        return next(name for name, low, high in CLASSES if low <= self.hint.rt60_s < high) if self.in_room else DRY


def make_clips(
    voices: Sequence[Utterance], rooms: Sequence[Response], count: int, dry_count: int, seconds: float = 5.0, seed: int = 7
) -> list[Clip]:
    """``count`` clips, voices and rooms in turn so that every room appears, and ``dry_count`` clips without a room."""
    rng = np.random.default_rng(seed)
    voice_order, room_order = rng.permutation(len(voices)), rng.permutation(len(rooms))
    clips = []
    for i in range(count + dry_count):
        room = rooms[room_order[i % len(rooms)]] if i < count else no_room()
        start = int(voice_order[i % len(voices)])
        clips.append(_clip(voices, start, room, seconds))
    return clips


def _clip(voices: Sequence[Utterance], start: int, room: Response, seconds: float) -> Clip:
    length, parts = round(seconds * SAMPLE_RATE), [np.zeros(SAMPLE_RATE // 10, np.float32)]
    step = 0
    while sum(map(len, parts)) < length - SAMPLE_RATE:
        parts += [voices[(start + step) % len(voices)].read(), np.zeros(SAMPLE_RATE * 3 // 10, np.float32)]
        step += 1
    dry = np.concatenate([*parts, np.zeros(length, np.float32)])[:length]
    utterance = voices[start % len(voices)]
    return _in_room(f"{utterance.path.stem} {utterance.start_s:.1f} s", dry, room, "singing" in utterance.path.parts)


def _in_room(name: str, dry: NDArray[np.float32], room: Response, singing: bool, made: bool = False) -> Clip:
    from lumiverb.training.dry_mixtures import convolve, early_window

    wet, early = convolve(dry, room.response), convolve(dry, room.response * early_window(len(room.response)))
    level = 0.05 / (np.sqrt(np.mean(wet**2)) + 1e-9)
    hint = Hint(room.rt60_s, np.concatenate([room.condition, np.ones(2, np.float32)]), early * level)
    return Clip(f"{name}, {room.name}", dry * level, early * level, wet * level, hint, len(room.response) > 1, singing, made)


def vowel_clips(rooms: Sequence[Response], count: int, seconds: float = 5.0) -> list[Clip]:
    """Made sung vowels with vibrato, in rooms in turn, with silence at the end."""
    from lumiverb.training.sung_notes import sung_phrase

    clips = []
    for i in range(count):
        rng = np.random.default_rng([9, i])
        phrase = sung_phrase(rng, seconds - 0.5)
        dry = np.pad(phrase, (0, round(seconds * SAMPLE_RATE) - len(phrase)))
        clips.append(_in_room(f"sung vowels {i}", dry, rooms[i * len(rooms) // count], singing=True, made=True))
    return clips


def validation_clips(
    data: Path, count: int = 38, dry_count: int = 8, singing: int = 8, vowels: int = 6, seconds: float = 5.0
) -> list[Clip]:
    """The recipe's own validation set: speakers, singer and buildings of ``../shared/data`` that training never sees."""
    return clips_from(shared_sources(data, "valid"), count, dry_count, singing, vowels, seconds)


def clips_from(sources: Sources, count: int, dry_count: int, singing: int = 0, vowels: int = 0, seconds: float = 5.0) -> list[Clip]:
    """Clips of the voices and measured rooms of ``sources`` (simulated rooms where none was measured)."""
    speech = [u for s, found in sources.voices if not s.path.startswith("singing") for u in _spread(found, 60)]
    sung = [u for s, found in sources.voices if s.path.startswith("singing") for u in found]
    rooms = [room.as_measured() for room in sources.measured] or [simulated_room(np.random.default_rng(n)) for n in range(count)]
    clips = make_clips(speech, rooms, count, dry_count, seconds)
    clips += make_clips(sung, rooms, singing, max(1, singing // 4), seconds, seed=8) if sung and singing else []
    return clips + vowel_clips(rooms, vowels, seconds)


def _spread(utterances: Sequence[Utterance], count: int) -> list[Utterance]:
    """Evenly over the list, hence over the speakers."""
    return [utterances[i] for i in np.linspace(0, len(utterances) - 1, min(count, len(utterances))).astype(int)]


def clips_of(speech: Path, responses: Path, count: int, dry_count: int, seconds: float = 5.0) -> list[Clip]:
    """Clips from any folder of voices and any folder of impulse responses.

    Raises
    ------
    Error
        If either folder holds no audio.
    """
    from lumiverb.errors import Error
    from lumiverb.training.dry_sources import read_responses, read_utterances

    voices, rooms = read_utterances(speech), read_responses(responses)
    for folder, found in ((speech, voices), (responses, rooms)):
        if not found:
            raise Error(f"{folder}: no audio files here")
    return make_clips(voices, [room.as_measured() for room in rooms], count, dry_count, seconds)


def measure(clip: Clip, output: NDArray[np.float32]) -> dict[str, float]:
    """Everything of MEASURES for one output."""
    return {
        "pesq": measures.pesq_wb(clip.early, output),
        "pesq_anechoic": measures.pesq_wb(clip.dry, output),
        "estoi": measures.estoi(clip.early, output),
        "si_sdr_db": measures.si_sdr_db(clip.early, output),
        "srmr": measures.srmr(output),
        "lsd_db": measures.log_spectral_distance_db(clip.early, output),
        "pause_db": measures.pause_level_db(clip.early, output),
        "pitch_cents": measures.pitch_error_cents(clip.early, output) if clip.singing else float("nan"),
        "vibrato_percent": measures.vibrato_error_percent(clip.early, output) if clip.singing else float("nan"),
    }


def evaluate(clips: Sequence[Clip], systems: Mapping[str, System], say: Callable[[str], None] = lambda text: None) -> dict:
    """Means with 95 % bootstrap intervals per system and class; ``rtf`` is the median of compute per audio second, one thread."""
    table = {}
    for name, system in systems.items():
        rows, factors = [], []
        for clip in clips:
            started = time.process_time()
            output = system(clip.wet, clip.hint)
            factors.append((time.process_time() - started) / (len(clip.wet) / SAMPLE_RATE))
            rows.append(measure(clip, output))
        table[name] = _summary(clips, rows) | {"rtf": round(float(np.median(factors)), 4)}
        say(f"{name}: {table[name]['rooms']}")
    return {"clips": len(clips), "systems": table}


def _summary(clips: Sequence[Clip], rows: Sequence[Mapping[str, float]]) -> dict:
    groups: dict[str, list[int]] = {"rooms": [i for i, c in enumerate(clips) if c.in_room and not c.singing]}
    for name, _, _ in CLASSES:
        groups[name] = [i for i in groups["rooms"] if clips[i].rt60_class == name]
    groups[DRY] = [i for i, c in enumerate(clips) if not c.in_room and not c.singing]
    groups["singing"] = [i for i, c in enumerate(clips) if c.in_room and c.singing and not c.made]
    groups["dry singing"] = [i for i, c in enumerate(clips) if not c.in_room and c.singing]
    groups[VOWELS] = [i for i, c in enumerate(clips) if c.made]
    return {
        group: {"clips": len(chosen)} | {m: _mean_and_interval(np.array([rows[i][m] for i in chosen])) for m in MEASURES}
        for group, chosen in groups.items()
        if chosen
    }


def _mean_and_interval(values: NDArray[np.floating]) -> list[float | None]:
    """[mean, low, high] without the clips where a measure says nothing; None where none is left."""
    values = values[np.isfinite(values)]
    if not len(values):
        return [None, None, None]
    means = np.random.default_rng(1).choice(values, (1000, len(values))).mean(1)
    return [round(float(v), 3) for v in (values.mean(), *np.quantile(means, (0.025, 0.975)))]


_TITLES = {
    "pesq": "PESQ", "pesq_anechoic": "PESQ to anechoic", "estoi": "ESTOI", "si_sdr_db": "SI-SDR dB", "srmr": "SRMR", "lsd_db": "LSD dB",
    "pause_db": "pauses dB",
}  # fmt: skip
_SHORT = ("pesq", "estoi", "si_sdr_db", "pause_db")


def as_markdown(result: Mapping) -> str:
    """One table for speech in rooms with intervals, one per class of RT60, dry input and singing."""
    systems = result["systems"]
    lines = ["| speech in rooms | " + " | ".join(_TITLES.values()) + " | RTF |", "|---" * (len(_TITLES) + 2) + "|"]
    for name, row in systems.items():
        cells = [_with_interval(row["rooms"][m]) for m in _TITLES] if "rooms" in row else ["-"] * len(_TITLES)
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {row['rtf']} |")
    groups = [g for g in next(iter(systems.values())) if g not in ("rooms", "rtf")]
    lines += ["", "| PESQ / ESTOI / SI-SDR dB / pauses dB | " + " | ".join(f"{g} ({_count(systems, g)})" for g in groups) + " |"]
    lines.append("|---" * (len(groups) + 1) + "|")
    for name, row in systems.items():
        lines.append(f"| {name} | " + " | ".join(" / ".join(_short(row[g][m][0]) for m in _SHORT) for g in groups) + " |")
    sung = [g for g in ("singing", VOWELS) if g in groups]
    if sung:
        lines += ["", "| pitch in cents / depth of the vibrato in % | " + " | ".join(sung) + " |", "|---" * (len(sung) + 1) + "|"]
        lines += [f"| {name} | " + " | ".join(_pitch(row[g]) for g in sung) + " |" for name, row in systems.items()]
    return "\n".join(lines)


def _pitch(row: Mapping) -> str:
    """Median deviation from the target's; tables that were measured before there was a measure of vibrato lack it."""
    return f"{_short(row['pitch_cents'][0])} / {_short(row.get('vibrato_percent', [None])[0])}"


def _count(systems: Mapping, group: str) -> int:
    return next(iter(systems.values()))[group]["clips"]


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _with_interval(values: Sequence[float | None]) -> str:
    return "-" if values[0] is None else f"{values[0]:.2f} [{values[1]:.2f}, {values[2]:.2f}]"

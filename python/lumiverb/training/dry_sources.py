# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dry voices and rooms for Dry: the recordings of ``../shared/data`` (or any folders), and rooms made on the spot by the core.

Voices and measured rooms of the validation split are never trained on: other speakers, another singer, other buildings.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lumiverb import _native
from lumiverb.acoustics.description import RoomDescription
from lumiverb.audio.dry_grid import SAMPLE_RATE
from lumiverb.errors import Error
from lumiverb.training.sung_notes import HIGHEST_HZ, sung_phrase

OCTAVES = 7
DIRECT_S = 0.0025
MAX_RESPONSE_S = 4.0
PLATES = 0.12  #: of the rooms that the core makes
VALID_ROOMS = ("StAndrewsChurch", "SaintLawrenceChurch", "St_Margaret_s_Church", "College_House", "SpokaneWomansClub", "TerrysTypingRoom")


@dataclass(frozen=True)
class Voice:
    audio: NDArray[np.float32]
    band_limit_hz: float


@dataclass(frozen=True)
class Response:
    """Impulse response at 48 kHz that starts with the direct sound, and what is known of its room."""

    response: NDArray[np.float32]
    condition: NDArray[np.float32]  #: (9,): 6 x ln RT60 at 250 Hz .. 8 kHz, DRR / 10 dB, C50 / 10 dB, ln volume / 5
    name: str = ""
    rt60_s: float = 0.0  #: at 1 kHz


@dataclass(frozen=True)
class VoiceSet:
    """A folder of recordings: with an ``index.csv`` of utterances, or of single files."""

    path: str
    weight: float
    band_limit_hz: float
    licence: str
    split: str = "train"


#: Shares of the training material. The limit is where the recordings, not the voices, end.
VOICES = (
    VoiceSet("speech/speech_kathleen_en_cc0", 0.20, 20000, "CC0: Kathleen (English)"),
    VoiceSet("speech/speech_kerstin_de_cc0/train", 0.18, 15500, "CC0: Kerstin (German)"),
    VoiceSet("speech/speech_picovoice_s2i_en_apache2/train", 0.20, 7600, "Apache-2.0: Picovoice speech-to-intent (English, > 50 speakers)"),
    VoiceSet(
        "speech/speech_speechocean762_en_ccby/train",
        0.12,
        7600,
        "CC BY 4.0: speechocean762, Zhang et al., Interspeech 2021 (English, 70 speakers)",
    ),
    VoiceSet("singing/utau_yuki_publicdomain", 0.14, 19000, "public domain: UTAU-Yuki (sung Japanese syllables)"),
    VoiceSet("singing/erithacus_ccby4", 0.08, 19000, "CC BY 4.0: Erithacus (sung syllables)"),
    VoiceSet("music/music_oneshots", 0.14, 15000, "CC0 and CC BY 4.0: dry instruments"),
    VoiceSet("speech/speech_speechocean762_en_ccby/valid", 0.5, 7600, "CC BY 4.0: speechocean762, 12 other speakers", "valid"),
    VoiceSet("speech/speech_gcompris_bysa_pd", 0.3, 15000, "BY-SA and Free Art: GCompris voices (words)", "valid"),
    VoiceSet("singing/vocobox_human_voice_mit", 0.2, 19000, "MIT: Vocobox (sung vowels)", "valid"),
)


@dataclass(frozen=True)
class Sources:
    """Draws voices and rooms: sets of utterances with their shares, measured and traced rooms, and rooms that the core makes."""

    voices: Sequence[tuple[VoiceSet, list[Utterance]]]
    measured: Sequence[MeasuredRoom]
    traced: Sequence[Response] = ()
    measured_share: float = 0.3
    traced_share: float = 0.2
    dry_share: float = 0.12
    sung_share: float = 0.15  #: of voices that are made, not recorded

    def voice(self, rng: np.random.Generator, seconds: float) -> Voice:
        """Utterances of one set, with pauses, up to ``seconds``; three of ten a little faster or slower. Or sung notes, made here."""
        if rng.random() < self.sung_share:
            return Voice(sung_phrase(rng, seconds), HIGHEST_HZ)
        weights = np.array([s.weight for s, _ in self.voices])
        chosen, utterances = self.voices[rng.choice(len(self.voices), p=weights / weights.sum())]
        length = round(seconds * SAMPLE_RATE)
        start = int(rng.integers(len(utterances)))
        parts, total, step = [], 0, 0
        while total < length:
            # Neighbours in the index are the same speaker.
            audio = utterances[(start + step) % len(utterances)].read()
            parts += [np.zeros(int(rng.uniform(0.02, 0.5) * SAMPLE_RATE), np.float32), audio]
            total, step = total + len(parts[-1]) + len(parts[-2]), step + 1
        audio = np.concatenate(parts)[:length]
        if rng.random() < 0.3:
            audio = _speed(audio, rng.uniform(0.9, 1.1), length)
        return Voice(audio, chosen.band_limit_hz * 0.9)

    def room(self, rng: np.random.Generator) -> Response:
        """No room at all, a measured one, a traced one, or one that the core makes."""
        kind = rng.random() - self.dry_share
        if kind < 0:
            return no_room()
        if kind < self.measured_share and self.measured:
            return self.measured[int(rng.integers(len(self.measured)))].response(rng)
        if 0 < kind - self.measured_share < self.traced_share and self.traced:
            return nearer_or_farther(self.traced[int(rng.integers(len(self.traced)))], rng)
        return plate(rng) if rng.random() < PLATES else simulated_room(rng)


def shared_sources(data: Path, split: str) -> Sources:
    """From ``../shared/data``.

    Raises
    ------
    Error
        If the folder holds none of the voice sets.
    """
    voices = [(s, read_utterances(data / s.path)) for s in VOICES if s.split == split and (data / s.path).is_dir()]
    if not voices:
        raise Error(f"{data}: no recordings of voices for '{split}' here (looked for {VOICES[0].path} and others)")
    return Sources(voices, read_measured_rooms(data / "rir", split))


def folder_sources(speech: Path, responses: Path | None, split: str) -> Sources:
    """From any folder of dry voices and, if wanted, one of impulse responses; every eighth file is kept for validation.

    Raises
    ------
    Error
        If there are fewer than two recordings.
    """
    utterances = read_utterances(speech)
    if len(utterances) < 2:
        raise Error(f"{speech}: training needs at least two recordings of dry voices")
    rooms = read_responses(responses) if responses else []
    return Sources([(VoiceSet(str(speech), 1.0, 20000, "given"), _part(utterances, split))], _part(rooms, split))


def _part(items: list, split: str) -> list:
    return [x for i, x in enumerate(items) if (i % 8 == 0) == (split == "valid")]


@dataclass(frozen=True)
class Utterance:
    path: Path
    start_s: float
    end_s: float  #: 0 = to the end

    def read(self) -> NDArray[np.float32]:
        """Mono at 48 kHz, at most 8 s, unit peak."""
        import soundfile

        with soundfile.SoundFile(str(self.path)) as file:
            rate = file.samplerate
            file.seek(round(self.start_s * rate))
            seconds = min(8.0, self.end_s - self.start_s) if self.end_s else 8.0
            audio = file.read(round(seconds * rate), dtype="float32", always_2d=True)[:, 0]
        audio = _at_48k(np.asarray(audio, np.float32), rate)
        return audio / (np.abs(audio).max(initial=0.0) + 1e-6)


def read_utterances(folder: Path) -> list[Utterance]:
    """From ``index.csv`` where there is one, else every audio file below ``folder`` as a whole."""
    table = folder / "index.csv"
    if table.exists():
        with table.open(newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        return [Utterance(folder / r["file"], float(r["start_s"]), float(r["end_s"])) for r in rows]
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".flac", ".wav", ".opus", ".ogg"))
    return [Utterance(p, 0.0, 0.0) for p in files if p.stat().st_size > 2000]


def _at_48k(audio: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    import soxr

    return audio if rate == SAMPLE_RATE else np.asarray(soxr.resample(audio, rate, SAMPLE_RATE, quality="HQ"), np.float32)


def _speed(audio: NDArray[np.float32], factor: float, length: int) -> NDArray[np.float32]:
    """Faster by ``factor``, pitch included; silence fills what becomes free."""
    import soxr

    changed = soxr.resample(audio, SAMPLE_RATE, SAMPLE_RATE / factor, quality="MQ")[:length]
    return np.pad(changed, (0, length - len(changed))).astype(np.float32)


# -- rooms ---------------------------------------------------------------------------------------------------------------


def no_room() -> Response:
    """The voice as recorded: it must pass through."""
    return Response(np.ones(1, np.float32), room_condition(np.full(6, 0.1), 30.0, 30.0, 30.0), "none", 0.1)


def room_condition(rt60_s: NDArray[np.floating], drr_db: float, c50_db: float, volume_m3: float) -> NDArray[np.float32]:
    """(9,) in the network's units; ``rt60_s`` at 250 Hz to 8 kHz."""
    times = np.log(np.clip(rt60_s, 0.05, 10))
    return np.array([*times, np.clip(drr_db, -20, 30) / 10, np.clip(c50_db, -20, 30) / 10, np.log(volume_m3) / 5], np.float32)


def simulated_room(rng: np.random.Generator) -> Response:
    """RT60 0.15 to 4 s, larger rooms ring longer, DRR -10 to 10 dB; a third have a second, longer and weaker decay."""
    description = random_room(rng)
    response = _synthesise(description, rng)
    if rng.random() < 0.3:
        longer = description.replace(rt60_s=tuple(min(t * rng.uniform(1.5, 3), 5.0) for t in description.rt60_s))
        second = _synthesise(longer, rng) * 10 ** (-rng.uniform(6, 20) / 20)
        second[: round(DIRECT_S * SAMPLE_RATE)] = 0
        size = max(len(response), len(second))
        response = np.pad(response, (0, size - len(response))) + np.pad(second, (0, size - len(second)))
    response = np.asarray(response[: round(MAX_RESPONSE_S * SAMPLE_RATE)], np.float32)
    rt60 = np.array(description.rt60_s)
    drr, c50 = energy_ratios(response)
    return Response(response, room_condition(rt60[1:], drr, c50, description.volume_m3), "simulated", float(rt60[3]))


def plate(rng: np.random.Generator) -> Response:
    """An artificial reverberator as on music: dense from the start, 0.5 to 4 s, high frequencies first, 0 to 60 ms after the dry sound."""
    rt60 = float(np.exp(rng.uniform(np.log(0.5), np.log(4.0))))
    size = round(min(1.2 * rt60, MAX_RESPONSE_S) * SAMPLE_RATE)
    t = np.arange(size) / SAMPLE_RATE
    times = rt60 * np.array([1, 1, 1, *rng.uniform((0.7, 0.4, 0.2), (1.0, 0.8, 0.6))])  # at 250 Hz .. 8 kHz
    tail = np.zeros(size)
    for octave, time in enumerate(times):
        noise = _octave_noise(rng, size, 250.0 * 2**octave, lowest=octave == 0, highest=octave == 5)
        tail += noise * 10 ** (-3 * t / time) * np.clip(t / (0.02 / 2**octave), 0, 1)
    late = np.roll(tail, round(rng.uniform(0, 0.06) * SAMPLE_RATE))
    late *= 10 ** (-rng.uniform(-6, 12) / 20) / np.sqrt((late**2).sum())
    late[0] = 1.0
    response = late.astype(np.float32)
    drr, c50 = energy_ratios(response)
    return Response(response, room_condition(times, drr, c50, 80 * (rt60 / 0.6) ** 1.3), "plate", float(times[2]))


def _octave_noise(rng: np.random.Generator, size: int, centre_hz: float, lowest: bool, highest: bool) -> NDArray[np.float64]:
    """Noise of one octave; the lowest and the highest reach to the ends of the band."""
    frequency = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    inside = (frequency >= centre_hz / 2**0.5) | lowest
    inside &= (frequency < centre_hz * 2**0.5) | highest
    return np.fft.irfft(np.where(inside, np.exp(2j * np.pi * rng.random(len(frequency))), 0), size)


def nearer_or_farther(room: Response, rng: np.random.Generator) -> Response:
    """The same room with a stronger or weaker direct sound."""
    response = room.response.copy()
    response[: round(DIRECT_S * SAMPLE_RATE)] *= 10 ** (rng.uniform(-3, 9) / 20)
    condition = room.condition.copy()
    condition[6:8] = np.clip(energy_ratios(response), -20, 30) / np.float32(10)
    return Response(response, condition, room.name, room.rt60_s)


def random_room(rng: np.random.Generator) -> RoomDescription:
    mid = np.exp(rng.uniform(np.log(0.15), np.log(4.0)))
    octave = np.arange(OCTAVES) - 3
    rt60 = np.clip(mid * np.exp(rng.normal(-0.1, 0.15) * octave + rng.normal(0, 0.1, OCTAVES)), 0.08, 6)
    volume = float(np.clip(80 * (mid / 0.6) ** 1.3 * np.exp(rng.normal(0, 0.8)), 5, 30000))
    shape = np.exp(rng.normal(0, 0.25, 3)) * (1.3, 1.0, 0.6)
    drr = rng.uniform(-10, 10) + rng.normal(0, 1.5, OCTAVES) + rng.normal(0, 0.7) * octave
    return RoomDescription(
        rt60_s=tuple(rt60),
        drr_db=tuple(drr),
        volume_m3=volume,
        dimensions_m=tuple(shape * (volume / np.prod(shape)) ** (1 / 3)),
        absorption=(float(rng.uniform(0.05, 0.5)),) * OCTAVES,
        clarity_c50_db=float(rng.uniform(-2, 12)),
        source_distance_m=float(rng.uniform(0.5, 4)),
    )


def _synthesise(description: RoomDescription, rng: np.random.Generator) -> NDArray[np.float32]:
    seed = int(rng.integers(1, 2**31))
    return _native.synthesise_rir(description.to_json(), {}, float(SAMPLE_RATE), "mono", seed, MAX_RESPONSE_S, False)[0, 0].copy()


def energy_ratios(response: NDArray[np.float32]) -> tuple[float, float]:
    """DRR (direct = first 2.5 ms) and C50 in dB of a response that starts with the direct sound."""
    energy = np.cumsum(response.astype(np.float64) ** 2)

    def ratio(seconds: float) -> float:
        first = energy[min(round(seconds * SAMPLE_RATE), len(energy) - 1)]
        return float(10 * np.log10(first / max(energy[-1] - first, 1e-12)))

    return ratio(DIRECT_S), ratio(0.05)


@dataclass(frozen=True)
class MeasuredRoom:
    """A row of ``rirs.csv``."""

    path: Path
    rt60_s: tuple[float, ...]  #: 6 octaves from 250 Hz
    t30_s: float

    @property
    def name(self) -> str:
        return self.path.stem

    def response(self, rng: np.random.Generator) -> Response:
        """One channel, from just before the peak; for training the direct sound is made stronger or weaker at random."""
        audio = self.channels()[int(rng.integers(len(self.channels())))].copy()
        audio[: round(DIRECT_S * SAMPLE_RATE)] *= 10 ** (rng.uniform(-3, 9) / 20)
        return self.described(audio)

    def as_measured(self) -> Response:
        """The first channel, untouched but for its start."""
        return self.described(self.channels()[0])

    def described(self, audio: NDArray[np.float32]) -> Response:
        drr, c50 = energy_ratios(audio)
        usual_volume = 80 * (self.t30_s / 0.6) ** 1.3
        return Response(audio, room_condition(np.array(self.rt60_s), drr, c50, usual_volume), self.name, self.rt60_s[2])

    def channels(self) -> list[NDArray[np.float32]]:
        return list(_read_response(self.path))


_responses: dict[Path, NDArray[np.float32]] = {}


def _read_response(path: Path) -> NDArray[np.float32]:
    """(channels, samples) at 48 kHz from 1 ms before the peak, at most 4 s, unit peak, faded at the end."""
    if path not in _responses:
        import soundfile

        audio, rate = soundfile.read(str(path), dtype="float32", always_2d=True)
        aligned = []
        for channel in audio.T[:2]:
            x = _at_48k(channel, rate)
            peak = int(np.argmax(np.abs(x)))
            x = x[max(0, peak - SAMPLE_RATE // 1000) :][: round(MAX_RESPONSE_S * SAMPLE_RATE)] / (np.abs(x).max() + 1e-9)
            fade = min(len(x) // 10, SAMPLE_RATE // 5)
            x[len(x) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
            aligned.append(x)
        size = min(len(x) for x in aligned)
        _responses[path] = np.stack([x[:size] for x in aligned])
    return _responses[path]


def read_measured_rooms(folder: Path, split: str) -> list[MeasuredRoom]:
    """Rooms with a decay worth the name: 0.2 s or longer, C50 below 22 dB. An empty list where there is no ``rirs.csv``."""
    table = folder / "rirs.csv"
    if not table.exists():
        return []
    with table.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return [room for row in rows if (room := _measured(folder, row, split)) is not None]


def read_responses(folder: Path) -> list[MeasuredRoom]:
    """Every audio file below ``folder`` as a room, its RT60 measured (a table ``rirs.csv`` is not needed)."""
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".flac", ".wav", ".aif", ".aiff"))
    return [_analysed(path) for path in files]


def _analysed(path: Path) -> MeasuredRoom:
    bands = _native.analyse_decay(np.ascontiguousarray(_read_response(path)[0]), float(SAMPLE_RATE))
    times = [b["t30_s"] or 0.1 for b in bands[1:OCTAVES]]  # None: no decay to be seen
    return MeasuredRoom(path, tuple(times), float(np.mean(times[1:3])))


def _measured(folder: Path, row: dict[str, str], split: str) -> MeasuredRoom | None:
    held_out = any(name in row["file"] for name in VALID_ROOMS)
    number = _Numbers(row)
    if held_out != (split == "valid") or "Basement" in row["file"] or "colmar" in row["file"]:
        return None
    if not 0.2 <= number("T30") <= 8 or not number("C50") < 22:
        return None
    times = [number(f"T20_{hz}") for hz in (250, 500, 1000, 2000, 4000, 8000)]
    times = [t if 0.05 < t < 10 else number("T30") for t in times]
    return MeasuredRoom(folder / row["set"] / row["file"], tuple(times), number("T30"))


@dataclass(frozen=True)
class _Numbers:
    row: dict[str, str]

    def __call__(self, name: str) -> float:
        try:
            return float(self.row[name])
        except (KeyError, ValueError):
            return float("nan")


def data_statement(sources: Sources) -> list[str]:
    """What the card says of the data."""
    rooms = len({room.path for room in sources.measured})
    lines = [voice_set.licence for voice_set, _ in sources.voices]
    if rooms:
        lines.append(f"{rooms} measured impulse responses (Open AIR / reverb.js, Conner IR library, Surrey, Rostock, Chrome web audio; "
                     "public domain, CC BY, CC BY-SA, MIT, Apache-2.0)")  # fmt: skip
    return [*lines, "rooms of this project's own synthesis and tracer, sung vowels of its own; ours, AGPL-3.0-or-later"]

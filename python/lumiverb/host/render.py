# SPDX-License-Identifier: AGPL-3.0-or-later
"""One file through Match: the unit of work of ``lumiverb match`` and ``lumiverb batch``."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import lumiverb
from lumiverb.audio.files import MAX_RATE, MIN_RATE, AudioClip, check_different, check_output, read_audio, resample, write_audio
from lumiverb.errors import AudioFileError, RenderError, RoomError
from lumiverb.host.dry import Dry
from lumiverb.host.match import MAX_INPUTS, Match
from lumiverb.host.parameters import MATCH_PARAMETERS
from lumiverb.room import Room


@dataclass(frozen=True)
class Settings:
    """Everything but the files that decides how an output sounds.

    ``channels`` is the output layout; ``rate`` 0 keeps the input's; ``bits`` "" takes the default of the ending. ``dry``: the quality of
    the network that takes the input's own room off first, or "".
    """

    parameters: dict[str, Any] = field(default_factory=dict)
    channels: str = "stereo"
    tail: bool = True
    rate: int = 0
    bits: str = ""
    downmix: bool = False
    seed: int = 1
    dry: str = ""
    dry_parameters: dict[str, Any] = field(default_factory=dict)

    def key(self, *room: str) -> str:
        """A hash that changes when the room (its JSON texts) or a setting changes."""
        values = json.dumps([dataclasses.asdict(self), *room, lumiverb.__version__], sort_keys=True)
        return hashlib.sha256(values.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Rendered:
    """What :func:`render_file` did."""

    dry: AudioClip
    wet: NDArray[np.float32]
    sample_rate: int
    seconds: float
    warnings: tuple[str, ...]


def check_job(source: Path, output: Path, settings: Settings, match: Match) -> None:
    """Fail before anything is read when the output or a setting cannot work."""
    check_output(output, settings.bits or None, settings.rate)
    check_different(output, source)
    if settings.rate and not MIN_RATE <= settings.rate <= MAX_RATE:
        raise RoomError(f"a sample rate of {settings.rate} Hz; {MIN_RATE} to {MAX_RATE} Hz can be used, or 0 for that of the input")
    if settings.channels not in ("stereo", "mono") and output.suffix.lower() == ".ogg":
        raise AudioFileError(f"{output}: {match.output} is not written as .ogg, whose channel orders differ; use .wav or .flac")


def render_file(
    match: Match,
    source: Path,
    output: Path,
    settings: Settings,
    progress: Callable[[float], None] | None = None,
    dry: Dry | None = None,
) -> Rendered:
    """Read `source`, put it through `dry` (if given) and `match`, write `output` whole or not at all.

    Raises
    ------
    AudioFileError
        For an input or output that cannot be used.
    RenderError
        When the processing itself failed.
    """
    check_job(source, output, settings, match)
    clip = check_audio(source, output, settings)
    audio = clip.audio
    rate = settings.rate or clip.sample_rate
    started = time.perf_counter()
    try:
        if dry is not None:
            audio = dry(audio, clip.sample_rate)
        audio = resample(audio, clip.sample_rate, rate)
        wet = match(audio, rate, tail=settings.tail, progress=progress)
    except (MemoryError, RuntimeError) as error:
        raise RenderError(f"{source}: rendering failed ({error})") from error
    if not np.isfinite(wet).all():
        raise RenderError(f"{source}: the result has samples that are not numbers")
    seconds = time.perf_counter() - started
    warnings = clip.warnings + write_audio(output, wet, rate, settings.bits or None)
    return Rendered(AudioClip(audio, rate), wet, rate, seconds, warnings)


def check_audio(source: Path, output: Path, settings: Settings) -> AudioClip:
    """The recording as Match takes it. Raises AudioFileError where it cannot be used, or its rate does not fit the output."""
    clip = read_audio(source)
    check_output(output, settings.bits or None, settings.rate or clip.sample_rate)
    return dataclasses.replace(clip, audio=_fitting_channels(source, clip.audio, settings.downmix))


def _fitting_channels(source: Path, audio: NDArray[np.float32], downmix: bool) -> NDArray[np.float32]:
    if audio.shape[0] <= MAX_INPUTS:
        return audio
    if not downmix:
        raise AudioFileError(f"{source}: {audio.shape[0]} channels; Match takes 1 or 2 (use --downmix to mix them to mono)")
    return audio.mean(axis=0, keepdims=True)


def match_for(room: Room, settings: Settings) -> Match:
    """The :class:`Match` of these settings; raises RoomError for a knob out of range."""
    return Match(room, output=settings.channels, seed=settings.seed, **settings.parameters)


def dry_for(settings: Settings) -> Dry | None:
    """The :class:`Dry` of these settings, or None."""
    return Dry(quality=settings.dry, **settings.dry_parameters) if settings.dry else None


def record(room: Room, source: Path, output: Path, match: Match, settings: Settings, rendered: Rendered | None) -> dict[str, Any]:
    """What a sidecar, ``--json`` and a batch manifest say of a render."""
    values = match.parameters
    result: dict[str, Any] = {
        "lumiverb": lumiverb.__version__,
        "input": str(source),
        "output": str(output),
        "room": {
            "name": room.name,
            "sha256": hashlib.sha256(room.json.encode()).hexdigest(),
            "kind": room.kind,
            "rt60_s": list(room.rt60_s),
        },
        "settings": {
            **{p.name: values[p.name] for p in MATCH_PARAMETERS},
            "band_decay": values["band_decay"],
            "candidate": values["candidate"],
            "quality": values["quality"],
            "channels": settings.channels,
            "tail": settings.tail,
            "bits": settings.bits or "default",
            "seed": settings.seed,
        },
    }
    if settings.dry:
        result["dry"] = {"quality": settings.dry, **settings.dry_parameters}
    if rendered is not None:
        result |= {
            "sample_rate": rendered.sample_rate,
            "input_s": round(rendered.dry.duration_s, 6),
            "output_s": round(rendered.wet.shape[1] / rendered.sample_rate, 6),
            "output_channels": int(rendered.wet.shape[0]),
            "peak_db": _decibels(float(np.abs(rendered.wet).max(initial=0.0))),
            "render_s": round(rendered.seconds, 4),
            "times_real_time": round(rendered.dry.duration_s / max(rendered.seconds, 1e-9), 1),
            "warnings": list(rendered.warnings),
        }
    return result


def _decibels(value: float) -> float | None:
    return round(20 * float(np.log10(value)), 2) if value > 0 else None

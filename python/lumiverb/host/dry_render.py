# SPDX-License-Identifier: AGPL-3.0-or-later
"""One file through Dry, block by block: the unit of work of ``lumiverb dry``. Memory does not grow with the length of the file."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import lumiverb
from lumiverb.audio.files import check_different, check_output
from lumiverb.audio.stream import AudioReader, AudioWriter
from lumiverb.errors import AudioFileError, RenderError
from lumiverb.host.dry import MAX_CHANNELS, Dry
from lumiverb.host.models import model_record
from lumiverb.room import Room


@dataclass(frozen=True)
class Dried:
    """What :func:`dry_file` did: levels are powers averaged over time and channels, in dB full scale."""

    sample_rate: int
    channels: int
    frames: int
    seconds: float
    input_db: float
    output_db: float
    removed_db: float
    warnings: tuple[str, ...]


def check_dry_job(source: Path, output: Path, residual: Path | None, bits: str | None) -> None:
    """Fail before anything is read when the files cannot be used."""
    written = [output] if residual is None else [output, residual]
    for path in written:
        check_output(path, bits)
        check_different(path, source)
    if residual is not None and residual.resolve() == output.resolve():
        raise AudioFileError(f"{output}: output and residual must be different files")


def dry_file(
    dry: Dry,
    source: Path,
    output: Path,
    residual: Path | None = None,
    bits: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> Dried:
    """Read `source`, take the room off, write `output` (and what was removed) whole or not at all.

    Channels, sample rate, sample format (where the ending can hold it) and metadata stay as they are; the output is aligned with
    the input and as long. Output and residual add up to the input times the output gain.

    Raises
    ------
    AudioFileError
        For an input or output that cannot be used.
    RenderError, ModelError
        When the processing itself failed.
    """
    check_dry_job(source, output, residual, bits)
    started = time.perf_counter()
    with AudioReader(source, MAX_CHANNELS) as reader, contextlib.ExitStack() as stack:
        kept = stack.enter_context(AudioWriter(output, reader, bits))
        removed = stack.enter_context(AudioWriter(residual, reader, bits)) if residual is not None else None
        gain = np.float32(10 ** (dry.output_db / 20))
        power = np.zeros(3)
        for before, after in _aligned(dry, reader):
            if not np.isfinite(after).all():
                raise RenderError(f"{source}: the result has samples that are not numbers")
            rest = gain * before - after
            kept.write(after)
            if removed is not None:
                removed.write(rest)
            power += [np.square(part, dtype=np.float64).sum() for part in (before, after, rest)]
            if progress is not None:
                progress(min(1.0, kept.frames / max(1, reader.frames)))
        warnings = reader.warnings() + kept.warnings() + (removed.warnings() if removed is not None else ())
        before_db, after_db, rest_db = 10 * np.log10(power / max(1, kept.frames * reader.channels) + 1e-30)
        return Dried(
            reader.sample_rate,
            reader.channels,
            kept.frames,
            time.perf_counter() - started,
            float(before_db),
            float(after_db),
            float(rest_db),
            warnings,
        )


def _aligned(dry: Dry, reader: AudioReader) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Pairs of input and output of the same moments; the end of the file is followed by silence until all has come out."""
    dry(np.zeros((reader.channels, 0), np.float32), reader.sample_rate)  # a stream of this rate begins
    waiting = np.zeros((reader.channels, 0), np.float32)  # input whose output is still inside
    to_skip = latency = dry.latency_samples(reader.sample_rate)
    silence = np.zeros((reader.channels, latency), np.float32)
    for block in itertools.chain(reader.blocks(), [silence]):
        out = dry(block, reader.sample_rate, reset=False)
        skipped = min(to_skip, out.shape[1])
        to_skip -= skipped
        out = out[:, skipped:]
        if block is not silence:
            waiting = np.concatenate([waiting, block], axis=1)
        out = out[:, : waiting.shape[1]]
        yield waiting[:, : out.shape[1]], out
        waiting = waiting[:, out.shape[1] :]


def dry_record(dry: Dry, room: Room | None, source: Path, output: Path, residual: Path | None, done: Dried | None) -> dict[str, Any]:
    """What a sidecar, ``--json`` and a batch manifest say of it."""
    result: dict[str, Any] = {
        "lumiverb": lumiverb.__version__,
        "input": str(source),
        "output": str(output),
        "model": model_record(dry.model),
        "settings": dry.parameters,
    }
    if room is not None:
        result["room"] = {"name": room.name, "sha256": hashlib.sha256(room.json.encode()).hexdigest(), "kind": room.kind}
    if residual is not None:
        result["residual"] = str(residual)
    if done is not None:
        duration = done.frames / done.sample_rate
        result |= {
            "sample_rate": done.sample_rate,
            "channels": done.channels,
            "input_s": round(duration, 6),
            "input_db": round(done.input_db, 2),
            "output_db": round(done.output_db, 2),
            "removed_db": round(done.removed_db, 2),
            "render_s": round(done.seconds, 4),
            "times_real_time": round(duration / max(done.seconds, 1e-9), 1),
            "warnings": list(done.warnings),
        }
    return result

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Audio files block by block, for recordings of any length: a reader, and a writer that keeps the source's sample format and metadata."""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from lumiverb.audio import files
from lumiverb.audio.atomic import replacing
from lumiverb.errors import AudioFileError

BLOCK = 65536
#: Chunks of a WAV file that belong to the recording and not to its coding: broadcast wave (time code), production notes, markers, loops.
_kept_chunks = (b"bext", b"iXML", b"axml", b"_PMX", b"cue ", b"smpl", b"inst", b"adtl", b"id3 ", b"ID3 ")
_largest_chunk = 1 << 22
_tags = ("title", "artist", "album", "comment", "copyright", "date", "genre", "license", "software", "tracknumber")


class AudioReader:
    """One audio file, read in blocks. A context manager.

    Raises
    ------
    AudioFileError
        As :func:`lumiverb.audio.files.read_audio`, except that no length is too long.
    """

    def __init__(self, path: str | os.PathLike[str], max_channels: int = files.MAX_CHANNELS) -> None:
        import soundfile

        self.path = Path(path)
        files.check_input(self.path)
        try:
            self._file = soundfile.SoundFile(files.library_path(self.path))
        except (soundfile.LibsndfileError, OSError, RuntimeError) as error:
            raise AudioFileError(f"{path}: not an audio file that can be read ({files.library_reason(error)})") from None
        self.channels, self.sample_rate, self.frames = self._file.channels, int(self._file.samplerate), int(self._file.frames)
        self.format, self.subtype = self._file.format, self._file.subtype
        self.tags = {k: v for k, v in self._file.copy_metadata().items() if k in _tags and v}
        self.frames_read = self.bad_samples = 0
        try:
            files.check_layout(self.path, self.channels, self.sample_rate, max_channels)
            files.check_length(self.path, self.frames)
            if self.frames == 0:
                raise AudioFileError(f"{path}: the file has no samples")
        except AudioFileError:
            self._file.close()
            raise

    def blocks(self, size: int = BLOCK) -> Iterator[NDArray[np.float32]]:
        """Blocks of float32 (channels, up to `size` samples); what is not a number is replaced by 0 and counted in `bad_samples`."""
        import soundfile

        while True:
            try:
                block = self._file.read(size, dtype="float32", always_2d=True).T
            except (soundfile.LibsndfileError, OSError, RuntimeError) as error:
                raise AudioFileError(f"{self.path}: cannot be read ({files.library_reason(error)})") from None
            if block.shape[1] == 0:
                return
            self.frames_read += block.shape[1]
            bad = ~np.isfinite(block)
            if bad.any():
                self.bad_samples += int(bad.sum())
                block = np.where(bad, np.float32(0), block)
            yield np.ascontiguousarray(block)

    def warnings(self) -> tuple[str, ...]:
        """What had to be mended, once all blocks were read."""
        found = []
        truncated = files.truncation(self.path, self.frames_read, self.frames)
        if truncated:
            found.append(truncated)
        if self.bad_samples:
            found.append(f"{self.path}: {self.bad_samples} samples were not numbers and were replaced by silence")
        return tuple(found)

    def __enter__(self) -> AudioReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()


class AudioWriter:
    """An audio file like `source` (channels, rate, sample format where the ending can hold it, tags), written in blocks.

    A context manager: the file appears, whole, when the block ends well, and not at all when it does not.

    Parameters
    ----------
    path : path
        The format follows the ending (.wav, .flac, .aiff, .ogg).
    bits : str, optional
        "float", "24" or "16" in place of the source's sample format.

    Raises
    ------
    AudioFileError
        Unknown ending, folder missing, no permission, disk full.
    """

    def __init__(self, path: str | os.PathLike[str], source: AudioReader, bits: str | None = None) -> None:
        self.path, self._source, self._stack = Path(path), source, contextlib.ExitStack()
        self._format, self._subtype = files.check_output(path, bits, source.sample_rate)
        if not bits:
            self._subtype = _kept_subtype(source, self._format) or self._subtype
        self.frames, self.peak = 0, 0.0

    def __enter__(self) -> AudioWriter:
        import soundfile

        source = self._source
        # RF64 where the file can outgrow a RIFF header's 32 bits; the source's length is a promise that a broken file may not keep.
        large = source.frames * source.channels * 4 > files.WAV_LIMIT_BYTES
        name = "RF64" if self._format == "WAV" and large else self._format
        self._temporary = self._stack.enter_context(replacing(self.path))
        try:
            file = soundfile.SoundFile(
                files.library_path(self._temporary), "w", source.sample_rate, source.channels, self._subtype, format=name
            )
        except (soundfile.LibsndfileError, RuntimeError) as error:
            self._stack.__exit__(type(error), error, None)
            raise AudioFileError(f"{self.path}: cannot be written ({files.library_reason(error)}); nothing was written") from None
        self._file: Any = file
        for tag, value in source.tags.items():
            with contextlib.suppress(soundfile.LibsndfileError, RuntimeError):
                setattr(file, tag, value)
        return self

    def write(self, block: NDArray[np.float32]) -> None:
        """Append (channels, samples)."""
        import soundfile

        self.peak = max(self.peak, float(np.abs(block).max(initial=0.0)))
        try:
            self._file.write(np.ascontiguousarray(block.T))
        except (soundfile.LibsndfileError, AssertionError, RuntimeError) as error:
            raise AudioFileError(
                f"{self.path}: cannot be written ({files.write_reason(self._temporary, error)}); nothing was written"
            ) from None
        self.frames += block.shape[1]

    def warnings(self) -> tuple[str, ...]:
        """Samples that a fixed-point file had to clip."""
        return files.clipping(self.path, self.peak, self._subtype)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()
        if kind is not None:
            self._stack.__exit__(kind, error, trace)
            return
        with self._stack:
            files.drop_timestamp(self._temporary)
            files.verify(self._temporary, self.path, self.frames)
            if self._format == "WAV" and self._source.format in ("WAV", "WAVEX", "RF64"):
                _copy_chunks(self._source.path, self._temporary)
            if self._format in ("FLAC", "OGG") and self._source.format == self._format:
                self._copy_comments()

    def _copy_comments(self) -> None:
        """All Vorbis comments and pictures, of which libsndfile only knows a few."""
        import mutagen
        from mutagen.flac import FLAC

        try:
            read, written = mutagen.File(self._source.path), mutagen.File(self._temporary)
        except mutagen.MutagenError:
            return  # tags that cannot be read are no reason to lose the sound
        pictures = read.pictures if isinstance(read, FLAC) else []
        if read is None or written is None or not (read.tags or pictures):
            return
        if written.tags is None:
            written.add_tags()
        tags: Any = written.tags
        tags.clear()
        tags.extend(read.tags or ())
        for picture in pictures:
            written.add_picture(picture)
        try:
            written.save()
        except mutagen.MutagenError as error:  # half of it may be rewritten
            reason = files.write_reason(self._temporary, error)
            raise AudioFileError(f"{self.path}: its tags cannot be written ({reason}); nothing was written") from None


def _kept_subtype(source: AudioReader, output_format: str) -> str | None:
    """The source's sample format where the output can hold it; a lossy one only within its own kind of file."""
    import soundfile

    plain = source.subtype.startswith("PCM") or source.subtype in ("FLOAT", "DOUBLE")
    if not plain and source.format != output_format:
        return None
    return source.subtype if soundfile.check_format(output_format, source.subtype) else None


def _kind(file: BinaryIO, name: bytes, at: int, size: int) -> bytes:
    """The name of a chunk, or what a LIST is a list of (``INFO`` tags, ``adtl`` names of markers)."""
    if name != b"LIST" or size < 4:
        return name
    file.seek(at)
    return file.read(4)


def _copy_chunks(source: Path, target: Path) -> None:
    """Append the source's production chunks, and mend the length in the header."""
    with open(source, "rb") as reading, open(target, "r+b") as writing:
        present = {_kind(writing, *chunk) for chunk in files.chunks(writing)}
        wanted = [name for name in _kept_chunks if name not in present]
        kept = [c for c in files.chunks(reading) if _kind(reading, *c) in wanted and c[2] <= _largest_chunk]
        writing.seek(0, os.SEEK_END)
        for name, at, size in kept:
            reading.seek(at)
            content = reading.read(size)
            if len(content) == size:
                writing.write(struct.pack("<4sI", name, size) + content + bytes(size % 2))
        length = writing.tell() - 8
        writing.seek(0)
        if writing.read(4) == b"RIFF" and length < 0xFFFFFFFF:
            writing.write(struct.pack("<I", length))
        elif kept:  # RF64: the 64-bit length stands in the ds64 chunk, which comes first
            writing.seek(20)
            writing.write(struct.pack("<Q", length))

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading and writing audio files (libsndfile) and resampling (soxr), with one clear sentence when something is wrong."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from lumiverb.audio.atomic import replacing
from lumiverb.errors import AudioFileError

MAX_CHANNELS = 8
MIN_RATE, MAX_RATE = 8000, 384000
#: Longer files are refused before memory is taken (float32 samples of all channels together).
MAX_SAMPLES = 2_000_000_000
#: Output endings and the subtypes they can hold; the first is the default.
WRITERS: dict[str, tuple[str, dict[str, str]]] = {
    ".wav": ("WAV", {"float": "FLOAT", "24": "PCM_24", "16": "PCM_16"}),
    ".flac": ("FLAC", {"24": "PCM_24", "16": "PCM_16"}),
    ".aiff": ("AIFF", {"float": "FLOAT", "24": "PCM_24", "16": "PCM_16"}),
    ".aif": ("AIFF", {"float": "FLOAT", "24": "PCM_24", "16": "PCM_16"}),
    ".ogg": ("OGG", {"vorbis": "VORBIS"}),
}
READABLE = (".wav", ".flac", ".aiff", ".aif", ".ogg", ".opus", ".mp3", ".w64", ".rf64", ".caf", ".au")
WAV_LIMIT_BYTES = 4_000_000_000
OGG_MAX_RATE = 192000  #: libsndfile's Vorbis encoder ends the process above 200 kHz


@dataclass(frozen=True)
class AudioClip:
    """A whole audio file: float32 samples (channels, samples), its rate in Hz, and what had to be mended."""

    audio: NDArray[np.float32]
    sample_rate: int
    warnings: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.audio.shape[1] / self.sample_rate


def read_audio(path: str | os.PathLike[str], max_channels: int = MAX_CHANNELS) -> AudioClip:
    """Read WAV, FLAC, AIFF, OGG, Opus, MP3 and what else libsndfile knows.

    Samples that are not numbers are replaced by 0, with a warning in the result.

    Raises
    ------
    AudioFileError
        Naming the file and the reason: missing, a folder, no permission, empty, not audio, truncated, no samples, too many channels,
        a sample rate outside 8 to 384 kHz.
    """
    path = Path(path)
    check_input(path)
    import soundfile

    try:
        with soundfile.SoundFile(library_path(path)) as file:
            _check_header(path, file, max_channels)
            expected, rate = file.frames, int(file.samplerate)
            audio = file.read(dtype="float32", always_2d=True).T
    except soundfile.LibsndfileError as error:
        raise AudioFileError(f"{path}: not an audio file that can be read ({library_reason(error)})") from None
    except (OSError, RuntimeError) as error:
        raise AudioFileError(f"{path}: cannot be read ({library_reason(error)})") from None
    if audio.shape[1] == 0:
        raise AudioFileError(f"{path}: the file has no samples")
    warnings = []
    truncated = truncation(path, audio.shape[1], expected)
    if truncated:
        warnings.append(truncated)
    audio = np.ascontiguousarray(audio)
    bad = ~np.isfinite(audio)
    if bad.any():
        audio[bad] = 0.0
        warnings.append(f"{path}: {int(bad.sum())} samples were not numbers and were replaced by silence")
    return AudioClip(audio, rate, tuple(warnings))


def library_path(path: Path) -> Any:
    """A path as libsndfile takes it (str or bytes): on POSIX systems names are bytes, which need not be UTF-8."""
    return os.fsencode(path) if os.name == "posix" else str(path)


def check_input(path: Path) -> None:
    """Refuse what is no readable, non-empty file."""
    try:
        if path.is_dir():
            raise AudioFileError(f"{path}: is a folder, not an audio file")
        with open(path, "rb") as file:
            empty = not file.read(1)
    except FileNotFoundError:
        raise AudioFileError(f"{path}: no such file") from None
    except PermissionError:
        raise AudioFileError(f"{path}: no permission to read it") from None
    except OSError as error:
        raise AudioFileError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    if empty:
        raise AudioFileError(f"{path}: the file is empty")


def _check_header(path: Path, file: Any, max_channels: int) -> None:
    check_layout(path, file.channels, file.samplerate, max_channels)
    check_length(path, file.frames)
    if file.frames * file.channels > MAX_SAMPLES:
        raise AudioFileError(f"{path}: too long to hold in memory ({file.frames / file.samplerate / 3600:.1f} hours)")


def check_length(path: Path, frames: int) -> None:
    """Refuse a file whose header does not say how long it is (a stream that was never finished: libsndfile then says 2^63 - 1)."""
    if frames >= 1 << 62:
        raise AudioFileError(f"{path}: its header does not say how long it is; write it again with its encoder")


def check_layout(path: Path, channels: int, sample_rate: int, max_channels: int = MAX_CHANNELS) -> None:
    """Refuse channels and rates that cannot be used."""
    if channels > max_channels:
        raise AudioFileError(f"{path}: {channels} channels; at most {max_channels} can be used")
    if not MIN_RATE <= sample_rate <= MAX_RATE:
        raise AudioFileError(f"{path}: a sample rate of {sample_rate} Hz; {MIN_RATE} to {MAX_RATE} Hz can be used")


def truncation(path: Path, read: int, expected: int) -> str:
    """The warning that a file ends early, or an empty text."""
    if read < expected:
        return f"{path}: the file is truncated; {read} of {expected} samples could be read"
    if path.suffix.lower() == ".wav":
        missing = _riff_missing_bytes(path)
        if missing > 0:
            return f"{path}: the file is truncated; {missing} bytes are missing at its end"
    return ""


def _riff_missing_bytes(path: Path) -> int:
    """How many bytes a RIFF header promises beyond the file's end (libsndfile silently reads what is there)."""
    with open(path, "rb") as file:
        head = file.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return 0
    promised = int.from_bytes(head[4:8], "little")
    # Streams and broken recorders leave 0 or all ones: then there is no promise. One byte is the padding that many recorders forget.
    missing = 0 if promised in (0, 0xFFFFFFFF) else promised + 8 - path.stat().st_size
    return missing if missing > 1 else 0


def library_reason(error: BaseException) -> str:
    """What libsndfile says, as part of a sentence."""
    text = " ".join(str(getattr(error, "error_string", "") or error).split())
    return text.rstrip(".") or type(error).__name__


def check_output(path: str | os.PathLike[str], bits: str | None = None, sample_rate: float = 0) -> tuple[str, str]:
    """The libsndfile format and subtype of an output path, before anything is rendered.

    Raises
    ------
    AudioFileError
        For an unknown ending, a sample format or a rate that the ending cannot hold, or a missing folder.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in WRITERS:
        raise AudioFileError(f"{path}: unknown ending '{path.suffix}'; audio is written as {', '.join(WRITERS)}")
    name, subtypes = WRITERS[ending]
    if bits is not None and bits not in subtypes:
        raise AudioFileError(f"{path}: a {ending[1:]} file cannot hold '{bits}' samples; it can hold {', '.join(subtypes)}")
    if name == "OGG" and sample_rate > OGG_MAX_RATE:
        raise AudioFileError(f"{path}: {sample_rate:g} Hz are too many for .ogg, which holds up to {OGG_MAX_RATE}; use .wav or .flac")
    try:
        if path.is_dir():
            raise AudioFileError(f"{path}: is a folder, not a file to write")
        if not path.parent.is_dir():
            raise AudioFileError(f"{path}: the folder {path.parent} does not exist")
    except OSError as error:
        raise AudioFileError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    return name, subtypes[bits] if bits else next(iter(subtypes.values()))


def check_different(output: str | os.PathLike[str], *inputs: str | os.PathLike[str] | None) -> None:
    """Refuse an output that is one of the files that are read: it would be lost."""
    for given in inputs:
        if given is not None and Path(given).resolve() == Path(output).resolve():
            raise AudioFileError(f"{output}: is read and would be overwritten; choose another output")


def write_audio(path: str | os.PathLike[str], audio: NDArray[np.floating], sample_rate: float, bits: str | None = None) -> tuple[str, ...]:
    """Write a whole file or nothing; the format follows the ending (.wav, .flac, .aiff, .ogg).

    Parameters
    ----------
    audio : array (channels, samples)
    sample_rate : float
        In Hz; files hold whole numbers.
    bits : str, optional
        "float" (default of WAV and AIFF), "24" (default of FLAC) or "16".

    Returns
    -------
    Warnings: samples that a fixed-point file had to clip.

    Raises
    ------
    AudioFileError
        Unknown ending, folder missing, no permission, disk full.
    """
    name, subtype = check_output(path, bits, sample_rate)
    audio = np.atleast_2d(np.asarray(audio, dtype=np.float32))
    rate = round(sample_rate)
    if abs(rate - sample_rate) > 1e-6:
        raise AudioFileError(f"{path}: a sample rate of {sample_rate} Hz cannot be stored; it must be a whole number")
    warnings = clipping(path, float(np.abs(audio).max(initial=0.0)), subtype)
    with replacing(path) as temporary:
        _write(temporary, path, audio, rate, name, subtype)
        drop_timestamp(temporary)
        verify(temporary, path, audio.shape[1])
    return warnings


def clipping(path: str | os.PathLike[str], peak: float, subtype: str) -> tuple[str, ...]:
    """The warning that a fixed-point file clipped, if it did."""
    if subtype in ("FLOAT", "DOUBLE") or peak <= 1.0:
        return ()
    return (f"{path}: {20 * np.log10(peak):.1f} dB over full scale was clipped; lower --output-gain or write a float WAV",)


def _write(temporary: Path, target: str | os.PathLike[str], audio: NDArray[np.float32], rate: int, name: str, subtype: str) -> None:
    import soundfile

    if name == "WAV" and audio.nbytes > WAV_LIMIT_BYTES:
        name = "RF64"
    try:
        with soundfile.SoundFile(library_path(temporary), "w", rate, audio.shape[0], subtype=subtype, format=name) as file:
            # libsndfile's Vorbis encoder needs modest blocks; they also keep the interleaved copy small.
            for start in range(0, audio.shape[1], 65536):
                file.write(np.ascontiguousarray(audio[:, start : start + 65536].T))
    except (soundfile.LibsndfileError, AssertionError, RuntimeError) as error:
        raise AudioFileError(f"{target}: cannot be written ({write_reason(temporary, error)}); nothing was written") from None


def write_reason(path: Path, error: BaseException) -> str:
    """Why writing failed, as part of a sentence."""
    import shutil

    if shutil.disk_usage(path.parent).free < 65536:
        return "the disk is full"
    text = library_reason(error)
    return "disk full or size limit reached" if text in ("System error", "AssertionError") else text


def drop_timestamp(path: Path) -> None:
    """Float WAV and AIFF files carry the time of writing in their PEAK chunk: the same render shall give the same bytes."""
    with open(path, "r+b") as file:
        at = next((at for name, at, _ in chunks(file) if name == b"PEAK"), None)
        if at is not None:
            file.seek(at + 4)  # after the version
            file.write(bytes(4))


def chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Name, position of the contents and size of every chunk of a RIFF, RF64 or AIFF file; broken files end early, others have none."""
    file.seek(0, os.SEEK_END)
    end, at, data_size = file.tell(), 12, 0
    file.seek(0)
    form = file.read(4)
    if form not in (b"RIFF", b"RF64", b"FORM"):
        return
    header = ">4sI" if form == b"FORM" else "<4sI"
    while at + 8 <= end:
        file.seek(at)
        name, size = struct.unpack(header, file.read(8))
        if name == b"ds64" and size >= 24:
            data_size = struct.unpack("<8xQ", file.read(16))[0]
        if name == b"data" and size == 0xFFFFFFFF:
            size = data_size
        yield name, at + 8, size
        at += 8 + size + size % 2


def verify(temporary: Path, target: str | os.PathLike[str], frames: int) -> None:
    """A full disk can pass unnoticed until the file is read again."""
    import soundfile

    try:
        info = soundfile.info(library_path(temporary))
        complete = info.frames == frames and _riff_missing_bytes(temporary) <= 0
    except (soundfile.LibsndfileError, RuntimeError):
        complete = False
    if not complete:
        raise AudioFileError(f"{target}: came out incomplete ({write_reason(temporary, AssertionError())}); nothing was written")


def resample(audio: NDArray[np.floating], rate_in: float, rate_out: float) -> NDArray[np.float32]:
    """Band-limited resampling (soxr, "VHQ"); (channels, samples) in and out."""
    if rate_in == rate_out:
        return np.ascontiguousarray(audio, dtype=np.float32)
    import soxr

    out = soxr.resample(np.ascontiguousarray(np.atleast_2d(audio).T, dtype=np.float32), rate_in, rate_out, quality="VHQ")
    return np.ascontiguousarray(out.T, dtype=np.float32)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Audio files: every fault gives one clear sentence, and outputs are whole or absent."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from lumiverb.audio.atomic import replacing
from lumiverb.audio.files import check_output, read_audio, resample, write_audio
from lumiverb.errors import AudioFileError


def tone(channels: int = 1, samples: int = 4800, rate: int = 48000) -> np.ndarray:
    t = np.arange(samples) / rate
    return np.stack([0.5 * np.sin(2 * np.pi * 440 * (c + 1) * t) for c in range(channels)]).astype(np.float32)


def names_file(error: pytest.ExceptionInfo[AudioFileError], path: Path, reason: str) -> None:
    text = str(error.value)
    assert str(path) in text and reason in text
    assert "\n" not in text


@pytest.mark.parametrize("ending", [".wav", ".flac", ".aiff", ".aif"])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_lossless_formats_come_back(tmp_path: Path, ending: str, channels: int) -> None:
    audio = tone(channels)
    write_audio(tmp_path / f"x{ending}", audio, 44100)
    clip = read_audio(tmp_path / f"x{ending}")
    assert clip.sample_rate == 44100 and clip.audio.shape == audio.shape and clip.warnings == ()
    np.testing.assert_allclose(clip.audio, audio, atol=0 if ending != ".flac" else 2.0**-23)


def test_vorbis_can_be_written_and_read(tmp_path: Path) -> None:
    write_audio(tmp_path / "x.ogg", tone(2, 200_000), 48000)
    clip = read_audio(tmp_path / "x.ogg")
    assert clip.audio.shape == (2, 200_000)


def test_mp3_can_be_read(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.mp3", tone(2, 48000).T, 48000)
    assert read_audio(tmp_path / "x.mp3").audio.shape[0] == 2


def test_8_bit_mono(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.wav", tone()[0], 8000, subtype="PCM_U8")
    clip = read_audio(tmp_path / "x.wav")
    assert clip.audio.dtype == np.float32
    np.testing.assert_allclose(clip.audio, tone(), atol=1 / 120)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("missing.wav", None, "no such file"),
        ("empty.wav", b"", "is empty"),
        ("text.wav", b"this is not audio at all", "not an audio file"),
        ("junk.flac", b"fLaC" + bytes(40), "not an audio file"),
    ],
)
def test_unusable_files(tmp_path: Path, name: str, content: bytes | None, reason: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AudioFileError) as error:
        read_audio(path)
    names_file(error, path, reason)


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError) as error:
        read_audio(tmp_path)
    names_file(error, tmp_path, "is a folder")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    write_audio(path, tone(), 48000)
    path.chmod(0)
    with pytest.raises(AudioFileError) as error:
        read_audio(path)
    names_file(error, path, "no permission")


def test_truncated_wav_is_used_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    write_audio(path, tone(2), 48000)
    path.write_bytes(path.read_bytes()[:-10_000])
    clip = read_audio(path)
    assert clip.audio.shape[1] == 4800 - 10_000 // 8
    assert len(clip.warnings) == 1 and "truncated" in clip.warnings[0] and str(path) in clip.warnings[0]


def test_no_samples(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.wav", np.zeros((0, 2)), 48000)
    with pytest.raises(AudioFileError) as error:
        read_audio(tmp_path / "x.wav")
    names_file(error, tmp_path / "x.wav", "no samples")


def test_one_sample(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.wav", np.full((1, 1), 0.5), 192000)
    clip = read_audio(tmp_path / "x.wav")
    assert clip.audio.tolist() == [[0.5]] and clip.sample_rate == 192000


def test_too_many_channels(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.wav", np.zeros((10, 9)), 48000)
    with pytest.raises(AudioFileError) as error:
        read_audio(tmp_path / "x.wav")
    names_file(error, tmp_path / "x.wav", "9 channels; at most 8")


def test_a_rate_that_no_plug_in_knows(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.wav", np.zeros(10), 4000)
    with pytest.raises(AudioFileError, match="sample rate of 4000 Hz"):
        read_audio(tmp_path / "x.wav")


def test_samples_that_are_not_numbers_become_silence(tmp_path: Path) -> None:
    audio = tone()
    audio[0, 7], audio[0, 8], audio[0, 9] = np.nan, np.inf, -np.inf
    soundfile.write(tmp_path / "x.wav", audio[0], 48000, subtype="FLOAT")
    clip = read_audio(tmp_path / "x.wav")
    assert clip.audio[0, 7:10].tolist() == [0.0, 0.0, 0.0]
    assert len(clip.warnings) == 1 and "3 samples were not numbers" in clip.warnings[0]


@pytest.mark.parametrize(
    ("name", "bits", "reason"),
    [("x.mp4", None, "unknown ending"), ("x", None, "unknown ending"), ("x.flac", "float", "cannot hold 'float'")],
)
def test_unknown_outputs(tmp_path: Path, name: str, bits: str | None, reason: str) -> None:
    with pytest.raises(AudioFileError) as error:
        check_output(tmp_path / name, bits)
    names_file(error, tmp_path / name, reason)


def test_output_folder_missing(tmp_path: Path) -> None:
    path = tmp_path / "absent" / "x.wav"
    with pytest.raises(AudioFileError) as error:
        write_audio(path, tone(), 48000)
    names_file(error, path, "does not exist")
    assert list(tmp_path.iterdir()) == []


def test_fixed_point_clipping_is_told(tmp_path: Path) -> None:
    assert "6.0 dB over full scale" in write_audio(tmp_path / "x.flac", tone() * 4, 48000)[0]
    assert write_audio(tmp_path / "x.wav", tone() * 4, 48000) == ()


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "x.wav"
    target.write_bytes(b"old")
    with pytest.raises(RuntimeError, match="in the middle"), replacing(target) as temporary:
        temporary.write_bytes(b"new")
        raise RuntimeError("in the middle")
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.wav"]


@pytest.mark.parametrize("ending", [".wav", ".aiff", ".flac"])
def test_the_same_samples_give_the_same_bytes(tmp_path: Path, ending: str) -> None:
    """libsndfile would put the time of writing into float files."""
    write_audio(tmp_path / f"a{ending}", tone(2), 48000)
    time.sleep(1.1)
    write_audio(tmp_path / f"b{ending}", tone(2), 48000)
    assert (tmp_path / f"a{ending}").read_bytes() == (tmp_path / f"b{ending}").read_bytes()


def test_outputs_have_ordinary_permissions(tmp_path: Path) -> None:
    write_audio(tmp_path / "x.wav", tone(), 48000)
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((tmp_path / "x.wav").stat().st_mode) == 0o666 & ~umask


_limited = """
import resource, signal, sys
import numpy as np
from lumiverb.audio.files import write_audio
from lumiverb.errors import AudioFileError
noise = np.random.default_rng(1).uniform(-1, 1, (2, 400_000)).astype(np.float32)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_audio(sys.argv[1], noise, 48000)
except AudioFileError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no file size limits there")
@pytest.mark.parametrize("ending", [".wav", ".flac", ".aiff", ".ogg"])
def test_a_disk_that_fills_up_leaves_nothing(tmp_path: Path, ending: str) -> None:
    """A file size limit stops the write in the middle, as a full disk does."""
    path = tmp_path / f"x{ending}"
    done = subprocess.run([sys.executable, "-c", _limited, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert str(path) in done.stdout and "nothing was written" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("rate_in", "rate_out"), [(44100, 48000), (48000, 16000), (8000, 192000)])
def test_resampling_keeps_a_tone(rate_in: int, rate_out: int) -> None:
    audio = tone(2, rate_in, rate_in)
    out = resample(audio, rate_in, rate_out)
    assert abs(out.shape[1] - rate_out) <= 1
    middle = slice(rate_out // 4, rate_out // 2)
    np.testing.assert_allclose(out[:, middle], tone(2, rate_out, rate_out)[:, middle], atol=2e-4)

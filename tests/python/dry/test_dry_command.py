# SPDX-License-Identifier: AGPL-3.0-or-later
"""``lumiverb dry``: formats, metadata, residual, long files, refusals."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from lumiverb.cli.main import app


def run(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["dry", *map(str, arguments)])
    assert result.exit_code == code, result.output + str(result.exception)
    return result.output


@pytest.mark.parametrize(
    ("ending", "subtype"),
    [("wav", "PCM_16"), ("wav", "PCM_24"), ("wav", "FLOAT"), ("wav", "DOUBLE"), ("flac", "PCM_24"), ("ogg", "VORBIS"), ("aiff", "PCM_16")],
)
def test_channels_rate_sample_format_and_tags_are_kept(use_dry: Path, make_voice, tmp_path: Path, ending: str, subtype: str) -> None:
    source, output = tmp_path / f"in.{ending}", tmp_path / f"out.{ending}"
    with soundfile.SoundFile(str(source), "w", 44100, 2, subtype) as file:
        file.title, file.artist = "Take 3", "A voice"
        file.write(make_voice(1.0, 44100, 2).T)
    record = json.loads(run(source, "-o", output, "--json"))
    with soundfile.SoundFile(str(output)) as file:
        assert (file.channels, file.samplerate, file.subtype, file.frames) == (2, 44100, subtype, 44100)
        assert (file.title, file.artist) == ("Take 3", "A voice")
        dried = file.read(always_2d=True).T
    assert record["model"]["name"] == "dry-lite" and record["input_s"] == 1.0
    assert record["output_db"] < record["input_db"] - 1
    assert record["output_db"] == pytest.approx(10 * np.log10(np.square(dried).mean()), abs=0.2)


def test_mp3_becomes_a_float_wav(use_dry: Path, make_voice, tmp_path: Path) -> None:
    if "MP3" not in soundfile.available_formats():
        pytest.skip("this libsndfile has no MP3")
    soundfile.write(tmp_path / "in.mp3", make_voice(1.0).T, 48000, format="MP3")
    run(tmp_path / "in.mp3", "-o", tmp_path / "out.wav")
    info = soundfile.info(tmp_path / "out.wav")
    assert info.subtype == "FLOAT" and info.frames == soundfile.info(tmp_path / "in.mp3").frames


def test_output_and_residual_add_up_and_equal_the_python_twin(use_dry: Path, make_voice, tmp_path: Path, hall) -> None:
    import lumiverb

    audio = make_voice(3.0, channels=2)  # several blocks
    soundfile.write(tmp_path / "in.wav", audio.T, 48000, "FLOAT")
    hall.save(tmp_path / "hall.json")
    run(tmp_path / "in.wav", "-o", tmp_path / "out.wav", "--residual", tmp_path / "rest.wav", "--amount", 0.7, "--tail", 0.2,
        "--scene", tmp_path / "hall.json", "--sidecar")  # fmt: skip
    out, rest = (soundfile.read(tmp_path / name, dtype="float32")[0].T for name in ("out.wav", "rest.wav"))
    assert np.allclose(out + rest, audio, atol=1e-6)
    assert np.array_equal(out, lumiverb.Dry(hall, amount=0.7, tail_s=0.2)(audio, 48000))
    sidecar = json.loads((tmp_path / "out.wav.json").read_text())
    assert sidecar["settings"]["amount"] == 0.7 and sidecar["room"]["name"] == "hall"
    first = (tmp_path / "out.wav").read_bytes()
    run(tmp_path / "in.wav", "-o", tmp_path / "out.wav", "--amount", 0.7, "--tail", 0.2, "--scene", tmp_path / "hall.json")
    assert (tmp_path / "out.wav").read_bytes() == first


def test_broadcast_chunks_are_kept(use_dry: Path, make_voice, tmp_path: Path) -> None:
    source = tmp_path / "in.wav"
    soundfile.write(source, make_voice(0.5).T, 48000, "PCM_24")
    content = source.read_bytes()
    bext = struct.pack("<4sI", b"bext", 602) + b"Scene 12 take 3".ljust(602, b"\0")
    markup = b"<BWFXML/>"
    chunk = struct.pack("<4sI", b"iXML", len(markup)) + markup + b"\0"
    content = content[:4] + struct.pack("<I", len(content) + len(bext) + len(chunk) - 8) + content[8:12] + bext + content[12:] + chunk
    source.write_bytes(content)
    run(source, "-o", tmp_path / "out.wav")
    written = (tmp_path / "out.wav").read_bytes()
    assert bext in written and chunk in written
    assert struct.unpack("<I", written[4:8])[0] == len(written) - 8
    assert soundfile.info(tmp_path / "out.wav").frames == 24000


def test_a_file_shorter_than_the_latency(use_dry: Path, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "in.wav", np.full((7, 1), 0.1), 48000, "FLOAT")
    run(tmp_path / "in.wav", "-o", tmp_path / "out.wav")
    assert soundfile.info(tmp_path / "out.wav").frames == 7


def test_refusals(use_dry: Path, make_voice, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "in.wav", make_voice(0.2).T, 48000)
    assert "would be overwritten" in run(tmp_path / "in.wav", "-o", tmp_path / "in.wav", code=2)
    assert "no such file" in run(tmp_path / "none.wav", "-o", tmp_path / "out.wav", code=2)
    assert "unknown ending" in run(tmp_path / "in.wav", "-o", tmp_path / "out.xyz", code=2)
    assert "amount must be" in run(tmp_path / "in.wav", "-o", tmp_path / "out.wav", "--amount", 3, code=2)
    (tmp_path / "bad.wav").write_bytes(b"no audio at all")
    assert "bad.wav" in run(tmp_path / "bad.wav", "-o", tmp_path / "out.wav", code=2)
    assert not (tmp_path / "out.wav").exists()
    run(tmp_path / "in.wav", "-o", tmp_path / "out.wav", "--dry-run")
    assert not (tmp_path / "out.wav").exists()


def test_memory_does_not_grow_with_length(use_dry: Path, tmp_path: Path) -> None:
    """Ninety seconds pass through in as much memory as thirty: blocks, not files, are held."""
    import tracemalloc

    from lumiverb.host.dry import Dry
    from lumiverb.host.dry_render import dry_file

    second = np.random.default_rng(1).uniform(-0.1, 0.1, (8000, 2)).astype(np.float32)
    peaks, dry = [], Dry(bypass=True)
    for seconds in (30, 90):
        with soundfile.SoundFile(str(tmp_path / "in.wav"), "w", 8000, 2, "FLOAT") as file:
            for _ in range(seconds):
                file.write(second)
        tracemalloc.start()
        dry_file(dry, tmp_path / "in.wav", tmp_path / "out.wav")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000  # the longer file has 3.8 MB more


@pytest.mark.parametrize("ending", ["ogg", "flac", "wav", "aiff"])
def test_tags_that_look_like_a_chunk_are_left_alone(use_dry: Path, make_voice, tmp_path: Path, ending: str) -> None:
    source, output = tmp_path / f"in.{ending}", tmp_path / f"out.{ending}"
    with soundfile.SoundFile(str(source), "w", 48000, 1) as file:
        file.title = "PEAK PERFORMANCE BAND"
        file.write(make_voice(0.3)[0])
    run(source, "-o", output)
    with soundfile.SoundFile(str(output)) as file:
        assert file.title == "PEAK PERFORMANCE BAND" and file.frames == len(file.read())


def test_a_flac_that_does_not_say_how_long_it_is(use_dry: Path, make_voice, tmp_path: Path) -> None:
    path = tmp_path / "stream.flac"
    soundfile.write(path, make_voice(0.3)[0], 48000)
    data = bytearray(path.read_bytes())
    data[21] &= 0xF0  # STREAMINFO: 36 bits of the number of samples
    data[22:26] = bytes(4)
    path.write_bytes(data)
    assert "does not say how long it is" in run(path, "-o", tmp_path / "out.wav", code=2)
    assert not (tmp_path / "out.wav").exists()


def test_all_comments_and_the_cover_of_a_flac_are_kept(use_dry: Path, make_voice, tmp_path: Path) -> None:
    from mutagen.flac import FLAC, Picture

    source, output = tmp_path / "in.flac", tmp_path / "out.flac"
    soundfile.write(source, make_voice(0.3)[0], 48000)
    tagged, cover = FLAC(source), Picture()
    cover.data, cover.mime, cover.type = b"a picture", "image/png", 3
    tagged["albumartist"], tagged["title"], tagged["replaygain_track_gain"] = "Somebody", "Take 4", "-3 dB"
    tagged.add_picture(cover)
    tagged.save()
    run(source, "-o", output)
    kept = FLAC(output)
    assert (kept["albumartist"], kept["title"], kept["replaygain_track_gain"]) == (["Somebody"], ["Take 4"], ["-3 dB"])
    assert [p.data for p in kept.pictures] == [b"a picture"]
    assert soundfile.info(output).frames == 14400 and np.square(soundfile.read(output)[0]).sum() > 0


def test_markers_keep_their_names(use_dry: Path, make_voice, tmp_path: Path) -> None:
    source, output = tmp_path / "in.wav", tmp_path / "out.wav"
    with soundfile.SoundFile(str(source), "w", 48000, 1) as file:
        file.title = "Take 5"
        file.write(make_voice(0.3)[0])
    label = b"labl" + struct.pack("<II", 14, 1) + b"Door slam\0"
    cue = b"cue " + struct.pack("<IIII4sIII", 28, 1, 1, 4800, b"data", 0, 0, 4800)
    names = b"LIST" + struct.pack("<I", 4 + len(label)) + b"adtl" + label
    data = source.read_bytes() + cue + names
    source.write_bytes(data[:4] + struct.pack("<I", len(data) - 8) + data[8:])
    run(source, "-o", output)
    assert b"Door slam" in output.read_bytes() and b"cue " in output.read_bytes()
    with soundfile.SoundFile(str(output)) as file:
        assert file.title == "Take 5"


def test_a_forgotten_padding_byte_is_no_loss(use_dry: Path, make_voice, tmp_path: Path) -> None:
    source = tmp_path / "in.wav"
    soundfile.write(source, make_voice(0.3)[0][:14399], 48000, "PCM_24")
    source.write_bytes(source.read_bytes()[:-1] if source.stat().st_size % 2 == 0 else source.read_bytes())
    assert "truncated" not in run(source, "-o", tmp_path / "out.wav")


def test_the_room_is_not_overwritten(use_dry: Path, make_voice, tmp_path: Path) -> None:
    for name in ("in.wav", "room.wav"):
        soundfile.write(tmp_path / name, make_voice(0.3)[0], 48000)
    before = (tmp_path / "room.wav").read_bytes()
    assert "would be overwritten" in run(tmp_path / "in.wav", "-o", tmp_path / "room.wav", "--scene", tmp_path / "room.wav", code=2)
    assert (tmp_path / "room.wav").read_bytes() == before


def test_tags_that_cannot_be_written_leave_nothing(use_dry: Path, make_voice, tmp_path: Path, monkeypatch) -> None:
    import mutagen
    from mutagen.flac import FLAC

    source, output = tmp_path / "in.flac", tmp_path / "out.flac"
    soundfile.write(source, make_voice(0.3)[0], 48000)
    tagged = FLAC(source)
    tagged["composer"] = "Somebody"
    tagged.save()

    def full(*rest, **more) -> None:
        raise mutagen.MutagenError("no space left on device")

    monkeypatch.setattr(FLAC, "save", full)
    assert "tags cannot be written" in run(source, "-o", output, code=2)
    assert [path.name for path in tmp_path.iterdir()] == ["in.flac"]

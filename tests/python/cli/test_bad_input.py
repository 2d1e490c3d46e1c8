# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever a person may hand to the command line: one clear line, exit code 2, and nothing half-written."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import soundfile


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises a huge picture in a few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(64))) + chunk(b"IEND", b"")


BAD_PICTURES = {
    "not_a_picture.jpg": (b"once upon a time there was a room", "not a picture"),
    "empty.jpg": (b"", "empty"),
    "huge.png": (png_header(30000, 30000), "pixels"),
    "garbage.png": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), ""),
}


@pytest.mark.parametrize("name", BAD_PICTURES)
@pytest.mark.parametrize("command", ["match", "room", "rir"])
def test_bad_pictures(refused, models: Path, take: Path, tmp_path: Path, command: str, name: str) -> None:
    content, words = BAD_PICTURES[name]
    path = tmp_path / name
    path.write_bytes(content)
    output = tmp_path / "out.wav"
    arguments = {"match": (path, take, "-o", output), "room": (path,), "rir": (path, "-o", output)}[command]
    line = refused(command, *arguments)
    assert str(path) in line and words in line
    assert not output.exists()


def test_truncated_picture(refused, models: Path, picture: Path) -> None:
    picture.write_bytes(picture.read_bytes()[: picture.stat().st_size // 2])
    assert "truncated" in refused("room", picture)


def test_a_folder_or_nothing_as_picture(refused, models: Path, tmp_path: Path) -> None:
    assert "folder" in refused("room", tmp_path)
    assert "missing.jpg" in refused("room", tmp_path / "missing.jpg")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_no_permission(refused, models: Path, picture: Path, room_file: Path, take: Path, tmp_path: Path) -> None:
    picture.chmod(0)
    assert "permission" in refused("room", picture)
    take.chmod(0)
    assert "permission" in refused("match", room_file, take, "-o", tmp_path / "out.wav")


@pytest.mark.skipif(os.geteuid() != 0 or not Path("/proc/self").exists(), reason="needs root, to become somebody else")
def test_no_permission_as_somebody_else(room_file: Path, take: Path, tmp_path: Path) -> None:
    """Root reads everything, so the command runs as the user nobody; the file's mode decides."""
    program = (
        "import os, sys\n"
        "import lumiverb.audio.files, soundfile\n"
        "from lumiverb.errors import AudioFileError\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "try: lumiverb.audio.files.read_audio(sys.argv[1])\n"
        "except AudioFileError as error: print(error)\n"
        "try: lumiverb.audio.files.write_audio(sys.argv[2], __import__('numpy').zeros((1, 9), 'f4'), 48000)\n"
        "except AudioFileError as error: print(error)\n"
    )
    closed = tmp_path / "closed"
    closed.mkdir()
    for parent in [tmp_path, *tmp_path.parents]:
        if parent.stat().st_uid == os.geteuid() and str(parent).startswith("/tmp/"):
            parent.chmod(0o711)
    take.chmod(0)
    closed.chmod(0o555)
    done = subprocess.run([sys.executable, "-c", program, str(take), str(closed / "x.wav")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    reading, writing = done.stdout.splitlines()
    assert reading == f"{take}: no permission to read it"
    assert writing.startswith(f"{closed / 'x.wav'}: no permission to write there")
    assert list(closed.iterdir()) == []


def test_bad_audio(refused, room_file: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.wav"
    cases = {"text.wav": (b"hello", "not an audio file"), "empty.wav": (b"", "empty"), "missing.wav": (None, "no such file")}
    for name, (content, words) in cases.items():
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        line = refused("match", room_file, path, "-o", output)
        assert str(path) in line and words in line
    assert "is a folder" in refused("match", room_file, tmp_path, "-o", output)
    soundfile.write(tmp_path / "none.wav", np.zeros((0, 1)), 48000)
    assert "no samples" in refused("match", room_file, tmp_path / "none.wav", "-o", output)
    assert not output.exists()


def test_mono_8_bit(run, room_file: Path, make_voice, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "old.wav", make_voice(0.3, 8000)[0], 8000, subtype="PCM_U8")
    result = run("match", room_file, tmp_path / "old.wav", "-o", tmp_path / "out.wav")
    assert result.exit_code == 0, result.output
    assert soundfile.info(tmp_path / "out.wav").samplerate == 8000


def test_three_channels(refused, run, room_file: Path, make_voice, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "three.wav", make_voice(0.3, channels=3).T, 48000)
    line = refused("match", room_file, tmp_path / "three.wav", "-o", tmp_path / "out.wav")
    assert "3 channels" in line and "--downmix" in line
    assert not (tmp_path / "out.wav").exists()
    assert run("match", room_file, tmp_path / "three.wav", "-o", tmp_path / "out.wav", "--downmix").exit_code == 0


def test_samples_that_are_not_numbers(run, room_file: Path, make_voice, tmp_path: Path) -> None:
    audio = make_voice(0.3)
    audio[0, 100:110] = np.nan
    soundfile.write(tmp_path / "nan.wav", audio[0], 48000, subtype="FLOAT")
    result = run("match", room_file, tmp_path / "nan.wav", "-o", tmp_path / "out.wav")
    assert result.exit_code == 0
    assert result.stderr.startswith("warning: ") and "10 samples were not numbers" in result.stderr
    assert np.isfinite(soundfile.read(tmp_path / "out.wav")[0]).all()


@pytest.mark.parametrize(("samples", "rate"), [(1, 48000), (4800, 192000), (1, 8000)])
def test_one_sample_and_high_rates(run, room_file: Path, tmp_path: Path, samples: int, rate: int) -> None:
    soundfile.write(tmp_path / "x.wav", np.full(samples, 0.5), rate)
    result = run("match", room_file, tmp_path / "x.wav", "-o", tmp_path / "out.wav")
    assert result.exit_code == 0, result.output
    assert soundfile.info(tmp_path / "out.wav").samplerate == rate


@pytest.mark.parametrize("name", ["out.mp4", "out", "out.jpg"])
def test_unknown_ending(refused, room_file: Path, take: Path, tmp_path: Path, name: str) -> None:
    line = refused("match", room_file, take, "-o", tmp_path / name)
    assert "unknown ending" in line and ".wav" in line
    assert not (tmp_path / name).exists()


def test_output_folder_missing(refused, room_file: Path, take: Path, tmp_path: Path) -> None:
    assert "does not exist" in refused("match", room_file, take, "-o", tmp_path / "no" / "out.wav")
    assert "does not exist" in refused("rir", room_file, "-o", tmp_path / "no" / "out.wav")
    assert "does not exist" in refused("room", room_file, "-o", tmp_path / "no" / "out.json")
    assert "does not exist" in refused("match", room_file, take, "-o", tmp_path / "out.wav", "--report", tmp_path / "no" / "r.png")
    assert not (tmp_path / "out.wav").exists()


_limited = """
import resource, signal, sys
from lumiverb.cli.main import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
sys.argv[0] = "lumiverb"
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no file size limits there")
@pytest.mark.parametrize("command", ["match", "rir"])
def test_disk_full(room_file: Path, take: Path, tmp_path: Path, command: str) -> None:
    output = tmp_path / "folder" / "out.wav"
    output.parent.mkdir()
    arguments = ["match", room_file, take, "-o", output] if command == "match" else ["rir", room_file, "-o", output, "--rate", "96000"]
    done = subprocess.run([sys.executable, "-c", _limited, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1 and str(output) in done.stderr and "nothing was written" in done.stderr
    assert list(output.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--mix", "2", "mix must be from 0 to 1"),
        ("--decay", "100", "decay must be from 0.25 to 4"),
        ("--band-decay", "1,2", "7 numbers"),
        ("--band-decay", "a,b", "7 numbers"),
        ("--output", "7.1", "unknown output"),
        ("--bits", "13", "cannot hold"),
        ("--rate", "100", ""),
    ],
)
def test_wrong_options(refused, room_file: Path, take: Path, tmp_path: Path, option: str, value: str, words: str) -> None:
    assert words in refused("match", room_file, take, "-o", tmp_path / "out.wav", option, value)
    assert not (tmp_path / "out.wav").exists()


def test_a_damaged_room_file(refused, take: Path, tmp_path: Path) -> None:
    path = tmp_path / "room.json"
    path.write_text('{"format": "lumiverb-room", "version": 1}')
    line = refused("match", path, take, "-o", tmp_path / "out.wav")
    assert str(path) in line


def test_debug_shows_where(room_file: Path, python: list[str], tmp_path: Path) -> None:
    command = ["match", str(room_file), str(tmp_path / "missing.wav"), "-o", str(tmp_path / "out.wav")]
    plain = subprocess.run([*python, *command], capture_output=True, text=True, check=False)
    assert plain.returncode == 2 and "Traceback" not in plain.stderr and len(plain.stderr.splitlines()) == 1
    debug = subprocess.run([*python, "--debug", *command], capture_output=True, text=True, check=False)
    assert debug.returncode != 0 and "Traceback" in debug.stderr


def test_values_of_options_that_nothing_can_be_done_with(refused, room_file: Path, take: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    for arguments, words in (
        (("match", room_file, take, "-o", tmp_path / "out.ogg", "--rate", 384000), "too many for .ogg"),
        (("match", room_file, take, "-o", out, "--rate", -1), "a sample rate of -1 Hz"),
        (("match", room_file, take, "-o", out, "--rate", 1), "a sample rate of 1 Hz"),
        (("batch", take, "-r", room_file, "-o", tmp_path / "batch", "--rate", 5), "a sample rate of 5 Hz"),
        (("batch", take, "--chain", "dry", "-o", tmp_path / "batch", "--ext", "mp3"), "unknown ending '.mp3'"),
        (("rir", room_file, "-o", tmp_path / "ir.ogg"), "lossy"),
        (("rir", room_file, "-o", room_file), "unknown ending"),
        (("rir", take, "-o", take), "would be overwritten"),
        (("room", room_file, "--plot", tmp_path / "x.banana"), ".png, .pdf or .svg"),
        (("room", room_file, "--plot", tmp_path / "nowhere/x.png"), "does not exist"),
        (("room", room_file, "-o", tmp_path / "room"), "written as .json"),
        (("scene", "make", "--kind", "church", "-o", tmp_path, "--layout", "quad"), "'quad' is none of"),
        (("scene", "make", "--kind", "church", "-o", take), "is a file"),
        (("scene", "sheet", "-o", tmp_path), "is a folder"),
        (("match", room_file, tmp_path / ("a" * 260 + ".wav"), "-o", out), "file name too long"),
        (("match", room_file, take, "-o", tmp_path / ("a" * 260 + ".wav")), "file name too long"),
    ):
        assert words in refused(*arguments)
    assert sorted(p.name for p in tmp_path.iterdir()) == [room_file.name, take.name]


def test_a_dry_run_finds_what_the_run_would(refused, room_file: Path, make_voice, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "six.wav", make_voice(0.2, channels=6).T, 48000)
    assert "6 channels" in refused("match", room_file, tmp_path / "six.wav", "-o", tmp_path / "out.wav", "--dry-run")


def test_names_that_are_not_text(run, room_file: Path, take: Path, tmp_path: Path) -> None:
    if os.name != "posix":
        pytest.skip("names are text here")
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.wav"))
    try:
        odd.write_bytes(take.read_bytes())
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    result = run("match", room_file, odd, "-o", tmp_path / "out.wav", "--json", "--sidecar")
    assert result.exit_code == 0 and json.loads(result.stdout)["input"] == str(odd), result.output
    result = run("batch", odd, take, "-r", room_file, "-o", tmp_path / "many", "-j", "1")
    assert result.exit_code == 0 and len(list((tmp_path / "many").glob("*.wav"))) == 2, result.output


def test_a_scene_of_any_primitives_is_known_as_one(refused, run, tmp_path: Path) -> None:
    from lumiverb.acoustics.scenes import make_room

    for kind, words in (("street", "not an enclosed room"),):
        path = tmp_path / f"{kind}.scene.json"
        path.write_text(make_room(kind, 1).to_json())
        line = refused("room", path)
        assert words in line and str(path) in line
    scene = json.loads(make_room("closet", 2).to_json())
    corners = [
        (q["corner"], [c + u for c, u in zip(q["corner"], q["edge_u"])], [c + v for c, v in zip(q["corner"], q["edge_v"])],
         [c + u + v for c, u, v in zip(q["corner"], q["edge_u"], q["edge_v"])], q["material"]) for q in scene.pop("quads")
    ]  # fmt: skip
    for a, b, c, d, material in corners:
        scene.setdefault("triangles", []).extend(
            [{"a": a, "b": b, "c": c, "material": material}, {"a": b, "b": d, "c": c, "material": material}]
        )
    (tmp_path / "triangles.json").write_text(json.dumps(scene))
    assert run("room", tmp_path / "triangles.json").exit_code == 0


def test_an_unexpected_error_is_one_line(refused, room_file: Path, monkeypatch) -> None:
    import lumiverb.cli.common

    def broken(*rest):
        raise ValueError("of a kind that\nnobody thought of")

    monkeypatch.setattr(lumiverb.cli.common, "open_room", broken)
    line = refused("room", room_file, code=3)
    assert "unexpected ValueError (of a kind that nobody thought of)" in line and "--debug" in line

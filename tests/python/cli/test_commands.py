# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands as a person types them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

import lumiverb


def test_version_and_help(python: list[str]) -> None:
    done = subprocess.run([*python, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"lumiverb {lumiverb.__version__}\n"
    done = subprocess.run([*python, "--help"], capture_output=True, text=True, check=True)
    for command in ("match", "room", "rir", "batch", "demo", "doctor", "bench"):
        assert command in done.stdout


@pytest.mark.parametrize("command", ["match", "room", "rir", "batch", "demo", "doctor", "bench"])
def test_every_command_explains_itself(run, command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0 and "Usage: lumiverb" in result.stdout


_imports = """
import sys, time
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"torch", "onnx", "pyroomacoustics", "pedalboard", "scipy"}:
            raise ImportError("not in the product path: " + name)
sys.meta_path.insert(0, Refuse())
began = time.process_time()
import lumiverb
seconds = time.process_time() - began
assert not {"matplotlib", "numpy", "PIL", "onnxruntime"} & set(sys.modules), "imported too early"
from lumiverb import Match, Room, load_plugin
assert "matplotlib" not in sys.modules and "onnxruntime" not in sys.modules
from lumiverb.cli.main import main
main_arguments = sys.argv[1:]
print(seconds)
sys.argv = ["lumiverb", *main_arguments]
main()
"""


def test_the_product_needs_no_torch_and_imports_quickly(room_file: Path, take: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _imports, "match", str(room_file), str(take), "-o", str(tmp_path / "out.wav")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.splitlines()[0]) < 0.4
    assert (tmp_path / "out.wav").exists()


def test_a_missing_package_is_one_sentence(run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from lumiverb.cli import main

    (tmp_path / "needs_torch.py").write_text("import torch\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setitem(main.COMMANDS, "match", ("needs_torch", "x"))
    result = run("match")
    assert result.exit_code == 2
    assert result.stderr == "lumiverb: match needs the Python package 'torch', which is not installed: pip install 'lumiverb[train]'\n"


def test_match_writes_what_the_api_gives(run, chamber, room_file: Path, take: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.wav"
    result = run("match", room_file, take, "-o", output, "--mix", "0.8", "--decay", "1.5", "--angle", "30", "--json", "--sidecar")
    assert result.exit_code == 0, result.output
    record = json.loads(result.stdout)
    assert record["settings"]["mix"] == 0.8 and record["settings"]["angle"] == 30.0
    assert json.loads((tmp_path / "out.wav.json").read_text()) == record
    written, rate = soundfile.read(output, dtype="float32", always_2d=True)
    dry = soundfile.read(take, dtype="float32", always_2d=True)[0].T
    expected = lumiverb.Match(chamber, mix=0.8, decay=1.5, angle=30.0)(dry, rate, tail=True)
    np.testing.assert_array_equal(written.T, expected)
    assert soundfile.info(output).subtype == "FLOAT"


def test_match_with_a_picture_and_report(run, models: Path, picture: Path, take: Path, tmp_path: Path) -> None:
    result = run("match", picture, take, "-o", tmp_path / "out.flac", "--report", tmp_path / "report.png", "--json", "--sidecar")
    assert result.exit_code == 0, result.output
    record = json.loads(result.stdout)
    assert record["picture"] == str(picture) and len(record["model"]["sha256"]) == 64
    from PIL import Image

    assert min(Image.open(tmp_path / "report.png").size) > 800


@pytest.mark.parametrize(("layout", "channels"), [("mono", 1), ("stereo", 2), ("5.1", 6), ("foa", 4), ("binaural", 2)])
def test_output_layouts(run, room_file: Path, take: Path, tmp_path: Path, layout: str, channels: int) -> None:
    result = run("match", room_file, take, "-o", tmp_path / "out.wav", "--output", layout, "--no-tail")
    assert result.exit_code == 0, result.output
    info = soundfile.info(tmp_path / "out.wav")
    assert (info.channels, info.frames) == (channels, soundfile.info(take).frames)


def test_rate_bits_and_tail(run, room_file: Path, take: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.wav"
    assert run("match", room_file, take, "-o", output, "--rate", "44100", "--bits", "24").exit_code == 0
    info = soundfile.info(output)
    assert info.samplerate == 44100 and info.subtype == "PCM_24" and info.frames > 0.5 * 44100


def test_dry_run_and_skip_existing(run, room_file: Path, take: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.wav"
    assert run("match", room_file, take, "-o", output, "--dry-run").exit_code == 0
    assert not output.exists()
    output.write_bytes(b"mine")
    assert run("match", room_file, take, "-o", output, "--skip-existing").exit_code == 0
    assert output.read_bytes() == b"mine"


def test_room_prints_the_description(run, models: Path, picture: Path) -> None:
    result = run("room", picture)
    assert result.exit_code == 0, result.output
    values = json.loads(result.stdout)
    assert values["format"] == "lumiverb-room"
    assert len(values["rt60_s"]) == len(values["drr_db"]) == 7
    assert set(values) == set(lumiverb.RoomDescription().to_dict())


def test_room_output_feeds_match(run, models: Path, picture: Path, take: Path, tmp_path: Path) -> None:
    assert run("room", picture, "-o", tmp_path / "room.json", "--plot", tmp_path / "room.png").exit_code == 0
    for source, name in ((picture, "a.wav"), (tmp_path / "room.json", "b.wav")):
        assert run("match", source, take, "-o", tmp_path / name).exit_code == 0
    a, b = (soundfile.read(tmp_path / name)[0] for name in ("a.wav", "b.wav"))
    assert np.array_equal(a, b)
    assert (tmp_path / "room.png").stat().st_size > 20_000


def test_room_table_for_people(run, room_file: Path) -> None:
    result = run("room", room_file, "--table")
    assert result.exit_code == 0 and "RT60" in result.stdout and "8 kHz" in result.stdout


@pytest.mark.parametrize(("channels", "count"), [("mono", 1), ("stereo", 2), ("true_stereo", 4), ("binaural", 2), ("foa", 4), ("5.1", 6)])
@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_rir_files(run, chamber, room_file: Path, tmp_path: Path, channels: str, count: int, ending: str) -> None:
    output = tmp_path / f"ir.{ending}"
    result = run("rir", room_file, "-o", output, "--channels", channels, "--rate", "44100", "--seed", "3")
    assert result.exit_code == 0, result.output
    written, rate = soundfile.read(output, dtype="float32", always_2d=True)
    assert rate == 44100 and written.shape[1] == count
    expected = chamber.rir(44100, channels, seed=3)
    scale = max(1.0, np.abs(expected).max()) if ending == "flac" else 1.0
    np.testing.assert_allclose(written.T, expected / scale, atol=2.0**-22 if ending == "flac" else 0)


@pytest.mark.parametrize("channels", ["true_stereo", "foa", "5.1"])
def test_rir_as_sofa(run, chamber, room_file: Path, tmp_path: Path, channels: str) -> None:
    sofar = pytest.importorskip("sofar")
    output = tmp_path / "ir.sofa"
    result = run("rir", room_file, "-o", output, "--channels", channels)
    assert result.exit_code == 0, result.output
    sofa = sofar.read_sofa(str(output), verify=True, verbose=False)
    expected = chamber.rir(48000, channels)
    np.testing.assert_allclose(sofa.Data_IR.reshape(expected.shape), expected, atol=1e-7)
    assert sofa.Data_SamplingRate == 48000
    assert [p.name for p in tmp_path.iterdir() if p.suffix == ".sofa"] == ["ir.sofa"]


def test_doctor(run, models: Path) -> None:
    result = run("doctor", "--json", "--no-load")
    found = json.loads(result.stdout)
    names = {check["name"]: check for check in found["checks"]}
    assert names["native module"]["ok"] and names["model scene-encoder"]["ok"], found
    assert found["ok"] and result.exit_code == 0
    assert names["ONNX Runtime"]["detail"][0].isdigit()


def test_doctor_says_what_is_missing(run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LUMIVERB_ORT_LIBRARY", str(tmp_path / "none.so"))
    monkeypatch.setattr("lumiverb.host.models.model_folders", lambda: [tmp_path])
    result = run("doctor", "--no-load")
    assert result.exit_code == 1
    assert "FAIL" in result.stdout and "LUMIVERB_MODELS" in result.stdout

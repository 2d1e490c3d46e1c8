# SPDX-License-Identifier: AGPL-3.0-or-later
"""``lumiverb batch --chain``: Dry alone, Match alone, Dry before Match."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

import lumiverb
from lumiverb.cli.main import app


def run(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["batch", *map(str, arguments), "-j", "1"])
    assert result.exit_code == code, result.output + str(result.exception)
    return result.output


@pytest.fixture
def takes(tmp_path: Path, make_voice) -> Path:
    folder = tmp_path / "takes"
    folder.mkdir()
    for seed in (1, 2):
        soundfile.write(folder / f"take{seed}.wav", make_voice(0.4, channels=2, seed=seed).T, 48000, "FLOAT")
    return folder


def test_dry_alone_and_resumed(use_dry: Path, takes: Path, tmp_path: Path) -> None:
    run(takes, "--chain", "dry", "--dry-amount", 0.5, "-o", tmp_path / "out")
    audio = soundfile.read(takes / "take2.wav", dtype="float32")[0].T
    assert np.array_equal(soundfile.read(tmp_path / "out/take2.wav", dtype="float32")[0].T, lumiverb.Dry(amount=0.5)(audio, 48000))
    assert "0 done, 0 failed, 2 done before" in run(takes, "--chain", "dry", "--dry-amount", 0.5, "-o", tmp_path / "out")
    assert "2 done, 0 failed" in run(takes, "--chain", "dry", "-o", tmp_path / "out")


def test_dry_before_match(use_dry: Path, takes: Path, tmp_path: Path, chamber) -> None:
    chamber.save(tmp_path / "chamber.json")
    run(takes, "--chain", f"dry,match:{tmp_path / 'chamber.json'}", "--mix", 0.5, "-o", tmp_path / "out", "--no-tail")
    audio = soundfile.read(takes / "take1.wav", dtype="float32")[0].T
    expected = lumiverb.Match(chamber, mix=0.5)(lumiverb.Dry()(audio, 48000), 48000)
    assert np.array_equal(soundfile.read(tmp_path / "out/take1.wav", dtype="float32")[0].T, expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--chain", "wash"], "not 'wash'"),
        (["--chain", "match:a.jpg,dry"], "--chain is dry"),
        (["--chain", "dry", "--room", "a.json"], "exclude each other"),
        ([], "nothing to do"),
        (["--chain", "dry", "--dry-amount", 7], "amount must be from 0 to 1"),
        (["--chain", "dry", "--rate", 44100], "--rate is an option of Match"),
        (["--room", "a.json", "--quality", "traced"], "the quality of Match is --match-quality"),
    ],
)
def test_refusals(use_dry: Path, takes: Path, tmp_path: Path, arguments: list, message: str) -> None:
    assert message in run(takes, *arguments, "-o", tmp_path / "out", code=2)


def test_files_of_several_rates(use_dry: Path, takes: Path, tmp_path: Path, make_voice) -> None:
    soundfile.write(takes / "take3.wav", make_voice(0.3, 44100).T, 44100, "FLOAT")
    run(takes, "--chain", "dry", "-o", tmp_path / "out", "--ext", "")
    assert [soundfile.info(tmp_path / f"out/take{i}.wav").samplerate for i in (1, 2, 3)] == [48000, 48000, 44100]

# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result


@pytest.fixture
def run() -> Callable[..., Result]:
    """``run("match", picture, ...)``: the command line in this process."""
    from lumiverb.cli.main import app

    def call(*arguments: object) -> Result:
        return CliRunner().invoke(app, [str(a) for a in arguments], prog_name="lumiverb")

    return call


@pytest.fixture
def refused(run) -> Callable[..., str]:
    """Run a command that must fail with one clear line on stderr; returns the line."""

    def call(*arguments: object, code: int = 2) -> str:
        result = run(*arguments)
        assert result.exit_code == code, result.output
        lines = [line for line in result.stderr.splitlines() if not line.startswith("warning: ")]
        assert len(lines) == 1 and lines[0].startswith("lumiverb: "), result.output
        assert result.stdout == ""
        return lines[0]

    return call


@pytest.fixture
def room_file(chamber, tmp_path: Path) -> Path:
    path = tmp_path / "chamber.json"
    chamber.save(path)
    return path


@pytest.fixture
def take(make_voice, tmp_path: Path) -> Path:
    """A dry recording: half a second, mono, 48 kHz."""
    from lumiverb.audio.files import write_audio

    path = tmp_path / "take.wav"
    write_audio(path, make_voice(0.5), 48000)
    return path


@pytest.fixture
def python() -> list[str]:
    """The command line in a new process."""
    return [sys.executable, "-m", "lumiverb"]

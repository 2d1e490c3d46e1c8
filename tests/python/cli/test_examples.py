# SPDX-License-Identifier: AGPL-3.0-or-later
"""The programs of docs/examples.md run as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "examples.md"
BLOCKS = re.findall(r"```(sh|python plugin|python)\n(.*?)```", DOCUMENT.read_text("utf-8"), re.S)


@pytest.fixture
def desk(models: Path, picture: Path, make_voice, tmp_path: Path) -> Path:
    """A folder with church.jpg, voice.wav and the command lumiverb; a folder of takes."""
    from lumiverb.audio.files import write_audio

    desk = tmp_path / "desk"
    desk.mkdir()
    picture.rename(desk / "church.jpg")
    write_audio(desk / "voice.wav", make_voice(1.0), 48000)
    (desk / "takes").mkdir()
    write_audio(desk / "takes" / "one.flac", make_voice(0.5), 44100)
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "lumiverb"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m lumiverb "$@"\n')
    command.chmod(0o755)
    return desk


def test_the_page_has_its_examples() -> None:
    assert [kind for kind, _ in BLOCKS] == ["sh", "python", "python plugin", "sh", "python", "sh", "python"]


@pytest.mark.parametrize(("kind", "text"), BLOCKS, ids=[f"{i}-{k.split()[0]}" for i, (k, _) in enumerate(BLOCKS)])
def test_example(desk: Path, tmp_path: Path, kind: str, text: str) -> None:
    if kind == "python plugin":
        pytest.importorskip("pedalboard")
        from lumiverb.errors import PluginError
        from lumiverb.host.plugin import find_plugin

        try:
            find_plugin("Match")
        except PluginError as error:
            pytest.skip(str(error))
    command = ["sh", "-e", "-c", text] if kind == "sh" else [sys.executable, "-c", text]
    environment = os.environ | {"PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    environment["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
    before = set(desk.iterdir())
    done = subprocess.run(command, cwd=desk, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr
    wanted = set(re.findall(r"-o (\S+)|write_audio\(\"(\S+?)\"|--report (\S+)|--plot (\S+)", text))
    for name in {n for group in wanted for n in group if n}:
        assert (desk / name).exists(), name
    assert set(desk.iterdir()) > before or "-o" not in text

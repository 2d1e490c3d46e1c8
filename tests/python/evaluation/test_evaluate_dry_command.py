# SPDX-License-Identifier: AGPL-3.0-or-later
"""``lumiverb evaluate dry`` on folders of the user's own."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("typer")

from typer.testing import CliRunner

from lumiverb.audio.files import write_audio
from lumiverb.cli.main import app


@pytest.fixture
def folders(tmp_path, make_voice):
    for name in ("speech", "rirs"):
        (tmp_path / name).mkdir()
    for i in range(2):
        write_audio(tmp_path / f"speech/voice{i}.wav", make_voice(1.0, seed=i + 1), 48000)
    room = 0.03 * np.random.default_rng(1).standard_normal(24000) * np.exp(-8e-5 * np.arange(24000))
    room[0] = 1
    write_audio(tmp_path / "rirs/room.wav", room[None], 48000)
    return tmp_path


def evaluate(folders, *more):
    arguments = ["evaluate", "dry", "--speech", str(folders / "speech"), "--rirs", str(folders / "rirs"), "--clips", "1", "--seconds", "2"]
    return CliRunner().invoke(app, [*arguments, *more])


def test_it_prints_a_table_and_writes_numbers(folders):
    result = evaluate(folders, "--systems", "unprocessed,lebart", "-o", str(folders / "table.json"))
    assert result.exit_code == 0, result.output
    assert "| lebart |" in result.output
    systems = json.loads((folders / "table.json").read_text())["systems"]
    assert systems["lebart"]["rooms"]["clips"] == systems["lebart"]["dry input"]["clips"] == 1
    assert systems["lebart"]["rooms"]["pause_db"][0] < systems["unprocessed"]["rooms"]["pause_db"][0]


def test_it_needs_both_folders(folders):
    result = CliRunner().invoke(app, ["evaluate", "dry", "--speech", str(folders / "speech")])
    assert result.exit_code != 0 and "go together" in f"{result.output} {result.exception}"

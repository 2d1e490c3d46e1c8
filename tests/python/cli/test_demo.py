# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo: voice and picture in, wet voice and report out, plug-in and twin side by side."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from lumiverb.errors import Error
from lumiverb.host import demo


@pytest.fixture
def words(make_voice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as the voice's package lays it out, with words of our own."""
    folder = tmp_path / "words"
    folder.mkdir()
    for i, word in enumerate(demo.VOICE_WORDS):
        audio = np.pad(make_voice(0.2, seed=i)[0], 4800)
        soundfile.write(folder / f"{word}.wav", audio, 48000)
    monkeypatch.setenv("LUMIVERB_DEMO_VOICE", str(folder))
    return folder


def test_the_default_voice_is_words_with_even_pauses(words: Path) -> None:
    audio, rate = demo.default_voice()
    assert rate == 48000 and audio.shape[0] == 1
    loud = np.abs(audio[0]) > 1e-3 * np.abs(audio).max()
    edges = np.flatnonzero(np.diff(np.flatnonzero(loud)) > 0.3 * rate)
    assert len(edges) == len(demo.VOICE_WORDS) - 1


def test_a_missing_voice_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(demo, "voice_folders", lambda: [tmp_path])
    with pytest.raises(Error, match="apt-get install alsa-utils.*--voice"):
        demo.default_voice()


def test_demo_without_the_plug_in(
    run, models: Path, dry_models: Path, words: Path, picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUMIVERB_MODELS", f"{dry_models}{os.pathsep}{models}")
    out = tmp_path / "demo"
    result = run("demo", "--scene", picture, "--voice", "", "-o", out, "--plugin", "no", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["plugin"] == {"state": "not asked for"}
    assert told["dry"]["state"] == "done" and told["dry"]["pauses_after_db"] < told["dry"]["pauses_before_db"]
    assert {p.name for p in out.iterdir()} == {"dry.wav", "wet.wav", "report.png", "room.json", "dried.wav", "report-dry.png"}
    dry, wet, dried = (soundfile.info(out / name) for name in ("dry.wav", "wet.wav", "dried.wav"))
    assert wet.channels == 2 and wet.frames > dry.frames and dried.frames == wet.frames


def test_a_plug_in_that_must_be_there(
    refused, models: Path, picture: Path, take: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("pedalboard")
    monkeypatch.setattr("lumiverb.host.plugin.search_path", lambda: [tmp_path])
    line = refused("demo", "--scene", picture, "--voice", take, "-o", tmp_path / "demo", "--plugin", "yes")
    assert "Lumiverb Match.vst3" in line


def test_difference_in_decibels() -> None:
    a = np.ones((1, 4), np.float32)
    assert demo.difference_db(a, a) == -np.inf
    assert demo.difference_db(a, a * 0.9) == pytest.approx(-20.0, abs=0.01)

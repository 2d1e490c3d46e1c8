# SPDX-License-Identifier: AGPL-3.0-or-later
"""``lumiverb match --reference``, ``lumiverb room take.wav``, and what they refuse."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import soundfile
from blind_package import RT60_S

from lumiverb.audio.files import write_audio


@pytest.fixture
def reference(make_voice, tmp_path: Path) -> Path:
    path = tmp_path / "other_take.wav"
    write_audio(path, make_voice(2.0, 44100, 2), 44100)
    return path


def test_room_of_a_recording(run, tiny: Path, reference: Path) -> None:
    result = run("room", reference)
    assert result.exit_code == 0, result.output
    described = json.loads(result.stdout)
    assert described["rt60_s"] == pytest.approx([RT60_S] * 7, rel=1e-4) and described["embedding"] == []
    table = run("room", reference, "--table").stdout
    assert "1.50" in table and "room of other_take" in table


def test_match_a_recording(run, tiny: Path, take: Path, reference: Path, tmp_path: Path) -> None:
    out = tmp_path / "wet.wav"
    result = run("match", take, "-o", out, "--reference", reference, "--json", "--sidecar")
    assert result.exit_code == 0, result.output
    record = json.loads(result.stdout)
    assert record["reference"] == str(reference) and record["reference_model"]["name"] == "blind-room"
    assert record["room"]["rt60_s"][2] == pytest.approx(RT60_S, rel=1e-4) and "picture" not in record
    assert soundfile.info(out).duration > 0.5 + 0.5 * RT60_S
    assert json.loads(Path(f"{out}.json").read_text())["reference_model"] == record["reference_model"]


def test_picture_and_recording_together(run, tiny: Path, picture: Path, take: Path, reference: Path, tmp_path: Path) -> None:
    def rt60(*arguments: object) -> float:
        result = run("match", *arguments, take, "-o", tmp_path / "wet.wav", "--json", "--dry-run")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)["room"]["rt60_s"][0]

    seen, heard = rt60(picture), rt60("--reference", reference)
    fused = rt60("--picture", picture, "--reference", reference)
    # The tests' own packages state spreads of .2 and .1: a fifth of the way stays with the picture.
    assert math.log(fused) == pytest.approx(0.2 * math.log(seen) + 0.8 * math.log(heard), abs=1e-3)
    assert rt60("--picture", picture, "--reference", reference, "--balance", 0) == pytest.approx(seen)
    assert rt60("--reference", reference, "--balance", 1, picture) == pytest.approx(heard, rel=1e-4)


def test_what_was_fused_stands_in_the_sidecar(run, tiny: Path, picture: Path, take: Path, reference: Path, tmp_path: Path) -> None:
    result = run("match", picture, take, "-o", tmp_path / "w.wav", "--reference", reference, "--balance", 0.7, "--json")
    record = json.loads(result.stdout)
    assert record["balance"] == 0.7 and record["picture"] == str(picture) and record["reference"] == str(reference)
    assert record["model"]["name"] == "scene-encoder"


def test_the_seed_is_an_option(run, room_file: Path, take: Path, tmp_path: Path) -> None:
    sound = {}
    for name, seed in (("a", 1), ("b", 1), ("c", 7)):
        result = run("match", room_file, take, "-o", tmp_path / f"{name}.wav", "--seed", seed, "--json")
        assert json.loads(result.stdout)["settings"]["seed"] == seed
        sound[name] = (tmp_path / f"{name}.wav").read_bytes()
    assert sound["a"] == sound["b"] != sound["c"]


def test_refusals(refused, tiny: Path, picture: Path, take: Path, reference: Path, make_voice, tmp_path: Path) -> None:
    out = tmp_path / "wet.wav"
    assert "--reference must say which room" in refused("match", take, "-o", out)
    assert "one dry recording at a time" in refused("match", picture, take, take, "-o", out)
    assert "two photos" in refused("match", picture, take, "-o", out, "--picture", picture)
    assert f"{take}: the recording is 0.50 s long" in refused("match", reference, "-o", out, "--reference", take)
    silent = tmp_path / "silent.wav"
    write_audio(silent, 0 * make_voice(2.0), 48000)
    assert "silent.wav: the recording is silent" in refused("room", silent)
    assert "no such file" in refused("match", take, "-o", out, "--reference", tmp_path / "gone.wav")
    assert not out.exists()

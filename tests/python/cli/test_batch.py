# SPDX-License-Identifier: AGPL-3.0-or-later
"""Batch: many files, bad ones skipped, stopped and resumed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

import lumiverb
from lumiverb.audio.files import write_audio


@pytest.fixture
def takes(make_voice, tmp_path: Path) -> Path:
    folder = tmp_path / "takes"
    (folder / "day two").mkdir(parents=True)
    for i, name in enumerate(("a.wav", "b.flac", "day two/c.wav", "day two/d.aiff")):
        write_audio(folder / name, make_voice(0.2, seed=i), 48000)
    (folder / "notes.txt").write_text("not audio")
    return folder


def outputs(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*.wav"))


def test_a_folder_with_its_structure(run, chamber, room_file: Path, takes: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("batch", takes, "-r", room_file, "-o", out, "--mix", "0.6", "--workers", "1", "--json")
    assert result.exit_code == 0, result.output
    assert outputs(out) == ["a.wav", "b.wav", "day two/c.wav", "day two/d.wav"]
    summary = json.loads(result.stdout)
    assert (summary["jobs"], summary["done"], summary["failed"]) == (4, 4, 0)
    dry = soundfile.read(takes / "day two" / "c.wav", dtype="float32", always_2d=True)[0].T
    expected = lumiverb.Match(chamber, mix=0.6)(dry, 48000, tail=True)
    np.testing.assert_array_equal(soundfile.read(out / "day two" / "c.wav", dtype="float32")[0].T, expected)


def test_processes_give_the_same_files(run, room_file: Path, takes: Path, tmp_path: Path) -> None:
    for workers, name in ((1, "one"), (2, "two")):
        assert run("batch", takes, "-r", room_file, "-o", tmp_path / name, "-j", workers).exit_code == 0
    for name in outputs(tmp_path / "one"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_bad_files_are_reported_and_skipped(run, room_file: Path, takes: Path, make_voice, tmp_path: Path) -> None:
    (takes / "broken.wav").write_bytes(b"RIFF....WAVEnothing")
    (takes / "empty.wav").write_bytes(b"")
    soundfile.write(takes / "wide.wav", make_voice(0.1, channels=5).T, 48000)
    result = run("batch", takes, "-r", room_file, "-o", tmp_path / "out", "-j", "1", "--json")
    assert result.exit_code == 1
    summary = json.loads(result.stdout)
    assert (summary["done"], summary["failed"]) == (4, 3)
    assert sorted(Path(f["input"]).name for f in summary["failures"]) == ["broken.wav", "empty.wav", "wide.wav"]
    warnings = result.stderr.splitlines()
    assert len(warnings) == 3 and all(w.startswith("warning: ") and w.endswith("(skipped)") for w in warnings)
    assert outputs(tmp_path / "out") == ["a.wav", "b.wav", "day two/c.wav", "day two/d.wav"]


def done_now(result) -> int:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)["done"]


def test_it_goes_on_where_it_stopped(run, room_file: Path, takes: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = ("batch", takes, "-r", room_file, "-o", out, "-j", "1", "--json")
    assert done_now(run(*command)) == 4
    assert done_now(run(*command)) == 0
    manifest = out / "lumiverb-batch.jsonl"
    lines = manifest.read_text().splitlines()
    assert len(lines) == 4
    manifest.write_text("\n".join(lines[:3]) + "\n" + lines[3][: len(lines[3]) // 2])  # stopped while writing
    assert done_now(run(*command)) == 1
    (out / "a.wav").unlink()
    assert done_now(run(*command)) == 1


def test_changed_inputs_and_settings_are_done_again(run, room_file: Path, takes: Path, make_voice, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = ("batch", takes, "-r", room_file, "-o", out, "-j", "1", "--json")
    assert done_now(run(*command)) == 4
    write_audio(takes / "a.wav", make_voice(0.3), 48000)
    os.utime(takes / "a.wav", (1, 1))
    assert done_now(run(*command)) == 1
    assert done_now(run(*command, "--mix", "0.9")) == 4


def test_several_rooms(run, hall, room_file: Path, takes: Path, tmp_path: Path) -> None:
    hall.save(tmp_path / "hall.json")
    out = tmp_path / "out"
    result = run("batch", takes / "a.wav", "-r", room_file, "-r", tmp_path / "hall.json", "-o", out, "-j", "1")
    assert result.exit_code == 0, result.output
    assert outputs(out) == ["chamber/a.wav", "hall/a.wav"]


def test_outputs_inside_the_inputs_are_left_alone(run, room_file: Path, takes: Path) -> None:
    command = ("batch", takes, "-r", room_file, "-o", takes / "wet", "-j", "1", "--json")
    assert done_now(run(*command)) == 4
    assert done_now(run(*command)) == 0


def test_dry_run_writes_nothing(run, room_file: Path, takes: Path, tmp_path: Path) -> None:
    result = run("batch", takes, "-r", room_file, "-o", tmp_path / "out", "--dry-run")
    assert result.exit_code == 0 and "4 to do, 0 done before" in result.stdout
    assert not (tmp_path / "out").exists()


def test_refusals(refused, room_file: Path, takes: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert "no such file" in refused("batch", tmp_path / "nowhere", "-r", room_file, "-o", out)
    (tmp_path / "void").mkdir()
    assert "no audio files" in refused("batch", tmp_path / "void", "-r", room_file, "-o", out)
    assert "unknown ending" in refused("batch", takes, "-r", room_file, "-o", out, "--ext", ".xyz")
    assert "mix must be" in refused("batch", takes, "-r", room_file, "-o", out, "--mix", "7")
    assert "two rooms" in refused("batch", takes, "-r", room_file, "-r", room_file, "-o", out)
    write_audio(takes / "a.flac", np.zeros((1, 10), np.float32), 48000)
    assert "both be written" in refused("batch", takes, "-r", room_file, "-o", out)
    assert "is a file" in refused("batch", takes / "b.flac", "-r", room_file, "-o", room_file)


def test_inputs_are_not_overwritten(run, refused, room_file: Path, takes: Path, take: Path) -> None:
    before = {path: path.read_bytes() for path in (takes / "a.wav", take, room_file)}
    assert "would be overwritten" in refused("batch", takes / "a.wav", "-r", room_file, "-o", takes, "-j", "1")
    assert "would be overwritten" in refused("match", room_file, take, "-o", take.parent / "." / take.name)
    assert "would be overwritten" in refused("match", room_file, take, "--reference", takes / "a.wav", "-o", takes / "a.wav")
    assert "would be overwritten" in refused("room", room_file, "-o", room_file)
    assert all(path.read_bytes() == content for path, content in before.items())


def test_traced_means_the_scene_that_was_given(takes: Path, tmp_path: Path) -> None:
    from lumiverb.acoustics.scenes import make_room
    from lumiverb.host import batch, render

    known = lumiverb.Room.from_scene(make_room("bathroom", 3).to_json(), rays=500)
    files = batch.find_audio([takes / "a.wav"], tmp_path / "out")
    settings = render.Settings({"quality": "traced"})
    (job,) = batch.plan(files, [known], tmp_path / "out", settings, ".wav")
    guessed = lumiverb.Room.from_json(known.json, name=known.name)
    (other,) = batch.plan(files, [guessed], tmp_path / "out", settings, ".wav")
    assert job.key() != other.key()
    assert batch._engines_for(job)[2].scene == known.scene and not batch._engines_for(other)[2].scene
    assert all(room.scene == known.scene for room in known.candidates().values())


def test_a_file_that_is_too_much_does_not_end_the_batch(run, room_file: Path, takes: Path, tmp_path: Path, monkeypatch) -> None:
    from lumiverb.host import batch

    real = batch.render_file

    def too_much(match, source, *rest, **more):
        if source.name == "b.flac":
            raise MemoryError
        return real(match, source, *rest, **more)

    monkeypatch.setattr(batch, "render_file", too_much)
    result = run("batch", takes, "-r", room_file, "-o", tmp_path / "out", "-j", "1", "--json")
    assert result.exit_code == 1
    summary = json.loads(result.stdout)
    assert summary["done"] == 3 and "more memory" in summary["failures"][0]["error"]

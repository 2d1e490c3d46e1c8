# SPDX-License-Identifier: AGPL-3.0-or-later
"""The editor on a virtual screen: a picture is dropped as a file manager would, and shows; what cannot be read changes nothing."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fake_encoder import write_blind_room, write_package
from plugin_support import ROOT, a_room, a_state, white, without_models

from lumiverb.host import vst3_state

TOOL = ROOT / "tools" / "editor_screenshot.py"
Image = pytest.importorskip("PIL.Image", reason="Pillow compares the pictures")


@pytest.fixture
def photograph(bundle, pedalboard_module, tmp_path):
    """photograph(picture="", models=folder, *options) -> (exit status, screenshot, state at the end, what was printed)."""
    specification = importlib.util.spec_from_file_location("editor_screenshot", TOOL)
    tool = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(tool)
    if missing := tool.missing_programs():
        pytest.skip(f"the editor test needs {', '.join(missing)}")

    def attempt(picture: Path | str, models: Path | None, state: bytes | None, *options: str):
        plugin = bundle if models else without_models(bundle, tmp_path)
        arguments = [str(picture), str(tmp_path / "shot.png"), "--plugin", str(plugin), "--save-state", str(tmp_path / "after"), *options]
        if state is not None:
            (tmp_path / "before").write_bytes(vst3_state.wrap(state))
            arguments += ["--state", str(tmp_path / "before")]
        environment = {**os.environ, "LUMIVERB_USER_DIR": str(tmp_path / "user"), "LUMIVERB_MODELS": str(models or "")}
        result = subprocess.run([sys.executable, str(TOOL), *arguments], capture_output=True, text=True, timeout=180, env=environment)
        after = vst3_state.unwrap((tmp_path / "after").read_bytes()) if (tmp_path / "after").exists() else b""
        return result.returncode, tmp_path / "shot.png", after, result.stdout + result.stderr

    def run(picture: Path | str = "", models: Path | None = None, state: bytes | None = None, *options: str, size=(1120, 700), until=None):
        # The host's window is now and then seen in its smallest size while it opens; what is dropped before the editor stands in it is
        # lost. The tool waits for the editor; should the window still have another size, the scene is played again.
        for _ in range(4):
            found = attempt(picture, models, state, *options)
            if found[0] == 0 and _size(found[1]) == size and (until is None or until(found[2])):
                break
        return found

    return run


def _size(shot: Path) -> tuple[int, int]:
    with Image.open(shot) as image:
        return image.size


@pytest.fixture
def models(tmp_path) -> Path:
    pytest.importorskip("onnx", reason="the test makes its network with the onnx package")
    return write_package(tmp_path / "models")


def content(native, state: bytes) -> dict:
    """A state without the size of the window, which the window manager may change."""
    return {key: value for key, value in native.deserialise_match_state(state).items() if not key.startswith("editor")}


def picture(folder: Path) -> Path:
    """Bands of colour that no editor shows by itself."""
    image = Image.new("RGB", (900, 700))
    for i in range(9):
        image.paste((28 * i, 255 - 28 * i, (90 * i) % 256), (100 * i, 0, 100 * i + 100, 700))
    image.save(folder / "bands.jpg", quality=92)
    return folder / "bands.jpg"


def test_a_dropped_picture_shows_and_becomes_the_room(photograph, models, native, tmp_path):
    status, shot, after, words = photograph(picture(tmp_path), models)
    assert status == 0, words
    with Image.open(shot) as image:
        assert image.size == (1120, 700)
    slot = native.deserialise_match_state(after)["slots"][0]
    assert slot["name"] == "bands" and '"stone_chapel"' in slot["room"] and 0 < len(slot["thumbnail"]) <= 256 * 1024
    assert list((tmp_path / "user" / "recent").glob("*.lumiroom"))


@pytest.mark.parametrize("width, height", [(840, 525), (1680, 1050)])
def test_the_window_has_the_size_that_was_saved(photograph, native, width, height):
    state = native.deserialise_match_state(a_state(native, a_room(native)))
    state = native.serialise_match_state({**state, "editorWidth": width, "editorHeight": height})
    status, shot, after, words = photograph("", None, state, "--wait", "1", size=(width, height))
    assert status == 0, words
    with Image.open(shot) as image:
        assert image.size == (width, height)
    assert after == state


def test_a_dropped_recording_is_heard_beside_the_picture(photograph, models, native, tmp_path):
    soundfile = pytest.importorskip("soundfile", reason="soundfile makes the recording")
    soundfile.write(tmp_path / "take.wav", white(2, 3 * 44100).T, 44100)
    write_blind_room(models)
    state = a_state(native, a_room(native))

    def heard(after: bytes) -> bool:
        return native.deserialise_match_state(after)["slots"][0]["recordingName"] == "take"

    status, _, after, words = photograph(tmp_path / "take.wav", models, state, "--no-check", "--wait", "4", until=heard)
    assert status == 0, words
    slot = native.deserialise_match_state(after)["slots"][0]
    assert slot["recordingName"] == "take" and slot["recording"] is not None and slot["balance"] == 0.5
    assert slot["room"] == a_room(native)


@pytest.mark.parametrize("data, name", [(b"", "empty.jpg"), (b"no picture", "text.jpg"), (b"\xff\xd8\xff\xe0\0\x10JFIF", "cut.jpg")])
def test_what_cannot_be_read_leaves_the_old_room(photograph, models, native, tmp_path, data, name):
    (tmp_path / name).write_bytes(data)
    state = a_state(native, a_room(native))
    status, _, after, words = photograph(tmp_path / name, models, state, "--no-check", "--wait", "2")
    assert status == 0, words
    assert content(native, after) == content(native, state)


def test_without_a_model_the_editor_opens_and_nothing_changes(photograph, native, tmp_path):
    state = a_state(native, a_room(native))
    status, _, after, words = photograph(picture(tmp_path), None, state, "--no-check", "--wait", "2")
    assert status == 0, words
    assert content(native, after) == content(native, state)


def test_a_damaged_model_changes_nothing(photograph, models, native, tmp_path):
    onnx = models / "scene-encoder" / "model.onnx"
    onnx.write_bytes(onnx.read_bytes()[:-10])
    state = a_state(native, a_room(native))
    status, _, after, words = photograph(picture(tmp_path), models, state, "--no-check", "--wait", "2")
    assert status == 0, words
    assert content(native, after) == content(native, state)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The editor of Dry on a virtual screen: its spectrograms show the sound, a dropped picture becomes the hint, a missing network is named."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fake_encoder import write_blind_room, write_package
from plugin_support import ROOT, white, without_models

from lumiverb.host import vst3_state

TOOL = ROOT / "tools" / "editor_screenshot.py"
Image = pytest.importorskip("PIL.Image", reason="Pillow reads the pictures")
INPUT, OUTPUT, CARD = (200, 100, 1000, 200), (200, 420, 1000, 530), (360, 110, 900, 190)


@pytest.fixture
def photograph(dry_bundle, pedalboard_module, tmp_path):
    """photograph(models, picture="") -> float array (height, width, 3) of the open editor while noise plays, and the state at the end."""
    specification = importlib.util.spec_from_file_location("editor_screenshot", TOOL)
    tool = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(tool)
    if missing := tool.missing_programs():
        pytest.skip(f"the editor test needs {', '.join(missing)}")

    def run(models: Path | None, picture: Path | str = ""):
        shot, after = tmp_path / "shot.png", tmp_path / "after"
        arguments = [
            str(picture),
            str(shot),
            "--plugin",
            str(dry_bundle if models else without_models(dry_bundle, tmp_path)),
            "--no-check",
            "--wait",
            "6" if picture else "2",
            "--settle",
            "0.2",
        ]
        arguments += ["--save-state", str(after)]
        environment = {**os.environ, "LUMIVERB_USER_DIR": str(tmp_path / "user"), "LUMIVERB_MODELS": str(models or "")}
        for _ in range(4):  # the window is now and then seen in its smallest size: see test_editor.py
            done = subprocess.run([sys.executable, str(TOOL), *arguments], capture_output=True, text=True, timeout=180, env=environment)
            assert done.returncode == 0, done.stdout + done.stderr
            with Image.open(shot) as image:
                seen = np.asarray(image.convert("RGB"), float)
            if seen.shape[:2] == (700, 1120):
                break
        assert seen.shape[:2] == (700, 1120)
        return seen, vst3_state.unwrap(after.read_bytes())

    return run


def light(picture: np.ndarray, box: tuple[int, int, int, int]) -> float:
    left, top, right, bottom = box
    return float(picture[top:bottom, left:right].mean())


def test_it_shows_the_sound_and_takes_a_picture(photograph, dry_models, native, tmp_path):
    pytest.importorskip("onnx", reason="the test makes its networks with the onnx package")
    models = write_package(tmp_path / "models")
    shutil.copytree(dry_models / "dry-lite", models / "dry-lite")
    Image.new("RGB", (300, 200), (200, 80, 40)).save(tmp_path / "warm.png")
    playing, state = photograph(models, tmp_path / "warm.png")
    slot = native.deserialise_dry_state(state)["slots"][0]
    assert slot["name"] == "warm" and slot["room"] and len(slot["thumbnail"]) > 100
    # The network of the test takes noise down: the input is brighter than the output. Without one they are alike, and a card says why.
    silent, state = photograph(None)
    assert native.deserialise_dry_state(state)["slots"][0]["room"] is None
    assert light(playing, INPUT) > light(playing, OUTPUT) + 2
    assert np.abs(playing - silent)[CARD[1] : CARD[3], CARD[0] : CARD[2]].mean() > 5


def test_a_dropped_recording_is_a_hint_too(photograph, dry_models, native, tmp_path):
    soundfile = pytest.importorskip("soundfile", reason="soundfile makes the recording")
    soundfile.write(tmp_path / "take.wav", white(2, 3 * 44100).T, 44100)
    write_blind_room(tmp_path / "models")
    shutil.copytree(dry_models / "dry-lite", tmp_path / "models" / "dry-lite")
    _, state = photograph(tmp_path / "models", tmp_path / "take.wav")
    slot = native.deserialise_dry_state(state)["slots"][0]
    assert slot["name"] == "take" and slot["room"] and not slot["thumbnail"]

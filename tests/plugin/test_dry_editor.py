# SPDX-License-Identifier: AGPL-3.0-or-later
"""The editor of Dry on a virtual screen: it opens, its spectrograms show the sound, and without a network it says so."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from plugin_support import ROOT

TOOL = ROOT / "tools" / "editor_screenshot.py"
Image = pytest.importorskip("PIL.Image", reason="Pillow reads the pictures")
INPUT, OUTPUT, CARD = (200, 100, 1000, 200), (200, 420, 1000, 530), (360, 110, 900, 190)


@pytest.fixture
def photograph(dry_bundle, pedalboard_module, tmp_path):
    """photograph(models) -> float array (height, width, 3) of the open editor while noise plays."""
    specification = importlib.util.spec_from_file_location("editor_screenshot", TOOL)
    tool = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(tool)
    if missing := tool.missing_programs():
        pytest.skip(f"the editor test needs {', '.join(missing)}")

    def run(models: Path):
        shot = tmp_path / "shot.png"
        arguments = ["", str(shot), "--plugin", str(dry_bundle), "--wait", "2", "--settle", "0.2"]
        environment = {**os.environ, "LUMIVERB_USER_DIR": str(tmp_path / "user"), "LUMIVERB_MODELS": str(models)}
        done = subprocess.run([sys.executable, str(TOOL), *arguments], capture_output=True, text=True, timeout=180, env=environment)
        assert done.returncode == 0, done.stdout + done.stderr
        with Image.open(shot) as image:
            assert image.size == (1120, 700)
            return np.asarray(image.convert("RGB"), float)

    return run


def light(picture: np.ndarray, box: tuple[int, int, int, int]) -> float:
    left, top, right, bottom = box
    return float(picture[top:bottom, left:right].mean())


def test_it_shows_what_comes_in_and_what_is_left(photograph, dry_models, tmp_path):
    playing = photograph(dry_models)
    silent = photograph(tmp_path / "no models")
    # The network of the test takes noise down: the input is brighter than the output. Without one they are alike, and a card says why.
    assert light(playing, INPUT) > light(playing, OUTPUT) + 2
    assert np.abs(playing - silent)[CARD[1] : CARD[3], CARD[0] : CARD[2]].mean() > 5

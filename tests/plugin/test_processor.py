# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs the C++ tests of the processor (probe/match_processor_test.cpp) with pictures and a model."""

from __future__ import annotations

import os
import subprocess

import pytest
from fake_encoder import write_blind_room, write_package
from plugin_support import BUNDLES, ROOT, white

PROGRAM = BUNDLES.parent / "tests" / "plugin" / "match_processor_test"


def write_recordings(folder):
    """Good and bad ones; one with the wrong ending."""
    soundfile = pytest.importorskip("soundfile", reason="soundfile makes the recordings")
    noise = white(2, 44100 * 4)
    soundfile.write(folder / "take.wav", noise.T, 44100)
    soundfile.write(folder / "take.aiff", noise.T, 44100, format="AIFF")
    (folder / "take.jpg").write_bytes((folder / "take.wav").read_bytes())
    soundfile.write(folder / "short.wav", noise.T[:4000], 44100)
    soundfile.write(folder / "silent.wav", 0 * noise.T, 44100)
    soundfile.write(folder / "four.wav", white(4, 96000).T, 48000)
    soundfile.write(folder / "low.wav", noise.T[:20000], 4000)
    data = (folder / "take.wav").read_bytes()
    (folder / "cut.wav").write_bytes(data[:100000])
    (folder / "header.wav").write_bytes(data[:20])
    (folder / "text.wav").write_text("not a recording at all, whatever it is called")
    (folder / "empty.wav").write_bytes(b"")
    (folder / "song.mp3").write_bytes(b"ID3" + bytes(200))


def test_processor(bundle, tmp_path):
    if not PROGRAM.exists():
        pytest.skip(f"{PROGRAM} is not built (make plugins)")
    pytest.importorskip("onnx", reason="the test makes its network with the onnx package")
    image = pytest.importorskip("PIL.Image", reason="Pillow makes the pictures")
    for name, colour in (("a", (200, 180, 160)), ("b", (40, 80, 120))):
        image.new("RGB", (640, 480), colour).save(tmp_path / f"{name}.jpg")
    write_recordings(tmp_path)
    write_blind_room(tmp_path / "models")
    write_package(tmp_path / "eyes only")
    library = next((ROOT / bundle.resolve() / "Contents").glob("*/*lumiverb_onnxruntime.*"))
    result = subprocess.run(
        [str(PROGRAM)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        env={
            **os.environ,
            "LUMIVERB_MODELS": str(write_package(tmp_path / "models")),
            "LUMIVERB_USER_DIR": str(tmp_path / "user"),
            "LUMIVERB_ORT_LIBRARY": str(library),
            "PICTURE_A": str(tmp_path / "a.jpg"),
            "PICTURE_B": str(tmp_path / "b.jpg"),
            "RECORDINGS": str(tmp_path),
            "MODELS_WITHOUT_EARS": str(tmp_path / "eyes only"),
        },
    )
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs the C++ tests of the processor (probe/match_processor_test.cpp) with pictures and a model."""

from __future__ import annotations

import os
import subprocess

import pytest
from plugin_support import BUNDLES, ROOT
from fake_encoder import write_package

PROGRAM = BUNDLES.parent / "tests" / "plugin" / "match_processor_test"


def test_processor(bundle, tmp_path):
    if not PROGRAM.exists():
        pytest.skip(f"{PROGRAM} is not built (make plugins)")
    pytest.importorskip("onnx", reason="the test makes its network with the onnx package")
    image = pytest.importorskip("PIL.Image", reason="Pillow makes the pictures")
    for name, colour in (("a", (200, 180, 160)), ("b", (40, 80, 120))):
        image.new("RGB", (640, 480), colour).save(tmp_path / f"{name}.jpg")
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
        },
    )
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reports: drawn for any room and any sound, in the colours of the editor."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import lumiverb
from lumiverb.evaluation import look
from lumiverb.evaluation.report import match_report, room_report
from lumiverb.host.thumbnail import MAX_BYTES, thumbnail_jpeg


def pixels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB")).astype(int)


def share(image: np.ndarray, colour: str) -> float:
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    return float((np.abs(image - wanted).max(axis=2) < 26).mean())


def test_room_report_shows_every_band_and_the_picture(hall, tmp_path: Path) -> None:
    red = thumbnail_jpeg(np.full((90, 160, 3), (200, 30, 30), np.uint8))
    room = lumiverb.Room(hall.description.replace(rt60_spread_log=(0.2,) * 7), thumbnail=red, name="hall")
    room_report(tmp_path / "room.png", room)
    image = pixels(tmp_path / "room.png")
    assert image.shape[0] > 500 and image.shape[1] > 1200
    assert share(image, "#c81e1e") > 0.1
    assert all(share(image, colour) > 0.002 for colour in look.BANDS)
    assert share(image, look.BACKGROUND) + share(image, look.PANEL) > 0.4
    assert "matplotlib.pyplot" not in sys.modules


def test_the_picture_keeps_its_shape(chamber, tmp_path: Path) -> None:
    for size in ((300, 900), (900, 300)):
        red = thumbnail_jpeg(np.full((*size, 3), (200, 30, 30), np.uint8))
        room_report(tmp_path / "room.png", lumiverb.Room(chamber.description, thumbnail=red))
        mask = np.abs(pixels(tmp_path / "room.png") - (200, 30, 30)).max(axis=2) < 26
        height, width = mask.any(axis=1).sum(), mask.any(axis=0).sum()
        assert height / width == pytest.approx(size[0] / size[1], rel=0.05)


@pytest.mark.parametrize(("samples", "rate"), [(1, 8000), (480, 48000), (96000, 192000)])
def test_match_report_for_any_length_and_rate(chamber, tmp_path: Path, samples: int, rate: int) -> None:
    match = lumiverb.Match(chamber, output="5.1", mix=0.5, decay=1.2, angle=-30)
    audio = np.random.default_rng(1).standard_normal((2, samples)).astype(np.float32) * 0.1
    match_report(tmp_path / "r.png", chamber, audio, match(audio, rate, tail=True), rate, match)
    assert pixels(tmp_path / "r.png").shape[0] > 900


def test_silence_can_be_drawn(chamber, tmp_path: Path) -> None:
    audio = np.zeros((1, 4800), np.float32)
    match_report(tmp_path / "r.png", chamber, audio, audio, 48000, lumiverb.Match(chamber))
    assert (tmp_path / "r.png").stat().st_size > 10_000


def test_a_missing_folder_is_one_sentence(chamber, tmp_path: Path) -> None:
    with pytest.raises(lumiverb.Error, match="does not exist"):
        room_report(tmp_path / "no" / "r.png", chamber)


@pytest.mark.parametrize("size", [(1, 1), (3000, 20), (2000, 2000)])
def test_thumbnails_keep_their_bounds(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (*size, 3), dtype=np.uint8)
    data = thumbnail_jpeg(noise)
    assert len(data) <= MAX_BYTES and data[:2] == b"\xff\xd8"

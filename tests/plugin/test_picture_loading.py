# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures as the plug-in reads them: every orientation and depth upright and right, everything hostile one clear sentence."""

from __future__ import annotations

import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from plugin_support import BUNDLES

Image = pytest.importorskip("PIL.Image", reason="Pillow makes the pictures of these tests")
PROBE = BUNDLES.parent / "tests" / "plugin" / "picture_probe"
CORNERS = [(200, 30, 30), (30, 200, 30), (30, 30, 200), (200, 200, 30)]  # top left, top right, bottom left, bottom right


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., list[str]]:
    """read(path) -> the probe's words."""
    if not PROBE.exists():
        pytest.skip(f"{PROBE} is not built (make plugins)")

    def run(*paths: object) -> list[str]:
        result = subprocess.run([str(PROBE), *map(str, paths)], capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip().split(" ")

    return run


def quadrants(width: int = 120, height: int = 80) -> np.ndarray:
    """One colour per quarter."""
    picture = np.zeros((height, width, 3), np.uint8)
    for i, colour in enumerate(CORNERS):
        picture[(i // 2) * height // 2 : (i // 2 + 1) * height // 2, (i % 2) * width // 2 : (i % 2 + 1) * width // 2] = colour
    return picture


def check_upright(words: list[str], width: int = 120, height: int = 80, tolerance: int = 12) -> None:
    assert words[:3] == ["ok", str(width), str(height)], " ".join(words)
    seen = np.array(words[3:15], dtype=int).reshape(4, 3)
    assert np.abs(seen - np.array(CORNERS)).max() <= tolerance
    assert 0 < int(words[15]) <= 256 * 1024


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(read, tmp_path, orientation):
    picture = Image.fromarray(quadrants())
    # Stored turned, so that the tag turns it back: the inverse of what the tag asks for.
    inverse = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = picture if inverse is None else picture.transpose(inverse)
    exif = Image.Exif()
    exif[274] = orientation
    stored.save(tmp_path / "turned.jpg", quality=95, exif=exif)
    check_upright(read(tmp_path / "turned.jpg"))


@pytest.mark.parametrize("name", ("plain.jpg", "progressive.jpg", "rgb.png", "rgba.png", "palette.png", "still.gif"))
def test_formats(read, tmp_path, name):
    picture = Image.fromarray(quadrants())
    path = tmp_path / name
    if name == "rgba.png":
        picture.putalpha(255)
    if name == "palette.png":
        picture = picture.quantize(16)
    picture.save(
        path, **({"progressive": True, "quality": 95} if name == "progressive.jpg" else {"quality": 95} if name.endswith("jpg") else {})
    )
    check_upright(read(path))


def test_webp_is_read_or_named(read, tmp_path):
    Image.fromarray(quadrants()).save(tmp_path / "a.webp", quality=95)
    words = read(tmp_path / "a.webp")
    if words[0] == "ok":
        check_upright(words, tolerance=25)
    else:
        assert "WebP" in " ".join(words)


def test_the_first_frame_of_an_animation(read, tmp_path):
    frames = [Image.fromarray(quadrants()), Image.new("RGB", (120, 80))]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=50)
    check_upright(read(tmp_path / "a.gif"))


def test_grey_and_16_bit(read, tmp_path):
    Image.fromarray(np.full((20, 30), 77, np.uint8)).save(tmp_path / "grey.jpg", quality=95)
    assert read(tmp_path / "grey.jpg")[:6] == ["ok", "30", "20", "77", "77", "77"]
    Image.fromarray(np.full((20, 30), 77 * 257, np.uint16)).save(tmp_path / "grey16.png")
    words = read(tmp_path / "grey16.png")
    assert words[:3] == ["ok", "30", "20"] and abs(int(words[3]) - 77) <= 1


@pytest.mark.parametrize("mode", ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"))
@pytest.mark.parametrize("size", ((1, 1), (13, 7), (64, 33)))
def test_every_kind_of_png_is_what_pillow_reads(read, tmp_path, mode, size):
    rng = np.random.default_rng(5)
    if mode == "I;16":
        picture = Image.fromarray(rng.integers(0, 65536, size[::-1], dtype=np.uint16))
        expected = np.repeat((np.asarray(picture) >> 8)[..., None], 3, 2)
    else:
        picture = Image.fromarray(rng.integers(0, 256, (*size[::-1], 4), dtype=np.uint8), "RGBA")
        picture = picture.convert("RGB").quantize(7) if mode == "P" else picture.convert(mode)
        expected = np.asarray(picture.convert("RGBA").convert("RGB") if mode in ("LA", "RGBA") else picture.convert("RGB"))
    picture.save(tmp_path / "a.png")
    words = read(tmp_path / "a.png")
    corners = [expected[y, x] for y in (0, -1) for x in (0, -1)]
    assert words[:3] == ["ok", str(size[0]), str(size[1])]
    assert np.array_equal(np.array(words[3:15], int).reshape(4, 3), np.array(corners))


def adam7(picture: np.ndarray) -> bytes:
    """An interlaced RGB PNG (Pillow writes none)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b""
    for x0, y0, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):
        part = picture[y0::dy, x0::dx]
        rows += b"".join(b"\0" + row.tobytes() for row in part) if part.size else b""
    header = struct.pack(">IIBBBBB", picture.shape[1], picture.shape[0], 8, 2, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", ((1, 1), (3, 2), (9, 5), (120, 80)))
def test_interlaced_png(read, tmp_path, size):
    picture = np.random.default_rng(6).integers(0, 256, (*size[::-1], 3), dtype=np.uint8)
    (tmp_path / "a.png").write_bytes(adam7(picture))
    assert np.array_equal(np.asarray(Image.open(tmp_path / "a.png")), picture)
    words = read(tmp_path / "a.png")
    corners = [picture[y, x] for y in (0, -1) for x in (0, -1)]
    assert words[:3] == ["ok", str(size[0]), str(size[1])]
    assert np.array_equal(np.array(words[3:15], int).reshape(4, 3), np.array(corners))


def test_cmyk(read, tmp_path):
    Image.fromarray(quadrants()).convert("CMYK").save(tmp_path / "cmyk.jpg", quality=95)
    check_upright(read(tmp_path / "cmyk.jpg"), tolerance=25)


@pytest.mark.parametrize("interlace", (0, 1))
def test_gif_is_what_pillow_reads(read, tmp_path, interlace):
    rng = np.random.default_rng(7)
    for i, (width, height, colours) in enumerate(((1, 1, 2), (7, 5, 4), (300, 200, 256), (64, 64, 16))):
        picture = Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8)).quantize(colours)
        picture.save(tmp_path / f"{i}.gif", interlace=interlace)
        expected = np.asarray(Image.open(tmp_path / f"{i}.gif").convert("RGB"))
        words = read(tmp_path / f"{i}.gif")
        assert words[:3] == ["ok", str(width), str(height)]
        assert np.array_equal(np.array(words[3:15], int).reshape(4, 3), np.array([expected[y, x] for y in (0, -1) for x in (0, -1)]))


def test_one_pixel_and_a_long_strip(read, tmp_path):
    Image.new("RGB", (1, 1), (9, 8, 7)).save(tmp_path / "one.png")
    assert read(tmp_path / "one.png")[:6] == ["ok", "1", "1", "9", "8", "7"]
    Image.new("RGB", (3000, 2), (9, 8, 7)).save(tmp_path / "strip.png")
    assert read(tmp_path / "strip.png")[:3] == ["ok", "3000", "2"]


def png_header(width: int, height: int) -> bytes:
    """A PNG that states a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


def hostile(folder: Path) -> dict[str, tuple[Path, str]]:
    """Files that must not be read, with a word of the sentence that says why."""
    good = folder / "good.jpg"
    Image.fromarray(quadrants(640, 480)).save(good, quality=95)
    Image.fromarray(quadrants(640, 480)).save(folder / "good.png")
    data, png = good.read_bytes(), (folder / "good.png").read_bytes()
    files = {
        "empty.jpg": (b"", "0 bytes"),
        "text.jpg": (b"This is not a picture at all.\n" * 20, "not a picture"),
        "noise.png": (np.random.default_rng(0).bytes(5000), "not a picture"),
        "cut.jpg": (data[: len(data) // 2], "cut short"),
        "cut.png": (png[: len(png) // 2], "cut short"),
        "start.jpg": (data[:4], "damaged"),
        "huge.png": (png_header(30000, 30000), "30000 x 30000"),
        "wide.png": (png_header(2**31 - 1, 2), "at most"),
        "hollow.png": (png_header(200, 200), "damaged"),
        "zero.png": (png_header(0, 10), "no size"),
        "photo.tif": (b"II*\0" + b"\0" * 100, "TIFF"),
        "photo.heic": (b"\0\0\0\x18ftypheic" + b"\0" * 100, "HEIC"),
        "photo.bmp": (b"BM" + b"\0" * 100, "BMP"),
        "huge.gif": (b"GIF89a" + struct.pack("<HH", 60000, 60000) + b"\0" * 20, "60000 x 60000"),
    }
    result = {}
    for name, (content, word) in files.items():
        (folder / name).write_bytes(content)
        result[name] = (folder / name, word)
    result["folder"] = (folder, "folder")
    result["missing.jpg"] = (folder / "missing.jpg", "not found")
    return result


def test_hostile_files_give_one_clear_sentence(read, tmp_path):
    for name, (path, word) in hostile(tmp_path).items():
        words = read(path)
        sentence = " ".join(words[1:])
        assert words[0] == "error" and word in sentence, f"{name}: {' '.join(words)}"
        assert path.name in sentence and sentence.endswith(".") and "\n" not in sentence, sentence


def test_flipped_bytes_never_crash(read, tmp_path):
    rng = np.random.default_rng(3)
    good = {}
    for name in ("a.jpg", "a.png", "a.gif"):
        Image.fromarray(quadrants()).save(tmp_path / name)
        good[name] = (tmp_path / name).read_bytes()
    paths = []
    for i in range(300):
        name = list(good)[i % 3]
        data = bytearray(good[name])
        for _ in range(int(rng.integers(1, 10))):
            data[int(rng.integers(3, len(data)))] = int(rng.integers(0, 256))
        paths.append(tmp_path / f"{i}-{name}")
        paths[-1].write_bytes(bytes(data))
    words = " ".join(read(*paths)).split("\n")
    assert len(words) == len(paths) and all(w.startswith(("ok ", "error ")) for w in words)


def test_a_newer_picture_cancels(read, tmp_path):
    Image.fromarray(quadrants()).save(tmp_path / "a.png")
    assert read("--cancel", tmp_path / "a.png") == ["cancelled"]

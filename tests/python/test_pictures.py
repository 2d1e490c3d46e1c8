# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, features

from lumiverb import pictures
from lumiverb.errors import PictureError, SceneError
from lumiverb.pictures import read_picture


def four_corners(width: int = 48, height: int = 32) -> np.ndarray:
    """Red, green / blue, white quarters: every turn and mirror image of it differs."""
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[: height // 2, : width // 2] = (250, 0, 0)
    rgb[: height // 2, width // 2 :] = (0, 250, 0)
    rgb[height // 2 :, : width // 2] = (0, 0, 250)
    rgb[height // 2 :, width // 2 :] = (250, 250, 250)
    return rgb


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def close(a: np.ndarray, b: np.ndarray, tolerance: float = 12.0) -> bool:
    return a.shape == b.shape and float(np.abs(a.astype(float) - b).mean()) < tolerance


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and carries next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


def jpeg_header(width: int, height: int) -> bytes:
    data = bytearray(encoded(Image.fromarray(four_corners()), "JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


FORMATS = [
    ("JPEG", {"quality": 95, "subsampling": 0}),
    ("PNG", {}),
    ("TIFF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
    ("BMP", {}),
    ("WEBP", {"lossless": True}),
]


@pytest.mark.parametrize(("format", "options"), FORMATS)
def test_formats_as_file_and_as_bytes(tmp_path: Path, format: str, options: dict[str, Any]) -> None:
    if format == "WEBP" and not features.check("webp"):
        pytest.skip("Pillow was built without WebP")
    data = encoded(Image.fromarray(four_corners()), format, **options)
    path = tmp_path / "picture.bin"
    path.write_bytes(data)
    for source in (path, str(path), data, bytearray(data), memoryview(data)):
        rgb = read_picture(source)
        assert rgb.dtype == np.uint8
        assert rgb.flags.c_contiguous
        assert close(rgb, four_corners(), 3.0)


def test_names_in_any_script(tmp_path: Path) -> None:
    path = tmp_path / "Räume 部屋.png"
    path.write_bytes(encoded(Image.fromarray(four_corners()), "PNG"))
    assert np.array_equal(read_picture(path), four_corners())


def test_heic_where_the_library_has_it(tmp_path: Path) -> None:
    pillow_heif = pytest.importorskip("pillow_heif", reason="pillow-heif is not installed")
    pillow_heif.register_heif_opener()
    path = tmp_path / "picture.heic"
    try:
        Image.fromarray(four_corners(96, 64)).save(path)
    except Exception as error:
        pytest.skip(f"this pillow-heif cannot write: {error}")
    assert close(read_picture(path), four_corners(96, 64))


def test_heic_without_the_library_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_register_heif", lambda: None)
    path = tmp_path / "picture.heic"
    path.write_bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00" + bytes(64))
    with pytest.raises(PictureError, match="pillow-heif"):
        read_picture(path)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("format", "options"), [("JPEG", {"quality": 95}), ("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"}), ("PNG", {})]
)
def test_exif_orientation(orientation: int, format: str, options: dict[str, Any]) -> None:
    # What a camera stores so that viewers, undoing the orientation, show four_corners().
    stored = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }[orientation](four_corners())
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(Image.fromarray(np.ascontiguousarray(stored)), format, exif=exif, **options)
    assert close(read_picture(data), four_corners())


@pytest.mark.parametrize("orientation", [0, 9, 4711])
def test_senseless_orientation_is_ignored(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert close(read_picture(encoded(Image.fromarray(four_corners()), "JPEG", exif=exif)), four_corners())


def test_broken_exif_does_not_spoil_the_picture() -> None:
    data = encoded(Image.fromarray(four_corners()), "JPEG", exif=b"Exif\x00\x00MM\x00\x2a\xff\xff\xff\xff" + bytes(20))
    assert close(read_picture(data), four_corners())


def test_a_pil_image_is_read_and_left_as_it_was() -> None:
    data = encoded(Image.fromarray(four_corners()), "JPEG")
    image = Image.open(io.BytesIO(data))
    assert close(read_picture(image), four_corners())
    assert image.size == (48, 32)
    assert image.mode == "RGB"


def test_animations_give_their_first_frame() -> None:
    frames = [Image.fromarray(np.full((20, 30, 3), value, np.uint8)) for value in (200, 100, 0)]
    for format in ("GIF", "PNG", "WEBP" if features.check("webp") else "GIF", "TIFF"):
        rgb = read_picture(
            encoded(frames[0], format, save_all=True, append_images=frames[1:], **({"lossless": True} if format == "WEBP" else {}))
        )
        assert rgb.shape == (20, 30, 3)
        assert abs(int(rgb[10, 10, 0]) - 200) <= 2


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr"])
def test_colour_modes(mode: str) -> None:
    image = Image.fromarray(four_corners()).convert(mode)
    format = "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"
    expected = np.asarray(image.convert("RGB"))
    assert close(read_picture(encoded(image, format, **({"quality": 95, "subsampling": 0} if format == "JPEG" else {}))), expected, 6.0)


def test_cmyk_is_not_inverted() -> None:
    red = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    for format in ("JPEG", "TIFF"):
        r, g, b = read_picture(encoded(red, format))[8, 8]
        assert r > 200
        assert g < 60
        assert b < 60


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_16_bit_grey(format: str) -> None:
    ramp = np.linspace(0, 65535, 64).astype(np.uint16)[None].repeat(8, 0)
    expected = np.round(ramp / 257.0).astype(np.uint8)
    rgb = read_picture(encoded(Image.fromarray(ramp), format))
    assert np.array_equal(rgb, expected[:, :, None].repeat(3, 2))
    dark = np.full((8, 8), 200, np.uint16)  # dark is not white because nothing in it is brighter
    assert read_picture(encoded(Image.fromarray(dark), format)).max() == 1


def test_floating_point_tiff() -> None:
    ramp = np.linspace(0, 1, 64, dtype=np.float32)[None].repeat(8, 0)
    ramp[3, 3] = np.nan
    rgb = read_picture(encoded(Image.fromarray(ramp), "TIFF"))
    assert rgb[0, -1, 0] == 255
    assert rgb[3, 3, 0] == 0
    assert abs(int(rgb[0, 32, 1]) - 130) <= 1


def test_transparency_shows_mid_grey() -> None:
    rgba = np.zeros((8, 8, 4), np.uint8)
    rgba[:4] = (255, 0, 0, 255)
    rgba[6:] = (255, 255, 255, 128)
    for source in (encoded(Image.fromarray(rgba), "PNG"), Image.fromarray(rgba), rgba):
        rgb = read_picture(source)
        assert tuple(rgb[0, 0]) == (255, 0, 0)
        assert tuple(rgb[5, 0]) == (128, 128, 128)
        assert abs(int(rgb[7, 0, 0]) - 192) <= 1
    assert tuple(read_picture(encoded(Image.new("LA", (4, 4), (0, 0)), "PNG"))[0, 0]) == (128, 128, 128)
    palette = Image.new("P", (4, 4), 0)
    palette.putpalette([10, 20, 30] * 256)
    assert tuple(read_picture(encoded(palette, "PNG", transparency=0))[0, 0]) == (128, 128, 128)


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_one_pixel(format: str) -> None:
    rgb = read_picture(encoded(Image.new("RGB", (1, 1), (40, 50, 60)), format))
    assert rgb.shape == (1, 1, 3)
    assert close(rgb, np.array([[[40, 50, 60]]]), 4.0)


def test_large_jpegs_are_decoded_smaller() -> None:
    data = encoded(Image.fromarray(four_corners(4800, 2400)), "JPEG")
    assert close(read_picture(data), four_corners(2400, 1200), 2.0)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(png_header(30000, 30000), id="PNG-30000"),
        pytest.param(png_header(12000, 12000), id="PNG-12000"),
        pytest.param(jpeg_header(30000, 30000), id="JPEG-30000"),
    ],
)
def test_huge_headers_are_refused_before_decoding(tmp_path: Path, source: bytes) -> None:
    psutil = pytest.importorskip("psutil")
    path = tmp_path / "huge.png"
    path.write_bytes(source)
    before = psutil.Process().memory_info().rss
    with pytest.raises(PictureError, match=r"huge\.png has too many pixels"):
        read_picture(path)
    assert psutil.Process().memory_info().rss - before < 50 << 20


def test_other_caps() -> None:
    with pytest.raises(PictureError, match=r"\(9000 x 9000\): at most 64 million"):
        read_picture(png_header(9000, 9000))
    with pytest.raises(PictureError, match=r"damaged or truncated"):
        read_picture(png_header(3000, 3000))


def test_files_that_are_too_large(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(png_header(10, 10))
    os.truncate(path, 600 << 20)
    with pytest.raises(PictureError, match="600 MB, more than the 512 MB"):
        read_picture(path)


def test_missing_folder_pipe_and_empty_file(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"nowhere\.jpg does not exist\."):
        read_picture(tmp_path / "nowhere.jpg")
    with pytest.raises(PictureError, match="is a folder, not a picture"):
        read_picture(tmp_path)
    empty = tmp_path / "empty.jpg"
    empty.touch()
    with pytest.raises(PictureError, match=r"empty\.jpg is empty"):
        read_picture(empty)
    with pytest.raises(PictureError, match="is empty"):
        read_picture(b"")
    with pytest.raises(PictureError, match="cannot be read"):
        read_picture("a\0b.jpg")
    with pytest.raises(PictureError, match="cannot be read"):
        read_picture(tmp_path / ("x" * 5000))
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(PictureError, match="is a device or pipe"):
            read_picture(tmp_path / "pipe")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "locked.png"
    path.write_bytes(encoded(Image.fromarray(four_corners()), "PNG"))
    path.chmod(0)
    if os.access(path, os.R_OK):  # root may read everything: let opening fail as it does for others

        def refuse(self: Path, *arguments: Any, **options: Any) -> Any:
            raise PermissionError(13, "Permission denied", str(self))

        monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(PictureError, match=r"locked\.png cannot be read: no permission\."):
        read_picture(path)


@pytest.mark.parametrize(
    "content", [b"hello\n", bytes(1000), b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x00\x00\x00\x00WEBP", b"%PDF-1.7\n"]
)
def test_what_is_not_a_picture(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.jpg"
    path.write_bytes(content)
    with pytest.raises(PictureError) as caught:
        read_picture(path)
    assert str(caught.value).startswith(f"{path} is ")


@pytest.mark.parametrize(("format", "options"), FORMATS)
def test_truncated_pictures(format: str, options: dict[str, Any]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), format, **options)
    for keep in (len(data) // 2, len(data) * 3 // 4):
        with pytest.raises(PictureError) as caught:
            read_picture(data[:keep])
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("format", "options"), FORMATS)
def test_random_damage_is_a_picture_or_a_picture_error(format: str, options: dict[str, Any]) -> None:
    random = np.random.default_rng(2)
    data = encoded(Image.fromarray(four_corners()), format, **options)
    for _ in range(60):
        broken = np.frombuffer(data, np.uint8).copy()
        broken[random.integers(0, len(data), 5)] = random.integers(0, 256, 5)
        try:
            rgb = read_picture(broken.tobytes())
        except PictureError as error:
            assert "\n" not in str(error)
        else:
            assert rgb.ndim == 3


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.full((2, 3), 7, np.uint8), 7),
        (np.full((2, 3, 1), 7, np.uint8), 7),
        (np.full((2, 3, 3), 0.5, np.float32), 128),
        (np.full((2, 3, 3), np.nan), 0),
        (np.full((2, 3, 3), 7.0), 255),
        (np.full((2, 3, 3), 65535, np.uint16), 255),
    ],
)
def test_arrays(array: np.ndarray, expected: int) -> None:
    assert np.array_equal(read_picture(array), np.full((2, 3, 3), expected, np.uint8))


@pytest.mark.parametrize(
    "picture", [np.zeros((2, 3, 5), np.uint8), np.zeros((0, 3, 3), np.uint8), np.zeros((2, 3, 3), np.int64), np.zeros(3), None, 5]
)
def test_what_is_no_picture_array(picture: Any) -> None:
    with pytest.raises(SceneError, match="picture"):
        read_picture(picture)

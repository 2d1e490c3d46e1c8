# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading pictures safely: header first, pixel cap, upright, plain 8-bit sRGB."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

import numpy as np
from numpy.typing import NDArray

from lumiverb.errors import PictureError

if TYPE_CHECKING:
    from PIL.Image import Image

PictureLike = Union[str, "os.PathLike[str]", NDArray[Any], "Image"]

#: Larger pictures are refused before they are decoded (a 108-megapixel phone photo passes).
MAX_PIXELS = 128_000_000
MAX_FILE_BYTES = 512 * 1024 * 1024
#: Longest side that is kept; the scene encoder sees far less.
WORKING_SIDE = 1024
THUMBNAIL_SIDE = 512
THUMBNAIL_BYTES = 256 * 1024


def read_picture(picture: PictureLike) -> NDArray[np.uint8]:
    """A picture as 8-bit sRGB.

    Parameters
    ----------
    picture : path, array or PIL image
        JPEG, PNG, WebP, TIFF, BMP, GIF (first frame) or HEIC (with ``pillow-heif``); or an array (height, width[, 1, 3 or 4])
        of uint8, or of floats 0..1.

    Returns
    -------
    uint8 array (height, width, 3), upright (EXIF applied), longest side below 2 x 1024.

    Raises
    ------
    PictureError
        Naming the file and the reason.
    """
    if isinstance(picture, np.ndarray):
        return _from_array(picture)
    if isinstance(picture, (str, os.PathLike)):
        return _from_file(Path(picture))
    if hasattr(picture, "convert") and hasattr(picture, "size"):
        return _to_rgb(picture, "the picture")
    raise PictureError(f"a picture is a path, an array or a PIL image, not {type(picture).__name__}")


def _from_array(array: NDArray[Any]) -> NDArray[np.uint8]:
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or 0 in array.shape:
        raise PictureError(f"a picture array has the shape (height, width, 3), not {array.shape}")
    if array.shape[0] * array.shape[1] > MAX_PIXELS:
        raise PictureError(f"the picture has {array.shape[1]} x {array.shape[0]} pixels; at most {MAX_PIXELS // 1_000_000} megapixels are read")
    if np.issubdtype(array.dtype, np.floating):
        array = np.round(np.clip(np.nan_to_num(array), 0.0, 1.0) * 255.0).astype(np.uint8)
    elif array.dtype == np.uint16:
        array = (array >> 8).astype(np.uint8)
    elif array.dtype != np.uint8:
        raise PictureError(f"a picture array is of uint8, uint16 or floats 0..1, not {array.dtype}")
    rgb = np.repeat(array, 3, axis=2) if array.shape[2] == 1 else array[:, :, :3]
    factor = _reduction(*rgb.shape[:2])
    if factor > 1:
        from PIL import Image

        return np.asarray(Image.fromarray(np.ascontiguousarray(rgb)).reduce(factor))
    return np.ascontiguousarray(rgb)


def _from_file(path: Path) -> NDArray[np.uint8]:
    _check_file(path)
    from PIL import Image, UnidentifiedImageError

    _register_heif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own size warning: the cap below is ours
            with Image.open(path) as image:
                return _to_rgb(image, str(path))
    except PermissionError:
        raise PictureError(f"{path}: no permission to read it") from None
    except UnidentifiedImageError:
        hint = " (HEIC needs the pillow-heif package)" if path.suffix.lower() in (".heic", ".heif") else ""
        raise PictureError(f"{path}: not a picture that can be read{hint}") from None
    except Image.DecompressionBombError:
        raise PictureError(f"{path}: too many pixels; at most {MAX_PIXELS // 1_000_000} megapixels are read") from None
    except PictureError:
        raise
    except MemoryError:
        raise PictureError(f"{path}: not enough memory to decode it") from None
    except Exception as error:  # Pillow's decoders raise many kinds for broken data
        raise PictureError(f"{path}: broken or truncated picture ({_one_line(error)})") from error


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise PictureError(f"{path}: is a folder, not a picture")
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise PictureError(f"{path}: no such file") from None
    except OSError as error:
        raise PictureError(f"{path}: {error.strerror or error}") from None
    if not path.is_file():
        raise PictureError(f"{path}: not a regular file")
    if size == 0:
        raise PictureError(f"{path}: the file is empty")
    if size > MAX_FILE_BYTES:
        raise PictureError(f"{path}: {size // 2**20} MB is more than a picture may have ({MAX_FILE_BYTES // 2**20} MB)")


def _to_rgb(image: Image, where: str) -> NDArray[np.uint8]:
    from PIL import ImageOps

    width, height = image.size
    if width * height > MAX_PIXELS:
        raise PictureError(f"{where}: {width} x {height} pixels; at most {MAX_PIXELS // 1_000_000} megapixels are read")
    image.draft("RGB", (WORKING_SIDE, WORKING_SIDE))  # JPEG: decode no more than is needed
    factor = _reduction(*image.size)
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I;16") or upright.mode in ("I", "F"):
        upright = _from_deep_grey(upright)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        upright = _over_grey(upright)
    rgb = upright.convert("RGB")
    return np.array(rgb.reduce(factor) if factor > 1 else rgb, dtype=np.uint8)


def _from_deep_grey(image: Image) -> Image:
    from PIL import Image as PilImage

    values = np.asarray(image, dtype=np.float64)
    top = 65535.0 if values.max(initial=0.0) > 255.0 else 255.0
    return PilImage.fromarray(np.clip(values * (255.0 / top), 0, 255).astype(np.uint8))


def _over_grey(image: Image) -> Image:
    from PIL import Image as PilImage

    rgba = image.convert("RGBA")
    ground = PilImage.new("RGBA", rgba.size, (128, 128, 128, 255))
    return PilImage.alpha_composite(ground, rgba)


def _reduction(height: int, width: int) -> int:
    return max(1, max(height, width) // WORKING_SIDE)


def _register_heif() -> None:
    try:
        import pillow_heif
    except ImportError:
        return
    pillow_heif.register_heif_opener()


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def thumbnail_jpeg(rgb: NDArray[np.uint8]) -> bytes:
    """A small JPEG of the picture for sessions and reports: longest side <= 512 px, <= 256 kB."""
    from PIL import Image as PilImage

    image = PilImage.fromarray(rgb)
    image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    for quality in (85, 70, 50, 30):
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality)
        if buffer.tell() <= THUMBNAIL_BYTES:
            break
    return buffer.getvalue()

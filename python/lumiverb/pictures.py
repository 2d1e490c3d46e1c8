# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads pictures safely: header first, pixels capped before decoding, upright, plain 8-bit sRGB."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

import numpy as np
from numpy.typing import NDArray

from lumiverb.errors import PictureError

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["PictureLike", "read_picture"]

PictureLike = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview, NDArray[Any], "Image"]

#: Read from the header and checked before anything is decoded. JPEG decoders can skip detail, so larger ones are welcome.
MAX_JPEG_PIXELS = 128_000_000
MAX_PIXELS = 64_000_000
MAX_FILE_BYTES = 512 * 1024 * 1024

#: A JPEG is decoded at 1/2, 1/4 or 1/8 as long as both sides keep this much: several times what the scene encoder sees.
DRAFT_SIDE = 1024

#: Transparent parts show the grey that says nothing about a room.
GROUND = 128


def read_picture(picture: PictureLike) -> NDArray[np.uint8]:
    """Read a picture as 8-bit sRGB.

    Parameters
    ----------
    picture : path, bytes, PIL image or array
        JPEG, PNG, WebP, TIFF, BMP or GIF (first frame; HEIC where ``pillow-heif`` is installed), as a file or its bytes; or a PIL
        image; or an array (height, width) or (height, width, 1, 3 or 4) of uint8, uint16 or floats in 0..1.

    Returns
    -------
    uint8 array (height, width, 3), C-contiguous
        Upright (EXIF orientation applied), transparency laid over mid grey. A large JPEG comes smaller by a power of two, both sides
        at least 1024.

    Raises
    ------
    PictureError
        One sentence with the file and the reason: missing, a folder, not readable, empty, too large, not a picture, truncated.
    """
    if isinstance(picture, np.ndarray):
        return _from_array(picture)
    if isinstance(picture, (bytes, bytearray, memoryview)):
        return _decode(io.BytesIO(picture), "The picture", "", memoryview(picture).nbytes)
    if isinstance(picture, (str, os.PathLike)):
        return _from_file(Path(picture))
    if hasattr(picture, "convert") and hasattr(picture, "size"):
        with _faults_named("The picture", ""):
            _check_pixels(picture, "The picture")
            return _upright_rgb(picture)
    raise PictureError(f"A picture is a path, bytes, an array or a PIL image, not {type(picture).__name__}.")


def _from_file(path: Path) -> NDArray[np.uint8]:
    try:
        if path.is_dir():
            raise PictureError(f"{path} is a folder, not a picture.")
        if path.exists() and not path.is_file():
            raise PictureError(f"{path} is a device or pipe, not a picture.")
        with path.open("rb") as file:
            return _decode(file, str(path), path.suffix, os.fstat(file.fileno()).st_size)
    except FileNotFoundError:
        raise PictureError(f"{path} does not exist.") from None
    except PermissionError:
        raise PictureError(f"{path} cannot be read: no permission.") from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise PictureError(f"{path} cannot be read: {_reason(error)}.") from None


def _decode(file: Any, name: str, suffix: str, num_bytes: int) -> NDArray[np.uint8]:
    from PIL import Image

    if num_bytes == 0:
        raise PictureError(f"{name} is empty (0 bytes).")
    if num_bytes > MAX_FILE_BYTES:
        raise PictureError(f"{name} has {num_bytes // 2**20} MB, more than the {MAX_FILE_BYTES // 2**20} MB a picture may have.")
    _register_heif()
    with _faults_named(name, suffix), Image.open(file) as image:
        _check_pixels(image, name)
        image.draft(None, (DRAFT_SIDE, DRAFT_SIDE))
        return _upright_rgb(image)


@contextmanager
def _faults_named(name: str, suffix: str) -> Iterator[None]:
    """Turn whatever a decoder raises about broken data into a PictureError."""
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd metadata, and about sizes, which are capped here
            yield
    except PictureError:
        raise
    except UnidentifiedImageError:
        hint = "; reading HEIC needs the pillow-heif package" if suffix.lower() in (".heic", ".heif") else ""
        raise PictureError(f"{name} is not a picture of a known format{hint}.") from None
    except Image.DecompressionBombError:
        raise PictureError(f"{name} has too many pixels: at most {MAX_JPEG_PIXELS // 10**6} million are read.") from None
    except MemoryError:
        raise PictureError(f"{name} cannot be decoded: not enough memory.") from None
    except Exception as error:
        raise PictureError(f"{name} is damaged or truncated: {_reason(error)}.") from error


def _check_pixels(image: Image, name: str) -> None:
    width, height = image.size
    cap = MAX_JPEG_PIXELS if image.format in ("JPEG", "MPO") else MAX_PIXELS
    if width < 1 or height < 1:
        raise PictureError(f"{name} has no pixels ({width} x {height}).")
    if width * height > cap:
        raise PictureError(f"{name} has too many pixels ({width} x {height}): at most {cap // 10**6} million are read.")


def _upright_rgb(image: Image) -> NDArray[np.uint8]:
    image.load()
    # Only now: some decoders turn the picture themselves and then drop the tag.
    orientation = _orientation(image)
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        rgb = np.repeat(_deep_grey(image)[:, :, None], 3, axis=2)
    elif image.mode in ("LA", "PA", "La", "RGBA", "RGBa") or "transparency" in image.info:
        rgb = _over_ground(image)
    else:
        rgb = np.asarray(image.convert("RGB"))
    return np.ascontiguousarray(_turned(rgb, orientation))


def _orientation(image: Image) -> int:
    try:
        return int(image.getexif().get(0x0112, 1))
    except Exception:  # a broken EXIF block does not spoil the picture
        return 1


def _turned(rgb: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Undo EXIF orientation 2..8; anything else is upright."""
    if orientation in (5, 6, 7, 8):
        rgb = rgb.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        rgb = rgb[:, ::-1]
    if orientation in (3, 4, 7, 8):
        rgb = rgb[::-1]
    return rgb


def _deep_grey(image: Image) -> NDArray[np.uint8]:
    """8-bit values of a 16-bit, 32-bit or floating-point grey picture, uint8 (height, width)."""
    values = np.nan_to_num(np.asarray(image).astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    # The mode tells the range of 16-bit pictures only; elsewhere the values have to.
    white = 65535.0
    if not image.mode.startswith("I;16"):
        top = float(values.max(initial=0.0))
        white = next((w for w in (1.0, 255.0, 65535.0) if top <= w and (w > 1.0 or image.mode == "F")), top)
    return np.round(np.clip(values / white, 0.0, 1.0) * 255.0).astype(np.uint8)


def _over_ground(image: Image) -> NDArray[np.uint8]:
    from PIL import Image as PilImage

    rgba = image.convert("RGBA")
    ground = PilImage.new("RGBA", rgba.size, (GROUND, GROUND, GROUND, 255))
    return np.asarray(PilImage.alpha_composite(ground, rgba).convert("RGB"))


def _from_array(array: NDArray[Any]) -> NDArray[np.uint8]:
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or 0 in array.shape:
        raise PictureError(f"A picture array has the shape (height, width, 3), not {array.shape}.")
    if array.shape[0] * array.shape[1] > MAX_JPEG_PIXELS:
        raise PictureError(f"The picture array has too many pixels: at most {MAX_JPEG_PIXELS // 10**6} million are read.")
    if array.dtype == np.uint16:
        array = np.round(array / np.float32(257)).astype(np.uint8)
    elif np.issubdtype(array.dtype, np.floating):
        array = np.round(np.clip(np.nan_to_num(array), 0.0, 1.0) * 255.0).astype(np.uint8)
    elif array.dtype != np.uint8:
        raise PictureError(f"A picture array holds uint8, uint16 or floats in 0..1, not {array.dtype}.")
    if array.shape[2] == 4:
        alpha = array[:, :, 3:].astype(np.float32) / 255.0
        array = np.round(array[:, :, :3] * alpha + GROUND * (1.0 - alpha)).astype(np.uint8)
    rgb = np.repeat(array, 3, axis=2) if array.shape[2] == 1 else array
    return np.ascontiguousarray(rgb)


def _register_heif() -> None:
    try:
        import pillow_heif
    except ImportError:
        return
    pillow_heif.register_heif_opener()


def _reason(error: BaseException) -> str:
    """The reason as part of one line, without Python's decoration."""
    text = getattr(error, "strerror", None) or " ".join(str(error).split()) or type(error).__name__
    return text.rstrip(".")

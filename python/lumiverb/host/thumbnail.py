# SPDX-License-Identifier: AGPL-3.0-or-later
"""The small picture that rooms, sessions and reports carry."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

#: Bounds of the plug-in's state (docs/state-format.md).
MAX_SIDE = 512
MAX_BYTES = 256 * 1024


def thumbnail_jpeg(rgb: NDArray[np.uint8]) -> bytes:
    """A JPEG of an sRGB picture (height, width, 3): longest side <= 512 px, <= 256 kB."""
    from PIL import Image

    image = Image.fromarray(rgb)
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    for quality in (85, 70, 50, 30):
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality)
        if buffer.tell() <= MAX_BYTES:
            break
    return buffer.getvalue()

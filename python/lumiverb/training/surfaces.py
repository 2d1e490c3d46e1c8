# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each part of a picture shows (distance, orientation, absorption): targets of the scene encoder's surface reader.

They come from the geometry behind a traced picture (``RoomTracer.surfaces``) and follow the picture into every augmented view.
"""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image

from lumiverb.nets.scene_encoder import Surfaces
from lumiverb.training.augment import Frame

CELLS = 12  #: per side: the stride-16 features of a 192 x 192 picture
CHANNELS = 12  #: weight, share of sky, ln distance in m, facing, upward, absorption x 7; the last ten are means over what is not sky


def surface_targets(surfaces: np.ndarray | None, frame: Frame | None = None) -> np.ndarray:
    """Map of a picture, in a frame or as it is, averaged over cells.

    Parameters
    ----------
    surfaces : (H, W, 10) as ``RoomTracer.surfaces`` gives them, H and W multiples of 12; None where nothing is known

    Returns
    -------
    float16 (CHANNELS, CELLS, CELLS); the weight (0..1) is the share of a cell that lies inside the original picture
    """
    if surfaces is None:
        return np.zeros((CHANNELS, CELLS, CELLS), np.float16)
    planes = _planes(surfaces.astype(np.float32))
    if frame is not None:
        planes = np.stack([np.asarray(frame.apply(Image.fromarray(plane))) for plane in planes])
    height, width = planes.shape[1] // CELLS, planes.shape[2] // CELLS
    cells = planes.reshape(len(planes), CELLS, height, CELLS, width).mean((2, 4))
    there, seen = np.clip(cells[0], 0, 1), np.clip(cells[1], 0, 1)
    means = cells[2:] / np.maximum(seen, 1e-3)
    sky = np.clip(1 - seen / np.maximum(there, 1e-3), 0, 1)
    means[3:] = np.clip(means[3:], 0, 1)
    return np.concatenate([there[None], sky[None], np.where(seen > 0.05, means, 0)]).astype(np.float16)


def _planes(surfaces: np.ndarray) -> np.ndarray:
    """(12, H, W): 1, not sky, and everything else multiplied by it, so that means over cells do not mix in the sky."""
    distance = surfaces[..., 0]
    seen = (distance > 0).astype(np.float32)
    rest = [np.log(np.maximum(distance, 0.1)), *np.moveaxis(surfaces[..., 1:], 2, 0)]
    return np.stack([np.ones_like(seen), seen, *(np.ascontiguousarray(plane * seen) for plane in rest)])


def as_read(targets: torch.Tensor) -> Surfaces:
    """What a reader without error says of ``surface_targets`` (N, CHANNELS, CELLS, CELLS), float32."""

    def logit(share: torch.Tensor) -> torch.Tensor:
        return torch.logit(share.clamp(1e-4, 1 - 1e-4))

    return Surfaces(logit(targets[:, 1]), targets[:, 2], logit(targets[:, 3]), targets[:, 4], logit(targets[:, 5:]))

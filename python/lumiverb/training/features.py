# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cached stride-8 features of augmented views: the frozen half of the trunk runs once per view, not once per epoch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from lumiverb.nets.mobilenet_edgetpu import MobileNetEdgeTPU
from lumiverb.training.augment import AugmentOptions, augment, draw_frame
from lumiverb.training.rooms import SHARD_ROOMS, RoomSample, read_rooms
from lumiverb.training.surfaces import surface_targets

AUGMENTATION_VERSION = 2  #: raise when augment() changes, so that old caches are not used


@dataclass(frozen=True)
class FeatureSet:
    """Features of rooms (or photos): ``parts[p][i, v]`` is view ``v`` (0 = as it is) of the i-th picture of part p."""

    parts: Sequence[np.ndarray]  #: memory-mapped float16 (pictures, views, 48, 24, 24)
    labels: Sequence[dict]
    surfaces: Sequence[np.ndarray] = ()  #: memory-mapped float16 (pictures, views, CHANNELS, 12, 12) of `surface_targets`

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def views(self) -> int:
        return self.parts[0].shape[1]

    def read(self, pictures: np.ndarray, views: np.ndarray) -> torch.Tensor:
        """float32 (N, 48, 24, 24) of the given pictures and views."""
        return self._read(self.parts, pictures, views)

    def read_surfaces(self, pictures: np.ndarray, views: np.ndarray) -> torch.Tensor:
        """float32 (N, CHANNELS, 12, 12) of the given pictures and views."""
        return self._read(self.surfaces, pictures, views)

    def _read(self, parts: Sequence[np.ndarray], pictures: np.ndarray, views: np.ndarray) -> torch.Tensor:
        part, offset = self._locate(pictures)
        rows = [parts[p][o, v] for p, o, v in zip(part, offset, views, strict=False)]
        return torch.from_numpy(np.stack(rows)).float()

    def _locate(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        ends = np.cumsum([len(p) for p in self.parts])
        part = np.searchsorted(ends, pictures, side="right")
        return part, pictures - np.where(part > 0, ends[np.maximum(part - 1, 0)], 0)


def room_features(
    folder: Path, trunk: MobileNetEdgeTPU, views: int, limit: int | None = None, progress: Callable[[int], None] | None = None
) -> FeatureSet:
    """Features of the rooms in ``folder`` (one file per shard beside them), computed where they are missing.

    ``views`` 0 stands for :func:`both_sides`, which is what the finished network reads; otherwise as in :func:`picture_features`, with
    the surfaces of every view.
    """
    name = f"{views}-{AUGMENTATION_VERSION}" if views else "sides"
    cache = folder / f"features-{trunk_hash(trunk)}-{name}"
    cache.mkdir(exist_ok=True)
    labels, waiting, parts, surfaces = [], [], [], []

    def flush() -> None:
        if waiting:
            path = cache / f"{waiting[0].labels['index']:06d}-{len(waiting)}.npy"
            parts.append(cached(path, lambda: _shard_features(waiting, trunk, views)))
            if views:
                surfaces.append(cached(path.with_name(f"surfaces-{path.name}"), lambda: _shard_surfaces(waiting, views)))
            waiting.clear()
            if progress:
                progress(len(labels))

    for sample in read_rooms(folder, limit):
        if sample.labels["index"] % SHARD_ROOMS == 0:
            flush()
        waiting.append(sample)
        labels.append(sample.labels)
    flush()
    if not labels:
        raise ValueError(f"{folder}: no rooms here")
    return FeatureSet(parts, labels, surfaces)


def both_sides(pictures: Sequence[np.ndarray], trunk: MobileNetEdgeTPU) -> np.ndarray:
    """float16 (pictures, 2, 48, 24, 24): every picture as it is, and mirrored."""
    return np.stack([_stride8(np.stack([picture, picture[:, ::-1]]), trunk) for picture in pictures])


def picture_features(pictures: Sequence[np.ndarray], seeds: Sequence[int], trunk: MobileNetEdgeTPU, views: int) -> np.ndarray:
    """float16 (pictures, views, 48, 24, 24); view 0 is the picture itself, the others are augmented by (seed, view)."""
    result = []
    for picture, seed in zip(pictures, seeds, strict=False):
        stack = [picture] + [augment(picture, np.random.default_rng([seed, view]), AugmentOptions())[0] for view in range(1, views)]
        result.append(_stride8(np.stack(stack), trunk))
    return np.stack(result)


@torch.no_grad()
def _stride8(pictures: np.ndarray, trunk: MobileNetEdgeTPU) -> np.ndarray:
    image = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255  # (views, 3, H, W)
    return trunk.stride8(image.contiguous(memory_format=torch.channels_last)).numpy().astype(np.float16)


def _shard_features(samples: Sequence[RoomSample], trunk: MobileNetEdgeTPU, views: int) -> np.ndarray:
    pictures, seeds = [s.picture for s in samples], [s.labels["seed"] for s in samples]
    return picture_features(pictures, seeds, trunk, views) if views else both_sides(pictures, trunk)


def _shard_surfaces(samples: Sequence[RoomSample], views: int) -> np.ndarray:
    """In the frames that :func:`picture_features` gives the same views."""
    frames = [[None] + [draw_frame(np.random.default_rng([s.labels["seed"], view])) for view in range(1, views)] for s in samples]
    return np.stack([[surface_targets(s.surfaces, frame) for frame in own] for s, own in zip(samples, frames, strict=True)])


def cached(path: Path, make: Callable[[], np.ndarray]) -> np.ndarray:
    """Memory-mapped array of a file, which is made first where it is missing, and appears whole or not at all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".part")
        with temporary.open("wb") as out:
            np.save(out, make())
        temporary.replace(path)
    return np.load(path, mmap_mode="r")


def trunk_hash(trunk: MobileNetEdgeTPU) -> str:
    """Identifies the frozen weights that a cache was made with."""
    digest = hashlib.sha256()
    for tensor in trunk.lower.state_dict().values():
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()[:12]

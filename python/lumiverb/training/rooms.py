# SPDX-License-Identifier: AGPL-3.0-or-later
"""Traced rooms as a data set: each seed gives one picture and what the same scene does to sound.

A data set is a folder of shards, ``rooms-<first index>.zip``; each holds one PNG per room and ``labels.jsonl``. Shards are
written under a temporary name and renamed, so that an interrupted run continues where it stopped. Room ``i`` of a split is
``kinds[i % K]`` with seed ``SPLIT_SEEDS[split] + i``: the splits never share a seed, and anyone can make them again.
"""

from __future__ import annotations

import io
import json
import math
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from lumiverb.training.targets import BANDS_HZ, MID

#: First seed of each split. ``valid`` calibrates spreads and chooses between runs; ``test`` is only ever reported on.
SPLIT_SEEDS = {"train": 1_000_000, "valid": 5_000_000, "test": 9_000_000}

SHARD_ROOMS = 16
AIR_ABSORPTION_1_M = np.array([0.00010, 0.00030, 0.00063, 0.00107, 0.00228, 0.00683, 0.02420])   # as native/room/bands.h


@dataclass(frozen=True)
class RoomSet:
    """Which rooms, and how carefully they are traced."""

    split: str
    rooms: int
    size: int = 192                #: pixels of the square picture
    samples: int = 16              #: light paths per pixel
    rays: int = 12000              #: sound rays
    max_time_s: float = 12.0

    def seed(self, index: int) -> int:
        return SPLIT_SEEDS[self.split] + index


@dataclass(frozen=True)
class RoomSample:
    picture: np.ndarray            #: uint8 (size, size, 3)
    labels: dict


def room_kinds() -> tuple[str, ...]:
    """Every kind of place that the scene maker knows, in its order."""
    from lumiverb.acoustics.scenes import KINDS

    return tuple(KINDS)


def trace_room_sample(room_set: RoomSet, index: int) -> RoomSample:
    """Makes and traces room ``index``: half of the pictures are denoised, exposure and white balance vary."""
    from lumiverb import _native
    from lumiverb.acoustics.scenes import make_scene

    kinds = room_kinds()
    kind, seed = kinds[index % len(kinds)], room_set.seed(index)
    scene = make_scene(kind, seed)
    rng = np.random.default_rng([seed, 77])
    tracer = _native.RoomTracer(scene.to_json())
    balance = np.exp(rng.uniform(-1, 1, 3) * [0.06, 0, 0.08])
    picture = tracer.picture(width=room_set.size, height=room_set.size, samples=room_set.samples, seed=seed, threads=1,
                             denoise=bool(rng.random() < 0.5), exposure_ev=float(rng.uniform(-0.5, 0.5)),
                             white_balance=tuple(float(v) for v in balance))
    sound = tracer.sound(rays=room_set.rays, seed=seed, threads=1, max_time_s=room_set.max_time_s)
    labels = room_labels(scene, sound)
    labels.update(index=index, split=room_set.split)
    return RoomSample(np.ascontiguousarray(picture), labels)


def room_labels(scene, sound) -> dict:
    """What the encoder should say of a traced scene (JSON-ready).

    Distances are put on the encoder's terms: ``drr_1m_db`` is the direct-to-reverberant ratio with the source at 1 m (direct
    sound by 1/r, reverberation unchanged), ``clarity_c50_2m_db`` C50 with it at 2 m. ``absorption`` is the mean coefficient that
    gives the traced T30 in a room of this volume and surface by Eyring's formula with air: what the surfaces do together,
    furniture and uneven spread included. Unknown values are None.
    """
    offset = np.subtract(_point(scene.source), _point(scene.listener))
    distance = float(np.linalg.norm(offset))
    outdoor = scene.volume_m3 <= 0
    rt60 = np.asarray(sound.t30_s, float)
    absorption = np.full(len(BANDS_HZ), np.nan) if outdoor else eyring_absorption(rt60, scene.volume_m3, scene.surface_m2)
    return {
        "kind": scene.kind, "seed": int(scene.seed), "outdoor": bool(outdoor),
        "rt60_s": _json_list(rt60), "rt60_error": _json_list(sound.t30_error), "edt_s": _json_list(sound.edt_s),
        "volume_m3": float(scene.volume_m3), "surface_m2": float(scene.surface_m2),
        "dimensions_m": [float(v) for v in _view_dimensions(scene)],
        "absorption": _json_list(absorption),
        "drr_1m_db": _json_list(np.asarray(sound.drr_db, float) + 20 * math.log10(distance)),
        "clarity_c50_2m_db": _clarity(sound, distance, 2.0),
        "source_distance_m": distance, "source_azimuth_deg": _azimuth_deg(scene, offset),
    }


def eyring_absorption(rt60_s: np.ndarray, volume_m3: float, surface_m2: float) -> np.ndarray:
    """Mean absorption per band that gives ``rt60_s`` (7,) by Eyring with air absorption; NaN where T is unknown."""
    exponent = (0.161 * volume_m3 / np.asarray(rt60_s, float) - 4 * AIR_ABSORPTION_1_M * volume_m3) / surface_m2
    return np.clip(1 - np.exp(-exponent), 0.005, 0.995)


def eyring_rt60_s(absorption: np.ndarray, volume_m3: float, surface_m2: float) -> np.ndarray:
    """Inverse of :func:`eyring_absorption`."""
    area = -surface_m2 * np.log1p(-np.asarray(absorption, float)) + 4 * AIR_ABSORPTION_1_M * volume_m3
    return 0.161 * volume_m3 / area


def make_rooms(folder: Path, room_set: RoomSet, workers: int = 1, progress: Callable[[int, int], None] | None = None) -> None:
    """Traces the rooms that ``folder`` lacks, in worker processes.

    ``progress(done, total)`` is called after each shard. A folder made with other options is refused (ValueError).
    """
    folder.mkdir(parents=True, exist_ok=True)
    _check_options(folder, room_set)
    wanted = [(first, min(SHARD_ROOMS, room_set.rooms - first)) for first in range(0, room_set.rooms, SHARD_ROOMS)]
    missing = [(first, count) for first, count in wanted if not _shard_is_whole(_shard_path(folder, first), count)]
    done = room_set.rooms - sum(count for _, count in missing)
    if progress:
        progress(done, room_set.rooms)
    if workers <= 1:
        for first, count in missing:
            done += _write_shard(folder, room_set, first, count)
            if progress:
                progress(done, room_set.rooms)
        return
    with ProcessPoolExecutor(workers) as pool:
        for future in as_completed([pool.submit(_write_shard, folder, room_set, *part) for part in missing]):
            done += future.result()
            if progress:
                progress(done, room_set.rooms)


def read_rooms(folder: Path, limit: int | None = None) -> Iterator[RoomSample]:
    """The rooms of a folder in order of index, up to index ``limit``."""
    for path in sorted(folder.glob("rooms-*.zip")):
        if limit is not None and int(path.stem.split("-")[1]) >= limit:
            break
        with zipfile.ZipFile(path) as archive:
            for line in archive.read("labels.jsonl").decode().splitlines():
                labels = json.loads(line)
                if limit is not None and labels["index"] >= limit:
                    return
                with Image.open(io.BytesIO(archive.read(f"{labels['index']:06d}.png"))) as image:
                    yield RoomSample(np.asarray(image.convert("RGB")), labels)


def _write_shard(folder: Path, room_set: RoomSet, first: int, count: int) -> int:
    """Traces rooms first .. first + count - 1 into one shard; returns ``count``."""
    target = _shard_path(folder, first)
    temporary = target.with_suffix(f".{os.getpid()}.part")
    lines = []
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        for index in range(first, first + count):
            start = time.perf_counter()
            sample = trace_room_sample(room_set, index)
            sample.labels["seconds"] = round(time.perf_counter() - start, 3)
            buffer = io.BytesIO()
            Image.fromarray(sample.picture).save(buffer, "PNG", compress_level=3)
            archive.writestr(f"{index:06d}.png", buffer.getvalue())
            lines.append(json.dumps(sample.labels))
        archive.writestr("labels.jsonl", "\n".join(lines) + "\n")
    temporary.replace(target)
    return count


def _shard_path(folder: Path, first: int) -> Path:
    return folder / f"rooms-{first:06d}.zip"


def _shard_is_whole(path: Path, count: int) -> bool:
    """A last shard that was cut short by a smaller set is made again."""
    if not path.exists():
        return False
    with zipfile.ZipFile(path) as archive:
        return len(archive.namelist()) >= count + 1


def _check_options(folder: Path, room_set: RoomSet) -> None:
    path, options = folder / "options.json", asdict(replace(room_set, rooms=0)) | {"kinds": list(room_kinds())}
    if path.exists():
        found = json.loads(path.read_text())
        if found != options:
            raise ValueError(f"{path}: these rooms were made with other options ({found}), choose another folder or delete it")
    else:
        path.write_text(json.dumps(options, indent=1))


def _clarity(sound, distance_m: float, at_m: float) -> float | None:
    """C50 (mean of 500 Hz and 1 kHz) with the direct sound as strong as at ``at_m``."""
    energy = np.asarray(sound.energy, float)[MID]
    direct = np.asarray(sound.direct_energy, float)[MID] * (distance_m / at_m) ** 2
    start = _first_arrival_bin(sound, distance_m)
    split = start + int(round(0.050 / sound.bin_width_s))
    early, late = direct + energy[:, :split].sum(1), energy[:, split:].sum(1)
    if np.any(direct <= 0):
        return None
    with np.errstate(divide="ignore"):
        return float(np.mean(np.minimum(10 * np.log10(early / late), 60.0)))


def _first_arrival_bin(sound, distance_m: float) -> int:
    return int(distance_m / 343.0 / sound.bin_width_s)


def _view_dimensions(scene) -> tuple[float, float, float]:
    """(length along the view, width, height): the scene's x and y extents, exchanged if the camera looks along y."""
    x, y, z = scene.dimensions_m
    look = np.subtract(_point(scene.camera.target), _point(scene.camera.position))
    return (y, x, z) if abs(look[1]) > abs(look[0]) else (x, y, z)


def _azimuth_deg(scene, offset: np.ndarray) -> float:
    """Direction of the source seen from the camera, positive to the left."""
    look = np.subtract(_point(scene.camera.target), _point(scene.camera.position))
    angle = math.degrees(math.atan2(offset[1], offset[0]) - math.atan2(look[1], look[0]))
    return (angle + 180) % 360 - 180


def _point(value) -> np.ndarray:
    return np.array([value.x, value.y, value.z] if hasattr(value, "x") else value, float)


def _json_list(values) -> list[float | None]:
    return [float(v) if np.isfinite(v) else None for v in np.asarray(values, float)]

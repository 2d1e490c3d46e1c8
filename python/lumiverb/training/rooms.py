# SPDX-License-Identifier: AGPL-3.0-or-later
"""Traced rooms as a data set: each seed gives one picture and what the same scene does to sound.

A data set is a folder of shards, ``rooms-<first index>.zip``; each holds one PNG and one map of the surfaces in it per room, and
``labels.jsonl``. Shards are
written under a temporary name and renamed, so that an interrupted run continues where it stopped, and whoever reads sees whole
shards only. Room ``i`` of a split is ``kinds[i % K]`` with seed ``SPLIT_SEEDS[split] + i`` (or a spare seed): the splits never share a
seed, and anyone can make them again.

Three splits show what an encoder has learnt: ``test`` has new seeds only, ``test-palette`` has colours and patterns that no training
picture has, and ``test-kind`` has the one kind of place that :func:`standard_set` leaves out of training. ``pairs`` holds places two by
two that differ in one thing only (``lumiverb.acoustics.scenes.pairs``): labels ``pair``, ``change`` and ``member`` (first, second).

``train-changed`` holds indoor rooms of ``train`` once more, each after one such change (label ``change``; the seed tells which room it
was): what kind of room it is no longer tells how long it reverberates.
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
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from lumiverb.training.targets import MID

#: First seed of each split. ``valid`` calibrates spreads and chooses between runs; ``test`` is only ever reported on.
SPLIT_SEEDS = {
    "train": 1_000_000,
    "valid": 5_000_000,
    "test": 9_000_000,
    "test-palette": 13_000_000,
    "test-kind": 17_000_000,
    "pairs": 21_000_000,
    "train-changed": 1_000_000,
}

#: The kind of place that training and validation never see.
HELD_OUT_KIND = "wooden_chapel"

#: Distance of the seeds that stand in for one that gives no valid scene.
SPARE_SEEDS = 500_000

SHARD_ROOMS = 16

#: Side of the map of surfaces that goes with every picture.
SURFACE_SIZE = 48


@dataclass(frozen=True)
class RoomSet:
    """Which rooms, and how carefully they are traced."""

    split: str
    rooms: int
    size: int = 192  #: pixels of the square picture
    samples: int = 8  #: light paths per pixel
    rays: int = 4000  #: sound rays
    max_time_s: float = 12.0
    target_error: float = 0.0  #: > 0: rays are added until the halves of the rays agree on T30 within this (median of the bands)
    palette: str = "usual"  #: see `make_scene`
    kinds: tuple[str, ...] = ()  #: empty = all

    @property
    def every_kind(self) -> tuple[str, ...]:
        return self.kinds or room_kinds()

    def seed(self, index: int) -> int:
        return SPLIT_SEEDS[self.split] + index


@dataclass(frozen=True)
class RoomSample:
    picture: np.ndarray  #: uint8 (size, size, 3)
    labels: dict
    surfaces: np.ndarray | None = None  #: float16 (48, 48, 10) as `RoomTracer.surfaces` gives them; None in sets made without


def room_kinds() -> tuple[str, ...]:
    """Every kind of place that the scene maker knows, in its order."""
    from lumiverb.acoustics.scenes import KINDS

    return tuple(KINDS)


def standard_set(split: str, rooms: int, samples: int = 3, rays: int = 600, target_error: float = 0.05) -> RoomSet:
    """A split as training and evaluation use it: without the held-out kind, but for ``test-kind``, which has nothing else.

    At 3 samples with the denoiser and 5 % between the halves of the rays, a room costs a third of what 8 and 4000 cost.
    """
    if split not in SPLIT_SEEDS:
        raise ValueError(f"split '{split}' is none of {', '.join(SPLIT_SEEDS)}")
    kinds = (HELD_OUT_KIND,) if split == "test-kind" else tuple(kind for kind in room_kinds() if kind != HELD_OUT_KIND)
    palette = "unseen" if split == "test-palette" else "usual"
    return RoomSet(split, rooms, samples=samples, rays=rays, target_error=target_error, palette=palette, kinds=kinds)


def trace_room_sample(room_set: RoomSet, index: int) -> RoomSample:
    """Makes and traces room ``index``: exposure, contrast and white balance vary."""
    from lumiverb import _native

    scene, seed, more = {"pairs": _pair_member, "train-changed": _changed_room}.get(room_set.split, _room)(room_set, index)
    rng = np.random.default_rng([seed, 77])
    tracer = _native.RoomTracer(scene.to_json())
    balance = np.exp(rng.uniform(-1, 1, 3) * [0.06, 0, 0.08])
    picture = tracer.picture(
        width=room_set.size,
        height=room_set.size,
        samples=room_set.samples,
        seed=seed,
        threads=1,
        denoise=True,
        exposure_ev=float(rng.uniform(-0.6, 0.7)),
        white_balance=tuple(float(v) for v in balance),
        contrast=float(rng.uniform(0.6, 1.05)),
    )
    sound = tracer.sound(
        rays=room_set.rays,
        seed=seed,
        max_time_s=room_set.max_time_s,
        image_source_order=0,
        target_error=room_set.target_error,
        max_rays=40 * room_set.rays,
    )
    labels = room_labels(scene, sound)
    labels.update(index=index, seed=seed, split=room_set.split, palette=room_set.palette, fov_deg=scene.camera.fov_deg, **more)
    surfaces = tracer.surfaces(SURFACE_SIZE, SURFACE_SIZE).astype(np.float16)
    return RoomSample(np.ascontiguousarray(picture), labels, surfaces)


def _room(room_set: RoomSet, index: int) -> tuple[Any, int, dict]:
    """Scene, its seed, further labels."""
    from lumiverb.acoustics.scenes import make_room

    kinds = room_set.every_kind
    for attempt in range(4):
        seed = room_set.seed(index) + attempt * SPARE_SEEDS
        try:
            return make_room(kinds[index % len(kinds)], seed, palette=room_set.palette), seed, {}
        except (ValueError, RuntimeError):  # a seed that gives no valid scene: the next spare one is as good
            if attempt == 3:
                raise
    raise AssertionError("unreachable")


def _pair_member(room_set: RoomSet, index: int) -> tuple[Any, int, dict]:
    """Pair ``index // 2``: the four changes take turns; both members get the same light and camera settings."""
    pair = _pair(room_set.seed(index // 2))
    member = "second" if index % 2 else "first"
    scene = pair.second if index % 2 else pair.first
    return scene, room_set.seed(index // 2), {"pair": index // 2, "change": pair.change, "member": member}


def _changed_room(room_set: RoomSet, index: int) -> tuple[Any, int, dict]:
    """The ``index``-th indoor room of ``room_set.kinds`` in softer or harder materials or in a larger shell."""
    from lumiverb.acoustics.scenes import KINDS
    from lumiverb.acoustics.scenes.pairs import resized, with_other_surfaces

    kinds = room_set.every_kind
    indoors = [place for place, kind in enumerate(kinds) if not KINDS[kind].outdoor]
    rounds, place = divmod(index, len(indoors))
    for attempt in range(4):
        which = rounds * len(kinds) + indoors[place] + attempt * SPARE_SEEDS // len(kinds) * len(kinds)
        scene, seed, _ = _room(room_set, which)
        rng = np.random.default_rng([seed, 78])
        for change in rng.permutation(["softer", "harder", "larger"]):
            other = resized(scene, rng.uniform(1.25, 1.9)) if change == "larger" else with_other_surfaces(scene, change)
            if other is not None:
                return other, seed, {"change": str(change)}
    raise RuntimeError(f"room {index} of {room_set.split}: nothing in it can be changed")


@lru_cache(maxsize=1)
def _pair(seed: int) -> Any:
    from lumiverb.acoustics.scenes.pairs import CHANGES, make_pair

    return make_pair(CHANGES[seed % len(CHANGES)], seed)


def room_labels(scene, sound) -> dict:
    """What the encoder should say of a traced scene (JSON-ready; unknown values are None).

    To the scene maker's own labels come two on the encoder's terms: ``drr_1m_db``, the direct-to-reverberant ratio with the
    source at 1 m (direct sound by 1/r, reverberation unchanged), and ``clarity_c50_2m_db``, C50 with it at 2 m.
    """
    from lumiverb.acoustics.scenes import labels_of

    labels = labels_of(scene, sound)
    distance = labels["distance_m"]
    labels["drr_1m_db"] = labels["drr_db"] + 20 * math.log10(distance)
    labels["clarity_c50_2m_db"] = clarity_at(sound, distance, 2.0)
    return {name: _json_ready(value) for name, value in labels.items()}


def clarity_at(sound, distance_m: float, at_m: float) -> float:
    """C50 (mean of 500 Hz and 1 kHz) with the direct sound as strong as at ``at_m``; NaN where the source is hidden."""
    energy = np.asarray(sound.energy, float)[MID]
    direct = np.asarray(sound.direct_energy, float)[MID] * (distance_m / at_m) ** 2
    first = int(distance_m / 343.0 / sound.bin_width_s)
    split = first + int(round(0.050 / sound.bin_width_s))
    early, late = direct + energy[:, :split].sum(1), energy[:, split:].sum(1)
    if np.any(direct <= 0):
        return math.nan
    with np.errstate(divide="ignore"):
        return float(np.mean(np.minimum(10 * np.log10(early / late), 60.0)))


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
                name = f"{labels['index']:06d}"
                surfaces = np.load(io.BytesIO(archive.read(f"{name}.npy"))) if f"{name}.npy" in archive.namelist() else None
                with Image.open(io.BytesIO(archive.read(f"{name}.png"))) as image:
                    yield RoomSample(np.asarray(image.convert("RGB")), labels, surfaces)


def read_labels(folder: Path, limit: int | None = None) -> Iterator[dict]:
    """Labels alone, as :func:`read_rooms` gives them with the pictures."""
    for path in sorted(folder.glob("rooms-*.zip")):
        if limit is not None and int(path.stem.split("-")[1]) >= limit:
            break
        with zipfile.ZipFile(path) as archive:
            for line in archive.read("labels.jsonl").decode().splitlines():
                labels = json.loads(line)
                if limit is None or labels["index"] < limit:
                    yield labels


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
            buffer = io.BytesIO()
            np.save(buffer, np.asarray(sample.surfaces))
            archive.writestr(f"{index:06d}.npy", buffer.getvalue(), zipfile.ZIP_DEFLATED)
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
        return f"{int(path.stem.split('-')[1]) + count - 1:06d}.png" in archive.namelist()


def _check_options(folder: Path, room_set: RoomSet) -> None:
    path, options = folder / "options.json", asdict(replace(room_set, rooms=0)) | {"kinds": list(room_set.every_kind)}
    for name, default in (("target_error", 0.0), ("palette", "usual")):  # folders from before there was a choice do not state it
        if options[name] == default:
            del options[name]
    if path.exists():
        found = json.loads(path.read_text())
        if found != options:
            raise ValueError(f"{path}: these rooms were made with other options ({found}), choose another folder or delete it")
    else:
        path.write_text(json.dumps(options, indent=1))


def _json_ready(value):
    """Plain Python values; what is not finite becomes None."""
    if isinstance(value, (np.ndarray, list, tuple)):
        return [_json_ready(v) for v in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Real photographs with weak labels: a range in which the mid-band RT60 of such a place usually lies. Nothing was measured there."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

FOLDERS = ("photos/polyhaven_pano", "photos/polyhaven_pano2")
SPLIT_SEED = 2


@dataclass(frozen=True)
class WeakPhoto:
    name: str
    panorama: str
    scene: str
    low_s: float  #: weak range of the mid-band RT60
    high_s: float
    outdoor: bool
    half: str  #: "train" or "eval", the same for every crop of a panorama
    picture: np.ndarray  #: uint8 (192, 192, 3)


#: What a scene of the label files may be called, by a word of its description; the first that fits counts.
_PLAUSIBLE = {
    "outdoor field": ("field",),
    "outdoor grass": ("field",),
    "outdoor sky": ("field",),
    "outdoor forest": ("forest",),
    "outdoor": ("street",),
    "corridor": ("corridor",),
    "workshop": ("garage", "gym"),
    "living": ("living_room", "kitchen", "bedroom"),
    "lounge": ("living_room", "kitchen", "office"),
    "photo studio": ("living_room", "bedroom", "office", "classroom"),
    "dance hall": ("gym", "concert_hall"),
    "market": ("church", "concert_hall"),
    "chapel, wood": ("wooden_chapel", "church"),
    "chapel": ("church",),
    "warehouse": ("garage", "gym"),
}


def plausible_kinds(photo: WeakPhoto) -> tuple[str, ...]:
    """The kinds of place that a person would accept for the scene; empty where none is close."""
    return next((kinds for words, kinds in _PLAUSIBLE.items() if words in photo.scene), ())


def shared_data() -> Path:
    """``$LUMIVERB_SHARED/data``, or ``../shared/data`` beside the repository."""
    root = os.environ.get("LUMIVERB_SHARED")
    return (Path(root) if root else Path(__file__).resolve().parents[4] / "shared") / "data"


def read_weak_photos(data: Path | None = None, size: int = 192) -> list[WeakPhoto]:
    """Every crop, or an empty list where the photographs are absent."""
    data = data or shared_data()
    rows = []
    for folder in FOLDERS:
        table = data / folder / "labels.csv"
        if table.exists():
            with table.open(newline="") as lines:
                rows += [(data / folder, row) for row in csv.DictReader(lines)]
    outdoor = {row["panorama"]: row["scene"].startswith("outdoor") for _, row in rows}
    middle = {row["panorama"]: float(row["rt60_mid_lo_weak"]) + float(row["rt60_mid_hi_weak"]) for _, row in rows}
    halves = split_panoramas(outdoor, middle)
    return [
        WeakPhoto(
            row["file"],
            row["panorama"],
            row["scene"],
            float(row["rt60_mid_lo_weak"]),
            float(row["rt60_mid_hi_weak"]),
            outdoor[row["panorama"]],
            halves[row["panorama"]],
            _read(folder, row["file"], size),
        )
        for folder, row in rows
    ]


def split_panoramas(outdoor: dict[str, bool], middle: dict[str, float]) -> dict[str, str]:
    """Half of the panoramas for training, the others only for evaluation.

    Neighbours in the order of the weak range are drawn apart, so that both halves span dry to live; panoramas whose names
    differ only in a number (the same building) stay together.
    """
    rng = np.random.default_rng(SPLIT_SEED)
    halves = {}
    for is_outdoor in (True, False):
        places: dict[str, list[str]] = {}
        for name in sorted(outdoor, key=lambda n: (middle[n], n)):
            if outdoor[name] == is_outdoor:
                places.setdefault(re.sub(r"_\d+$", "", name), []).append(name)
        ordered = list(places.values())
        for first in range(0, len(ordered), 2):
            pair = ordered[first : first + 2]
            for place, half in zip(pair, rng.permutation(["train", "eval"]), strict=False):
                halves.update({name: str(half) for name in place})
    return halves


def half_of(photos: Sequence[WeakPhoto], half: str) -> list[WeakPhoto]:
    return [photo for photo in photos if photo.half == half]


def _read(folder: Path, name: str, size: int) -> np.ndarray:
    """Crops keep their place in the folder by name; the area filter is the one that the product's picture preparation uses."""
    path = folder / name if (folder / name).exists() else next(folder.rglob(name))
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB").resize((size, size), Image.Resampling.BOX))

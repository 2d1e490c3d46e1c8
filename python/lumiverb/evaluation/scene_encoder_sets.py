# SPDX-License-Identifier: AGPL-3.0-or-later
"""The held-out sets of the scene encoder, and everything that is measured on those that are there.

============  =================================================================================================
folder        rooms
============  =================================================================================================
test          seeds never trained on
test-palette  colours and patterns never trained on
test-kind     the kind of place never trained on
pairs         places two by two that differ in one respect (labels ``pair``, ``change`` and ``member``)
============  =================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from lumiverb.evaluation import scene_encoder as measures
from lumiverb.training import targets as T
from lumiverb.training.rooms import RoomSample, read_rooms

MIRRORED = 40  #: pictures of the mirror test


def evaluate_sets(encoder: Callable, root: Path, medians: dict, kinds: Sequence[str], limit: int | None = None) -> dict:
    """Scores of ``encoder(pictures) -> Said`` on the sets below ``root``; ``test`` must be there, up to room ``limit``.

    Returns
    -------
    dict
        ``traced_rooms``, ``mirror``, and where their folders exist ``unseen_palettes``, ``unseen_kind`` and ``pairs``.
    """
    test = list(read_rooms(root / "test", limit))
    result = {
        "traced_rooms": _score(encoder, test, medians, kinds),
        "mirror": measures.score_mirror(*(encoder(_pictures(test[:MIRRORED], flip)).mean for flip in (False, True))),
    }
    for name, folder in (("unseen_palettes", "test-palette"), ("unseen_kind", "test-kind")):
        if rooms := list(read_rooms(root / folder)):
            result[name] = _score(encoder, rooms, medians, kinds)
    if rooms := list(read_rooms(root / "pairs")):
        result["pairs"] = score_changes(encoder, rooms)
    return result


def score_changes(encoder: Callable, rooms: Sequence[RoomSample]) -> dict[str, dict]:
    """Order and gain of the mid-band RT60 for the pairs of each change; a pair without its second member does not count."""
    said, truth = encoder(_pictures(rooms)).mean, measures.Truth.of([room.labels for room in rooms])
    whole = truth.known[:, T.RT60].min(1) > 0
    members = {(room.labels["pair"], room.labels["member"]): n for n, room in enumerate(rooms)}
    result = {}
    for change in sorted({room.labels["change"] for room in rooms}):
        numbers = sorted({room.labels["pair"] for room in rooms if room.labels["change"] == change})
        pairs = np.array([[members.get((pair, member), -1) for member in ("first", "second")] for pair in numbers])
        a, b = pairs[(pairs >= 0).all(1) & whole[pairs].all(1)].T
        result[change] = measures.score_pairs(said[a], said[b], truth.values[a], truth.values[b])
    return result


def _score(encoder: Callable, rooms: Sequence[RoomSample], medians: dict, kinds: Sequence[str]) -> dict:
    return measures.evaluate(encoder(_pictures(rooms)), measures.Truth.of([room.labels for room in rooms]), medians, kinds)


def _pictures(rooms: Sequence[RoomSample], flip: bool = False) -> list[np.ndarray]:
    return [np.ascontiguousarray(room.picture[:, ::-1]) if flip else room.picture for room in rooms]

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Impulse responses of traced rooms for Dry: the same furnished rooms that the scene encoder learns from, cached compactly."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lumiverb import _native
from lumiverb.audio.dry_grid import SAMPLE_RATE
from lumiverb.training.dry_sources import MAX_RESPONSE_S, Response, energy_ratios, room_condition

OUTDOORS = ("street", "field", "forest")
FIRST_SEED = 700_000  #: of scenes that no other recipe uses
SHORTEST_S = 0.15  #: RT60; what is drier is no room to take off


def traced_rooms(path: Path, count: int, say: Callable[[str], None] = lambda text: None) -> list[Response]:
    """``count`` responses; traced into ``path`` (.npz, half precision) unless they are there."""
    if count == 0:
        return []
    if not path.exists():
        say(f"tracing {count} rooms")
        _save(path, _trace_all(count))
    with np.load(path) as stored:
        samples, ends, condition, rt60 = (stored[name] for name in ("samples", "ends", "condition", "rt60_s"))
    parts = np.split(samples.astype(np.float32), ends[:-1])
    return [Response(part, condition[i], "traced", float(rt60[i])) for i, part in enumerate(parts)][:count]


def _trace_all(count: int) -> list[Response]:
    from lumiverb.training.rooms import room_kinds

    kinds = [kind for kind in room_kinds() if kind not in OUTDOORS]
    rooms: list[Response] = []
    seed = FIRST_SEED
    while len(rooms) < count:
        room = trace_room(kinds[seed % len(kinds)], seed)
        rooms += [room] if room else []
        seed += 1
    return rooms


def trace_room(kind: str, seed: int) -> Response | None:
    """None where the seed gives no valid scene, or no reverberation worth the name."""
    from lumiverb.acoustics.scenes import labels_of, make_room

    try:
        scene = make_room(kind, seed)
    except (ValueError, RuntimeError):
        return None
    sound = _native.RoomTracer(scene.to_json()).sound(rays=3000, seed=seed, max_time_s=MAX_RESPONSE_S, image_source_order=3)
    labels = labels_of(scene, sound)
    rt60 = np.array(labels["rt60_s"], float)
    if not np.isfinite(rt60).all() or rt60[3] < SHORTEST_S:
        return None
    response = _from_peak(np.asarray(sound.rir(layout="mono", sample_rate=float(SAMPLE_RATE), seed=seed))[0])
    drr, c50 = energy_ratios(response)
    return Response(response, room_condition(rt60[1:7], drr, c50, float(labels["volume_m3"])), "traced", float(rt60[3]))


def _from_peak(response: NDArray[np.float32]) -> NDArray[np.float32]:
    """From 1 ms before the strongest sound, at most MAX_RESPONSE_S, unit peak."""
    peak = int(np.argmax(np.abs(response)))
    cut = response[max(0, peak - SAMPLE_RATE // 1000) :][: round(MAX_RESPONSE_S * SAMPLE_RATE)]
    return np.asarray(cut / (np.abs(cut).max() + 1e-9), np.float32)


def _save(path: Path, rooms: list[Response]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    with temporary.open("wb") as out:
        np.savez(
            out,
            samples=np.concatenate([room.response for room in rooms]).astype(np.float16),
            ends=np.cumsum([len(room.response) for room in rooms]),
            condition=np.stack([room.condition for room in rooms]),
            rt60_s=np.array([room.rt60_s for room in rooms]),
        )
    os.replace(temporary, path)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the picture is taken from and where the sound comes from.

The listener is the camera. The source stands 1-4 m in front of it, inside the picture, in free air and in sight.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .builder import Builder
from .geometry import RayCaster
from .scene import Camera, Vec3

HABITS = ("snapshot", "wide", "standard", "low", "high", "tilted", "film", "portrait", "ultrawide")


@dataclass(frozen=True)
class Habit:
    """How someone holds a camera: ranges of height above the floor, pitch, field of view and roll (degrees).

    The field of view is that of the square which networks look at: the middle of a 2.39:1 film frame or of an upright phone
    picture is a narrow view of the room.
    """

    height_m: tuple[float, float]
    pitch_deg: tuple[float, float]
    fov_deg: tuple[float, float]
    roll_deg: float


_HABITS = {
    "snapshot": Habit((1.35, 1.7), (-14, 2), (50, 80), 2.5),
    "wide": Habit((1.1, 1.6), (-7, 3), (86, 108), 0.6),
    "standard": Habit((1.3, 1.65), (-9, 4), (55, 72), 1.0),
    "low": Habit((0.7, 1.1), (-4, 8), (65, 95), 1.5),
    "high": Habit((1.8, 2.2), (-22, -8), (70, 95), 1.5),
    "tilted": Habit((1.4, 1.7), (-18, 12), (60, 90), 6.0),
    "film": Habit((1.1, 1.7), (-5, 4), (28, 48), 0.5),
    "portrait": Habit((1.3, 1.7), (-14, 6), (40, 58), 2.5),
    "ultrawide": Habit((1.2, 1.7), (-8, 4), (104, 118), 1.0),
}


def draw_habit(b: Builder, *names: str) -> Habit:
    """A camera habit, from the named ones or with everyday odds."""
    weights = names or (*["snapshot"] * 3, *["wide"] * 4, *HABITS[2:])
    return _HABITS[b.pick(*weights)]


def place_camera(
    b: Builder,
    spot: Callable[[], tuple[float, float]],
    look: Callable[[float, float], tuple[float, float]],
    *,
    floor: Callable[[float, float], float] = lambda x, y: 0.0,
    habit: Habit | None = None,
    ceiling: float = 1e9,
    pitch_up_deg: float = 0.0,
    tries: int = 10,
    clearance_m: float = 0.28,
    source_distance_m: tuple[float, float] = (1.0, 4.0),
) -> None:
    """Choose the camera with the best view out of some candidates, then put the source before it.

    Parameters
    ----------
    spot : draws a floor position for the camera.
    look : draws what the camera at a position looks at.
    floor : height of the ground under a position (tiers, stairs).
    ceiling : height that the camera stays under.
    pitch_up_deg : looked up by that much more (high spaces).

    Raises
    ------
    RuntimeError
        When no free spot was found, which means the place is too full.
    """
    scene = b.scene()
    caster = RayCaster(scene)
    # Views are judged without leaves and grass: thousands of triangles that hide little.
    coarse = caster if len(scene.triangles) < 700 else RayCaster(replace(scene, triangles=()))
    best: tuple[float, Camera] | None = None
    h = habit or draw_habit(b)
    for attempt in range(tries * 3):
        x, y = spot()
        tx, ty = look(x, y)
        fov = b.u(*h.fov_deg)
        z = min(floor(x, y) + b.u(*h.height_m), ceiling - 0.3)
        d = max(0.3, math.hypot(tx - x, ty - y))
        pitch = b.u(*h.pitch_deg) + pitch_up_deg
        target = (tx, ty, z + d * math.tan(math.radians(pitch)))
        camera = Camera((x, y, z), target, fov, b.u(-1, 1) * h.roll_deg)
        position = np.array(camera.position)
        if caster.clearance(position) < clearance_m or caster.flat_clearance(position) < min(0.22, clearance_m):
            continue
        score, blocked = _view_score(coarse, camera, b.focus)
        if blocked > 0.4:
            continue
        if best is None or score > best[0]:
            best = (score, camera)
        if attempt >= tries:
            break
    if best is None:
        raise RuntimeError(f"{b.kind} seed {b.seed}: no free spot for the camera")
    b.camera = best[1]
    b.source = place_source(b, caster, best[1], source_distance_m)


def view_directions(camera: Camera, n: int) -> np.ndarray:
    """An n x n fan of unit vectors over the (square) picture, shape (n * n, 3)."""
    forward = np.array(camera.target) - np.array(camera.position)
    forward /= np.linalg.norm(forward)
    right = np.array([forward[1], -forward[0], 0.0]) / max(math.hypot(forward[0], forward[1]), 1e-9)
    up = np.array([right[1] * forward[2], -right[0] * forward[2], right[0] * forward[1] - right[1] * forward[0]])
    k = math.tan(math.radians(camera.fov_deg / 2))
    s = (np.arange(n) + 0.5) / n * 2 - 1
    x, y = np.meshgrid(s * k, -s * k)
    d = forward + x.reshape(-1, 1) * right + y.reshape(-1, 1) * up
    return d / np.linalg.norm(d, axis=1, keepdims=True)


def _view_score(caster: RayCaster, camera: Camera, focus: list[Vec3]) -> tuple[float, float]:
    """Score of a view, and the part of it that something close blocks.

    Deep views win that show many things and what the place is known by.
    """
    position = np.array(camera.position)
    depth, material = caster.cast(position, view_directions(camera, 7))
    depth = np.minimum(depth, 60.0)
    close = float((depth < min(0.7, 0.5 * float(np.median(depth)) + 0.15)).mean())
    seen = _seen_points(caster, camera, np.array(focus[:10]).reshape(-1, 3))
    score = (
        float(np.log(depth).mean() + 0.3 * np.log(depth).std())
        - 5.0 * max(0.0, close - 0.03)
        + 0.09 * min(len(np.unique(material)), 14)
        + 0.55 * math.sqrt(min(seen, 6))
    )
    return score, close


def _seen_points(caster: RayCaster, camera: Camera, points: np.ndarray) -> int:
    """How many points are well inside the picture and hidden by nothing but themselves."""
    position, forward = np.array(camera.position), np.array(camera.target) - np.array(camera.position)
    way = points - position
    distance = np.linalg.norm(way, axis=1)
    cosine = way @ forward / np.maximum(distance * np.linalg.norm(forward), 1e-9)
    inside = (cosine > math.cos(math.radians(camera.fov_deg * 0.46))) & (distance > 0.9)
    if not inside.any():
        return 0
    depth = caster.depth(position, way[inside] / distance[inside, None])
    return int((depth > distance[inside] - 0.75).sum())


def place_source(b: Builder, caster: RayCaster, camera: Camera, distance_m: tuple[float, float]) -> Vec3:
    """A point in front of the camera, in sight and in free air; nearer where the place is small."""
    position = np.array(camera.position)
    forward = np.array(camera.target) - position
    yaw = math.atan2(forward[1], forward[0])
    wish = b.u(*distance_m)
    for attempt in range(60):
        distance = wish * (1.0 - 0.012 * attempt) if attempt < 40 else b.u(0.3, 1.0) * wish
        angle = yaw + math.radians(camera.fov_deg) * 0.36 * b.u(-1, 1) * (1 if attempt else 0.5)
        z = position[2] + b.u(-0.25, 0.25)
        p = position + distance * np.array([math.cos(angle), math.sin(angle), 0.0])
        p[2] = z
        if caster.clearance(p) > 0.12 and caster.visible(position, p) and caster.flat_clearance(p) > 0.12:
            return float(p[0]), float(p[1]), float(p[2])
    ahead = forward / np.linalg.norm(forward)
    reach = float(caster.depth(position, ahead[None])[0])
    x, y, z = position + ahead * min(wish, 0.5 * reach)
    return float(x), float(y), float(z)

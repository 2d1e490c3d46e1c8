# SPDX-License-Identifier: AGPL-3.0-or-later
"""A scene traced: its picture, its sound and the numbers that a network is to learn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .kinds import KINDS
from .make import make_scene
from .scene import Scene

#: What an outdoor place or a band without a decay gets: the shortest reverberation time that a label states.
MIN_RT60_S = 0.05

#: How often a place is kept whose reverberation is possible but not usual for its kind.
_UNUSUAL = 0.33


@dataclass(frozen=True)
class TracedRoom:
    """Picture and labels of one scene.

    Attributes
    ----------
    scene : the scene itself.
    picture : uint8, shape (size, size, 3), sRGB.
    labels : see :func:`labels_of`.
    """

    scene: Scene
    picture: np.ndarray
    labels: dict[str, Any]


def trace_room(
    scene: Scene,
    size: int = 192,
    samples: int = 32,
    rays: int = 6000,
    threads: int = 1,
    *,
    denoise: bool = False,
    exposure_ev: float = 0.0,
    target_error: float = 0.0,
) -> TracedRoom:
    """Trace the picture and the sound of a scene.

    Parameters
    ----------
    size : edge of the square picture in pixels.
    samples : light paths per pixel.
    rays : sound rays; label noise falls with their square root.
    threads : the result does not depend on it.
    denoise : let the tracer smooth the picture.
    exposure_ev : brighter (> 0) or darker than automatic.
    target_error : when > 0, sound rays are added until the median label noise of T30 is below it.
    """
    tracer = _native().RoomTracer(scene.to_json())
    seed = scene.seed + 1
    picture = tracer.picture(width=size, height=size, samples=samples, seed=seed, threads=threads, denoise=denoise, exposure_ev=exposure_ev)
    return TracedRoom(scene, np.asarray(picture), labels_of(scene, _sound(tracer, seed, rays, threads, target_error)))


def trace_labels(scene: Scene, rays: int = 2000, threads: int = 1) -> dict[str, Any]:
    """The labels of a scene without its picture."""
    return labels_of(scene, _sound(_native().RoomTracer(scene.to_json()), scene.seed + 1, rays, threads, 0.0))


def make_room(kind: str, seed: int, rays: int = 300, attempts: int = 6, palette: str = "usual") -> Scene:
    """Make a place whose reverberation suits its kind, by trying again where it does not.

    Places outside ``Kind.limits_s`` are never taken if another can be found; those outside ``Kind.rt60_s``, where 80 % of such places
    lie, are taken one time in three. The same arguments give the same scene.

    Parameters
    ----------
    rays : sound rays of the quick look.
    attempts : how many scenes are tried before the one nearest to the limits is taken.
    palette : see :func:`make_scene`.
    """
    low, high = KINDS[kind].limits_s
    usual = KINDS[kind].rt60_s
    chance = np.random.default_rng([seed, 3]).random(attempts)
    best: tuple[float, Scene] | None = None
    for attempt in range(attempts):
        scene = make_scene(kind, seed, attempt, palette)
        t = _mid(traced_rt60(_sound(_native().RoomTracer(scene.to_json()), scene.seed + 1, rays, 1, 0.0)))
        miss = max(math.log(max(low, 1e-3) / t), math.log(t / high), 0.0)
        if best is None or miss < best[0]:
            best = (miss, scene)
        if miss == 0.0 and (usual[0] <= t <= usual[1] or chance[attempt] < _UNUSUAL):
            return scene
    assert best is not None
    return best[1]


def mid_rt60(labels: dict[str, Any]) -> float:
    """Reverberation time at mid frequencies: mean of 500 Hz and 1 kHz, seconds."""
    return _mid(labels["rt60_s"])


def _mid(rt60_s: np.ndarray) -> float:
    return float(np.mean(rt60_s[2:4]))


def traced_rt60(sound: Any) -> np.ndarray:
    """T30 of a traced sound, shape (7,); where a band's decay is too short or hidden for that, T20 or EDT, at least .05 s."""
    t30, t20, edt = (np.asarray(t, float) for t in (sound.t30_s, sound.t20_s, sound.edt_s))
    rt60 = np.where(np.isfinite(t30), t30, np.where(np.isfinite(t20), t20, edt))
    return np.maximum(np.where(np.isfinite(rt60), rt60, MIN_RT60_S), MIN_RT60_S)


def labels_of(scene: Scene, sound: Any) -> dict[str, Any]:
    """What a network is to learn of a scene.

    Returns
    -------
    dict with
        kind, outdoor : name and flag.
        rt60_s : (7,) of :func:`traced_rt60`.
        t30_error : (7,) relative label noise, nan where unknown.
        edt_s, drr_db : (7,); the DRR holds at ``distance_m``; nan where the source is hidden.
        c50_db : mean over 500 Hz - 2 kHz.
        volume_m3, surface_m2 : of the air space; nan outdoors.
        dimensions_m : (length along the view, width across it, height); their product is that of the bounding box. A view
            that lies between the box's axes gets the weighted geometric mean of the two sides; nan outdoors.
        absorption : (7,) mean over all surfaces that sound can meet, furniture included; nan outdoors.
        distance_m, azimuth_deg, elevation_deg : the source seen from the listener; azimuth is positive to the left.
    """
    drr = np.asarray(sound.drr_db, float)
    c50 = np.asarray(sound.c50_db, float)
    distance, azimuth, elevation = source_direction(scene)
    outdoor = scene.outdoor
    return {
        "kind": scene.kind,
        "outdoor": outdoor,
        "rt60_s": traced_rt60(sound),
        "t30_error": np.asarray(sound.t30_error, float),
        "edt_s": np.asarray(sound.edt_s, float),
        "drr_db": drr,
        "c50_db": float(np.nanmean(c50[2:5])) if np.isfinite(c50[2:5]).any() else math.nan,
        "volume_m3": math.nan if outdoor else scene.volume_m3,
        "surface_m2": math.nan if outdoor else scene.surface_m2,
        "dimensions_m": np.full(3, math.nan) if outdoor else view_dimensions(scene),
        "absorption": np.full(7, math.nan) if outdoor else mean_absorption(scene),
        "distance_m": distance,
        "azimuth_deg": azimuth,
        "elevation_deg": elevation,
    }


def view_dimensions(scene: Scene) -> np.ndarray:
    """Length along the camera's horizontal axis, width across it, height, in metres, shape (3,)."""
    a, b, height = scene.dimensions_m
    dx = scene.camera.target[0] - scene.camera.position[0]
    dy = scene.camera.target[1] - scene.camera.position[1]
    along_x = dx * dx / max(dx * dx + dy * dy, 1e-12)
    log_length = along_x * math.log(a) + (1 - along_x) * math.log(b)
    return np.array([math.exp(log_length), a * b / math.exp(log_length), height])


def source_direction(scene: Scene) -> tuple[float, float, float]:
    """Distance (m), azimuth (degrees, left positive) and elevation (degrees) of the source seen by the listener."""
    d = np.array(scene.source) - np.array(scene.listener)
    f = np.array(scene.camera.target) - np.array(scene.camera.position)
    turn = math.degrees(math.atan2(d[1], d[0]) - math.atan2(f[1], f[0]))
    distance = float(np.linalg.norm(d))
    azimuth = (turn + 180.0) % 360.0 - 180.0
    return distance, -azimuth if scene.mirrored else azimuth, math.degrees(math.asin(float(d[2]) / max(distance, 1e-9)))


def mean_absorption(scene: Scene) -> np.ndarray:
    """Area-weighted mean absorption over shell and furniture, shape (7,).

    Areas are those of all faces; flat patches hide what they lie on, which is not taken off.
    """
    table = np.array([m.absorption for m in scene.materials])
    areas = np.zeros(len(scene.materials))
    for flats, share, edges in (
        (scene.quads, 1.0, [(q.edge_u, q.edge_v) for q in scene.quads]),
        (scene.triangles, 0.5, [(np.subtract(t.b, t.a), np.subtract(t.c, t.a)) for t in scene.triangles]),
    ):
        u, v = np.array(edges, float).reshape(-1, 2, 3).transpose(1, 0, 2)
        np.add.at(areas, [flat.material for flat in flats], share * np.linalg.norm(np.cross(u, v), axis=1))
    for b in scene.boxes:
        x, y, z = b.half
        areas[b.material] += 8.0 * (x * y + y * z + z * x)
    for c in scene.cylinders:
        areas[c.material] += 2.0 * math.pi * c.radius * (c.height + c.radius)
    for e in scene.ellipsoids:  # Thomsen's approximation, within 1.1 %
        a, b_, c_ = (r**1.6075 for r in e.radii)
        areas[e.material] += 4.0 * math.pi * ((a * b_ + a * c_ + b_ * c_) / 3.0) ** (1 / 1.6075)
    return (areas[:, None] * table).sum(axis=0) / max(areas.sum(), 1e-9)


def _sound(tracer: Any, seed: int, rays: int, threads: int, target_error: float) -> Any:
    more = {"target_error": target_error, "max_rays": 12 * rays} if target_error > 0 else {}
    return tracer.sound(rays=rays, seed=seed, threads=threads, image_source_order=0, **more)


def _native() -> Any:
    from lumiverb import _native

    return _native

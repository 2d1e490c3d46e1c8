# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pairs of places that differ in one thing only: the surfaces, or the size of the shell around the same furniture.

An encoder that reads rooms must put the two in the right order; one that recognises kinds of room cannot.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from .builder import Builder
from .geometry import RayCaster
from .scene import Box, Camera, Cylinder, Ellipsoid, Material, Quad, Scene, Texture, Triangle, Vec3
from .traced import make_room, mid_rt60, trace_labels

#: What a pair changes, from the first place to the second; a name says what the second one is.
CHANGES = ("softer", "harder", "smaller", "larger")

#: Factors of the shell's length and width; the height follows with the power _HEIGHT_POWER, so that people still fit in.
SHELL_SCALES = {"smaller": 0.6, "larger": 1.7}
_HEIGHT_POWER = 0.35

#: Kinds of place that are boxes with furniture (others have shells whose size is part of their shape).
BOX_KINDS = ("living_room", "bedroom", "office", "studio", "corridor", "garage", "gym", "classroom")
MATERIAL_KINDS = ("living_room", "bedroom", "kitchen", "bathroom", "office", "classroom", "studio", "concert_hall", "church", "corridor")

_FLOORS = ("parquet", "floorboards", "laminate", "lino", "floor_tile", "marble", "concrete", "paving")
_SOFTER = dict.fromkeys(_FLOORS, "carpet") | {
    "plasterboard_ceiling": "acoustic_tile",
    "curtain_thin": "curtain",
    "leather": "upholstery",
    "pew": "upholstery",
    "tile": "plasterboard",
}
_SOFTER_OVERHEAD = ("plaster", "concrete", "wood_lining", "wood_panel", "stone", "brick", "plasterboard")
_HARDER = {
    "carpet": "floor_tile",
    "carpet_tiles": "lino",
    "rug": "floor_tile",
    "mat": "floor_tile",
    "acoustic_tile": "plasterboard_ceiling",
    "perforated": "plasterboard_ceiling",
    "wood_wool": "concrete",
    "panel_absorber": "plasterboard",
    "foam": "wood_panel",
    "slat_absorber": "wood_panel",
    "curtain": "furniture_painted",
    "curtain_thin": "furniture_painted",
    "upholstery": "plastic",
    "leather": "plastic",
    "bedding": "furniture",
    "towel": "tile",
    "clothes": "furniture_painted",
    "audience_seat": "pew",
    "books": "furniture",
}


@dataclass(frozen=True)
class ScenePair:
    """Two places; ``change`` (a word of CHANGES) leads from the first to the second."""

    change: str
    first: Scene
    second: Scene


def make_pair(change: str, seed: int, rays: int = 400, least: float = 0.15, tries: int = 40) -> ScenePair:
    """A pair whose mid RT60 differs in the expected direction by at least ``least`` (natural log).

    Parameters
    ----------
    change : a word of CHANGES.
    seed : the same seed gives the same pair.
    rays : sound rays of the quick look at both.

    Raises
    ------
    ValueError
        For an unknown change.
    RuntimeError
        If none of ``tries`` places can be changed that way.
    """
    if change not in CHANGES:
        raise ValueError(f"change '{change}' is unknown; choose one of {', '.join(CHANGES)}")
    kinds = BOX_KINDS if change in SHELL_SCALES else MATERIAL_KINDS
    sign = 1 if change in ("harder", "larger") else -1
    for attempt in range(tries):
        kind = kinds[(seed // len(CHANGES) + attempt) % len(kinds)]  # sets give each change every fourth seed
        room = make_room(kind, 1000 * seed + attempt)
        first, second = room, with_other_surfaces(room, change) if change not in SHELL_SCALES else None
        if change == "larger":
            second = resized(room, SHELL_SCALES[change])
        elif change == "smaller":  # furnished rooms have no space to shrink: the second place is the one that was made
            first, second = resized(room, 1 / SHELL_SCALES[change]), room
        if first is None or second is None:
            continue
        times = (mid_rt60(trace_labels(scene, rays)) for scene in (first, second))
        if -sign * math.log(next(times) / next(times)) >= least:
            return ScenePair(change, first, second)
    raise RuntimeError(f"no pair '{change}' among {tries} places of seed {seed}")


def with_other_surfaces(scene: Scene, change: str) -> Scene | None:
    """The same place in softer or harder materials, nothing moved; None where nothing can be changed."""
    builder = Builder(scene.kind, scene.seed, 99)
    overhead = _overhead(scene)

    def other(index: int, material: Material) -> Material:
        name = (_SOFTER if change == "softer" else _HARDER).get(material.name)
        if change == "softer" and index in overhead:
            name = "acoustic_tile" if material.name in _SOFTER_OVERHEAD else name
        if name is None or max(material.emission) > 0:
            return material
        return builder.materials[builder.mat(name, str(index))]

    materials = tuple(other(i, m) for i, m in enumerate(scene.materials))
    return None if materials == scene.materials else replace(scene, materials=materials)


def _overhead(scene: Scene) -> set[int]:
    """Materials whose largest pieces face down from above."""
    low = 0.5 * scene.dimensions_m[2]
    found = set()
    for q in scene.quads:
        normal = np.cross(q.edge_u, q.edge_v)
        if normal[2] < -0.5 * np.linalg.norm(normal) and np.linalg.norm(normal) > 1.0 and q.corner[2] > low:
            found.add(q.material)
    return found


def resized(scene: Scene, factor: float) -> Scene | None:
    """The same furniture, at its real size, in a shell that is ``factor`` times as long and wide.

    What stands at a wall keeps its distance from it, what hangs from the ceiling stays there, everything else keeps its relative place.
    None where the furniture would run into each other or the camera finds no free spot.
    """
    size = _box_of(scene)
    if size is None:
        return None
    scale = np.array([factor, factor, factor**_HEIGHT_POWER])
    mover = _Mover(size, scale)
    parts = _Parts.of(scene, size)
    groups = parts.groups()
    moved = [mover.shift(parts.low[g].min(axis=0), parts.high[g].max(axis=0)) for g in groups]
    if _collide(parts, groups, moved):
        return None
    shifts = np.zeros((len(parts.items), 3))
    for group, shift in zip(groups, moved, strict=True):
        shifts[group] = shift
    items = [mover.structure(item, lo, hi) if fixed else _moved(item, shift)
             for item, lo, hi, fixed, shift in zip(parts.items, parts.low, parts.high, parts.structure, shifts, strict=True)]  # fmt: skip
    areas = [s @ s[[1, 2, 0]] for s in (size, size * scale)]
    result = replace(
        scene,
        materials=tuple(_scaled_panes(m, scale) for m in scene.materials),
        quads=tuple(i for i in items if isinstance(i, Quad)),
        triangles=tuple(i for i in items if isinstance(i, Triangle)),
        boxes=tuple(i for i in items if isinstance(i, Box)),
        cylinders=tuple(i for i in items if isinstance(i, Cylinder)),
        ellipsoids=tuple(i for i in items if isinstance(i, Ellipsoid)),
        volume_m3=float(scene.volume_m3 * np.prod(scale)),
        surface_m2=float(scene.surface_m2 * areas[1] / areas[0]),
        dimensions_m=_vec(np.array(scene.dimensions_m) * scale),
    )
    return _with_camera(scene, result, size * scale, scale)


def _box_of(scene: Scene) -> np.ndarray | None:
    """Length, width and height between the walls of a room that is a box with a corner at the origin (without its window recesses)."""
    floors = [q for q in scene.quads if q.edge_u[0] > 0 and q.edge_v[1] > 0 and q.corner == (0.0, 0.0, 0.0)]
    ceilings = [q.corner[2] for q in scene.quads if q.edge_u[1] > 0 and q.edge_v[0] > 0 and q.corner[:2] == (0.0, 0.0)]
    if not floors or not ceilings:
        return None
    floor = max(floors, key=lambda q: q.edge_u[0] * q.edge_v[1])
    size = np.array([floor.edge_u[0], floor.edge_v[1], max(ceilings)])
    return size if math.isclose(float(np.prod(size)), scene.volume_m3, rel_tol=0.08) else None


@dataclass(frozen=True)
class _Mover:
    """Where things of a box-shaped room go when it changes its size."""

    size: np.ndarray
    scale: np.ndarray

    def shift(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Of a thing that keeps its size."""
        near = 0.35  # what is nearer to a wall than this belongs to it
        shift = 0.5 * (low + high) * (self.scale - 1)
        for axis in (0, 1):
            if low[axis] < near and low[axis] <= self.size[axis] - high[axis]:
                shift[axis] = 0.0
            elif self.size[axis] - high[axis] < near:
                shift[axis] = self.size[axis] * (self.scale[axis] - 1)
        hangs = self.size[2] - high[2] < 0.12 and low[2] > 0.15
        shift[2] = self.size[2] * (self.scale[2] - 1) if hangs else 0.0
        return shift

    def spans(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Axes along which a thing reaches through more than 60 % of the room."""
        return (high - low) > 0.6 * self.size

    def structure(self, item: object, low: np.ndarray, high: np.ndarray) -> object:
        """A part of the room itself: it grows along the axes that it spans; shell pieces grow along all."""
        if isinstance(item, Quad):
            corner, u, v = (_vec(np.array(x) * self.scale) for x in (item.corner, item.edge_u, item.edge_v))
            return replace(item, corner=corner, edge_u=u, edge_v=v)
        if isinstance(item, Triangle):
            return replace(item, **{k: _vec(np.array(getattr(item, k)) * self.scale) for k in ("a", "b", "c")})
        if not isinstance(item, Box):
            return _moved(item, self.shift(low, high))
        grows = self.spans(low, high)
        turned = abs(math.sin(math.radians(item.yaw_deg))) > 0.7
        half = np.array(item.half)[[1, 0, 2]] if turned else np.array(item.half)
        half = np.where(grows, half * self.scale, half)
        centre = np.where(grows, np.array(item.centre) * self.scale, np.array(item.centre) + self.shift(low, high))
        return replace(item, centre=_vec(centre), half=_vec(half[[1, 0, 2]] if turned else half))


@dataclass(frozen=True)
class _Parts:
    """All primitives with their bounds; `structure`: those that belong to the room and not to its furniture."""

    items: list
    low: np.ndarray
    high: np.ndarray
    structure: np.ndarray

    @staticmethod
    def of(scene: Scene, size: np.ndarray) -> _Parts:
        items = [*scene.quads, *scene.triangles, *scene.boxes, *scene.cylinders, *scene.ellipsoids]
        bounds = np.array([_bounds(item) for item in items])
        low, high = bounds[:, 0], bounds[:, 1]
        # Shell pieces lie in the planes of the walls or behind them; furniture is inside.
        inside = np.all((0.5 * (low + high) > 0.0015) & (0.5 * (low + high) < size - 0.0015), axis=1)
        names = [scene.materials[item.material].name for item in items]
        spans = np.any((high - low)[:, :2] > 0.6 * size[:2], axis=1)
        return _Parts(items, low, high, ~inside | spans | np.array([name == "wood_trim" for name in names]))

    def groups(self) -> list[np.ndarray]:
        """Indices of furniture parts that touch each other, group by group."""
        free = np.flatnonzero(~self.structure)
        low, high = self.low[free] - 0.02, self.high[free] + 0.02
        touching = np.all((low[:, None] <= high[None]) & (high[:, None] >= low[None]), axis=2)
        label = np.arange(len(free))
        while True:  # the smallest label spreads through each group
            spread = np.array([label[row].min() for row in touching]) if len(free) else label
            if np.array_equal(spread, label):
                break
            label = spread
        return [free[label == k] for k in np.unique(label)]


def _bounds(item: object) -> tuple[np.ndarray, np.ndarray]:
    if isinstance(item, Quad):
        c, u, v = (np.array(x) for x in (item.corner, item.edge_u, item.edge_v))
        points = np.array([c, c + u, c + v, c + u + v])
    elif isinstance(item, Triangle):
        points = np.array([item.a, item.b, item.c])
    elif isinstance(item, Cylinder):
        r = np.array([item.radius, item.radius, 0])
        points = np.array([item.base - r, item.base + r + np.array([0, 0, item.height])])
    elif isinstance(item, Box):
        c, s = abs(math.cos(math.radians(item.yaw_deg))), abs(math.sin(math.radians(item.yaw_deg)))
        x, y, z = item.half
        reach = np.array([c * x + s * y, s * x + c * y, z])
        points = np.array([item.centre - reach, item.centre + reach])
    else:
        assert isinstance(item, Ellipsoid)
        points = np.array([np.subtract(item.centre, item.radii), np.add(item.centre, item.radii)])
    return points.min(axis=0), points.max(axis=0)


def _moved(item, shift: np.ndarray):
    if isinstance(item, Triangle):
        return replace(item, **{k: _vec(np.array(getattr(item, k)) + shift) for k in ("a", "b", "c")})
    name = "corner" if isinstance(item, Quad) else "base" if isinstance(item, Cylinder) else "centre"
    return replace(item, **{name: _vec(np.array(getattr(item, name)) + shift)})


def _collide(parts: _Parts, groups: list[np.ndarray], shifts: list[np.ndarray]) -> bool:
    """Whether pieces of furniture that stood apart now overlap by more than a few centimetres."""
    lows = np.array([parts.low[g].min(axis=0) + s for g, s in zip(groups, shifts, strict=True)]).reshape(-1, 3) + 0.04
    highs = np.array([parts.high[g].max(axis=0) + s for g, s in zip(groups, shifts, strict=True)]).reshape(-1, 3) - 0.04
    before_low = np.array([parts.low[g].min(axis=0) for g in groups]).reshape(-1, 3) + 0.04
    before_high = np.array([parts.high[g].max(axis=0) for g in groups]).reshape(-1, 3) - 0.04

    def overlaps(low: np.ndarray, high: np.ndarray) -> np.ndarray:
        return np.all((low[:, None] < high[None]) & (high[:, None] > low[None]), axis=2)

    return bool((overlaps(lows, highs) & ~overlaps(before_low, before_high)).any())


def _scaled_panes(material: Material, scale: np.ndarray) -> Material:
    """Windows grow with their wall: so do their panes."""
    texture: Texture = material.texture
    if texture.pattern != "window":
        return material
    return replace(material, texture=replace(texture, size_m=(texture.size_m[0] * scale[0], texture.size_m[1] * scale[2])))


def _with_camera(before: Scene, after: Scene, size: np.ndarray, scale: np.ndarray) -> Scene | None:
    """Camera, listener and source at corresponding places in free air; the source as far from the camera as before if it fits."""
    wish = np.array(before.camera.position) * scale
    position = np.clip(wish, [0.3, 0.3, 0], [size[0] - 0.3, size[1] - 0.3, size[2] - 0.3])
    position[2] = min(before.camera.position[2], size[2] - 0.3)
    look = np.subtract(before.camera.target, before.camera.position)
    caster = RayCaster(after)
    if caster.clearance(position) < 0.15 or caster.flat_clearance(position) < 0.15:
        return None
    way = np.subtract(before.source, before.camera.position)
    for share in (1.0, 0.85, 0.7, 0.55, 0.4):
        source = position + share * way
        if caster.clearance(source) > 0.1 and caster.flat_clearance(source) > 0.1 and caster.visible(position, source):
            camera: Camera = replace(before.camera, position=_vec(position), target=_vec(position + look))
            return replace(after, camera=camera, listener=_vec(position), source=_vec(source))
    return None


def _vec(x: np.ndarray) -> Vec3:
    return (float(x[0]), float(x[1]), float(x[2]))

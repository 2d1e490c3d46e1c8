# SPDX-License-Identifier: AGPL-3.0-or-later
"""Builds a Scene piece by piece: materials with their hidden variation, primitives, rooms with openings, free places.

Rooms stand on the plane z = 0. Walls, floor and ceiling together ("shell") form one closed surface whose fronts look
inward, so volume, surface and closedness follow from the pieces themselves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from .materials import MATERIALS, PALETTES, UNSEEN_PALETTES, UNSEEN_PATTERNS, MaterialSpec, linear_rgb, scattering_bands
from .scene import Box, Camera, Cylinder, Ellipsoid, Material, Quad, Scene, Texture, Triangle, Vec3

T = TypeVar("T")

# Palettes whose first colours are whites, which most walls are.
_MOSTLY_WHITE, _WHITES, _UNSEEN_WHITES = ("wall", "institution"), 8, 2

# What is wiped, shines, or has its own story of dirt.
_ALWAYS_CLEAN = ("window", "screen", "poster", "books", "foliage", "grass", "asphalt", "sky", "foam")


def vec(x: float, y: float, z: float) -> Vec3:
    """Plain float triple."""
    return (float(x), float(y), float(z))


def add(a: Sequence[float], b: Sequence[float]) -> Vec3:
    """Sum of two triples."""
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def sub(a: Sequence[float], b: Sequence[float]) -> Vec3:
    """Difference of two triples."""
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def scale(a: Sequence[float], k: float) -> Vec3:
    """Triple times a number."""
    return (a[0] * k, a[1] * k, a[2] * k)


def cross(a: Sequence[float], b: Sequence[float]) -> Vec3:
    """Cross product of two triples."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def dot(a: Sequence[float], b: Sequence[float]) -> float:
    """Dot product of two triples."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def length(a: Sequence[float]) -> float:
    """Euclidean length of a triple."""
    return math.sqrt(dot(a, a))


@dataclass
class Light:
    """The light of one place: ``day`` is the radiance of the sky in windows, ``lamp`` that of lamp surfaces.

    Only ratios matter since the camera exposes automatically. Lamps that are off have radiance 0.
    """

    day: float
    day_colour: Vec3
    lamp: float
    lamp_colour: Vec3
    night: bool = False

    def sky(self, gain: float = 1.0) -> Vec3:
        """Radiance of the sky seen through a window."""
        return scale(self.day_colour, self.day * gain)

    def bulb(self, gain: float = 1.0) -> Vec3:
        """Radiance of a lamp surface."""
        return scale(self.lamp_colour, self.lamp * gain)


class Builder:
    """Collects materials and primitives of one scene. Not shared between threads; one per scene.

    ``palette`` is "usual", or "unseen" for colours and patterns that no training picture has (:data:`UNSEEN_PALETTES`).
    """

    def __init__(self, kind: str, seed: int, attempt: int = 0, palette: str = "usual") -> None:
        if palette not in ("usual", "unseen"):
            raise ValueError(f"palette '{palette}' is unknown; choose usual or unseen")
        self.kind = kind
        self.seed = seed
        self.rng = np.random.default_rng([seed, attempt, int.from_bytes(kind.encode()[:8].ljust(8, b"_"), "big")])
        self.name = kind.replace("_", " ")
        self.materials: list[Material] = []
        self.quads: list[Quad] = []
        self.boxes: list[Box] = []
        self.cylinders: list[Cylinder] = []
        self.ellipsoids: list[Ellipsoid] = []
        self.triangles: list[Triangle] = []
        self.sky: Sequence[float] = (0.0, 0.0, 0.0)
        self.sun: Sequence[float] = (0.0, 0.0, 0.0)
        self.sun_direction: Sequence[float] = (0.4, 0.3, 0.85)
        self._index: dict[tuple, int] = {}
        self._shell_vector = np.zeros(3)
        self._shell_area = 0.0
        self._shell_moment = 0.0
        self._shell_low = np.full(3, np.inf)
        self._shell_high = np.full(3, -np.inf)
        self.camera = Camera()
        self.source: Vec3 = (1.0, 0.0, 1.5)
        self.clutter_scattering = 0.0
        #: Length, width and height of the room that one stands in, where the shell has recesses or a second space.
        self.room_size: Vec3 | None = None
        #: Points that tell what the place is (a bed, a sink): cameras like to see them.
        self.focus: list[Vec3] = []
        # How far this room's absorption as a whole lies from the table: no picture shows it.
        self._overall = float(np.exp(self.rng.normal(0.0, 0.06)))
        # Real places keep to calmer colours than swatches, each to its own degree.
        self._saturation = float(self.rng.uniform(0.35, 0.95))
        # Some places are old: stains, dust, worn floors.
        self._wear = float(self.rng.uniform(0.3, 0.9) if self.rng.random() < 0.3 else self.rng.uniform(0.0, 0.2))
        self._unseen = palette == "unseen"

    # --- chance ---
    def u(self, low: float, high: float) -> float:
        """Uniform number."""
        return float(self.rng.uniform(low, high))

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return bool(self.rng.random() < probability)

    def integer(self, low: int, high: int) -> int:
        """Uniform integer, both ends included."""
        return int(self.rng.integers(low, high + 1))

    def pick(self, *choices: T) -> T:
        """One of the choices, all equally likely (repeat one to weigh it)."""
        return choices[int(self.rng.integers(len(choices)))]

    # --- materials ---
    def mat(
        self,
        name: str,
        key: str = "",
        *,
        emission: Sequence[float] | None = None,
        colour: str | None = None,
        palette: str | None = None,
        size: tuple[float, float] | None = None,
        gain: float = 1.0,
    ) -> int:
        """Index of a material, made on first use; the same (name, key) gives the same one.

        Parameters
        ----------
        name : entry of MATERIALS.
        key : tells materials of one class apart (two different sofas).
        emission : radiance, linear RGB.
        colour : sRGB hex code instead of a draw from the palette.
        palette : another palette than the table's.
        size : element size in metres instead of the table's.
        gain : brightness factor on the colour.
        """
        found = self._index.get((name, key))
        if found is not None:
            return found
        spec = MATERIALS[name]
        rng = self.rng
        codes = (colour, colour, colour) if colour else self._codes(palette or spec.palette)
        tint = rng.uniform(0.85, 1.12) * np.exp(rng.normal(0.0, 0.03, 3)) * gain
        if (palette or spec.palette) == "wood":
            tint = tint * 0.72  # wood swatches are lighter than wood in a room
        colours = [self._calm(linear_rgb(c) * tint) for c in codes]
        grain = float(rng.uniform(0.85, 1.15))
        element = size or (spec.size_m[0] * grain, spec.size_m[1] * grain)
        hidden = self._overall * np.exp(rng.normal(0.0, 0.05)) * np.exp(rng.normal(0.0, 0.06, 7))
        absorption = np.clip(np.array(spec.absorption) * hidden, 0.005, 0.99)
        if name == "open_air":
            absorption = np.ones(7)
        scattering = np.clip(scattering_bands(spec.scattering) * rng.uniform(0.85, 1.2), 0.0, 0.9)
        if spec.scattering < 0.15:
            scattering = np.maximum(scattering, scattering_bands(self.clutter_scattering))
        self.materials.append(
            Material(
                name=name,
                texture=self._texture(spec, colours, element),
                specular=spec.specular,
                roughness=float(np.clip(spec.roughness * rng.uniform(0.8, 1.2), 0.0, 1.0)),
                emission=vec(*emission) if emission else (0.0, 0.0, 0.0),
                absorption=tuple(float(v) for v in absorption),
                scattering=tuple(float(v) for v in scattering),
            )
        )
        self._index[(name, key)] = len(self.materials) - 1
        return len(self.materials) - 1

    def _codes(self, palette: str) -> tuple[str, str, str]:
        """A draw from a palette; most walls are white."""
        choices, whites = PALETTES[palette], _WHITES
        if self._unseen and palette in UNSEEN_PALETTES:
            choices, whites = UNSEEN_PALETTES[palette], _UNSEEN_WHITES
        plain = palette in _MOSTLY_WHITE and self.rng.random() < 0.6
        return choices[int(self.rng.integers(whites if plain else len(choices)))]

    def _texture(self, spec: MaterialSpec, colours: list[Vec3], element: tuple[float, float]) -> Texture:
        pattern = spec.pattern
        other, share = UNSEEN_PATTERNS.get(pattern, (pattern, 0.0))
        if self._unseen and self.rng.random() < share:
            pattern = other
            if other == "herringbone":
                element = (element[0] * 0.45, element[1] * 0.6)
            elif other == "stripes":
                element = (self.u(0.05, 0.4), 1.0)
        wear = self._wear * float(self.rng.uniform(0.3, 1.2)) if pattern not in _ALWAYS_CLEAN else 0.0
        return Texture(pattern, *colours, size_m=element, seed=int(self.rng.integers(1, 1 << 30)), wear=min(wear, 1.0))

    def _calm(self, colour: np.ndarray) -> Vec3:
        """A colour drawn towards its grey, within what real surfaces reflect."""
        grey = float(colour @ (0.2126, 0.7152, 0.0722))
        return tuple(float(v) for v in np.clip(grey + (colour - grey) * self._saturation, 0.004, 0.84))  # type: ignore[return-value]

    def window_material(self, name: str, element: tuple[float, float], frame: Vec3, emission: Vec3) -> int:
        """A pane that shows the world outside; one panorama for all windows of a scene.

        Parameters
        ----------
        element : size of one pane with its share of the frame, in metres.
        frame : linear RGB of the frame.
        """
        base = self.mat(name, "panorama", emission=emission)
        key = (name, "panorama", round(element[0], 2), round(element[1], 2))
        if key not in self._index:
            m = self.materials[base]
            self.materials.append(replace(m, texture=replace(m.texture, size_m=element, joint=frame)))
            self._index[key] = len(self.materials) - 1
        return self._index[key]

    # --- primitives ---
    def quad(self, corner: Vec3, edge_u: Vec3, edge_v: Vec3, material: int, shell: bool = False) -> None:
        """Add a parallelogram; a shell piece shows its front to the air."""
        self.quads.append(Quad(vec(*corner), vec(*edge_u), vec(*edge_v), material))
        if shell:
            n = cross(edge_u, edge_v)
            centre = add(corner, scale(add(edge_u, edge_v), 0.5))
            far = (add(corner, edge_u), add(corner, edge_v), add(add(corner, edge_u), edge_v))
            self._account(np.array(n), np.array(centre), (corner, *far))

    def triangle(self, a: Vec3, b: Vec3, c: Vec3, material: int, shell: bool = False) -> None:
        """Add a triangle; a shell piece shows its front to the air."""
        self.triangles.append(Triangle(vec(*a), vec(*b), vec(*c), material))
        if shell:
            n = scale(cross(sub(b, a), sub(c, a)), 0.5)
            self._account(np.array(n), np.array(scale(add(add(a, b), c), 1 / 3)), (a, b, c))

    def _account(self, normal_area: np.ndarray, centre: np.ndarray, corners: Sequence[Vec3]) -> None:
        self._shell_vector += normal_area
        self._shell_area += float(np.linalg.norm(normal_area))
        self._shell_moment += float(-np.dot(centre, normal_area) / 3.0)
        points = np.array(corners)
        self._shell_low = np.minimum(self._shell_low, points.min(axis=0))
        self._shell_high = np.maximum(self._shell_high, points.max(axis=0))

    def box(self, centre: Vec3, half: Vec3, material: int, yaw_deg: float = 0.0) -> None:
        """Add a box turned about the vertical."""
        self.boxes.append(Box(vec(*centre), vec(*half), float(yaw_deg), material))

    def cylinder(self, base: Vec3, radius: float, height: float, material: int) -> None:
        """Add an upright cylinder."""
        self.cylinders.append(Cylinder(vec(*base), float(radius), float(height), material))

    def ellipsoid(self, centre: Vec3, radii: Vec3, material: int) -> None:
        """Add an axis-aligned ellipsoid."""
        self.ellipsoids.append(Ellipsoid(vec(*centre), vec(*radii), material))

    @property
    def shell_gap(self) -> float:
        """Length of the sum of the shell's area vectors over its area: 0 for a closed surface."""
        return float(np.linalg.norm(self._shell_vector)) / max(self._shell_area, 1e-9)

    @property
    def dark(self) -> bool:
        """Whether hardly anything shines: no picture could be taken here."""
        if max(self.sky) > 0.01:
            return False
        glow = np.array([max(m.emission) for m in self.materials])
        power = sum(glow[q.material] * length(cross(q.edge_u, q.edge_v)) for q in self.quads if glow[q.material] > 0)
        power += sum(
            glow[x.material] * 8 * (x.half[0] * x.half[1] + x.half[1] * x.half[2] + x.half[2] * x.half[0])
            for x in self.boxes
            if glow[x.material] > 0
        )
        return power < 0.002 * max(self._shell_area, 1.0)

    def scene(self) -> Scene:
        """The finished scene."""
        closed = self._shell_area > 0
        size = (self._shell_high - self._shell_low) if closed else np.zeros(3)
        return Scene(
            kind=self.kind,
            name=self.name,
            seed=self.seed,
            materials=tuple(self.materials),
            quads=tuple(self.quads),
            boxes=tuple(self.boxes),
            cylinders=tuple(self.cylinders),
            ellipsoids=tuple(self.ellipsoids),
            triangles=tuple(self.triangles),
            sky=vec(*self.sky),
            sun=vec(*self.sun),
            sun_direction=vec(*self.sun_direction),
            camera=self.camera,
            source=vec(*self.source),
            listener=vec(*self.camera.position),
            volume_m3=self._shell_moment if closed else 0.0,
            surface_m2=self._shell_area if closed else 0.0,
            dimensions_m=self.room_size or vec(*size),
        )


@dataclass(frozen=True)
class Place:
    """A piece of furniture's own frame: x to its right when one looks from behind it, +y its front, z up."""

    b: Builder
    x: float
    y: float
    yaw_deg: float = 0.0
    z: float = 0.0

    def at(self, x: float, y: float, z: float = 0.0) -> Vec3:
        """World coordinates of a local point."""
        c, s = math.cos(math.radians(self.yaw_deg)), math.sin(math.radians(self.yaw_deg))
        return (self.x + c * x - s * y, self.y + s * x + c * y, self.z + z)

    def direction(self, x: float, y: float, z: float = 0.0) -> Vec3:
        """World coordinates of a local direction."""
        return sub(self.at(x, y, z), (self.x, self.y, self.z))

    def sub(self, x: float, y: float, yaw_deg: float = 0.0, z: float = 0.0) -> Place:
        """A frame standing in this one."""
        p = self.at(x, y, z)
        return Place(self.b, p[0], p[1], self.yaw_deg + yaw_deg, p[2])

    def box(self, centre: Vec3, half: Vec3, material: int, yaw_deg: float = 0.0) -> None:
        """Add a box in local coordinates."""
        self.b.box(self.at(*centre), half, material, self.yaw_deg + yaw_deg)

    def cylinder(self, base: Vec3, radius: float, height: float, material: int) -> None:
        """Add a cylinder in local coordinates."""
        self.b.cylinder(self.at(*base), radius, height, material)

    def ellipsoid(self, centre: Vec3, radii: Vec3, material: int) -> None:
        """Add an ellipsoid in local coordinates (its axes follow quarter turns only)."""
        turned = abs(math.sin(math.radians(self.yaw_deg))) > 0.7
        self.b.ellipsoid(self.at(*centre), (radii[1], radii[0], radii[2]) if turned else radii, material)

    def quad(self, corner: Vec3, edge_u: Vec3, edge_v: Vec3, material: int) -> None:
        """Add a parallelogram in local coordinates."""
        self.b.quad(self.at(*corner), self.direction(*edge_u), self.direction(*edge_v), material)


@dataclass
class Opening:
    """Rectangle cut out of a wall: u from the wall's left end as seen from inside."""

    u0: float
    u1: float
    z0: float
    z1: float


@dataclass
class Wall:
    """Flat upright wall; ``u`` runs to the right as seen from inside."""

    b: Builder
    left: tuple[float, float]
    right: tuple[float, float]
    z0: float
    z1: float
    material: int
    openings: list[Opening] = field(default_factory=list)
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)
    shell: bool = True

    @property
    def length(self) -> float:
        """Horizontal length in metres."""
        return math.dist(self.left, self.right)

    @property
    def along(self) -> Vec3:
        """Unit vector to the right."""
        n = self.length
        return ((self.right[0] - self.left[0]) / n, (self.right[1] - self.left[1]) / n, 0.0)

    @property
    def inward(self) -> Vec3:
        """Unit normal into the room."""
        a = self.along
        return (a[1], -a[0], 0.0)

    @property
    def yaw_deg(self) -> float:
        """Yaw of furniture that stands with its back to this wall."""
        n = self.inward
        return math.degrees(math.atan2(-n[0], n[1]))

    def point(self, u: float, z: float, off: float = 0.0) -> Vec3:
        """World coordinates of a wall point, ``off`` metres into the room."""
        a, n = self.along, self.inward
        return (self.left[0] + a[0] * u + n[0] * off, self.left[1] + a[1] * u + n[1] * off, z)

    def patch(self, u0: float, u1: float, z0: float, z1: float, material: int, off: float = 0.002, shell: bool = False) -> None:
        """Add a flat rectangle just before the wall (or at ``off``), facing inward."""
        self.b.quad(self.point(u0, z0, off), scale(self.along, u1 - u0), (0.0, 0.0, z1 - z0), material, shell)

    def slab(self, u0: float, u1: float, z0: float, z1: float, depth: float, material: int, off: float = 0.0) -> None:
        """Add a box on the wall."""
        self.b.box(
            self.point((u0 + u1) / 2, (z0 + z1) / 2, off + depth / 2),
            ((u1 - u0) / 2, depth / 2, (z1 - z0) / 2),
            material,
            self.yaw_deg,
        )

    def free(self, u0: float, u1: float, z0: float, z1: float, gap: float = 0.03) -> bool:
        """Whether nothing has been put on this part of the wall."""
        if u0 < 0 or u1 > self.length:
            return False
        return all(u1 + gap <= t[0] or u0 - gap >= t[1] or z1 + gap <= t[2] or z0 - gap >= t[3] for t in self.taken)

    def take(self, u0: float, u1: float, z0: float, z1: float) -> None:
        """Mark a part of the wall as used."""
        self.taken.append((u0, u1, z0, z1))

    def spot(self, width: float, z0: float, z1: float, margin: float = 0.1, tries: int = 12) -> float | None:
        """Left end of a free stretch of the given width, or None."""
        room = self.length - width - 2 * margin
        if room < 0:
            return None
        for _ in range(tries):
            u = margin + self.b.u(0, 1) * room
            if self.free(u, u + width, z0, z1):
                return u
        return None

    def cut(self, u0: float, u1: float, z0: float, z1: float) -> None:
        """Cut an opening; whoever cuts closes it again with panes and reveals."""
        self.openings.append(Opening(u0, u1, z0, z1))
        self.take(u0, u1, z0, z1)

    def finish(self) -> None:
        """Emit the wall around its openings."""
        for u0, u1, z0, z1 in _around(self.length, self.z0, self.z1, self.openings):
            self.patch(u0, u1, z0, z1, self.material, 0.0, self.shell)


def _around(width: float, low: float, high: float, openings: Sequence[Opening]) -> Iterator[tuple[float, float, float, float]]:
    """Rectangles that tile a wall around its openings, in horizontal bands."""
    heights = sorted({low, high, *(o.z0 for o in openings), *(o.z1 for o in openings)})
    for z0, z1 in zip(heights, heights[1:], strict=False):
        if z1 - z0 < 1e-6:
            continue
        u = 0.0
        for o in sorted((o for o in openings if o.z0 < z1 - 1e-6 and o.z1 > z0 + 1e-6), key=lambda o: o.u0):
            if o.u0 > u + 1e-6:
                yield u, o.u0, z0, z1
            u = o.u1
        if width > u + 1e-6:
            yield u, width, z0, z1


class Room:
    """A rectangular or L-shaped room: its shell, and which parts of its floor are used.

    ``ridge`` is how far the ridge of an open roof rises above the walls; it runs along the room's length.
    """

    def __init__(
        self,
        b: Builder,
        length_m: float,
        width_m: float,
        height_m: float,
        walls: Sequence[int],
        floor: int,
        ceiling: int,
        notch: tuple[float, float] | None = None,
        ridge: float = 0.0,
    ) -> None:
        self.b = b
        self.ridge = ridge if notch is None else 0.0
        self.length, self.width, self.height = length_m, width_m, height_m
        self.floor, self.ceiling = floor, ceiling
        self.used: list[tuple[float, float, float, float, float]] = []
        L, W = length_m, width_m
        if notch is None:
            corners = [(0.0, 0.0), (L, 0.0), (L, W), (0.0, W)]
            self.plates = [(0.0, 0.0, L, W)]
        else:  # an L: the far right corner is missing
            nx, ny = notch
            corners = [(0.0, 0.0), (L, 0.0), (L, W - ny), (L - nx, W - ny), (L - nx, W), (0.0, W)]
            self.plates = [(0.0, 0.0, L, W - ny), (0.0, W - ny, L - nx, W)]
        self.corners = corners
        n = len(corners)
        # Seen from inside a counter-clockwise outline, the wall's right end is its first corner.
        self.walls = [Wall(b, corners[(i + 1) % n], corners[i], 0.0, height_m, walls[i % len(walls)]) for i in range(n)]

    def finish(self, ceiling: bool = True) -> None:
        """Emit walls, floor and ceiling."""
        self.b.room_size = vec(self.length, self.width, self.height + self.ridge)
        for wall in self.walls:
            wall.finish()
        for x0, y0, x1, y1 in self.plates:
            self.b.quad((x0, y0, 0.0), (x1 - x0, 0.0, 0.0), (0.0, y1 - y0, 0.0), self.floor, True)
            if ceiling and self.ridge > 0:
                self._roof()
            elif ceiling:
                self.b.quad((x0, y0, self.height), (0.0, y1 - y0, 0.0), (x1 - x0, 0.0, 0.0), self.ceiling, True)

    def _roof(self) -> None:
        """Two slopes, their gables, and tie beams that lamps can hang from."""
        b, L, half, low, rise = self.b, self.length, self.width / 2, self.height, self.ridge
        b.quad((0, 0, low), (0, half, rise), (L, 0, 0), self.ceiling, True)
        b.quad((0, half, low + rise), (0, half, -rise), (L, 0, 0), self.ceiling, True)
        b.triangle((0, 0, low), (0, 2 * half, low), (0, half, low + rise), self.walls[3].material, True)
        b.triangle((L, 0, low), (L, half, low + rise), (L, 2 * half, low), self.walls[1].material, True)
        beam = b.mat("furniture", "roof beam", palette="wood")
        count = max(1, round(L / 1.8))
        for i in range(count):
            b.box(((i + 0.5) * L / count, half, low - 0.02), (0.05, half - 0.01, 0.08), beam)

    def inside(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Whether a floor point keeps its distance from all walls."""
        if not any(x0 - 1e-9 <= x <= x1 + 1e-9 and y0 - 1e-9 <= y <= y1 + 1e-9 for x0, y0, x1, y1 in self.plates):
            return False
        return all(_distance_to_segment(x, y, w.left, w.right) >= margin - 1e-9 for w in self.walls)

    def clear(self, rect: tuple[float, float, float, float], top: float = 2.0, gap: float = 0.02) -> bool:
        """Whether a floor rectangle (x0, y0, x1, y1) lies inside and touches nothing that stands there."""
        x0, y0, x1, y1 = rect
        if not all(self.inside(x, y) for x in (x0, x1, (x0 + x1) / 2) for y in (y0, y1, (y0 + y1) / 2)):
            return False
        return all(x1 + gap <= a or x0 - gap >= c or y1 + gap <= b or y0 - gap >= d for a, b, c, d, _ in self.used)

    def use(self, rect: tuple[float, float, float, float], top: float = 2.0) -> None:
        """Mark a floor rectangle as used up to a height."""
        self.used.append((*rect, top))

    def against_wall(
        self, wall: Wall, width: float, depth: float, top: float, front: float = 0.0, gap: float = 0.01, at: float | None = None
    ) -> Place | None:
        """A free place with its back to the wall, or None. The frame's origin is the middle of the back edge.

        Parameters
        ----------
        width, depth, top : size of the thing in metres.
        front : free floor to keep before it.
        at : middle of the thing along the wall instead of a random spot.
        """
        for _ in range(10):
            u = wall.spot(width, 0.0, top) if at is None else at - width / 2
            if u is None or not wall.free(u, u + width, 0.0, top):
                if at is not None:
                    return None
                continue
            middle = u + width / 2
            near, far = wall.point(middle, 0, gap), wall.point(middle, 0, gap + depth + front)
            a = wall.along
            hw = width / 2
            xs = [near[0] - a[0] * hw, near[0] + a[0] * hw, far[0] - a[0] * hw, far[0] + a[0] * hw]
            ys = [near[1] - a[1] * hw, near[1] + a[1] * hw, far[1] - a[1] * hw, far[1] + a[1] * hw]
            if self.clear((min(xs), min(ys), max(xs), max(ys))):
                self.use((min(xs), min(ys), max(xs), max(ys)), top)
                wall.take(u, u + width, 0.0, top)
                return Place(self.b, near[0], near[1], wall.yaw_deg)
            if at is not None:
                return None
        return None

    def any_wall(self, width: float, depth: float, top: float, front: float = 0.0) -> Place | None:
        """A free place along some wall, or None."""
        for i in self.b.rng.permutation(len(self.walls)):
            place = self.against_wall(self.walls[int(i)], width, depth, top, front)
            if place:
                return place
        return None

    def in_middle(self, width: float, depth: float, top: float, yaw_deg: float | None = None, margin: float = 0.5) -> Place | None:
        """A free place standing in the room, or None. The frame's origin is the middle of the thing."""
        b = self.b
        for _ in range(12):
            yaw = 90.0 * b.integer(0, 3) if yaw_deg is None else yaw_deg
            turned = abs(math.sin(math.radians(yaw))) > 0.7
            hx, hy = (depth / 2, width / 2) if turned else (width / 2, depth / 2)
            if 2 * (hx + margin) > self.length or 2 * (hy + margin) > self.width:
                continue
            x, y = b.u(hx + margin, self.length - hx - margin), b.u(hy + margin, self.width - hy - margin)
            if self.clear((x - hx, y - hy, x + hx, y + hy), gap=0.1):
                self.use((x - hx, y - hy, x + hx, y + hy), top)
                return Place(b, x, y, yaw)
        return None


def _distance_to_segment(x: float, y: float, a: tuple[float, float], b: tuple[float, float]) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    t = ((x - a[0]) * dx + (y - a[1]) * dy) / max(dx * dx + dy * dy, 1e-12)
    t = min(1.0, max(0.0, t))
    return math.hypot(x - a[0] - t * dx, y - a[1] - t * dy)

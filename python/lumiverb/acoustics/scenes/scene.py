# SPDX-License-Identifier: AGPL-3.0-or-later
"""The scene description of ``native/include/lumiverb/room/scene.h`` as frozen dataclasses.

Metres, z up, right-handed; colours are linear RGB albedo; absorption and scattering have one value per octave
band 125 Hz - 8 kHz. The JSON keys are the member names.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

BANDS_HZ = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)

PATTERNS = [
    "plain",
    "plaster",
    "brick",
    "tiles",
    "planks",
    "carpet",
    "concrete",
    "woodPanel",
    "acousticTile",
    "foam",
    "curtain",
    "books",
    "window",
    "marble",
    "fabric",
    "slats",
    "perforated",
    "grass",
    "foliage",
    "asphalt",
    "sky",
    "poster",
    "screen",
    "herringbone",
    "hexTiles",
    "stripes",
]

Vec3 = tuple[float, float, float]
Bands = tuple[float, ...]


@dataclass(frozen=True)
class Texture:
    """A procedural surface; ``size_m`` is the size of one element (brick, tile, plank, fold ...), ``wear`` 0 new .. 1 stained."""

    pattern: str = "plain"
    colour: Vec3 = (0.7, 0.7, 0.7)
    colour2: Vec3 = (0.6, 0.6, 0.6)
    joint: Vec3 = (0.3, 0.3, 0.3)
    size_m: tuple[float, float] = (1.0, 1.0)
    seed: int = 0
    wear: float = 0.0


@dataclass(frozen=True)
class Material:
    """What a surface looks like and what it does to sound."""

    name: str
    texture: Texture = field(default_factory=Texture)
    specular: float = 0.0
    roughness: float = 0.9
    emission: Vec3 = (0.0, 0.0, 0.0)
    absorption: Bands = (0.1,) * 7
    scattering: Bands = (0.1,) * 7


@dataclass(frozen=True)
class Quad:
    """Flat parallelogram; its front side is ``edge_u x edge_v``."""

    corner: Vec3
    edge_u: Vec3
    edge_v: Vec3
    material: int = 0


@dataclass(frozen=True)
class Box:
    """Box turned about the vertical axis."""

    centre: Vec3
    half: Vec3
    yaw_deg: float = 0.0
    material: int = 0


@dataclass(frozen=True)
class Cylinder:
    """Vertical cylinder with caps."""

    base: Vec3
    radius: float = 0.3
    height: float = 1.0
    material: int = 0


@dataclass(frozen=True)
class Ellipsoid:
    """Axis-aligned ellipsoid."""

    centre: Vec3
    radii: Vec3
    material: int = 0


@dataclass(frozen=True)
class Triangle:
    """Flat triangle; its front side is ``(b - a) x (c - a)``."""

    a: Vec3
    b: Vec3
    c: Vec3
    material: int = 0


@dataclass(frozen=True)
class Camera:
    """Pinhole camera; ``fov_deg`` is horizontal."""

    position: Vec3 = (0.0, 0.0, 1.5)
    target: Vec3 = (1.0, 0.0, 1.5)
    fov_deg: float = 80.0
    roll_deg: float = 0.0


@dataclass(frozen=True)
class Scene:
    """One place for light and for sound. ``volume_m3`` and ``surface_m2`` describe the air space, 0 outdoors.

    ``source_pattern`` is "omni" or "voice"; a voice talks along ``source_facing``, or to the listener where that is 0.
    """

    kind: str = ""
    name: str = ""
    seed: int = 0
    materials: tuple[Material, ...] = ()
    quads: tuple[Quad, ...] = ()
    boxes: tuple[Box, ...] = ()
    cylinders: tuple[Cylinder, ...] = ()
    ellipsoids: tuple[Ellipsoid, ...] = ()
    triangles: tuple[Triangle, ...] = ()
    sky: Vec3 = (0.0, 0.0, 0.0)
    sun: Vec3 = (0.0, 0.0, 0.0)
    sun_direction: Vec3 = (0.4, 0.3, 0.85)
    mirrored: bool = False
    camera: Camera = field(default_factory=Camera)
    source: Vec3 = (1.0, 0.0, 1.5)
    listener: Vec3 = (0.0, 0.0, 1.5)
    source_pattern: str = "omni"
    source_facing: Vec3 = (0.0, 0.0, 0.0)
    volume_m3: float = 0.0
    surface_m2: float = 0.0
    dimensions_m: Vec3 = (0.0, 0.0, 0.0)

    @property
    def outdoor(self) -> bool:
        """Whether the place has no closed shell."""
        return self.volume_m3 <= 0

    @property
    def primitive_count(self) -> int:
        """Number of surfaces and solids."""
        return len(self.quads) + len(self.boxes) + len(self.cylinders) + len(self.ellipsoids) + len(self.triangles)

    def to_json(self) -> str:
        """The JSON text that ``lumiverb._native.RoomTracer`` reads."""
        return json.dumps(_plain(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Scene:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        ValueError
            Naming the key that is unknown or has the wrong type.
        """
        return _read(cls, json.loads(text), "scene")


_PARTS = {
    "materials": Material,
    "quads": Quad,
    "boxes": Box,
    "cylinders": Cylinder,
    "ellipsoids": Ellipsoid,
    "triangles": Triangle,
}
_NESTED = {"texture": Texture, "camera": Camera}


def _plain(value: Any) -> Any:
    """Dataclasses to dictionaries, tuples to lists, floats to six digits (a tenth of a millimetre in a kilometre)."""
    if type(value) is float:  # nine of ten values; a scene has tens of thousands
        return float(f"{value:.6g}")
    if isinstance(value, (tuple, list)):
        return [float(f"{v:.6g}") if type(v) is float else _plain(v) for v in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, np.floating):
        return float(f"{value:.6g}")
    return int(value) if isinstance(value, np.integer) else value


def _read(cls: Any, data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise ValueError(f"{where}: expected an object, got {type(data).__name__}")
    known = {f.name for f in fields(cls)}
    values = {}
    for key, value in data.items():
        if key not in known:
            raise ValueError(f"{where}: unknown key '{key}'")
        if key in _PARTS and cls is Scene:
            value = tuple(_read(_PARTS[key], v, f"{where}.{key}[{i}]") for i, v in enumerate(value))
        elif key in _NESTED:
            value = _read(_NESTED[key], value, f"{where}.{key}")
        elif isinstance(value, list):
            value = tuple(value)
        values[key] = value
    try:
        return cls(**values)
    except TypeError as error:
        raise ValueError(f"{where}: {error}") from None


def mirrored(scene: Scene) -> Scene:
    """The scene in a mirror: the tracer swaps left and right of picture and sound, exactly."""
    return replace(scene, mirrored=not scene.mirrored)

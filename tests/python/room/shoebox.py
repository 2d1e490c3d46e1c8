# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small scenes made by hand, as dictionaries of the scene format."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from lumiverb._native import RoomTracer

SPEED_OF_SOUND = 343.0
AIR = np.array([0.00010, 0.00030, 0.00063, 0.00107, 0.00228, 0.00683, 0.02420])


def material(name: str = "wall", absorption: Any = 0.1, scattering: Any = 0.0, colour=(0.7, 0.7, 0.7), **more: Any) -> dict:
    """A material with one coefficient for all bands or a list of seven."""
    return {
        "name": name,
        "texture": {"pattern": "plain", "colour": list(colour)},
        "absorption": np.broadcast_to(absorption, 7).tolist(),
        "scattering": np.broadcast_to(scattering, 7).tolist(),
        **more,
    }


def walls(size, materials=(0,) * 6) -> list[dict]:
    """Six quads round the box from the origin: floor, ceiling, x = 0, x = L, y = 0, y = W."""
    length, width, height = size
    x, y, z = [length, 0, 0], [0, width, 0], [0, 0, height]
    faces = [([0, 0, 0], x, y), (z, x, y), ([0, 0, 0], y, z), (x, y, z), ([0, 0, 0], x, z), (y, x, z)]
    return [{"corner": c, "edge_u": u, "edge_v": v, "material": m} for (c, u, v), m in zip(faces, materials, strict=True)]


def shoebox(size=(5.0, 4.0, 3.0), absorption: Any = 0.1, scattering: Any = 0.0, **more: Any) -> dict:
    """An empty room of one material, source and listener off the symmetry planes."""
    length, width, height = size
    scene = {
        "materials": [material(absorption=absorption, scattering=scattering)],
        "quads": walls(size),
        "camera": {"position": [0.1 * length, 0.2 * width, 0.5 * height], "target": [length, 0.7 * width, 0.4 * height]},
        "source": [0.31 * length, 0.36 * width, 0.42 * height],
        "listener": [0.72 * length, 0.61 * width, 0.55 * height],
        "volume_m3": length * width * height,
        "surface_m2": 2 * (length * width + length * height + width * height),
        "dimensions_m": list(size),
    }
    return {**scene, **more}


def furnished() -> dict:
    """A living room in miniature: absorbing ceiling, window, lamp, box, column, plant; nothing symmetric."""
    size = (5.0, 4.0, 2.6)
    wood = material("wood", 0.08, 0.2, (0.4, 0.25, 0.12), specular=0.04, roughness=0.3)
    wood["texture"] |= {"pattern": "planks", "colour2": [0.55, 0.35, 0.2], "size_m": [0.9, 0.11], "seed": 3}
    window = material("window", 0.12, 0.05, (0.2, 0.22, 0.25), emission=[6, 6.5, 7])
    window["texture"] |= {"pattern": "window", "size_m": [0.8, 1.2]}
    materials = [
        material("plaster", [0.1, 0.08, 0.05, 0.04, 0.04, 0.04, 0.04], 0.1),
        wood,
        material("tiles", [0.4, 0.5, 0.6, 0.7, 0.75, 0.75, 0.7], [0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.3]),
        window,
        material("lamp", emission=[12, 10, 8]),
        material("sofa", [0.25, 0.4, 0.55, 0.6, 0.65, 0.6, 0.6], [0.2, 0.3, 0.4, 0.5, 0.5, 0.5, 0.5], (0.2, 0.3, 0.25)),
        material("leaves", 0.2, 0.6, (0.1, 0.25, 0.08)),
    ]
    return shoebox(size) | {
        "materials": materials,
        "quads": walls(size, (1, 2, 0, 0, 0, 0))
        + [{"corner": [1.2, 3.997, 0.9], "edge_u": [1.6, 0, 0], "edge_v": [0, 0, 1.2], "material": 3}],
        "boxes": [
            {"centre": [2.6, 0.5, 0.25], "half": [0.9, 0.4, 0.25], "material": 5},
            {"centre": [2.4, 1.9, 2.57], "half": [0.5, 0.1, 0.02], "material": 4},
            {"centre": [4.3, 3.1, 0.5], "half": [0.3, 0.4, 0.5], "yaw_deg": 25, "material": 1},
        ],
        "cylinders": [{"base": [4.6, 0.5, 0], "radius": 0.15, "height": 2.6, "material": 0}],
        "ellipsoids": [{"centre": [0.5, 3.5, 0.8], "radii": [0.3, 0.3, 0.5], "material": 6}],
    }


def tracer(scene: dict) -> RoomTracer:
    return RoomTracer(json.dumps(scene))


def reflected_in_y(scene: dict) -> dict:
    """The same place with every y negated."""

    def flip(v):
        return [v[0], -v[1], v[2]]

    keys = {"corner", "edge_u", "edge_v", "centre", "base", "a", "b", "c", "position", "target", "source", "listener"}

    def walk(node):
        if isinstance(node, dict):
            turned = {k: flip(v) if k in keys else walk(v) for k, v in node.items()}
            if "yaw_deg" in turned:
                turned["yaw_deg"] = -turned["yaw_deg"]
            return turned
        return [walk(v) for v in node] if isinstance(node, list) else node

    return walk(scene)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shells that are not boxes: any profile drawn out along one axis (vaulted naves, gabled chapels, raked halls, cars)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .builder import Builder, Vec3

Point = tuple[float, float]


def extrude_x(
    b: Builder, profile: Sequence[Point], x0: float, x1: float, edges: Sequence[int | None], caps: tuple[int | None, int | None]
) -> None:
    """Draw a (y, z) profile out from x0 to x1; fronts look inward.

    Parameters
    ----------
    profile : corners counter-clockwise seen with y to the right and z up (start with the floor, from low y to high y).
    edges : material per edge, None where the caller adds its own wall.
    caps : materials at x0 and x1, None for open.
    """
    n = len(profile)
    for i in range(n):
        material = edges[i]
        if material is None:
            continue
        (y0, z0), (y1, z1) = profile[i], profile[(i + 1) % n]
        b.quad((x0, y0, z0), (x1 - x0, 0, 0), (0, y1 - y0, z1 - z0), material, True)
    for tri in triangulate(profile):
        p, q, r = (profile[k] for k in tri)
        if caps[0] is not None:
            b.triangle((x0, *p), (x0, *q), (x0, *r), caps[0], True)
        if caps[1] is not None:
            b.triangle((x1, *p), (x1, *r), (x1, *q), caps[1], True)


def extrude_y(
    b: Builder, profile: Sequence[Point], y0: float, y1: float, edges: Sequence[int | None], caps: tuple[int | None, int | None]
) -> None:
    """Draw an (x, z) profile out from y0 to y1; fronts look inward. The profile runs as in :func:`extrude_x`, x for y."""
    n = len(profile)
    for i in range(n):
        material = edges[i]
        if material is None:
            continue
        (a0, z0), (a1, z1) = profile[i], profile[(i + 1) % n]
        b.quad((a0, y0, z0), (a1 - a0, 0, z1 - z0), (0, y1 - y0, 0), material, True)
    for tri in triangulate(profile):
        p, q, r = ((profile[k][0], profile[k][1]) for k in tri)

        def at(s: Point, y: float) -> Vec3:
            return (s[0], y, s[1])

        if caps[0] is not None:
            b.triangle(at(p, y0), at(r, y0), at(q, y0), caps[0], True)
        if caps[1] is not None:
            b.triangle(at(p, y1), at(q, y1), at(r, y1), caps[1], True)


def triangulate(polygon: Sequence[Point]) -> list[tuple[int, int, int]]:
    """Ear clipping of a simple counter-clockwise polygon: index triples, counter-clockwise."""
    left = list(range(len(polygon)))
    triangles = []
    while len(left) > 3:
        for k in range(len(left)):
            i, j, m = left[k - 1], left[k], left[(k + 1) % len(left)]
            if _turn(polygon[i], polygon[j], polygon[m]) <= 1e-12:
                continue
            if any(_within(polygon[q], polygon[i], polygon[j], polygon[m]) for q in left if q not in (i, j, m)):
                continue
            triangles.append((i, j, m))
            del left[k]
            break
        else:  # only flat ears are left
            del left[0]
    triangles.append((left[0], left[1], left[2]))
    return triangles


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _within(p: Point, a: Point, b: Point, c: Point) -> bool:
    return _turn(a, b, p) >= -1e-12 and _turn(b, c, p) >= -1e-12 and _turn(c, a, p) >= -1e-12


def vault(y0: float, y1: float, spring: float, crown: float, style: str, segments: int = 10) -> list[Point]:
    """Corners of a vault from (y1, spring) over the crown to (y0, spring), both ends included.

    Parameters
    ----------
    style : "round", "pointed", "gable", "flat" or "kink" (a trapezium).
    """
    mid, half, rise = (y0 + y1) / 2, (y1 - y0) / 2, crown - spring
    if style == "flat":
        return [(y1, crown), (y0, crown)]
    if style == "gable":
        return [(y1, spring), (mid, crown), (y0, spring)]
    if style == "kink":
        return [(y1, spring), (mid + half * 0.55, crown), (mid - half * 0.55, crown), (y0, spring)]
    points = []
    for i in range(segments + 1):
        t = -1 + 2 * i / segments
        if style == "round":
            a = math.pi / 2 * (1 + t)
            points.append((mid + half * math.cos(a), spring + rise * math.sin(a)))
        else:  # two circle arcs that meet in a point
            s = abs(t)
            points.append(
                (mid - half * t, spring + rise * math.sqrt(max(0.0, 1 - ((s + 0.45) / 1.45) ** 2)) / math.sqrt(1 - (0.45 / 1.45) ** 2))
            )
    points[0], points[-1] = (y1, spring), (y0, spring)
    return points

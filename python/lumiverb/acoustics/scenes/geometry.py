# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rays against a scene in NumPy: enough to place cameras and to check that a room is closed. Not for tracing."""

from __future__ import annotations

import numpy as np

from .scene import Scene

_FAR = np.inf


class RayCaster:
    """All primitives of a scene as arrays. Immutable; any thread may use it."""

    def __init__(self, scene: Scene) -> None:
        self._quads = _array([(q.corner, q.edge_u, q.edge_v) for q in scene.quads], (-1, 3, 3))
        tri = _array([(t.a, t.b, t.c) for t in scene.triangles], (-1, 3, 3))
        self._triangles = np.stack([tri[:, 0], tri[:, 1] - tri[:, 0], tri[:, 2] - tri[:, 0]], axis=1) if len(tri) else tri
        self._box_centre = _array([b.centre for b in scene.boxes], (-1, 3))
        self._box_half = _array([b.half for b in scene.boxes], (-1, 3))
        yaw = np.radians(_array([b.yaw_deg for b in scene.boxes], (-1,)))
        self._box_cos, self._box_sin = np.cos(yaw), np.sin(yaw)
        self._cylinders = _array([(*c.base, c.radius, c.height) for c in scene.cylinders], (-1, 5))
        self._ellipsoids = _array([(*e.centre, *e.radii) for e in scene.ellipsoids], (-1, 6))

    def depth(self, origin: np.ndarray, directions: np.ndarray) -> np.ndarray:
        """Distance to the first hit, shape (n,), inf where a ray leaves the scene.

        Parameters
        ----------
        origin : point, shape (3,).
        directions : unit vectors, shape (n, 3).
        """
        best = np.full(len(directions), _FAR)
        for flat, limit in ((self._quads, False), (self._triangles, True)):
            if len(flat):
                best = np.minimum(best, _hit_flat(flat, origin, directions, limit))
        if len(self._box_centre):
            best = np.minimum(best, self._hit_boxes(origin, directions))
        if len(self._cylinders):
            best = np.minimum(best, _hit_cylinders(self._cylinders, origin, directions))
        if len(self._ellipsoids):
            best = np.minimum(best, _hit_ellipsoids(self._ellipsoids, origin, directions))
        return best

    def visible(self, a: np.ndarray, b: np.ndarray) -> bool:
        """Whether nothing stands between two points."""
        way = np.asarray(b, float) - np.asarray(a, float)
        distance = float(np.linalg.norm(way))
        return bool(self.depth(np.asarray(a, float), (way / distance)[None])[0] >= distance - 1e-6)

    def clearance(self, point: np.ndarray) -> float:
        """Distance from a point to the nearest solid (boxes, cylinders, ellipsoids), negative inside one."""
        p = np.asarray(point, float)
        best = _FAR
        if len(self._box_centre):
            q = np.abs(self._to_box(p[None, :] - self._box_centre)) - self._box_half
            outside = np.linalg.norm(np.maximum(q, 0.0), axis=1)
            best = min(best, float((outside + np.minimum(q.max(axis=1), 0.0)).min()))
        if len(self._cylinders):
            c = self._cylinders
            radial = np.hypot(p[0] - c[:, 0], p[1] - c[:, 1]) - c[:, 3]
            axial = np.maximum(c[:, 2] - p[2], p[2] - c[:, 2] - c[:, 4])
            outside = np.hypot(np.maximum(radial, 0.0), np.maximum(axial, 0.0))
            best = min(best, float((outside + np.minimum(np.maximum(radial, axial), 0.0)).min()))
        if len(self._ellipsoids):
            e = self._ellipsoids
            k = np.linalg.norm((p - e[:, :3]) / e[:, 3:], axis=1)
            best = min(best, float(((k - 1.0) * e[:, 3:].min(axis=1)).min()))
        return best

    def flat_clearance(self, point: np.ndarray) -> float:
        """Distance from a point to the nearest flat surface, by rays along the axes and diagonals."""
        axes = np.array([[x, y, z] for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1) if x or y or z], float)
        return float(self.depth(np.asarray(point, float), axes / np.linalg.norm(axes, axis=1, keepdims=True)).min())

    def _to_box(self, v: np.ndarray) -> np.ndarray:
        x = v[..., 0] * self._box_cos + v[..., 1] * self._box_sin
        y = -v[..., 0] * self._box_sin + v[..., 1] * self._box_cos
        return np.stack([x, y, v[..., 2]], axis=-1)

    def _hit_boxes(self, origin: np.ndarray, directions: np.ndarray) -> np.ndarray:
        o = self._to_box(origin[None, :] - self._box_centre)
        d = self._to_box(np.broadcast_to(directions[:, None, :], (len(directions), len(self._box_centre), 3)))
        with np.errstate(divide="ignore", invalid="ignore"):
            inverse = 1.0 / np.where(np.abs(d) < 1e-12, 1e-12, d)
        near = (-np.sign(inverse) * self._box_half - o) * inverse
        far = (np.sign(inverse) * self._box_half - o) * inverse
        t0, t1 = near.max(axis=2), far.min(axis=2)
        t = np.where(t0 > 1e-6, t0, t1)
        return np.where((t0 <= t1) & (t > 1e-6), t, _FAR).min(axis=1)


def _array(values: list, shape: tuple[int, ...]) -> np.ndarray:
    return np.array(values, dtype=float).reshape(shape)


def _hit_flat(flat: np.ndarray, origin: np.ndarray, d: np.ndarray, triangle: bool) -> np.ndarray:
    """Moeller-Trumbore for parallelograms and triangles, shape (n,)."""
    corner, u, v = flat[:, 0], flat[:, 1], flat[:, 2]
    w = np.cross(u, v)
    den = d @ w.T
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.einsum("kj,kj->k", corner - origin, w)[None, :] / den
        r = origin + t[:, :, None] * d[:, None, :] - corner
        ww = np.einsum("kj,kj->k", w, w)
        a = np.einsum("nkj,kj->nk", np.cross(r, v[None]), w) / ww
        b = np.einsum("nkj,kj->nk", np.cross(u[None], r), w) / ww
        e = 1e-5
        inside = (a >= -e) & (b >= -e) & ((a + b <= 1 + e) if triangle else ((a <= 1 + e) & (b <= 1 + e)))
        return np.where(inside & (t > 1e-6), t, _FAR).min(axis=1)


def _hit_cylinders(c: np.ndarray, origin: np.ndarray, d: np.ndarray) -> np.ndarray:
    ox, oy, oz = origin[0] - c[:, 0], origin[1] - c[:, 1], origin[2] - c[:, 2]
    a = (d[:, 0] ** 2 + d[:, 1] ** 2)[:, None] + 1e-12
    half_b = d[:, :1] * ox + d[:, 1:2] * oy
    disc = half_b**2 - a * (ox**2 + oy**2 - c[:, 3] ** 2)
    root = np.sqrt(np.maximum(disc, 0.0))
    best = np.full(len(d), _FAR)
    for t in ((-half_b - root) / a, (-half_b + root) / a):
        z = oz + t * d[:, 2:]
        best = np.minimum(best, np.where((disc > 0) & (t > 1e-6) & (z >= 0) & (z <= c[:, 4]), t, _FAR).min(axis=1))
    for lid in (np.zeros(len(c)), c[:, 4]):
        with np.errstate(divide="ignore", invalid="ignore"):
            t = (lid - oz) / np.where(np.abs(d[:, 2:]) < 1e-12, 1e-12, d[:, 2:])
        r2 = (ox + t * d[:, :1]) ** 2 + (oy + t * d[:, 1:2]) ** 2
        best = np.minimum(best, np.where((r2 <= c[:, 3] ** 2) & (t > 1e-6), t, _FAR).min(axis=1))
    return best


def _hit_ellipsoids(e: np.ndarray, origin: np.ndarray, d: np.ndarray) -> np.ndarray:
    o = (origin - e[:, :3]) / e[:, 3:]
    q = d[:, None, :] / e[None, :, 3:]
    a = (q**2).sum(axis=2)
    half_b = (q * o).sum(axis=2)
    disc = half_b**2 - a * ((o**2).sum(axis=1) - 1.0)
    root = np.sqrt(np.maximum(disc, 0.0))
    t0, t1 = (-half_b - root) / a, (-half_b + root) / a
    t = np.where(t0 > 1e-6, t0, t1)
    return np.where((disc > 0) & (t > 1e-6), t, _FAR).min(axis=1)

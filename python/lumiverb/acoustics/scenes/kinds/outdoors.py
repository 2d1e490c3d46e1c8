# SPDX-License-Identifier: AGPL-3.0-or-later
"""Under the open sky: street canyon, field, forest."""

from __future__ import annotations

import math

from .. import furniture as f
from .. import openings as o
from ..builder import Builder, Light, Place, Wall
from ..camera import draw_habit, place_camera


def _sky(b: Builder) -> Light:
    """Sky from overcast to clear, with the sun on clear days."""
    sun = o.light(b, night=0.06, lamps_by_day=0.1, lamp=(20, 50), sunny=0.0)
    grey = b.u(0, 1)
    if sun.night:
        b.sky = (0.02, 0.03, 0.06)
        return sun
    level = b.u(0.8, 1.2)
    b.sky = (level * (0.75 + 0.25 * grey), level * (0.9 + 0.1 * grey), level * (1.12 - 0.12 * grey))
    if grey < 0.65:
        azimuth, height = b.u(0, 2 * math.pi), math.radians(b.u(18, 62))
        b.sun_direction = (math.cos(azimuth) * math.cos(height), math.sin(azimuth) * math.cos(height), math.sin(height))
        warm = b.pick((1.0, 0.95, 0.86), (1.0, 0.88, 0.7), (1.0, 0.92, 0.8))
        strength = level * b.u(5.0, 13.0) * (1.0 - grey)
        b.sun = (strength * warm[0], strength * warm[1], strength * warm[2])
    return sun


def field(b: Builder) -> None:
    """Meadow, farmland or snow, with trees or houses far away."""
    sun = _sky(b)
    ground = b.mat(b.pick("grass", "grass", "grass", "soil", "snow" if b.chance(0.3) else "grass"), "ground")
    s = 260.0
    b.quad((-s, -s, 0), (2 * s, 0, 0), (0, 2 * s, 0), ground)
    leaf = [b.mat("foliage", f"leaf {k}", size=(0.25, 0.25)) for k in range(3)]
    bark = b.mat("bark")
    for _ in range(b.integer(3, 9)):  # hills on the horizon
        a = b.u(0, 2 * math.pi)
        d = b.u(170, 230)
        b.ellipsoid((d * math.cos(a), d * math.sin(a), -8), (b.u(40, 90), b.u(40, 90), b.u(10, 22)), ground if b.chance(0.5) else leaf[2])
    for _ in range(b.integer(15, 70)):
        a, d = b.u(0, 2 * math.pi), 14 + 150 * b.u(0, 1) ** 0.7
        p = Place(b, d * math.cos(a), d * math.sin(a))
        if b.chance(0.75):
            f.tree(p, b.u(5, 13), b.u(2.5, 5.5), bark, leaf[b.integer(0, 2)], b.integer(9, 14) if d < 60 else 6)
        else:
            f.conifer(p, b.u(7, 18), b.u(1.5, 3.0), bark, leaf[b.integer(0, 2)])
    if b.chance(0.45):
        _path(b)
    if b.chance(0.35):
        post = b.mat("furniture", "fence")
        y = b.u(4, 12) * b.pick(-1, 1)
        for i in range(24):
            b.cylinder((-36 + 3 * i, y, 0), 0.05, 1.1, post)
        for z in (0.5, 0.95):
            b.box((0, y, z), (36, 0.02, 0.05), post)
    if b.chance(0.3):
        _house(b, b.u(25, 60), b.u(-30, 30), sun)
    for _ in range(b.integer(0, 6)):
        b.ellipsoid(
            (b.u(-14, 14), b.u(-14, 14), 0.0),
            (b.u(0.2, 0.9), b.u(0.2, 0.9), b.u(0.15, 0.6)),
            b.mat("concrete_rough", "boulder", palette="stone", size=(9.0, 9.0)),
        )
    green = b.materials[ground].name == "grass"
    tuft = ground if green else b.mat("foliage", "tuft", size=(0.08, 0.08), palette="grass")
    for _ in range(b.integer(30, 70) if green else b.integer(0, 20)):
        a, d = b.u(0, 6.28), 1.0 + 13 * b.u(0, 1)
        f.blades(b, d * math.cos(a), d * math.sin(a), 0.25, b.u(0.12, 0.4), 7, tuft)
    for _ in range(b.integer(0, 8)):
        a, d, r = b.u(0, 6.28), b.u(4, 25), b.u(0.3, 0.9)
        f.leaves(b, (d * math.cos(a), d * math.sin(a), 0.5 * r), (r, r, r * 0.8), 40, 0.3 * r, leaf[b.integer(0, 2)])
    if b.chance(0.25):
        f.person(Place(b, b.u(4, 12), b.u(-4, 4), b.u(0, 360)))
    turn = b.u(0, 2 * math.pi) if b.chance(0.5) else 0.0
    place_camera(
        b,
        lambda: (b.u(-2, 2), b.u(-2, 2)),
        lambda x, y: (x + 20 * math.cos(turn + b.u(-0.6, 0.6)), y + 20 * math.sin(turn + b.u(-0.6, 0.6))),
        habit=draw_habit(b, "snapshot", "wide", "standard", "portrait", "film"),
        tries=5,
    )


def _path(b: Builder) -> None:
    m = b.mat(b.pick("soil", "asphalt", "paving"), "path")
    y, slope = b.u(-3, 3), b.u(-0.15, 0.15)
    w = b.u(0.8, 2.5)
    b.quad((-120, y - 120 * slope - w / 2, 0.01), (240, 240 * slope, 0), (0, w, 0), m)


def _house(b: Builder, x: float, y: float, sun: Light) -> None:
    wall = b.mat(b.pick("facade", "brick", "wood_lining"), "house")
    roof = b.mat("tile", "roof tiles", palette="brick", size=(0.3, 0.3))
    w, d, h = b.u(4, 7), b.u(3.5, 5), b.u(3, 6)
    b.box((x, y, h / 2), (d, w, h / 2), wall)
    r = h + b.u(1.5, 3)
    for s in (-1, 1):
        b.quad((x + s * (d + 0.4), y - w - 0.4, h - 0.2), (0, 2 * w + 0.8, 0), (-s * (d + 0.4), 0, r - h + 0.2), roof)
    for s in (-1, 1):
        b.triangle((x - d, y + s * w, h), (x + d, y + s * w, h), (x, y + s * w, r), wall)
    glass = b.mat("glass", "house window")
    for k in (-0.5, 0.5):
        b.box((x - d, y + k * w, h * 0.5), (0.05, 0.6, 0.7), glass)


def forest(b: Builder) -> None:
    """Trees all around, undergrowth, leaves overhead."""
    _sky(b)
    ground = b.mat(b.pick("soil", "soil", "grass"), "ground")
    s = 150.0
    b.quad((-s, -s, 0), (2 * s, 0, 0), (0, 2 * s, 0), ground)
    leaf = [b.mat("foliage", f"leaf {k}", size=(0.16, 0.16)) for k in range(4)]
    bark = [b.mat("bark", f"bark {k}") for k in range(2)]
    evergreen = b.chance(0.35)
    density = b.integer(45, 75)
    for _ in range(density):
        a, d = b.u(0, 2 * math.pi), 2.2 + 42 * b.u(0, 1) ** 0.75
        p = Place(b, d * math.cos(a), d * math.sin(a))
        h = b.u(8, 20)
        if evergreen:
            f.conifer(p, h, b.u(1.2, 2.6), bark[0], leaf[b.integer(0, 3)])
        elif b.chance(0.75):
            f.tree(p, h, b.u(2.0, 4.5), bark[b.integer(0, 1)], leaf[b.integer(0, 3)], 7 if d < 25 else 4)
        else:
            b.cylinder((p.x, p.y, 0), b.u(0.06, 0.2), h, bark[b.integer(0, 1)])
    _wood_behind(b, evergreen)
    for _ in range(b.integer(45, 80)):
        a, d = b.u(0, 2 * math.pi), 1.8 + 20 * b.u(0, 1) ** 0.8
        r = b.u(0.25, 1.1)
        m = b.mat("foliage", f"bush {b.integer(0, 2)}", size=(0.1, 0.1))
        x, y = d * math.cos(a), d * math.sin(a)
        if b.chance(0.4):
            f.blades(b, x, y, 0.4 * r, 0.6 * r, 9, m)
        else:
            f.leaves(b, (x, y, r * 0.45), (r * 0.9, r * 0.9, r * 0.55), 20, 0.3 * r, m)
    for _ in range(b.integer(0, 5)):
        a, d = b.u(0, 6.28), b.u(3, 12)
        b.ellipsoid(
            (d * math.cos(a), d * math.sin(a), 0.1),
            (b.u(0.3, 1.2), b.u(0.3, 1.0), b.u(0.2, 0.7)),
            b.mat("concrete_rough", "boulder", palette="stone", size=(9.0, 9.0)),
        )
    if b.chance(0.5):
        _path(b)
    turn = b.u(0, 2 * math.pi)
    place_camera(
        b,
        lambda: (b.u(-1.5, 1.5), b.u(-1.5, 1.5)),
        lambda x, y: (x + 12 * math.cos(turn), y + 12 * math.sin(turn)),
        habit=draw_habit(b, "snapshot", "wide", "standard", "low", "portrait", "film"),
        tries=5,
        pitch_up_deg=b.u(-2, 6),
    )


def _wood_behind(b: Builder, evergreen: bool) -> None:
    """The depth of the wood: no bare horizon between the trunks."""
    leaf = [b.mat("foliage", f"far leaf {k}", size=(0.3, 0.3), gain=0.8) for k in range(3)]
    for k in range(70):
        a, d = 2 * math.pi * (k + b.u(-0.4, 0.4)) / 70, b.u(30, 55)
        m, half, h = leaf[b.integer(0, 2)], b.u(1.6, 3.2), b.u(9, 19)
        x, y = d * math.cos(a), d * math.sin(a)
        dx, dy = -half * math.sin(a), half * math.cos(a)
        if evergreen:
            b.triangle((x - dx, y - dy, 0.5), (x + dx, y + dy, 0.5), (x, y, h), m)
            b.triangle((x - 0.7 * dx, y - 0.7 * dy, 0.45 * h), (x + 0.7 * dx, y + 0.7 * dy, 0.45 * h), (x, y, h * 1.1), m)
        else:
            b.ellipsoid((x, y, 0.45 * h), (half, half, 0.3 * h), m)
            b.ellipsoid((x + 0.6 * dx, y + 0.6 * dy, 0.75 * h), (0.7 * half, 0.7 * half, 0.22 * h), m)
            b.ellipsoid((x - 0.8 * dx, y - 0.8 * dy, 0.2 * h), (half, half, 0.2 * h), m)


def street(b: Builder) -> None:
    """Street between facades; narrow lanes ring, wide ones do not."""
    sun = _sky(b)
    half = b.u(40, 70)
    W = b.u(5, 22)
    walk = min(b.u(1.0, 3.0), W * 0.22)
    road = b.mat(b.pick("asphalt", "asphalt", "paving"), "road")
    b.quad((-150, -150, 0), (300, 0, 0), (0, 300, 0), road)
    kerb = b.mat("paving", "pavement")
    for s in (-1, 1):
        b.box((0, s * (W / 2 - walk / 2), 0.06), (half, walk / 2, 0.06), kerb)
    glass = b.mat("glass", "street window", palette="glass")
    lit = b.mat("window_frosted", "lit window", emission=(2.5, 1.9, 1.1)) if sun.night or b.chance(0.15) else glass
    for s in (-1, 1):
        x = -half
        while x < half:
            w = min(b.u(7, 16), half - x + 4)
            if b.chance(0.93):
                _facade(b, x, w, s * W / 2, s, glass, lit, near=abs(x + w / 2) < 26)
            x += w
    if b.chance(0.4):
        b.box((half + 4, 0, 5), (3, W, 5), b.mat("facade", "end house"))
    if W > 7:
        for _ in range(b.integer(0, 6)):
            side = b.pick(-1, 1)
            x = b.u(-half * 0.6, half * 0.6)
            f.car(Place(b, x, side * (W / 2 - walk - 1.0), 90 * side), b.mat("car_paint", f"car {b.integer(0, 4)}"))
    post = b.mat("black", "post")
    for i in range(-3, 4):
        if b.chance(0.6):
            b.cylinder((i * 11.0, W / 2 - walk + 0.3, 0), 0.06, 4.5, post)
            b.ellipsoid(
                (i * 11.0, W / 2 - walk + 0.3, 4.6),
                (0.2, 0.2, 0.25),
                b.mat("lamp", "street lamp", emission=sun.bulb() if sun.lamp > 0 else None),
            )
    if W > 9 and b.chance(0.5):
        bark, leaf = b.mat("bark"), b.mat("foliage", "street tree", size=(0.25, 0.25))
        for i in range(-3, 4):
            if b.chance(0.7):
                f.tree(Place(b, i * 9.0 + 4, -W / 2 + walk - 0.3), b.u(4, 8), b.u(1.5, 2.6), bark, leaf, 5)
    for _ in range(b.integer(0, 5)):
        f.person(Place(b, b.u(-20, 20), b.pick(-1, 1) * (W / 2 - walk / 2), b.pick(90, -90), 0.12))
    if W > 8 and b.chance(0.4):
        for i in range(-8, 9):
            b.box((i * 4.0, 0, 0.004), (1.0, 0.06, 0.004), b.mat("plastic", "marking", palette="white"))
    place_camera(
        b,
        lambda: (b.u(-22, -6), b.u(-0.5, 0.5) * (W - 1.2)),
        lambda x, y: (x + 25, b.u(-0.35, 0.35) * W),
        habit=draw_habit(b, "snapshot", "wide", "standard", "tilted", "portrait", "film"),
        pitch_up_deg=b.u(-1, 9),
        floor=lambda x, y: 0.12 if abs(y) > W / 2 - walk else 0.0,
    )


def _facade(b: Builder, x: float, w: float, y: float, s: int, glass: int, lit: int, near: bool) -> None:
    """One house front of a street, looking at the middle of the road."""
    storeys = b.integer(2, 5)
    h = storeys * 3.0 + 0.8
    wall = b.mat(b.pick("facade", "facade", "brick", "stone"), f"house {b.integer(0, 6)}")
    depth = 4.0
    b.box((x + w / 2, y + s * depth, h / 2), (w / 2, depth, h / 2), wall)
    front = Wall(b, (x, y) if s > 0 else (x + w, y), (x + w, y) if s > 0 else (x, y), 0.0, h, wall)
    trim = b.mat(b.pick("stone", "wood_trim"), f"trim {b.integer(0, 1)}")
    n = max(2, int(w / 2.4))
    shop = b.chance(0.4)
    for k in range(storeys):
        for i in range(n):
            u = (i + 0.5) * w / n
            if k == 0 and shop:
                continue
            m = lit if b.chance(0.3) else glass
            z = 0.9 + 3.0 * k
            if k == 0 and i == n // 2:
                front.slab(u - 0.5, u + 0.5, 0.0, 2.2, 0.03, b.mat("door", f"house door {b.integer(0, 2)}"))
                continue
            front.slab(u - 0.5, u + 0.5, z, z + 1.5, 0.02, m)
            if near:
                front.slab(u - 0.62, u + 0.62, z - 0.1, z, 0.12, trim)
                front.slab(u - 0.6, u + 0.6, z + 1.5, z + 1.62, 0.08, trim)
                front.slab(u - 0.03, u + 0.03, z, z + 1.5, 0.04, trim)
                if b.chance(0.08):
                    front.slab(u - 0.9, u + 0.9, z - 0.2, z - 0.08, 0.8, trim)
                    front.slab(u - 0.9, u + 0.9, z - 0.08, z + 0.85, 0.04, b.mat("black", "balcony rail"), 0.76)
    if shop:
        front.slab(0.4, w - 0.4, 0.4, 2.5, 0.03, lit if b.chance(0.4) else glass)
        front.slab(0.3, w - 0.3, 2.55, 3.05, 0.12, b.mat("furniture_painted", f"shop sign {b.integer(0, 3)}", palette="locker"))
        if near and b.chance(0.4):
            front.slab(0.4, w - 0.4, 2.45, 2.52, 1.1, b.mat("curtain_thin", f"awning {b.integer(0, 2)}", palette="seat"))
    front.slab(0, w, h - 0.3, h, 0.25, trim)

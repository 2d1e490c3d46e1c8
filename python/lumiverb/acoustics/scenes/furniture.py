# SPDX-License-Identifier: AGPL-3.0-or-later
"""Furniture and other things, each drawn in its own frame (see Place): x to the right, y to the front, z up.

Pieces that stand at a wall have their origin in the middle of the back edge; free pieces in their middle.
"""

from __future__ import annotations

import math

import numpy as np

from .builder import Builder, Light, Place, Room
from .scene import Triangle


def table(p: Place, hx: float, hy: float, height: float, top: int, leg: int, thick: float = 0.02) -> None:
    """Four legs and a top, origin in the middle."""
    p.box((0, 0, height - thick), (hx, hy, thick), top)
    for sx in (-1, 1):
        for sy in (-1, 1):
            p.box((sx * (hx - 0.05), sy * (hy - 0.05), (height - 2 * thick) / 2), (0.025, 0.025, (height - 2 * thick) / 2), leg)


def round_table(p: Place, radius: float, height: float, top: int, leg: int) -> None:
    """Round table on a column."""
    p.cylinder((0, 0, height - 0.03), radius, 0.03, top)
    p.cylinder((0, 0, 0.02), 0.04, height - 0.05, leg)
    p.cylinder((0, 0, 0.0), radius * 0.5, 0.02, leg)


def chair(p: Place, seat: int, frame: int, soft: bool = False) -> None:
    """Chair looking along +y, origin in the middle."""
    t = 0.04 if soft else 0.018
    p.box((0, 0, 0.45), (0.21, 0.21, t), seat)
    p.box((0, -0.2, 0.72), (0.2, 0.02 + t / 2, 0.18), seat)
    for sx in (-0.18, 0.18):
        for sy in (-0.18, 0.18):
            p.box((sx, sy, 0.215), (0.016, 0.016, 0.215), frame)
        p.box((sx, -0.2, 0.6), (0.015, 0.015, 0.18), frame)


def office_chair(p: Place, cloth: int, frame: int) -> None:
    """Task chair on a star base."""
    p.box((0, 0, 0.48), (0.24, 0.23, 0.045), cloth)
    p.box((0, -0.23, 0.83), (0.21, 0.035, 0.28), cloth)
    p.cylinder((0, 0, 0.08), 0.03, 0.36, frame)
    for yaw in (0, 72, 144):
        p.box((0, 0, 0.06), (0.29, 0.02, 0.02), frame, yaw)
    for sx in (-0.26, 0.26):
        p.box((sx, 0, 0.68), (0.025, 0.14, 0.015), frame)


def stool(p: Place, seat: int, frame: int, height: float = 0.7) -> None:
    """Round bar stool."""
    p.cylinder((0, 0, height - 0.05), 0.17, 0.05, seat)
    p.cylinder((0, 0, 0.0), 0.025, height - 0.05, frame)
    p.cylinder((0, 0, 0.0), 0.18, 0.02, frame)


def sofa(p: Place, width: float, cloth: int, leg: int, cushion: int | None = None) -> None:
    """Sofa with its back to the wall, ``width`` over its arms; depth .9 m."""
    p.b.focus.append(p.at(0, 0.5, 0.6))
    h = width / 2
    p.box((0, 0.47, 0.24), (h, 0.42, 0.14), cloth)
    p.box((0, 0.13, 0.56), (h, 0.11, 0.28), cloth)
    for s in (-1, 1):
        p.box((s * (h - 0.09), 0.47, 0.36), (0.09, 0.42, 0.24), cloth)
        for y in (0.12, 0.82):
            p.box((s * (h - 0.08), y, 0.05), (0.03, 0.03, 0.05), leg)
    n = max(1, round((width - 0.36) / 0.75))
    w = (width - 0.36) / n
    for i in range(n):
        x = -h + 0.18 + (i + 0.5) * w
        p.box((x, 0.54, 0.435), (w / 2 - 0.012, 0.33, 0.065), cloth)
        p.box((x, 0.3, 0.66), (w / 2 - 0.02, 0.08, 0.2), cloth)
    if cushion is not None:
        for s in (-1, 1):
            p.ellipsoid((s * (h - 0.38), 0.45, 0.66), (0.22, 0.1, 0.18), cushion)


def armchair(p: Place, cloth: int, leg: int) -> None:
    """Armchair with its back at the origin."""
    sofa(p, 0.88, cloth, leg)


def beanbag(p: Place, cloth: int) -> None:
    """Soft bag on the floor."""
    p.ellipsoid((0, 0, 0.28), (0.45, 0.45, 0.3), cloth)
    p.ellipsoid((0, -0.25, 0.55), (0.32, 0.22, 0.28), cloth)


def bed(p: Place, width: float, cover: int, wood: int, pillow: int, head: bool = True) -> None:
    """Bed with its head at the wall; 2 m long."""
    p.b.focus.append(p.at(0, 1.2, 0.6))
    h = width / 2
    p.box((0, 1.03, 0.16), (h, 1.02, 0.12), wood)
    p.box((0, 1.03, 0.39), (h - 0.02, 1.0, 0.12), pillow)
    p.box((0, 1.28, 0.46), (h + 0.02, 0.74, 0.09), cover)
    if head:
        p.box((0, 0.02, 0.55), (h + 0.03, 0.025, 0.5), wood)
    for s in (-1, 1) if width > 1.2 else (0,):
        p.box((s * h / 2, 0.28, 0.56), (min(0.33, h - 0.1), 0.2, 0.07), pillow)
    for s in (-1, 1):
        for y in (0.08, 1.98):
            p.box((s * (h - 0.06), y, 0.03), (0.035, 0.035, 0.04), wood)


def cabinet(
    p: Place, width: float, depth: float, z0: float, z1: float, front: int, rows: int, columns: int, handle: int, gap: int | None = None
) -> None:
    """Closed cabinet with doors or drawers, back at the origin."""
    body = front if gap is None else gap
    p.box((0, depth / 2 - 0.01, (z0 + z1) / 2), (width / 2, depth / 2 - 0.01, (z1 - z0) / 2), body)
    cw, rh = width / columns, (z1 - z0) / rows
    for i in range(columns):
        for j in range(rows):
            x, z = -width / 2 + (i + 0.5) * cw, z0 + (j + 0.5) * rh
            p.box((x, depth - 0.012, z), (cw / 2 - 0.004, 0.01, rh / 2 - 0.004), front)
            if rh > 1.0:
                side = 1 if i % 2 == 0 else -1
                p.box((x + side * (cw / 2 - 0.05), depth + 0.012, z), (0.008, 0.01, 0.08), handle)
            else:
                p.box((x, depth + 0.012, z + rh / 2 - 0.05), (0.06, 0.01, 0.007), handle)


def bookcase(
    p: Place, width: float, depth: float, height: float, wood: int, fill: str = "books", shelves: int = 5, fullness: float = 0.8
) -> None:
    """Open shelves with books and things, back at the origin."""
    b = p.b
    t = 0.015
    p.box((0, 0.01, height / 2), (width / 2, 0.01, height / 2), wood)
    for s in (-1, 1):
        p.box((s * (width / 2 - t), depth / 2, height / 2), (t, depth / 2, height / 2), wood)
    step = (height - 0.05) / shelves
    row = b.mat(fill, f"row {step:.2f}", size=(b.u(0.03, 0.045), step - 2 * t) if fill == "books" else None)
    for k in range(shelves + 1):
        p.box((0, depth / 2, 0.04 + k * step), (width / 2 - 2 * t, depth / 2, t), wood)
    for k in range(shelves):
        z = 0.04 + k * step + t
        room = width - 4 * t
        if b.chance(fullness):
            w = room * b.u(0.6, 1.0)
            h = step - 2 * t if fill == "books" else (step - 2 * t) * b.u(0.6, 0.9)
            p.box((-room / 2 + w / 2, depth * 0.5, z + h / 2), (w / 2, depth * b.u(0.36, 0.44), h / 2), row)
        elif b.chance(0.6):
            thing(p.sub(b.u(-0.3, 0.3) * room, depth / 2, 0, z), min(0.11, depth / 2 - 0.02))


def thing(p: Place, size: float = 0.1) -> None:
    """A vase, box, jar or pile: something that lies about."""
    b = p.b
    which = b.integer(0, 3)
    key = str(b.integer(0, 2))
    if which == 0:
        p.cylinder((0, 0, 0), size * b.u(0.4, 0.8), size * b.u(1.0, 2.2), b.mat("ceramic", "vase" + key, palette="tile"))
    elif which == 1:
        p.box(
            (0, 0, size * 0.6),
            (size * b.u(0.6, 1.0), size * 0.8, size * 0.6),
            b.mat("plastic", "thing" + key, palette="fabric"),
            b.u(0, 90),
        )
    elif which == 2:
        p.ellipsoid((0, 0, size * 0.8), (size * 0.8, size * 0.8, size * 0.8), b.mat("ceramic", "bowl" + key, palette="wood"))
    else:
        for k in range(3):
            p.box((0, 0, 0.015 + 0.03 * k), (size * 1.0, size * 0.75, 0.014), b.mat("plastic", f"pile{k}", palette="poster"), b.u(-10, 10))


def clutter_on(p: Place, hx: float, hy: float, z: float, count: int) -> None:
    """Things on a table top."""
    b = p.b
    for _ in range(count):
        thing(p.sub(b.u(-hx, hx) * 0.8, b.u(-hy, hy) * 0.8, b.u(0, 90), z), b.u(0.05, 0.1))


def television(p: Place, width: float, z: float, on: bool) -> None:
    """Flat screen, back at the origin."""
    p.b.focus.append(p.at(0, 0.1, 0.9))
    b = p.b
    h = width * 0.29
    p.box((0, 0.03, z + h), (width / 2, 0.025, h), b.mat("black", "tv case"))
    face = b.mat("screen", "tv on", emission=(0.5, 0.7, 1.0)) if on else b.mat("glass", "tv off", palette="black")
    p.quad((width / 2 - 0.02, 0.057, z + 0.02), (-(width - 0.04), 0, 0), (0, 0, 2 * h - 0.04), face)


def monitor(p: Place, z: float, on: bool) -> None:
    """Computer monitor standing at the origin, looking along +y."""
    b = p.b
    p.box((0, 0, z + 0.33), (0.28, 0.015, 0.17), b.mat("black", "monitor"))
    p.box((0, -0.02, z + 0.09), (0.03, 0.015, 0.09), b.mat("black", "monitor"))
    p.box((0, 0, z + 0.008), (0.12, 0.08, 0.008), b.mat("black", "monitor"))
    face = b.mat("screen", "monitor on", emission=(0.7, 0.8, 1.0)) if on else b.mat("glass", "monitor off", palette="black")
    p.quad((0.265, 0.017, z + 0.175), (-0.53, 0, 0), (0, 0, 0.31), face)


def desk(p: Place, hx: float, hy: float, top: int, leg: int, screens: int, on: bool, clutter: int) -> None:
    """Desk in its middle frame; a person would sit on the +y side."""
    p.b.focus.append(p.at(0, 0, 0.8))
    table(p, hx, hy, 0.74, top, leg, 0.014)
    b = p.b
    for i in range(screens):
        x = (i - (screens - 1) / 2) * 0.58
        monitor(p.sub(x, -hy * 0.45, b.u(-6, 6)), 0.74, on)
    if screens:
        p.box((0, hy * 0.35, 0.75), (0.2, 0.06, 0.01), b.mat("plastic", "keyboard"))
    clutter_on(p, hx, hy * 0.9, 0.74, clutter)


def plant(p: Place, height: float, pot: int, leaf: int) -> None:
    """Potted plant: a crown of leaf clumps."""
    b = p.b
    r = 0.11 + 0.06 * height
    p.cylinder((0, 0, 0), r, 0.28 * min(1.0, height), pot)
    p.cylinder((0, 0, 0.1), 0.02, height * 0.5, b.mat("bark", "stem"))
    for _ in range(b.integer(4, 8)):
        a, d = b.u(0, 6.28), b.u(0.0, 0.25) * height
        s = b.u(0.10, 0.2) * height
        p.ellipsoid((d * math.cos(a), d * math.sin(a), height * b.u(0.45, 0.95)), (s, s, s * b.u(0.6, 1.2)), leaf)


def floor_lamp(p: Place, sun: Light) -> None:
    """Standing lamp with a shade and light thrown down and up."""
    b = p.b
    metal = b.mat("black", "lamp stand")
    p.cylinder((0, 0, 0), 0.14, 0.02, metal)
    p.cylinder((0, 0, 0.02), 0.012, 1.4, metal)
    glow = sun.bulb(0.15) if sun.lamp > 0 else None
    p.cylinder((0, 0, 1.4), 0.2, 0.28, b.mat("lamp", "floor lamp shade", palette="linen", emission=glow))
    if sun.lamp > 0:
        m = b.mat("lamp", "floor lamp light", emission=sun.bulb(1.2))
        p.quad((-0.14, -0.14, 1.392), (0, 0.28, 0), (0.28, 0, 0), m)
        p.quad((-0.14, -0.14, 1.69), (0.28, 0, 0), (0, 0.28, 0), m)


def table_lamp(p: Place, z: float, sun: Light) -> None:
    """Small lamp on a table or nightstand."""
    b = p.b
    p.cylinder((0, 0, z), 0.06, 0.02, b.mat("black", "lamp stand"))
    p.cylinder((0, 0, z + 0.02), 0.015, 0.2, b.mat("black", "lamp stand"))
    glow = sun.bulb(0.2) if sun.lamp > 0 else None
    p.cylinder((0, 0, z + 0.22), 0.12, 0.17, b.mat("lamp", "table lamp shade", palette="linen", emission=glow))


def person(p: Place, sitting: bool = False, key: str = "") -> None:
    """A person looking along +y; on a .45 m seat when sitting."""
    b = p.b
    top = b.mat("person_cloth", f"top {key or b.integer(0, 4)}")
    legs = b.mat("person_cloth", f"legs {b.integer(0, 2)}", colour=b.pick("22262e", "3a3f4c", "4a4038"))
    skin = b.mat("person_skin", f"skin {b.integer(0, 2)}")
    hair = b.mat("person_skin", f"hair {b.integer(0, 2)}", colour=b.pick("2a1d14", "15110e", "6b4a2c", "8f8a85"))
    lift = 0.48 if sitting else 0.84 + b.u(-0.06, 0.06)
    for s in (-1, 1):
        if sitting:
            p.box((s * 0.1, 0.2, lift + 0.06), (0.075, 0.24, 0.075), legs)
            p.box((s * 0.1, 0.42, lift / 2), (0.06, 0.06, lift / 2), legs)
        else:
            p.cylinder((s * 0.09, 0, 0.0), 0.075, lift, legs)
        p.cylinder((s * 0.23, 0, lift + 0.02), 0.048, 0.5, top)
    p.ellipsoid((0, 0, lift + 0.28), (0.2, 0.13, 0.34), top)
    p.cylinder((0, 0, lift + 0.54), 0.055, 0.12, skin)
    p.ellipsoid((0, 0.015, lift + 0.73), (0.085, 0.1, 0.125), skin)
    p.ellipsoid((0, -0.02, lift + 0.77), (0.095, 0.1, 0.11), hair)


def rug(b: Builder, x: float, y: float, hx: float, hy: float, key: str = "", name: str = "rug") -> None:
    """Rug with a border lying on the floor."""
    b.box((x, y, 0.006), (hx, hy, 0.006), b.mat(name, "rug" + key))
    if b.chance(0.5):
        border = b.mat(name, "rug border" + key)
        for s in (-1, 1):
            b.box((x, y + s * (hy - 0.06), 0.008), (hx, 0.05, 0.006), border)
            b.box((x + s * (hx - 0.06), y, 0.008), (0.05, hy, 0.006), border)


def crate(p: Place, hx: float, hy: float, hz: float, material: int) -> None:
    """Moving box or crate."""
    p.box((0, 0, hz), (hx, hy, hz), material)


def kitchen_run(p: Place, width: float, front: int, top: int, handle: int, *, hob: float | None, sink: float | None) -> None:
    """Base cabinets with worktop, back at the origin; hob and sink at given x."""
    p.b.focus.append(p.at(0, 0.5, 0.9))
    b = p.b
    n = max(1, round(width / 0.6))
    p.box((0, 0.28, 0.05), (width / 2, 0.26, 0.05), b.mat("black", "plinth"))
    cabinet(p, width, 0.58, 0.1, 0.86, front, b.integer(1, 2), n, handle)
    p.box((0, 0.3, 0.88), (width / 2 + 0.01, 0.31, 0.02), top)
    if hob is not None:
        p.box((hob, 0.32, 0.904), (0.29, 0.25, 0.005), b.mat("glass", "hob", palette="black"))
        p.box((hob, 0.585, 0.45), (0.28, 0.015, 0.3), b.mat("glass", "oven", palette="black"))
        p.box((hob, 0.61, 0.72), (0.24, 0.012, 0.01), handle)
    if sink is not None:
        steel = b.mat("metal", "sink")
        p.box((sink, 0.33, 0.904), (0.28, 0.21, 0.005), steel)
        p.box((sink, 0.33, 0.911), (0.22, 0.16, 0.002), b.mat("black", "sink hole", colour="4a4c4e"))
        p.cylinder((sink, 0.12, 0.9), 0.015, 0.28, steel)
        p.box((sink, 0.2, 1.17), (0.012, 0.09, 0.012), steel)


def fridge(p: Place, height: float = 1.85) -> None:
    """Upright fridge, back at the origin."""
    b = p.b
    m = b.mat("metal", "fridge", palette=b.pick("white", "metal"))
    h = b.mat("metal", "fridge handle")
    p.box((0, 0.31, height / 2), (0.3, 0.31, height / 2), m)
    p.box((0, 0.63, height * 0.33), (0.295, 0.015, height * 0.32), m)
    p.box((0, 0.63, height * 0.83), (0.295, 0.015, height * 0.165), m)
    for z in (height * 0.5, height * 0.78):
        p.box((0.24, 0.66, z), (0.01, 0.015, 0.12), h)


def toilet(p: Place) -> None:
    """Toilet with cistern, back at the wall."""
    p.b.focus.append(p.at(0, 0.4, 0.4))
    m = p.b.mat("ceramic", "toilet")
    p.box((0, 0.09, 0.6), (0.2, 0.085, 0.2), m)
    p.box((0, 0.27, 0.2), (0.13, 0.2, 0.2), m)
    p.cylinder((0, 0.42, 0.36), 0.19, 0.05, m)
    p.box((0, 0.27, 0.385), (0.18, 0.16, 0.025), m)


def basin(p: Place, width: float, cabinet_front: int | None) -> None:
    """Wash basin on a cabinet or a pedestal."""
    p.b.focus.append(p.at(0, 0.3, 0.9))
    b = p.b
    white = b.mat("ceramic", "toilet")
    steel = b.mat("metal", "tap")
    p.box((0, 0.24, 0.82), (width / 2, 0.23, 0.05), white)
    p.box((0, 0.26, 0.872), (width / 2 - 0.07, 0.15, 0.002), b.mat("ceramic", "bowl shade", colour="c9cac9"))
    if cabinet_front is not None:
        cabinet(p, width - 0.04, 0.42, 0.25, 0.77, cabinet_front, 2, 1, steel)
    else:
        p.cylinder((0, 0.2, 0), 0.09, 0.78, white)
    p.cylinder((0, 0.07, 0.87), 0.018, 0.16, steel)
    p.box((0, 0.13, 1.02), (0.014, 0.07, 0.012), steel)


def bathtub(p: Place, long: float, curtain: int | None) -> None:
    """Bathtub with its long side at the wall."""
    p.b.focus.append(p.at(0, 0.4, 0.5))
    b = p.b
    white = b.mat("ceramic", "tub")
    h = long / 2
    p.box((0, 0.37, 0.06), (h, 0.36, 0.06), white)
    p.box((0, 0.03, 0.3), (h, 0.04, 0.27), white)
    p.box((0, 0.71, 0.3), (h, 0.04, 0.27), white)
    for s in (-1, 1):
        p.box((s * (h - 0.05), 0.37, 0.3), (0.05, 0.36, 0.27), white)
    steel = b.mat("metal", "tap")
    p.box((0, 0.06, 0.75), (0.1, 0.03, 0.02), steel)
    p.cylinder((h * 0.8, 0.05, 0.8), 0.01, 1.2, steel)
    if curtain is not None:
        w = b.u(0.25, 0.5) * long
        p.box((-h + w / 2, 0.72, 1.15), (w / 2, 0.03, 0.85), curtain)
        p.box((0, 0.72, 2.02), (h, 0.012, 0.012), steel)


def shower(p: Place, side: float) -> None:
    """Shower tray with a glass panel."""
    p.b.focus.append(p.at(0, 0.5, 1.0))
    b = p.b
    p.box((0, side / 2, 0.03), (side / 2, side / 2, 0.03), b.mat("ceramic", "tub"))
    steel = b.mat("metal", "tap")
    if b.chance(0.7):
        w = b.u(0.15, 0.45) * side
        p.box((-side / 2 + w, side, 1.05), (w, 0.025, 0.9), b.mat("curtain_thin", "shower curtain"))
    p.box((0, side, 1.98), (side / 2, 0.012, 0.012), steel)
    for s in (-1, 1):
        p.box((s * side / 2, side, 1.02), (0.012, 0.012, 0.97), steel)
    p.cylinder((0, 0.05, 1.0), 0.012, 1.1, steel)
    p.cylinder((0, 0.22, 2.1), 0.1, 0.02, steel)


def towel_rail(p: Place, towel: int) -> None:
    """Towels on a rail at the wall."""
    b = p.b
    p.box((0, 0.06, 1.35), (0.3, 0.012, 0.012), b.mat("metal", "tap"))
    p.box((-0.13, 0.075, 1.05), (0.13, 0.025, 0.31), towel)
    if b.chance(0.6):
        p.box((0.16, 0.075, 1.12), (0.11, 0.025, 0.24), b.mat("towel", "towel 2"))


def speaker(p: Place, z: float, size: float = 0.2) -> None:
    """Loudspeaker standing at height z, looking along +y."""
    b = p.b
    p.box((0, 0, z + size), (size * 0.6, size * 0.6, size), b.mat("black", "speaker"))
    cone = b.mat("plastic", "cone", colour="2f3134")
    p.ellipsoid((0, size * 0.58, z + size * 0.7), (size * 0.4, size * 0.12, size * 0.4), cone)
    p.ellipsoid((0, size * 0.58, z + size * 1.5), (size * 0.18, size * 0.08, size * 0.18), cone)


def microphone(p: Place, height: float = 1.5) -> None:
    """Microphone on a stand with a pop shield."""
    p.b.focus.append(p.at(0, 0, 1.4))
    b = p.b
    m = b.mat("black", "mic stand")
    p.cylinder((0, 0, 0), 0.15, 0.02, m)
    p.cylinder((0, 0, 0.02), 0.012, height - 0.02, m)
    p.cylinder((0, 0, height), 0.03, 0.16, b.mat("metal", "mic"))
    p.box((0, 0.12, height + 0.09), (0.08, 0.004, 0.08), m)


def piano(p: Place) -> None:
    """Upright piano, back at the wall."""
    p.b.focus.append(p.at(0, 0.4, 0.9))
    b = p.b
    m = b.mat("furniture_painted", "piano", palette=b.pick("black", "wood"))
    p.box((0, 0.17, 0.6), (0.74, 0.16, 0.6), m)
    p.box((0, 0.46, 0.68), (0.74, 0.14, 0.05), m)
    p.box((0, 0.5, 0.735), (0.68, 0.08, 0.008), b.mat("ceramic", "keys"))
    for s in (-1, 1):
        p.box((s * 0.7, 0.55, 0.32), (0.04, 0.05, 0.32), m)


def grand_piano(p: Place) -> None:
    """Concert grand in its middle frame."""
    p.b.focus.append(p.at(0, 0, 0.9))
    m = p.b.mat("furniture_painted", "grand", palette="black")
    p.box((0, -0.6, 0.82), (0.76, 0.35, 0.16), m)
    p.box((-0.2, 0.4, 0.82), (0.56, 0.75, 0.16), m)
    p.ellipsoid((-0.1, 1.0, 0.82), (0.5, 0.45, 0.16), m)
    p.box((0, -0.85, 0.8), (0.7, 0.1, 0.02), p.b.mat("ceramic", "keys"))
    for x, y in ((-0.6, -0.6), (0.6, -0.6), (-0.1, 0.9)):
        p.cylinder((x, y, 0), 0.06, 0.68, m)


def car(p: Place, paint: int) -> None:
    """Parked car in its middle frame, nose along +y."""
    p.b.focus.append(p.at(0, 0, 0.9))
    b = p.b
    glass = b.mat("glass", "car glass", palette="black")
    tyre = b.mat("black", "tyre")
    p.box((0, 0, 0.52), (0.86, 2.1, 0.26), paint)
    p.box((0, -0.15, 0.95), (0.74, 1.15, 0.2), glass)
    p.box((0, -0.25, 1.25), (0.7, 0.95, 0.12), paint)
    p.box((0, -0.25, 1.14), (0.72, 1.02, 0.05), glass)
    for s in (-1, 1):
        for y in (-1.3, 1.3):
            p.ellipsoid((s * 0.78, y, 0.32), (0.12, 0.32, 0.32), tyre)
        p.box((s * 0.6, 2.1, 0.62), (0.16, 0.02, 0.07), b.mat("lamp", "headlight"))
        p.box((s * 0.62, -2.1, 0.66), (0.16, 0.02, 0.07), b.mat("plastic", "rear light", colour="9e1f1c"))


def tree(p: Place, height: float, crown: float, trunk: int, leaf: int, clumps: int = 9) -> None:
    """Broad-leaved tree: trunk, a fork, and clumps of leaves spread over an uneven crown."""
    b = p.b
    radius = 0.05 + 0.012 * height
    p.cylinder((0, 0, 0), radius, height * 0.55, trunk)
    p.cylinder((0.6 * radius, 0, height * 0.5), radius * 0.6, height * 0.3, trunk)
    low = b.u(0.3, 0.5)
    near = math.hypot(p.x, p.y) < 13
    for k in range(clumps):
        z = low + (0.97 - low) * (k + b.u(0, 1)) / clumps
        width = math.sin(math.pi * min(0.95, max(0.12, (z - low + 0.12) / (1.12 - low)))) ** 0.7
        a, d = b.u(0, 6.28), crown * width * math.sqrt(b.u(0.05, 0.8))
        s = crown * b.u(0.26, 0.46) * (0.6 + 0.5 * width)
        flat = b.u(0.5, 0.85)
        c = p.at(d * math.cos(a), d * math.sin(a), height * z)
        k = 0.72 if near else 0.9
        b.ellipsoid(c, (s * k, s * k * b.u(0.8, 1.2), s * flat * k), leaf)
        leaves(b, c, (s * 1.15, s * 1.15, s * flat * 1.15), 18 if near else 4, s * (0.26 if near else 0.5), leaf)


def leaves(
    b: Builder, centre: tuple[float, float, float], radii: tuple[float, float, float], count: int, size: float, material: int
) -> None:
    """Tilted triangles scattered through an ellipsoid, denser near its surface: foliage with a ragged outline."""
    d = b.rng.normal(size=(count, 3))
    d *= (b.rng.uniform(0.45, 1.05, count) / np.maximum(np.linalg.norm(d, axis=1), 1e-9))[:, None]
    middle = np.array(centre) + d * np.array(radii)
    corners = middle[:, None, :] + b.rng.normal(size=(count, 3, 3)) * size * 0.6
    corners[:, :, 2] = np.maximum(corners[:, :, 2], 0.01)
    _triangles(b, corners[middle[:, 2] > 0.02], material)


def blades(b: Builder, x: float, y: float, radius: float, height: float, count: int, material: int) -> None:
    """Tuft of grass or fern: narrow triangles that lean outwards."""
    angle, turn = b.rng.uniform(0, 6.28, (2, count))
    far = radius * np.sqrt(b.rng.uniform(0, 1, count))
    h = height * b.rng.uniform(0.5, 1.1, count)
    lean = h * b.rng.uniform(0.1, 0.6, count)
    w = 0.12 * height * b.rng.uniform(0.5, 1.2, count)
    px, py, zero = x + far * np.cos(angle), y + far * np.sin(angle), np.zeros(count)
    foot = np.stack([w * np.cos(turn), w * np.sin(turn), zero], axis=1)
    base = np.stack([px, py, zero], axis=1)
    tip = base + np.stack([lean * np.cos(angle), lean * np.sin(angle), h], axis=1)
    _triangles(b, np.stack([base - foot, base + foot, tip], axis=1), material)


def _triangles(b: Builder, corners: np.ndarray, material: int) -> None:
    """Many triangles at once, corners of shape (n, 3, 3)."""
    b.triangles.extend(Triangle(tuple(p), tuple(q), tuple(r), material) for p, q, r in corners.tolist())


def ring(
    b: Builder,
    centre: tuple[float, float, float],
    axis_a: tuple[float, float, float],
    axis_b: tuple[float, float, float],
    width: float,
    material: int,
    pieces: int = 16,
) -> None:
    """Flat ring in the plane of two axes whose lengths are its radius (steering wheel, rose window)."""

    def at(t: float, k: float) -> tuple[float, float, float]:
        c, s = math.cos(t) * k, math.sin(t) * k
        return tuple(centre[i] + c * axis_a[i] + s * axis_b[i] for i in range(3))  # type: ignore[return-value]

    for i in range(pieces):
        t0, t1 = 2 * math.pi * i / pieces, 2 * math.pi * (i + 1) / pieces
        p, q, r, s = at(t0, 1.0), at(t1, 1.0), at(t0, 1.0 - width), at(t1, 1.0 - width)
        b.triangle(p, q, r, material)
        b.triangle(q, s, r, material)


def conifer(p: Place, height: float, radius: float, trunk: int, leaf: int) -> None:
    """Conifer: a tall trunk with flat tiers that get smaller upwards."""
    b = p.b
    p.cylinder((0, 0, 0), 0.03 + 0.011 * height, height * 0.92, trunk)
    tiers = 7
    base = b.u(0.15, 0.4)
    for k in range(tiers):
        t = k / (tiers - 1)
        r = radius * (1 - 0.85 * t) * b.u(0.85, 1.15)
        z = height * (base + (0.98 - base) * t)
        p.ellipsoid((b.u(-0.15, 0.15) * r, b.u(-0.15, 0.15) * r, z), (r * 0.75, r * 0.75, height * 0.055), leaf)
        leaves(b, p.at(0, 0, z), (r * 1.1, r * 1.1, height * 0.07), 12 if math.hypot(p.x, p.y) < 16 else 3, r * 0.3, leaf)


def column(b: Builder, x: float, y: float, z0: float, z1: float, radius: float, material: int, square: bool = False) -> None:
    """Column with base and capital."""
    h = z1 - z0
    if square:
        b.box((x, y, z0 + h / 2), (radius, radius, h / 2), material)
    else:
        b.cylinder((x, y, z0), radius, h, material)
    k = radius * 1.3
    b.box((x, y, z0 + 0.15), (k, k, 0.15), material)
    b.box((x, y, z1 - 0.15), (k, k, 0.15), material)


def steps(p: Place, count: int, width: float, going: float, rise: float, tread: int, riser: int | None = None) -> None:
    """A straight flight rising along +y from the origin."""
    for i in range(count):
        z = (i + 1) * rise
        p.box((0, (i + 0.5) * going, z - rise / 2 - 0.02), (width / 2, going / 2 + 0.01, rise / 2), tread if riser is None else riser)
        p.box((0, (i + 0.5) * going, z - 0.02), (width / 2 + 0.01, going / 2 + 0.02, 0.02), tread)


def railing(p: Place, along_y: float, rise: float, material: int, posts: int = 8, height: float = 0.95) -> None:
    """Posts and a stepped hand rail along +y."""
    for i in range(posts):
        t = (i + 0.5) / posts
        p.cylinder((0, along_y * t, rise * t), 0.012, height, material)
        p.box((0, along_y * t, rise * t + height), (0.025, along_y / posts / 2 + 0.02, 0.025), material)


def litter(room: Room, count: int) -> None:
    """What people leave on floors: shoes, bags, paper, boxes, toys, a ball, cushions."""
    b = room.b
    for _ in range(count):
        p = room.in_middle(0.34, 0.34, 0.3, margin=0.05)
        if p is None:
            return
        p = Place(b, p.x, p.y, 90 * round(b.u(0, 4)), 0)
        key, which = str(b.integer(0, 3)), b.integer(0, 6)
        if which == 0:
            for x in (-0.06, 0.06):
                p.box((x, b.u(-0.03, 0.03), 0.04), (0.045, 0.13, 0.04), b.mat("leather", "shoe" + key, palette="cloth"), b.u(-20, 20))
        elif which == 1:
            p.box((0, 0, 0.15), (0.15, 0.09, 0.15), b.mat("upholstery", "bag" + key, palette="cloth"), b.u(0, 90))
            p.box((0, 0, 0.34), (0.09, 0.012, 0.04), b.mat("upholstery", "bag" + key, palette="cloth"))
        elif which == 2:
            for k in range(b.integer(1, 4)):
                p.box((b.u(-0.1, 0.1), b.u(-0.1, 0.1), 0.004 + 0.003 * k), (0.105, 0.15, 0.002), b.mat("poster", f"paper{k}"), b.u(0, 90))
        elif which == 3:
            crate(p, b.u(0.1, 0.16), b.u(0.1, 0.16), b.u(0.08, 0.18), b.mat("plastic", "carton" + key, palette="wood"))
        elif which == 4:
            radius = b.u(0.06, 0.13)
            p.ellipsoid((0, 0, radius), (radius, radius, radius), b.mat("plastic", "ball" + key, palette="locker"))
        elif which == 5:
            p.box((0, 0, 0.07), (0.16, 0.16, 0.07), b.mat("upholstery", "floor cushion" + key), b.u(0, 90))
        else:
            for _ in range(b.integer(2, 5)):
                h = b.u(0.015, 0.04)
                p.box(
                    (b.u(-0.15, 0.15), b.u(-0.15, 0.15), h),
                    (h, h, h),
                    b.mat("plastic", f"toy {b.integer(0, 3)}", palette="locker"),
                    b.u(0, 90),
                )

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Churches and chapels."""

from __future__ import annotations

import math

from .. import furniture as f
from .. import openings as o
from ..builder import Builder, Light, Place, Wall
from ..camera import draw_habit, place_camera
from ..shells import extrude_x, vault


def church(b: Builder) -> None:
    """Stone or plastered church: nave with a vault or a timber ceiling, with or without aisles."""
    b.clutter_scattering = 0.12
    big = b.u(0, 1)
    L = 11 + 32 * big**1.2 + b.u(0, 4)
    nave = 5.5 + 5 * big + b.u(0, 1.5)
    aisles = L > 17 and b.chance(0.55)
    a = b.u(2.5, 4.2) if aisles else 0.0
    W = nave + 2 * a
    spring = b.u(3.6, 5.0 + 4.0 * big) if not aisles else b.u(7, 12)
    style = b.pick("round", "pointed", "pointed", "flat", "gable", "kink")
    crown = spring + {"round": 0.5, "pointed": 0.72, "flat": 0.0, "gable": 0.45, "kink": 0.3}[style] * nave
    wall = b.mat(
        b.pick("stone", "plaster", "plaster", "stone", "brick", "rough_stone", "plasterboard" if big < 0.4 else "stone"),
        "wall",
        palette="white" if b.chance(0.3) else None,
    )
    top = b.mat("wood_panel" if style in ("flat", "gable", "kink") and b.chance(0.75) else b.pick("plaster", "stone", "plaster"), "vault")
    floor = b.mat(b.pick("floor_tile", "marble", "stone", "paving", "floorboards"), "floor")
    sun = o.light(b, night=0.12, lamps_by_day=0.5, lamp=(20, 50))
    coloured = b.chance(0.5)
    low = b.u(3.6, min(5.5, spring - 2.2)) if aisles else spring
    roof = vault(a, W - a, spring, crown, style)
    if aisles:
        profile = [(0, 0), (W, 0), (W, low), (W - a, low), *roof, (a, low), (0, low)]
        k = len(roof) - 1
        edges = [floor, None, top, None, *([top] * k), None, top, None]
    else:
        profile = [(0, 0), (W, 0), *roof]
        edges = [floor, None, *([top] * (len(roof) - 1)), None]
    extrude_x(b, profile, 0, L, edges, (wall, wall))
    bays = max(2, round(L / b.u(3.8, 5.0)))
    arch = "round" if style in ("round", "flat") else "pointed"
    south = Wall(b, (L, 0.0), (0.0, 0.0), 0.0, low, wall)
    north = Wall(b, (0.0, W), (L, W), 0.0, low, wall)
    _lancets(b, (south, north), bays, 1.4 if aisles else 2.0, min(low - 0.5, low * 0.9), sun, arch, coloured)
    if aisles:
        upper = (Wall(b, (L, a), (0.0, a), low, spring, wall), Wall(b, (0.0, W - a), (L, W - a), low, spring, wall))
        _lancets(b, upper, bays, low + 1.0, spring - 0.3, sun, arch, coloured, 1.2)
        _arcade(b, L, (a, W - a), low, bays, wall, arch)
    _ribs(b, L, roof, bays, style)
    _east(b, L, W, spring, crown, sun, coloured, wall)
    _west(b, W, spring, sun)
    pews = b.chance(0.85)
    if pews:
        _pews(b, 2.5, L * 0.68, W / 2, nave * 0.44 if not aisles else nave * 0.42, b.chance(0.2))
    if not aisles and b.chance(0.3):
        for i in range(1, bays):
            for y in (0.15, W - 0.15):
                f.column(b, i * L / bays, y, 0, spring - 0.4, 0.28, wall, True)
    _chandeliers(b, L, W, crown, sun, bays)
    _carpet_and_people(b, L, W)
    place_camera(
        b,
        lambda: (
            (b.u(0.8, 0.35 * L), W / 2 + b.u(-0.4, 0.4) * (nave - 1.2))
            if b.chance(0.75)
            else (b.u(0.3, 0.9) * L, W / 2 + b.pick(-1, 1) * b.u(0.25, 0.4) * nave)
        ),
        lambda x, y: (L, W / 2 + b.u(-1, 1)) if x < L / 2 else (0.0, W / 2 + b.u(-1.5, 1.5)),
        habit=draw_habit(b, "wide", "wide", "snapshot", "standard", "portrait", "film"),
        pitch_up_deg=b.u(2, 12),
    )


def _lancets(
    b: Builder, walls: tuple[Wall, Wall], bays: int, z0: float, z1: float, sun: Light, arch: str, coloured: bool, wide: float = 1.5
) -> None:
    width = b.u(0.7, wide)
    for wall in walls:
        if z1 - z0 > 0.9:
            pitch = wall.length / bays
            for i in range(bays):
                u = (i + 0.5) * pitch - width / 2
                o.arched_window(wall, u, u + width, z0, z1, sun, arch=arch, coloured=coloured)
        wall.finish()


def _arcade(b: Builder, L: float, rows: tuple[float, float], top: float, bays: int, wall: int, arch: str) -> None:
    square = b.chance(0.35)
    radius = b.u(0.25, 0.42)
    pitch = L / bays
    stone = b.mat(b.pick("stone", "marble", "stone"), "column") if b.chance(0.5) else wall
    for y in rows:
        for i in range(1, bays):
            f.column(b, i * pitch, y, 0, top - 0.02, radius, stone, square)
        for off in (-0.22, 0.22):
            sheet = Wall(b, (0.0, y + off), (L, y + off), 0.0, top, wall)
            for i in range(bays):
                o._arch_fill(
                    sheet, i * pitch + radius, (i + 1) * pitch - radius, top, "round" if arch == "round" else "pointed"
                ) if top > pitch * 0.9 else None


def _ribs(b: Builder, L: float, roof: list[tuple[float, float]], bays: int, style: str) -> None:
    """Transverse ribs or beams under the vault at every bay."""
    beam = b.mat("furniture" if style in ("flat", "gable", "kink") else "stone", "rib")
    half = 0.12 if style in ("flat", "gable", "kink") else 0.2
    if style != "flat" and b.chance(0.2):
        return
    for i in range(1, bays):
        x = i * L / bays
        for (y0, z0), (y1, z1) in zip(roof, roof[1:], strict=False):
            n = math.hypot(y1 - y0, z1 - z0)
            ny, nz = -(z1 - z0) / n * 0.15, (y1 - y0) / n * 0.15
            for dx, dy in ((-half, 0), (half, 0)):
                b.quad((x + dx, y0, z0), (0, y1 - y0, z1 - z0), (0, ny, nz), beam)
                del dy
            b.quad((x - half, y0 + ny, z0 + nz), (2 * half, 0, 0), (0, y1 - y0, z1 - z0), beam)
        if style == "gable":
            (y1, z1), _, (y0, z0) = roof
            b.box((x, (y0 + y1) / 2, z0), (half, (y1 - y0) / 2, 0.13), beam)


def _east(b: Builder, L: float, W: float, spring: float, crown: float, sun: Light, coloured: bool, wall: int) -> None:
    """Chancel: steps, altar, cross or retable, windows in the end wall."""
    end = Wall(b, (L, W), (L, 0.0), 0.0, crown, wall, shell=False)
    stone = b.mat(b.pick("marble", "stone", "floor_tile"), "altar")
    depth = min(b.u(3, 6), 0.25 * L)
    for k in range(2):
        b.box((L - depth / 2 + 0.35 * k / 2, W / 2, 0.08 + 0.16 * k), (depth / 2 - 0.175 * k, min(W / 2 - 0.05, 0.36 * W + 1), 0.08), stone)
    b.box((L - depth * 0.55, W / 2, 0.32 + 0.48), (0.45, b.u(0.9, 1.3), 0.48), stone)
    if b.chance(0.6):
        b.box((L - depth * 0.55, W / 2, 1.292), (0.48, 0.95, 0.012), b.mat("towel", "altar cloth", palette="white"))
    for s in (-1, 1):
        b.cylinder((L - depth * 0.55, W / 2 + s * 0.7, 1.3), 0.03, 0.35, b.mat("lamp", "candle", emission=(1.2, 0.9, 0.5)))
    style = b.integer(0, 2)
    if style == 0:
        for s in (-1, 0, 1):
            w = min(1.3, W * 0.1)
            h0 = 2.2
            h1 = (crown - 1.2 if s == 0 else crown - 2.0) * 0.9
            u = W / 2 + s * w * 1.5 - w / 2
            rows = max(2, round((h1 - h0) / 0.9))
            for j in range(rows):
                tint = b.pick((1, 0.9, 0.75), (1.0, 0.5, 0.4), (0.45, 0.6, 1.1), (0.7, 0.95, 0.6)) if coloured else (1, 1, 1)
                m = b.mat("stained_glass", f"east {tint}", emission=tuple(t * v for t, v in zip(tint, sun.sky(0.8), strict=True)))
                end.patch(u, u + w, h0 + (h1 - h0) * j / rows, h0 + (h1 - h0) * (j + 1) / rows, m, 0.02)
            o._bars(end, u, u + w, h0, h1, -0.03, (2, rows), b.mat("black", "lead"), 0.06)
            for a, c in ((u - 0.18, u), (u + w, u + w + 0.18)):
                end.slab(a, c, h0 - 0.15, h1 + 0.18, 0.12, stone)
            end.slab(u, u + w, h1, h1 + 0.18, 0.12, stone)
            end.slab(u, u + w, h0 - 0.15, h0, 0.12, stone)
    elif style == 1:
        wood = b.mat("furniture", "retable")
        end.slab(W / 2 - 1.6, W / 2 + 1.6, 0.3, min(spring, 5.0), 0.35, wood)
        end.slab(W / 2 - 1.1, W / 2 + 1.1, 1.8, min(spring, 5.0) - 0.5, 0.03, b.mat("poster", "altar painting", size=(2.2, 2.5)), 0.35)
        for s in (-1, 1):
            f.column(b, L - 0.55, W / 2 + s * 1.45, 0.3, min(spring, 5.0), 0.12, b.mat("marble", "retable column"))
    else:
        wood = b.mat("furniture", "cross")
        end.slab(W / 2 - 0.13, W / 2 + 0.13, 2.2, min(crown - 1, 5.2), 0.15, wood, 0.02)
        end.slab(W / 2 - 0.85, W / 2 + 0.85, 3.9, 4.15, 0.15, wood, 0.02)
    if b.chance(0.6):
        f.table(
            f.Place(b, L - depth - 0.5, W / 2 + 0.25 * W * b.pick(-1, 1), 90, 0),
            0.3,
            0.25,
            1.1,
            b.mat("furniture", "lectern"),
            b.mat("furniture", "lectern"),
        )


def _west(b: Builder, W: float, spring: float, sun: Light) -> None:
    """Entrance wall: door, sometimes an organ gallery."""
    wall = Wall(b, (0.0, 0.0), (0.0, W), 0.0, spring, 0, shell=False)
    leaf = b.mat("door", "portal", palette="wood")
    o.door(wall, W / 2 - 1.0, 0.95, 2.6, material=leaf)
    o.door(wall, W / 2 + 0.0, 0.95, 2.6, material=leaf)
    if b.chance(0.4) and spring > 5:
        wood = b.mat("furniture", "gallery")
        b.box((1.2, W / 2, 3.2), (1.2, W * 0.3, 0.12), wood)
        b.box((2.38, W / 2, 3.75), (0.04, W * 0.3, 0.5), wood)
        pipe = b.mat("metal", "organ pipe")
        n = 14
        for i in range(n):
            y = W / 2 + (i - (n - 1) / 2) * 0.22
            b.cylinder((0.35, y, 3.4), 0.08, 1.2 + 1.2 * abs(i - (n - 1) / 2) / n, pipe)
        b.box((0.3, W / 2, 3.6), (0.28, n * 0.12, 0.3), wood)


def _pews(b: Builder, x0: float, x1: float, y: float, half: float, people: bool) -> None:
    wood = b.mat("pew")
    cushion = b.mat("upholstery", "pew cushion") if b.chance(0.35) else None
    pitch = b.u(0.9, 1.15)
    aisle = b.u(0.55, 0.9)
    chairs = b.chance(0.15)
    for i in range(min(24, int((x1 - x0) / pitch))):
        x = x0 + i * pitch
        for s in (-1, 1):
            w = (half - aisle) / 2
            c = y + s * (aisle + w)
            if chairs:
                n = min(6, int(2 * w / 0.55))
                for k in range(n):
                    p = Place(b, x, c - w + (k + 0.5) * 2 * w / n, -90)
                    p.box((0, 0, 0.44), (0.22, 0.2, 0.02), wood)
                    p.box((0, -0.2, 0.7), (0.21, 0.015, 0.2), wood)
                    p.box((0, 0, 0.21), (0.2, 0.02, 0.21), wood)
                continue
            b.box((x, c, 0.44), (0.2, w, 0.025), wood)
            b.box((x - 0.2, c, 0.6), (0.02, w, 0.32), wood)
            if cushion is not None:
                b.box((x, c, 0.485), (0.18, w - 0.03, 0.02), cushion)
            for e in (-1, 1):
                b.box((x - 0.02, c + e * w, 0.47), (0.24, 0.03, 0.47), wood)
            if people:
                for k in range(max(1, int(2 * w / 0.7))):
                    if b.chance(0.35):
                        f.person(Place(b, x, c - w + 0.35 + 0.7 * k, -90), True)


def _chandeliers(b: Builder, L: float, W: float, crown: float, sun: Light, bays: int) -> None:
    if sun.lamp <= 0:
        return
    metal = b.mat("metal", "chandelier")
    bulb = b.mat("lamp", "chandelier light", emission=sun.bulb(2.0))
    rows = (W / 2,) if b.chance(0.6) else (W * 0.3, W * 0.7)
    step = max(1, bays // 4)
    for i in range(0, bays, step):
        x = (i + 0.5) * L / bays
        for y in rows:
            z = b.u(3.2, 3.9)
            b.cylinder((x, y, z), 0.012, max(0.3, crown - z - 1.5), metal)
            b.cylinder((x, y, z - 0.05), 0.45, 0.05, metal)
            b.quad((x - 0.3, y - 0.3, z - 0.06), (0, 0.6, 0), (0.6, 0, 0), bulb)
            for k in range(6):
                b.cylinder(
                    (x + 0.42 * math.cos(k * 1.047), y + 0.42 * math.sin(k * 1.047), z),
                    0.03,
                    0.13,
                    b.mat("lamp", "chandelier candle", emission=sun.bulb(0.5)),
                )


def _carpet_and_people(b: Builder, L: float, W: float) -> None:
    if b.chance(0.3):
        b.box((L * 0.42, W / 2, 0.006), (L * 0.36, 0.5, 0.006), b.mat("carpet", "runner", palette="seat"))
    for _ in range(b.integer(0, 3) if b.chance(0.3) else 0):
        f.person(Place(b, b.u(0.15, 0.75) * L, W / 2 + b.u(-0.3, 0.3), b.u(0, 360)))
    if b.chance(0.4):
        p = Place(b, L * b.u(0.72, 0.78), W / 2 + 0.3 * b.pick(-1, 1) * W / 2, 0)
        f.plant(p, 0.9, b.mat("ceramic", "pot"), b.mat("plant"))


def wooden_chapel(b: Builder) -> None:
    """Small timber chapel or hut church with an open roof."""
    b.clutter_scattering = 0.16
    L, W = b.u(8, 19), b.u(5, 9)
    spring, crown = b.u(2.8, 5.5), 0.0
    crown = spring + W * b.u(0.3, 0.6)
    wall = b.mat(
        b.pick("wood_lining", "wood_lining", "wood_panel", "plaster", "paint_masonry"),
        "wall",
        palette="paintedwood" if b.chance(0.3) else None,
    )
    top = b.mat("wood_lining", "roof") if b.chance(0.95) else b.mat("thatch", "roof")
    floor = b.mat(b.pick("floorboards", "floorboards", "floor_tile", "stone", "floorboards"), "floor")
    roof = vault(0, W, spring, crown, b.pick("gable", "gable", "kink"))
    extrude_x(b, [(0, 0), (W, 0), *roof], 0, L, [floor, None, *([top] * (len(roof) - 1)), None], (wall, wall))
    sun = o.light(b, night=0.1, lamps_by_day=0.5, lamp=(14, 40))
    bays = max(2, round(L / b.u(2.2, 3.2)))
    south, north = Wall(b, (L, 0.0), (0.0, 0.0), 0.0, spring, wall), Wall(b, (0.0, W), (L, W), 0.0, spring, wall)
    width, z1 = b.u(0.7, 1.2), min(spring - 0.25, 2.6)
    for w in (south, north):
        if b.chance(0.9):
            pitch = w.length / bays
            for i in range(bays):
                o.window(w, (i + 0.5) * pitch - width / 2, (i + 0.5) * pitch + width / 2, 1.0, z1, sun, bars=(2, 3), view="clear")
        if b.chance(0.15):
            for op in list(w.openings):
                o.curtains(w, op.u0, op.u1, 0.8, min(spring - 0.05, op.z1 + 0.1), 0.3)
        w.finish()
    beam = b.mat("furniture", "beam", palette="wood")
    for i in range(bays + 1):
        x = min(max(0.1, i * L / bays), L - 0.1)
        b.box((x, W / 2, spring), (0.08, W / 2, 0.1), beam)
        if b.chance(0.8):
            b.box((x, W / 2, (spring + crown) / 2), (0.07, 0.07, (crown - spring) / 2), beam)
        for y in (0.07, W - 0.07):
            b.box((x, y, spring / 2), (0.08, 0.07, spring / 2), beam)
    end = Wall(b, (L, W), (L, 0.0), 0.0, crown, wall, shell=False)
    wood = b.mat("furniture", "altar wood")
    if b.chance(0.6):
        end.patch(W / 2 - 0.5, W / 2 + 0.5, 1.8, min(crown - 0.9, 3.6), b.mat("window_frosted", "east", emission=sun.sky(0.8)), 0.02)
        o._bars(end, W / 2 - 0.5, W / 2 + 0.5, 1.8, min(crown - 0.9, 3.6), -0.03, (2, 3), beam, 0.07)
    else:
        end.slab(W / 2 - 0.07, W / 2 + 0.07, 1.6, 3.4, 0.08, wood)
        end.slab(W / 2 - 0.45, W / 2 + 0.45, 2.75, 2.89, 0.08, wood)
    b.box((L - 1.6, W / 2, 0.1), (1.55, W / 2 - 0.1, 0.1), b.mat("floorboards", "dais"))
    f.table(Place(b, L - 1.4, W / 2, 90, 0.2), 0.8, 0.4, 0.95, wood, wood)
    if b.chance(0.6):
        b.box((L - 1.4, W / 2, 1.155), (0.42, 0.82, 0.01), b.mat("towel", "cloth", palette="white"))
    _pews(b, 1.4, L * 0.7, W / 2, W * 0.44, b.chance(0.15))
    _west(b, W, min(spring, 3.5), sun) if spring > 2.85 else o.door(Wall(b, (0.0, 0.0), (0.0, W), 0.0, spring, 0), W / 2 - 0.5)
    if sun.lamp > 0:
        for i in range(1, bays, 2):
            o.pendant(b, i * L / bays, W / 2, spring, 0.5, sun, 0.18)
    _carpet_and_people(b, L, W)
    place_camera(
        b,
        lambda: (b.u(0.4, 0.4 * L), b.u(0.5, W - 0.5)),
        lambda x, y: (L, W / 2 + b.u(-0.8, 0.8)),
        pitch_up_deg=b.u(0, 8),
    )

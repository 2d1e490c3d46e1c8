# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sports hall and swimming pool: large, hard, lively."""

from __future__ import annotations

import math

from .. import furniture as f
from .. import openings as o
from ..builder import Builder, Place, Room
from ..camera import draw_habit, place_camera


def gym(b: Builder) -> None:
    """Sports hall with a marked floor, wall bars, hoops, high windows."""
    b.clutter_scattering = 0.1
    L, W, H = b.u(15, 34), b.u(9, 20), b.u(5, 9)
    wall = b.mat(b.pick("block", "brick", "paint_masonry", "wood_panel", "brick_painted"), "wall")
    ceiling = b.mat(
        b.pick("metal_deck", "metal_deck", "wood_lining", "concrete", "wood_wool" if b.chance(0.5) else "metal_deck"), "ceiling"
    )
    floor = b.mat("sport_floor", "floor")
    room = Room(b, L, W, H, [wall] * 4, floor, ceiling)
    sun = o.light(b, night=0.2, lamps_by_day=0.8, lamp=(25, 55))
    wood, steel = b.mat("furniture", "wood"), b.mat("metal", "steel")
    for wall_i in (room.walls[0], room.walls[2]):
        if b.chance(0.7):
            o.window_row(wall_i, int(L / 2.6), 2.2, H * 0.6, H - 0.5, sun, bars=(2, 1), view="clear", sill=False)
    if b.chance(0.6):
        pad = b.mat("upholstery", "pad", palette="locker") if b.chance(0.35) else wood
        for wall_i in room.walls:
            wall_i.slab(0.02, wall_i.length - 0.02, 0.05, b.u(1.8, 2.2), 0.05, pad)
    _lines(b, L, W)
    for s in (0, 1):
        p = Place(b, 0.05 if s == 0 else L - 0.05, W / 2, -90 if s == 0 else 90)
        p.box((0, 0.6, 3.2), (0.03, 0.6, 0.03), steel)
        p.box((0, 1.2, 3.3), (0.9, 0.02, 0.53), b.mat("plastic", "backboard", palette="white"))
        p.cylinder((0, 1.45, 3.03), 0.22, 0.025, b.mat("plastic", "hoop", colour="d4552a"))
    if b.chance(0.6):
        n = b.integer(3, 8)
        for i in range(n):
            u = 1.0 + i * 0.95
            room.walls[0].slab(u - 0.45, u - 0.4, 0, 2.5, 0.12, wood, 0.06)
            for k in range(12):
                room.walls[0].slab(u - 0.45, u + 0.4, 0.25 + 0.18 * k, 0.285 + 0.18 * k, 0.035, wood, 0.12)
    if b.chance(0.35):
        for k in range(4):
            b.box((L / 2, W - 0.4 - 0.8 * (3 - k) + 0.0, 0.22 + 0.42 * k * 0.5), (L * 0.35, 0.4, 0.22 + 0.42 * k * 0.5), wood)
    if b.chance(0.3):
        room.walls[3].slab(0.5, W - 0.5, 0.2, H - 1, 0.08, b.mat("curtain", "divider"), 0.3)
    beam = b.mat("metal" if b.chance(0.5) else "furniture", "beam")
    n = max(3, round(L / 4))
    for i in range(n):
        b.box(((i + 0.5) * L / n, W / 2, H - 0.35), (0.1, W / 2 - 0.01, 0.3), beam)
    m = max(2, round(W / 5))
    for i in range(n):
        for j in range(m):
            o.ceiling_panel(b, (i + 1.0) * L / n - 0.02 if i < n - 1 else L - 0.8, (j + 0.5) * W / m, H - 0.4, 0.25, 0.6, sun)
    for _ in range(b.integer(0, 4)):
        f.person(Place(b, b.u(0.15, 0.85) * L, b.u(0.2, 0.7) * W, b.u(0, 360)))
    if b.chance(0.5) and (p := room.in_middle(2.4, 1.4, 0.3, margin=1.0)):
        p.box((0, 0, 0.12), (1.1, 0.6, 0.12), b.mat("upholstery", "mat", palette="locker"))
    for _ in range(3):
        b.ellipsoid((b.u(0.1, 0.9) * L, b.u(0.1, 0.8) * W, 0.12), (0.12, 0.12, 0.12), b.mat("plastic", "ball", colour="c9692e"))
    room.finish()
    _look(b, L, W, H)


def _lines(b: Builder, L: float, W: float) -> None:
    white = b.mat("plastic", "line a", palette="white")
    other = b.mat("plastic", "line b", palette="locker")
    mx, my = 0.08 * L, 0.1 * W
    for y in (my, W - my):
        b.box((L / 2, y, 0.002), (L / 2 - mx, 0.03, 0.002), white)
    for x in (mx, L / 2, L - mx):
        b.box((x, W / 2, 0.002), (0.03, W / 2 - my, 0.002), white)
    n = 24
    for i in range(n):
        a = 2 * math.pi * i / n
        b.box((L / 2 + 1.8 * math.cos(a), W / 2 + 1.8 * math.sin(a), 0.002), (0.03, 0.24, 0.002), white, math.degrees(a))
    for x in (L * 0.22, L * 0.78):
        b.box((x, W / 2, 0.0025), (0.03, W * 0.28, 0.0025), other)
    for y in (W * 0.22, W * 0.78):
        b.box((L / 2, y, 0.0025), (L * 0.28, 0.03, 0.0025), other)
    for s, x in ((1, mx), (-1, L - mx)):
        b.box((x + s * 2.9, W / 2, 0.0022), (2.9, 1.8, 0.0018), b.mat("sport_floor", "key"))


def _look(b: Builder, L: float, W: float, H: float) -> None:
    place_camera(
        b,
        lambda: (b.u(0.6, 0.3 * L), b.u(0.6, W - 0.6)) if b.chance(0.7) else (b.u(0.6, L - 0.6), b.pick(b.u(0.5, 1.2), W - b.u(0.5, 1.2))),
        lambda x, y: (L * b.u(0.6, 1.0) if x < L / 2 else L * b.u(0.0, 0.4), W * b.u(0.3, 0.7)),
        habit=draw_habit(b, "wide", "wide", "snapshot", "standard", "portrait", "film"),
        pitch_up_deg=b.u(-1, 6),
        ceiling=H,
    )


def pool(b: Builder) -> None:
    """Indoor swimming pool: tiles, water, glass."""
    b.clutter_scattering = 0.08
    L, W, H = b.u(12, 32), b.u(8, 17), b.u(3.6, 7)
    wall = b.mat(b.pick("tile", "paint_masonry", "tile", "brick_painted"), "wall", size=b.pick((0.2, 0.2), (0.3, 0.15), (0.25, 0.25)))
    ceiling = b.mat(b.pick("wood_lining", "slat_absorber", "metal_deck", "metal_deck", "perforated", "wood_wool", "plaster"), "ceiling")
    deck = b.mat("tile", "deck", size=b.pick((0.15, 0.15), (0.25, 0.25)))
    room = Room(b, L, W, H, [wall] * 4, deck, ceiling)
    sun = o.light(b, night=0.2, lamps_by_day=0.7, lamp=(25, 55))
    m = b.u(1.4, 2.4)
    water = b.mat("water")
    b.quad((m, m, 0.015), (L - 2 * m, 0, 0), (0, W - 2 * m, 0), water)
    rim = b.mat("tile", "rim")
    for y in (m, W - m):
        b.box((L / 2, y, 0.03), (L / 2 - m + 0.15, 0.15, 0.03), rim)
    for x in (m, L - m):
        b.box((x, W / 2, 0.03), (0.15, W / 2 - m + 0.15, 0.03), rim)
    lanes = max(2, int((W - 2 * m) / 2.2))
    if b.chance(0.75):
        for k in range(1, lanes):
            y = m + k * (W - 2 * m) / lanes
            n = 14
            for i in range(n):
                x0 = m + (L - 2 * m) * (i + 0.5) / n
                b.box(
                    (x0, y, 0.03),
                    ((L - 2 * m) / n / 2, 0.05, 0.03),
                    b.mat("plastic", f"lane {i % 2}", palette="sport" if i % 2 else "white"),
                )
        for k in range(lanes):
            y = m + (k + 0.5) * (W - 2 * m) / lanes
            b.box((m - 0.5, y, 0.35), (0.25, 0.25, 0.35), b.mat("plastic", "block", palette="white"))
            b.box((L / 2, y, 0.0152), (L / 2 - m - 1, 0.12, 0.0005), b.mat("plastic", "lane line", colour="1f4a5a"))
    if b.chance(0.85):
        width = b.u(2.0, 3.2)
        o.window_row(
            room.walls[2],
            int(L / (width + 0.3)),
            width,
            b.u(0.3, 1.0),
            min(H - 0.5, b.u(2.8, 5.0)),
            sun,
            bars=(b.integer(1, 2), b.integer(1, 3)),
            view="clear",
            glass="window_large",
            sill=False,
        )
    beam = b.mat("furniture", "glulam", palette="wood")
    n = max(3, round(L / 4))
    for i in range(n):
        b.box(((i + 0.5) * L / n, W / 2, H - 0.4), (0.12, W / 2 - 0.01, 0.4), beam)
        o.ceiling_panel(b, (i + 1) * L / n - 0.05 if i < n - 1 else L - 0.8, W * 0.25, H, 0.2, 0.6, sun)
        o.ceiling_panel(b, (i + 1) * L / n - 0.05 if i < n - 1 else L - 0.8, W * 0.75, H, 0.2, 0.6, sun)
    for _ in range(b.integer(0, 5)):
        p = Place(b, b.u(1, L - 1), 0.7, 0)
        p.box((0, 0, 0.3), (0.9, 0.3, 0.03), b.mat("plastic", "lounger", palette="white"))
        p.box((0.7, 0, 0.5), (0.25, 0.3, 0.03), b.mat("plastic", "lounger"))
    if b.chance(0.4):
        f.person(Place(b, b.u(0.3, 0.8) * L, 0.9, b.u(0, 360)))
    room.finish()
    _look(b, L, W, H)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hard places that people pass through: stairwell, corridor, garage."""

from __future__ import annotations

from .. import furniture as f
from .. import openings as o
from ..builder import Builder, Place, Room
from ..camera import draw_habit, place_camera


def stairwell(b: Builder) -> None:
    """Stairs that turn around a well, two to four storeys."""
    b.clutter_scattering = 0.1
    going, rise, count = b.u(0.26, 0.3), b.u(0.16, 0.18), b.integer(8, 10)
    run = going * count
    landing = b.u(1.1, 1.7)
    flight = b.u(1.0, 1.5)
    gap = b.u(0.15, 0.9)
    L, W = run + 2 * landing, 2 * flight + gap
    half_storey = rise * count
    storeys = b.integer(2, 4)
    H = storeys * 2 * half_storey + b.u(0.4, 1.2)
    wall = b.mat(b.pick("paint_masonry", "paint_masonry", "concrete", "tile", "brick_painted", "brick"), "wall")
    floor = b.mat(b.pick("floor_tile", "concrete", "marble", "lino"), "floor")
    stone = b.mat(b.pick("concrete", "marble", "floor_tile", "furniture"), "step", size=(3.0, 3.0) if b.chance(0.5) else None)
    room = Room(b, L, W, H, [wall] * 4, floor, b.mat(b.pick("plaster", "concrete"), "ceiling"))
    sun = o.light(b, night=0.15, lamps_by_day=0.75, lamp=(20, 45))
    metal = b.mat("metal", "rail", palette=b.pick("metal", "black"))
    for k in range(storeys * 2 - 1):
        z = k * half_storey
        if k % 2 == 0:
            p = Place(b, landing, W - flight / 2, -90, z)
            rail = p.sub(flight / 2 - 0.04, 0)
        else:
            p = Place(b, L - landing, flight / 2, 90, z)
            rail = p.sub(flight / 2 - 0.04, 0)
        f.steps(p, count, flight, going, rise, stone)
        f.railing(rail, run, count * rise, metal, 8)
        x = L - landing / 2 if k % 2 == 0 else landing / 2
        b.box((x, W / 2, z + half_storey - 0.1), (landing / 2, W / 2, 0.1), stone)
    side = room.walls[1]
    lit = b.chance(0.75)
    if lit:
        w = min(b.u(0.7, 1.4), W - 0.6)
        for s in range(storeys):
            z0 = s * 2 * half_storey + half_storey + 0.9
            if z0 + 1.3 < H:
                o.window(side, W / 2 - w / 2, W / 2 + w / 2, z0, z0 + 1.2, sun, bars=(b.integer(1, 2), b.integer(1, 2)))
    back = room.walls[3]
    for s in range(storeys):
        z = s * 2 * half_storey
        if b.chance(0.8):
            leaf = b.mat("door", "flat door")
            u = W / 2 + b.u(-0.3, 0.1)
            back.slab(u - 0.45, u + 0.45, z + 0.01, z + 2.02, 0.03, leaf)
            back.slab(u - 0.53, u + 0.53, z + 2.02, z + 2.1, 0.045, b.mat("wood_trim", "door frame"))
    lamp = b.mat("lamp", "stair lamp", emission=sun.bulb() if sun.lamp > 0 else (0.3, 0.3, 0.3))
    for s in range(storeys * 2):
        z = s * half_storey + 2.3
        if z < H - 0.2:
            wall_i = room.walls[3] if s % 2 == 0 else room.walls[1]
            u = W * b.u(0.2, 0.3)
            wall_i.slab(u - 0.15, u + 0.15, z, z + 0.15, 0.08, b.mat("metal", "lamp box", palette="white"))
            wall_i.patch(u - 0.13, u + 0.13, z + 0.02, z + 0.13, lamp, 0.085)
    o.ceiling_panel(b, L / 2, W / 2, H, 0.3, 0.3, sun, 1.0, "top")
    if b.chance(0.25):
        p = Place(b, landing * 0.5, W * 0.2, 0)
        f.crate(p, 0.2, 0.2, 0.25, b.mat("plastic", "crate", palette="wood"))
    room.finish()
    storey = b.integer(0, max(0, storeys - 2))
    z = storey * 2 * half_storey
    place_camera(
        b,
        lambda: (b.u(0.35, landing - 0.2), W * b.u(0.25, 0.75)) if b.chance(0.7) else (b.u(0.4, landing), flight * 0.5),
        lambda x, y: (L, W * b.u(0.3, 0.8)),
        floor=lambda x, y: z if storey else 0.0,
        habit=draw_habit(b, "wide", "wide", "ultrawide", "snapshot", "portrait", "film"),
        ceiling=H,
        pitch_up_deg=b.u(0, 14),
    )


def corridor(b: Builder) -> None:
    """Corridor of a school, a hotel, an office or a hospital."""
    soft = b.u(0.0, 1.0)
    b.clutter_scattering = 0.08
    L, W, H = b.u(7, 32), b.u(1.4, 3.2), b.u(2.4, 3.6)
    wall = b.mat(b.pick("paint_masonry", "plasterboard", "tile", "concrete", "brick_painted", "paint_masonry"), "wall")
    floor = b.mat(b.pick("lino", "floor_tile", "concrete", "marble", "lino") if soft < 0.8 else b.pick("carpet_tiles", "lino"), "floor")
    ceiling = b.mat(
        b.pick("plasterboard_ceiling", "plaster", "concrete", "plasterboard_ceiling")
        if soft < 0.55
        else b.pick("acoustic_tile", "acoustic_tile", "perforated", "wood_wool"),
        "ceiling",
        palette="white" if b.chance(0.6) else None,
    )
    room = Room(b, L, W, H, [wall] * 4, floor, ceiling)
    sun = o.light(b, night=0.3, lamps_by_day=0.85, lamp=(10, 24))
    sides = (room.walls[0], room.walls[2])
    pitch = b.u(2.4, 4.5)
    leaf = b.mat("door")
    lockers = b.chance(0.25)
    windows = b.chance(0.3)
    for s, wall_i in enumerate(sides):
        n = max(1, int(L / pitch))
        for i in range(n):
            u = (i + 0.5) * L / n + b.u(-0.2, 0.2)
            if windows and s == 1:
                if i % 2 == 0 or b.chance(0.6):
                    w = min(1.6, pitch - 0.6)
                    o.window(wall_i, u - w / 2, u + w / 2, 0.9, min(H - 0.25, 2.3), sun, bars=(2, 1), view="clear")
            elif b.chance(0.85):
                o.door(wall_i, u - 0.5, material=leaf, glass=b.chance(0.2))
            if lockers and s == 0 and wall_i.free(u + 0.7, u + 1.9, 0, 1.9):
                c = room.against_wall(wall_i, 1.2, 0.4, 1.9, at=u + 1.3)
                if c:
                    f.cabinet(c, 1.2, 0.4, 0.08, 1.85, b.mat("locker"), 1, 4, b.mat("metal", "knob"))
    end = room.walls[1]
    style = b.integer(0, 2)
    if style == 0 and W > 1.5:
        o.window(end, 0.3, W - 0.3, 0.9 if b.chance(0.5) else 0.1, min(H - 0.3, 2.4), sun, bars=(2, 1), view="clear")
    else:
        o.door(end, W / 2 - 0.55, 0.95, material=leaf, glass=style == 1)
    if b.chance(0.4):
        trim = b.mat("furniture", "rail")
        for wall_i in sides:
            for u in range(int(L)):
                if wall_i.free(u, u + 1, 0.85, 0.95, 0.0):
                    wall_i.slab(u, u + 1, 0.85, 0.97, 0.02, trim)
    for k in range(b.integer(0, 6)):
        o.picture(sides[k % 2], b.u(0.4, 0.9), b.u(0.4, 0.8), 1.6, str(k))
    o.fittings(room, b.integer(0, 4))
    if soft > 0.6 and b.chance(0.4):
        o.panels(sides[0], b.mat("panel_absorber", "panel"), 0.4, 1.9, min(H - 0.2, 2.6), 0.04, int(L / 3))
    if b.chance(0.3) and (p := room.any_wall(1.4, 0.45, 0.5, 0.4)):
        p.box((0, 0.22, 0.43), (0.7, 0.2, 0.03), b.mat("furniture", "bench"))
        for x in (-0.6, 0.6):
            p.box((x, 0.22, 0.2), (0.04, 0.18, 0.2), b.mat("metal", "bench leg"))
    n = max(2, round(L / b.u(2.2, 4)))
    across = b.chance(0.3)
    for i in range(n):
        o.ceiling_panel(b, (i + 0.5) * L / n, W / 2, H, 0.15 if across else 0.55, 0.45 if across else b.pick(0.07, 0.15), sun)
    if b.chance(0.25):
        f.person(Place(b, b.u(0.3, 0.8) * L, W * b.u(0.35, 0.65), b.pick(90, -90)))
    o.skirting(room)
    room.finish()
    place_camera(
        b,
        lambda: (b.u(0.35, 0.3 * L), W * b.u(0.3, 0.7)),
        lambda x, y: (L, W / 2 + b.u(-0.3, 0.3)),
        habit=draw_habit(b, "wide", "snapshot", "standard", "tilted", "portrait", "film"),
        ceiling=H,
    )


def garage(b: Builder) -> None:
    """Home garage or parking level."""
    parking = b.chance(0.55)
    b.clutter_scattering = 0.1
    L, W, H = (b.u(14, 34), b.u(11, 22), b.u(2.3, 3.0)) if parking else (b.u(5, 8), b.u(2.8, 6.5), b.u(2.2, 3.0))
    wall = b.mat(b.pick("concrete", "block", "paint_masonry", "brick", "brick_painted"), "wall")
    ceiling = b.mat(
        b.pick("concrete", "concrete_rough", "wood_wool", "wood_wool")
        if parking
        else b.pick("concrete", "plasterboard_ceiling", "wood_lining", "plaster"),
        "ceiling",
    )
    floor = b.mat(b.pick("concrete", "asphalt", "concrete"), "floor", size=(4.0, 4.0) if b.chance(0.6) else None)
    room = Room(b, L, W, H, [wall] * 4, floor, ceiling)
    sun = o.light(b, night=0.5 if parking else 0.3, lamps_by_day=0.9, lamp=(12, 28))
    steel = b.mat("metal", "steel")
    if parking:
        _parking(b, room, sun)
    else:
        _home_garage(b, room, sun, steel)
    pipe = b.mat("metal", "pipe", palette=b.pick("metal", "locker"))
    for _ in range(b.integer(0, 3)):
        y = b.u(0.4, W - 0.4)
        b.box((L / 2, y, H - b.u(0.15, 0.35)), (L / 2 - 0.1, 0.06, 0.06), pipe)
    if b.chance(0.3) and parking:
        b.box((L / 2, b.u(1, W - 1), H - 0.35), (L / 2 - 0.2, 0.35, 0.2), b.mat("metal", "duct"))
    room.finish()
    place_camera(
        b,
        lambda: (b.u(0.6, 0.35 * L), b.u(0.6, W - 0.6)) if parking else (b.pick(b.u(0.4, 1.0), L - 0.5), b.u(0.4, W - 0.4)),
        lambda x, y: (L if x < L / 2 else 0.0, W * b.u(0.2, 0.8)),
        habit=draw_habit(b, "wide", "wide", "snapshot", "standard", "portrait", "film"),
        ceiling=H,
    )


def _parking(b: Builder, room: Room, sun: o.Light) -> None:
    L, W, H = room.length, room.width, room.height
    concrete = b.mat("concrete", "column")
    stripe = b.mat("plastic", "stripe", palette="sport")
    nx, ny = max(2, round(L / b.u(5.5, 8))), max(1, round(W / b.u(6, 9)))
    radius = b.u(0.2, 0.35)
    for i in range(1, nx):
        for j in range(1, ny + 1):
            x, y = i * L / nx, j * W / (ny + 1)
            b.box((x, y, H / 2), (radius, radius, H / 2), concrete)
            b.box((x, y, 0.9), (radius + 0.005, radius + 0.005, 0.12), stripe)
    for j in range(1, ny + 1):
        b.box((L / 2, j * W / (ny + 1), H - 0.2), (L / 2, radius, 0.2), concrete)
    white = b.mat("plastic", "line", palette="white")
    bays = int((L - 1) / 2.6)
    filled = b.u(0.0, 0.7)
    for y, s in ((2.6, 1), (W - 2.6, -1)):
        for i in range(bays + 1):
            b.box((0.6 + i * 2.6, y, 0.003), (0.05, 2.3, 0.003), white)
        for i in range(bays):
            if b.chance(filled) and len(b.boxes) < 900:
                f.car(
                    Place(b, 1.9 + i * 2.6, y, (180 if s > 0 else 0) if b.chance(0.8) else (0 if s > 0 else 180)),
                    b.mat("car_paint", f"car {b.integer(0, 5)}"),
                )
    rows = max(1, round(W / 5))
    n = max(2, round(L / 4))
    for i in range(n):
        for j in range(rows):
            o.ceiling_panel(b, (i + 0.5) * L / n, (j + 0.5) * W / rows, H - 0.02, 0.6, 0.06, sun, 1.6)
    if b.chance(0.35):
        o.window_row(room.walls[2], int(L / 3.5), 2.6, H - 1.0, H - 0.3, sun, view="clear", sill=False)
    if b.chance(0.5):
        o.door(room.walls[1], W / 2, material=b.mat("locker", "fire door", palette="locker"))


def _home_garage(b: Builder, room: Room, sun: o.Light, steel: int) -> None:
    W, H = room.width, room.height
    gate = room.walls[1]
    leaf = b.mat("locker", "gate", palette="white", size=(5.0, 0.5))
    g = min(W - 0.5, b.u(2.3, 4.8))
    for k in range(4):
        z = 0.02 + k * (H - 0.3) / 4
        gate.slab(W / 2 - g / 2, W / 2 + g / 2, z, z + (H - 0.3) / 4 - 0.015, 0.04, leaf)
    if b.chance(0.5):
        o.window_row(room.walls[b.pick(0, 2)], 1, 0.9, 1.2, min(1.9, H - 0.2), sun, bars=(2, 1))
    if b.chance(0.6) and (p := room.in_middle(1.9, 4.4, 1.4, b.pick(90, -90), 0.25)):
        f.car(p, b.mat("car_paint", "my car"))
    wood = b.mat("furniture", "bench wood")
    for _ in range(b.integer(2, 6)):
        kind = b.integer(0, 3)
        if kind == 0 and (p := room.any_wall(1.6, 0.6, 1.9)):
            f.table(p.sub(0, 0.3), 0.8, 0.3, 0.88, wood, wood, 0.03)
            f.clutter_on(p.sub(0, 0.3), 0.7, 0.25, 0.88, b.integer(2, 6))
            p.box((0, 0.01, 1.5), (0.75, 0.01, 0.35), b.mat("perforated", "tool board", palette="wood"))
            for k in range(6):
                p.box(
                    (-0.6 + 0.22 * k, 0.03, 1.5 + b.u(-0.1, 0.1)),
                    (0.03, 0.015, b.u(0.08, 0.18)),
                    b.mat("plastic", f"tool {k % 3}", palette="locker"),
                )
        elif kind == 1 and (p := room.any_wall(1.2, 0.45, 1.9)):
            f.bookcase(p, 1.2, 0.42, 1.8, steel, "clutter", 4, 0.8)
        elif kind == 2 and (p := room.any_wall(0.6, 0.6, 0.8)):
            for k in range(4):
                p.cylinder((0, 0.32, 0.21 * k), 0.3, 0.2, b.mat("black", "tyre"))
        elif p := room.any_wall(0.6, 0.5, 0.8):
            for k in range(b.integer(1, 3)):
                f.crate(
                    p.sub(b.u(-0.05, 0.05), 0.25, b.u(-10, 10), 0.36 * k),
                    0.25,
                    0.2,
                    0.18,
                    b.mat("plastic", f"box {k % 2}", palette=b.pick("wood", "locker")),
                )
    o.ceiling_grid(b, room, 3.0, 0.6, 0.06, sun)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rooms that people live in: living room, bedroom, kitchen, bathroom.

How much soft furniture a room has decides how long it rings, and all of it can be seen.
"""

from __future__ import annotations

import math

from .. import furniture as f
from .. import openings as o
from ..builder import Builder, Light, Room, Wall
from ..camera import place_camera


def _softness(b: Builder) -> float:
    """0 bare ... 1 full of soft things; most homes lie above the middle."""
    return b.u(0.0, 0.25) if b.chance(0.10) else b.u(0.4, 1.0)


def _shell(
    b: Builder, size: tuple[float, float, float], soft: float, floors: tuple[str, ...], notch: tuple[float, float] | None = None
) -> Room:
    b.clutter_scattering = 0.08 + 0.2 * soft
    wall = b.mat(b.pick("plaster", "plasterboard", "plasterboard"), "wall")
    walls = [wall] * (6 if notch else 4)
    if b.chance(0.35):
        accent = b.pick("brick", "wood_panel", "plaster", "brick_painted", "slat_absorber" if soft > 0.6 else "plaster", "wood_lining")
        walls[b.integer(0, len(walls) - 1)] = b.mat(accent, "accent")
    floor = b.mat(b.pick(*floors), "floor")
    ceiling = b.mat(
        b.pick("plasterboard_ceiling", "plasterboard_ceiling", "plaster", "wood_lining", "concrete")
        if b.chance(0.25)
        else "plasterboard_ceiling",
        "ceiling",
        palette=None if b.chance(0.2) else "white",
    )
    ridge = b.u(0.25, 0.5) * size[1] if b.kind in ("living_room", "bedroom") and b.chance(0.14) else 0.0
    if ridge > 0 and b.chance(0.6):
        ceiling = b.mat("wood_lining", "roof")
    return Room(b, *size, walls=walls, floor=floor, ceiling=ceiling, notch=notch, ridge=ridge)


def _windows(b: Builder, room: Room, sun: Light, soft: float, curtain_odds: float, tall: float = 0.25) -> Wall:
    """Windows on one wall (sometimes two) with curtains or blinds; returns the first window wall."""
    order = [int(i) for i in b.rng.permutation(len(room.walls))]
    order.sort(key=lambda i: room.walls[i].length < 1.6)
    first = room.walls[order[0]]
    for wall in [first] + ([room.walls[order[1]]] if b.chance(0.3) else []):
        if wall.length < 1.4:
            continue
        floor_to_ceiling = b.chance(tall)
        z0 = b.u(0.05, 0.12) if floor_to_ceiling else b.u(0.65, 1.0)
        z1 = min(room.height - 0.25, z0 + b.u(2.0, 2.3)) if floor_to_ceiling else min(room.height - 0.2, z0 + b.u(1.1, 1.5))
        width = min(b.u(0.9, 2.2), wall.length - 0.8)
        count = b.integer(1, 2)
        before = len(wall.openings)
        o.window_row(
            wall, count, width, z0, z1, sun, bars=(b.integer(1, 3), b.integer(1, 2)), depth=b.u(0.08, 0.22), sill=not floor_to_ceiling
        )
        for k, op in enumerate(wall.openings[before:]):
            if b.chance(curtain_odds * (0.35 + 0.75 * soft)):
                low = 0.02 if b.chance(0.75) else max(0.1, op.z0 - 0.15)
                heavy = b.chance(0.35 + 0.4 * soft)
                drawn = 0.9 if b.chance(0.12) else b.u(0.1, 0.55)
                o.curtains(wall, op.u0, op.u1, low, min(room.height - 0.06, op.z1 + 0.2), drawn, "curtain" if heavy else "curtain_thin")
            elif b.chance(0.3):
                o.blind(wall, op.u0, op.u1, op.z0, op.z1, b.u(0.15, 0.7))
            if not floor_to_ceiling and b.chance(0.45) and k == 0:
                o.radiator(wall, op.u0 + 0.1, op.u1 - 0.1, min(0.6, op.z0 - 0.08))
    return first


def _door(b: Builder, room: Room, sun: Light) -> None:
    if b.chance(0.12) and o.open_door(room, sun):
        return
    for i in b.rng.permutation(len(room.walls)):
        wall = room.walls[int(i)]
        u = o.door(wall, glass=b.chance(0.15)) if wall.length > 1.4 else None
        if u is not None:
            o.keep_clear(room, wall, u)
            return


def _ceiling_light(b: Builder, room: Room, sun: Light) -> None:
    x0, y0, x1, y1 = room.plates[0]
    x, y = (x0 + x1) / 2 + b.u(-0.3, 0.3), (y0 + y1) / 2 + b.u(-0.3, 0.3)
    style = b.integer(0, 3)
    if room.ridge > 0:
        o.pendant(b, x, room.width / 2, room.height + room.ridge, room.ridge * b.u(0.7, 1.0), sun, b.u(0.15, 0.3))
    elif style == 0 and room.height > 2.4:
        o.pendant(b, x, y, room.height, b.u(0.4, 0.8), sun, b.u(0.15, 0.3))
    elif style == 1:
        o.ceiling_grid(b, room, 1.5, 0.05, 0.05, sun, gain=4.0)
    else:
        o.ceiling_panel(b, x, y, room.height, b.u(0.15, 0.35), b.u(0.15, 0.3), sun, 1.2)


def _extras(b: Builder, room: Room, soft: float, sun: Light, amount: int) -> None:
    """Things that make a home: plants, lamps, shelves, boxes, pictures, people."""
    wood = b.mat("furniture", "wood")
    for _ in range(amount):
        which = b.integer(0, 7)
        if which in (0, 1) and (p := room.any_wall(0.5, 0.5, 1.5)):
            f.plant(p.sub(0, 0.25), b.u(0.6, 1.6), b.mat("ceramic", "pot", palette="brick"), b.mat("plant"))
        elif which == 2 and (p := room.any_wall(0.45, 0.45, 1.8)):
            f.floor_lamp(p.sub(0, 0.23), sun)
        elif which in (3, 4):
            w = b.u(0.6, 1.6)
            h = b.u(0.8, 2.1)
            if p := room.any_wall(w, 0.3, h, 0.2):
                f.bookcase(p, w, 0.3, h, wood, b.pick("books", "books", "clutter"), max(2, round(h / 0.36)), 0.35 + 0.6 * soft)
        elif which == 5 and (p := room.any_wall(0.9, 0.42, 0.9)):
            f.cabinet(p, 0.9, 0.42, 0.1, 0.85, b.mat("furniture_painted", "chest"), 3, 1, b.mat("metal", "knob"))
            f.clutter_on(p.sub(0, 0.2), 0.4, 0.15, 0.85, b.integer(0, 4))
        elif which == 6 and b.kind in ("living_room", "bedroom") and (p := room.in_middle(0.5, 0.5, 0.4)):
            if soft > 0.4:
                f.beanbag(p, b.mat("upholstery", "bag"))
        elif which == 7 and (p := room.any_wall(0.5, 0.4, 0.5)):
            for k in range(b.integer(1, 3)):
                f.crate(p.sub(b.u(-0.04, 0.04), 0.2, b.u(-8, 8), 0.33 * k), 0.22, 0.17, 0.165, b.mat("plastic", "box", palette="wood"))
    o.pictures(room, b.integer(0, 4))
    o.fittings(room, b.integer(1, 5))
    f.litter(room, round(6 * b.u(0, 1) ** 2))
    if room.ridge == 0 and b.chance(0.1):
        o.ceiling_beams(room)
    if b.chance(0.22) and (p := room.in_middle(0.5, 0.5, 1.8)):
        f.person(p)


def _look_inside(b: Builder, room: Room) -> None:
    """Camera near a wall or corner, looking across the room."""
    margin = b.u(0.32, 0.7)

    def spot() -> tuple[float, float]:
        for _ in range(30):
            x, y = b.u(0, room.length), b.u(0, room.width)
            near = min(x, y, room.length - x, room.width - y)
            if room.inside(x, y, margin) and near < margin + 0.9:
                return x, y
        return room.plates[0][2] / 2, room.plates[0][3] / 2

    def look(x: float, y: float) -> tuple[float, float]:
        far = (room.length - x, room.width - y)
        k = b.u(0.25, 0.9)
        return (
            room.length / 2 + k * (far[0] - room.length / 2) + b.u(-0.6, 0.6),
            room.width / 2 + k * (far[1] - room.width / 2) + b.u(-0.6, 0.6),
        )

    place_camera(b, spot, look, ceiling=room.height)


def living_room(b: Builder) -> None:
    """Living room, sometimes an L, sometimes with a dining corner, sometimes empty."""
    soft = _softness(b)
    L, W, H = b.u(3.4, 7.5), b.u(3.0, 5.6), b.u(2.35, 3.0) if b.chance(0.8) else b.u(3.0, 3.8)
    notch = (b.u(0.25, 0.45) * L, b.u(0.25, 0.4) * W) if b.chance(0.22) and L > 5 and W > 4 else None
    room = _shell(
        b, (L, W, H), soft, ("parquet", "laminate", "floorboards", "parquet", "carpet" if soft > 0.4 else "laminate", "floor_tile"), notch
    )
    sun = o.light(b)
    _door(b, room, sun)
    _windows(b, room, sun, soft, 0.9)
    wood, metal = b.mat("furniture", "wood"), b.mat("metal", "fitting")
    cloth = b.mat(b.pick("upholstery", "upholstery", "leather"), "sofa")
    if soft > 0.12:
        _seating(b, room, soft, cloth, wood)
    if soft > 0.3 and b.chance(0.75):
        w = b.u(0.9, 1.5)
        if p := room.any_wall(1.5, 0.45, 1.4, 0.6):
            f.cabinet(p, 1.5, 0.4, 0.08, 0.5, b.mat("furniture_painted", "tv bench"), 1, 3, metal)
            f.television(p.sub(0, 0.12), w, 0.56, b.chance(0.2))
    if L > 4.8 and b.chance(0.5) and (p := room.in_middle(1.9, 1.9, 0.75)):
        _dining(b, p, wood, metal, soft)
    if b.chance(0.06) and (p := room.any_wall(1.5, 0.6, 1.2, 0.4)):
        f.piano(p)
    _extras(b, room, soft, sun, round(1 + 6 * soft * b.u(0.6, 1.4)))
    _ceiling_light(b, room, sun)
    o.skirting(room)
    room.finish()
    _look_inside(b, room)


def _seating(b: Builder, room: Room, soft: float, cloth: int, wood: int) -> None:
    cushion = b.mat("upholstery", "cushion")
    width = b.u(1.5, 2.3)
    p = room.any_wall(width, 0.92, 0.5, 1.0)
    if p:
        f.sofa(p, width, cloth, wood, cushion if b.chance(0.6) else None)
        if b.chance(0.8):
            q = p.sub(0, 1.35)
            if b.chance(0.5):
                f.table(q, b.u(0.4, 0.6), b.u(0.25, 0.35), b.u(0.36, 0.45), wood, wood)
            else:
                f.round_table(q, b.u(0.3, 0.45), 0.4, wood, b.mat("black", "leg"))
            f.clutter_on(q, 0.3, 0.2, 0.42, b.integer(0, 3))
        if b.chance(0.3 + 0.7 * soft):
            c = p.at(0, 1.2)
            hx, hy = b.u(1.0, 1.7), b.u(0.8, 1.3)
            if abs(math.sin(math.radians(p.yaw_deg))) > 0.7:
                hx, hy = hy, hx
            f.rug(b, min(max(c[0], hx + 0.1), room.length - hx - 0.1), min(max(c[1], hy + 0.1), room.width - hy - 0.1), hx, hy)
    for _ in range(b.integer(0, 2) + int(soft > 0.7) if soft > 0.4 else 0):
        if p := room.any_wall(0.95, 0.95, 0.5, 0.3):
            f.armchair(p, b.mat("upholstery", "armchair"), wood)
    if soft > 0.7 and (p := room.any_wall(b.u(1.4, 1.9), 0.92, 0.5, 0.3)):
        f.sofa(p, 1.4, cloth, wood)


def _dining(b: Builder, p: f.Place, wood: int, metal: int, soft: float) -> None:
    seat = b.mat("upholstery", "dining chair") if b.chance(0.15 + 0.7 * soft) else wood
    if b.chance(0.4):
        f.round_table(p, 0.5, 0.75, wood, metal)
    else:
        f.table(p, b.u(0.6, 0.85), 0.4, 0.75, wood, wood)
    f.clutter_on(p, 0.4, 0.25, 0.75, b.integer(0, 3))
    for k, (x, y) in enumerate(((-0.35, -0.68), (0.35, -0.68), (-0.35, 0.68), (0.35, 0.68))):
        if b.chance(0.85):
            f.chair(p.sub(x, y, (0 if k < 2 else 180) + b.u(-15, 15)), seat, metal, seat != wood)


def bedroom(b: Builder) -> None:
    """Bedroom: bed, wardrobe, nightstands, perhaps a desk."""
    soft = _softness(b)
    L, W, H = b.u(2.8, 5.6), b.u(2.6, 4.6), b.u(2.3, 2.9)
    room = _shell(b, (L, W, H), soft, ("parquet", "laminate", "carpet" if soft > 0.35 else "laminate", "floorboards"))
    sun = o.light(b, night=0.2)
    _door(b, room, sun)
    _windows(b, room, sun, soft, 1.0, 0.12)
    wood, knob = b.mat("furniture", "wood"), b.mat("metal", "knob")
    front = b.mat("furniture_painted", "wardrobe")
    beds = 2 if b.chance(0.15) and soft > 0.2 else 1
    for k in range(beds if soft > 0.1 else 0):
        width = 0.9 if beds == 2 else b.pick(0.9, 1.4, 1.6, 1.8)
        if p := room.any_wall(width + (1.0 if width > 1.2 else 0.1), 2.1, 1.1, 0.3) or room.any_wall(width + 0.1, 2.1, 1.1):
            f.bed(p, width, b.mat("bedding", f"cover {k}"), wood, b.mat("bedding", "sheet", palette="white"), b.chance(0.85))
            if width > 1.2:
                for s in (-1, 1):
                    q = p.sub(s * (width / 2 + 0.26), 0)
                    f.cabinet(q, 0.42, 0.38, 0.08, 0.5, wood, 2, 1, knob)
                    if b.chance(0.6):
                        f.table_lamp(q.sub(0, 0.2), 0.5, sun)
            if b.chance(0.5 * soft + 0.1):
                c = p.at(0, 2.1)
                hx, hy = min(1.1, L / 2 - 0.2), min(0.75, W / 2 - 0.2)
                f.rug(b, min(max(c[0], hx + 0.1), L - hx - 0.1), min(max(c[1], hy + 0.1), W - hy - 0.1), hx, hy)
    if b.chance(0.75):
        w = b.u(0.9, 2.2)
        if p := room.any_wall(w, 0.62, 2.05, 0.5):
            f.cabinet(p, w, 0.6, 0.06, 2.05, front, 1, max(2, round(w / 0.5)), knob)
    if b.chance(0.4) and (p := room.any_wall(1.2, 0.6, 0.8, 0.7)):
        f.desk(p.sub(0, 0.3), 0.58, 0.28, wood, wood, b.integer(0, 1), b.chance(0.3), b.integer(0, 4))
        f.chair(p.sub(b.u(-0.2, 0.2), 0.85, 180 + b.u(-30, 30)), b.mat("upholstery", "desk chair"), knob, True)
    if b.chance(0.25) and (p := room.any_wall(0.8, 0.06, 1.9)):
        p.box((0, 0.025, 0.95), (0.35, 0.02, 0.9), wood)
        p.quad((0.32, 0.048, 0.09), (-0.64, 0, 0), (0, 0, 1.72), b.mat("mirror"))
    _extras(b, room, soft, sun, round(1 + 4 * soft * b.u(0.5, 1.4)))
    _ceiling_light(b, room, sun)
    o.skirting(room)
    room.finish()
    _look_inside(b, room)


def kitchen(b: Builder) -> None:
    """Kitchen: cabinets along one or two walls, tiles between, table and chairs."""
    soft = _softness(b)
    L, W, H = b.u(2.6, 5.8), b.u(2.3, 4.4), b.u(2.35, 3.0)
    room = _shell(b, (L, W, H), 0.4 + 0.4 * soft, ("floor_tile", "lino", "laminate", "parquet", "floor_tile"))
    sun = o.light(b)
    steel = b.mat("metal", "handle")
    front = b.mat(b.pick("furniture_painted", "furniture"), "front")
    top = b.mat(b.pick("furniture", "marble", "plastic"), "worktop")
    main = room.walls[b.integer(0, 3)]
    _door_elsewhere(b, room, main)
    _kitchen_wall(b, room, main, front, top, steel)
    second = room.walls[(room.walls.index(main) + 1) % 4]
    if b.chance(0.4) and second.length > 2.2:
        _kitchen_wall(b, room, second, front, top, steel, True)
    _windows(b, room, sun, soft, 0.7, 0.15)
    if b.chance(0.8) and (p := room.any_wall(0.62, 0.66, 1.9, 0.3)):
        f.fridge(p, b.u(1.5, 2.0))
    wood = b.mat("furniture", "wood")
    if min(L, W) > 2.6 and b.chance(0.8) and (p := room.in_middle(1.6, 1.7, 0.75, margin=0.15)):
        _dining(b, p, wood, steel, soft)
    elif L > 4.2 and b.chance(0.6) and (p := room.in_middle(1.5, 1.1, 0.95)):
        f.cabinet(p.sub(0, -0.3), 1.5, 0.6, 0.05, 0.88, front, 1, 3, steel)
        p.box((0, 0, 0.9), (0.8, 0.42, 0.02), top)
        for x in (-0.45, 0.45):
            f.stool(p.sub(x, 0.65), wood, steel)
    if b.chance(0.7 * soft):
        f.rug(b, L / 2 + b.u(-0.3, 0.3), W / 2, min(b.u(0.8, 1.4), L / 3), min(b.u(0.35, 0.9), W / 3), "kitchen")
    if soft > 0.5 and b.chance(0.6) and (p := room.any_wall(1.25, 0.6, 0.8)):
        p.box((0, 0.26, 0.42), (0.6, 0.26, 0.06), b.mat("upholstery", "bench seat"))
        p.box((0, 0.26, 0.2), (0.58, 0.24, 0.18), b.mat("furniture", "wood"))
        p.box((0, 0.06, 0.68), (0.6, 0.05, 0.2), b.mat("upholstery", "bench seat"))
    _extras(b, room, soft, sun, b.integer(1, 4))
    _ceiling_light(b, room, sun)
    o.skirting(room)
    room.finish()
    _look_inside(b, room)


def _door_elsewhere(b: Builder, room: Room, not_here: Wall) -> None:
    walls = [w for w in room.walls if w is not not_here and w.length > 1.4]
    wall = walls[b.integer(0, len(walls) - 1)]
    u = o.door(wall)
    if u is not None:
        o.keep_clear(room, wall, u)


def _kitchen_wall(b: Builder, room: Room, wall: Wall, front: int, top: int, steel: int, short: bool = False) -> None:
    width = min(wall.length - 0.7, b.u(1.2, 2.0) if short else b.u(2.0, 4.2))
    p = room.against_wall(wall, width, 0.62, 0.95, 0.5)
    if p is None:
        return
    hob = None if short else b.u(-0.32, 0.32) * width
    sink = None if hob is None or width < 2.2 else (hob - 0.9 if hob > 0 else hob + 0.9)
    f.kitchen_run(p, width, front, top, steel, hob=hob, sink=sink)
    f.clutter_on(p.sub(0, 0.25), width / 2 - 0.1, 0.15, 0.9, b.integer(1, 6))
    splash = b.mat("tile", "splash", size=b.pick((0.1, 0.1), (0.15, 0.075), (0.2, 0.2), (0.3, 0.1)))
    p.quad((width / 2, 0.003, 0.9), (-width, 0, 0), (0, 0, 0.55), splash)
    if b.chance(0.75) and room.height > 2.2:
        left = b.u(0.3, 0.5) * width
        for x0, x1 in ((-width / 2, -width / 2 + left), (width / 2 - (width - left - 0.7), width / 2)):
            if x1 - x0 > 0.35:
                f.cabinet(
                    p.sub((x0 + x1) / 2, 0),
                    x1 - x0,
                    0.34,
                    1.45,
                    min(2.15, room.height - 0.1),
                    front,
                    1,
                    max(1, round((x1 - x0) / 0.45)),
                    steel,
                )
        hood_x = (-width / 2 + left + width / 2 - (width - left - 0.7)) / 2
        p.box((hood_x, 0.22, 1.62), (0.3, 0.22, 0.05), steel)
        p.box((hood_x, 0.13, (1.67 + room.height) / 2), (0.13, 0.12, (room.height - 1.67) / 2 - 0.01), steel)
    elif b.chance(0.6):
        p.box((0, 0.12, 1.6), (width * 0.35, 0.12, 0.015), b.mat("furniture", "shelf"))
        f.clutter_on(p.sub(0, 0.12), width * 0.33, 0.06, 1.615, b.integer(3, 7))


def bathroom(b: Builder) -> None:
    """Bathroom: tiles to some height, sanitary ware, towels, mats."""
    soft = b.u(0.0, 0.3) if b.chance(0.22) else b.u(0.3, 1.0)
    L, W, H = b.u(1.7, 3.6), b.u(1.5, 2.9), b.u(2.25, 2.8)
    b.clutter_scattering = 0.10 + 0.15 * soft
    full = b.chance(0.45)
    tile = b.mat("tile", "wall", size=b.pick((0.15, 0.15), (0.2, 0.2), (0.3, 0.6), (0.2, 0.1), (0.1, 0.1)))
    wall = tile if full else b.mat(b.pick("plaster", "plasterboard", "plasterboard"), "upper")
    floor = b.mat(b.pick("floor_tile", "floor_tile", "marble", "lino"), "floor")
    ceiling = b.mat(b.pick("plasterboard_ceiling", "plasterboard_ceiling", "plaster", "wood_lining"), "ceiling", palette="white")
    room = Room(b, L, W, H, [wall] * 4, floor, ceiling)
    sun = o.light(b, lamps_by_day=0.85)
    door_wall = room.walls[b.integer(0, 3)]
    u = o.door(door_wall, width=0.75)
    if u is not None:
        o.keep_clear(room, door_wall, u, 0.9, 0.6)
    if b.chance(0.55):
        wall_w = room.walls[b.integer(0, 3)]
        o.window_row(
            wall_w, 1, b.u(0.5, 0.9), b.u(1.1, 1.5), min(H - 0.15, 2.1), sun, bars=(1, 1), view=b.pick("frosted", "frosted", "clear")
        )
    if not full:
        high = b.u(1.1, 2.0)
        for w in room.walls:
            _tile_to(w, tile, high)
    shower_curtain = b.mat("curtain_thin", "shower curtain") if b.chance(0.2 + 0.6 * soft) else None
    if b.chance(0.6):
        long = max(w.length for w in room.walls)
        size = min(1.7, long - 0.1)
        if p := room.any_wall(size, 0.76, 0.6):
            f.bathtub(p, size, shower_curtain)
    elif p := room.any_wall(0.9, 0.9, 2.0):
        f.shower(p, 0.85)
    if p := room.any_wall(0.42, 0.62, 0.9, 0.2):
        f.toilet(p)
    width = b.u(0.5, 1.1)
    if p := room.any_wall(width, 0.5, 1.9, 0.3) or room.any_wall(0.5, 0.5, 1.9):
        f.basin(p, min(width, 0.9), b.mat("furniture_painted", "vanity") if b.chance(0.7) else None)
        hw, h = min(width, 0.9) / 2, b.u(0.3, 0.45)
        p.box((0, 0.012, 1.15 + h), (hw, 0.01, h), b.mat("metal", "mirror rim"))
        p.quad((hw - 0.015, 0.024, 1.165), (-2 * hw + 0.03, 0, 0), (0, 0, 2 * h - 0.03), b.mat("mirror"))
        if sun.lamp > 0 and b.chance(0.7):
            p.box((0, 0.05, 1.22 + 2 * h), (hw * 0.7, 0.03, 0.03), b.mat("metal", "tap"))
            p.quad((hw * 0.7, 0.082, 1.195 + 2 * h), (-1.4 * hw, 0, 0), (0, 0, 0.05), b.mat("lamp", "mirror light", emission=sun.bulb()))
        f.clutter_on(p.sub(0, 0.2), hw * 0.9, 0.08, 0.87, b.integer(0, 3))
    for _ in range(round(1 + 4 * soft * b.u(0.6, 1.2)) if soft > 0.25 else b.integer(0, 1)):
        if p := room.any_wall(0.62, 0.12, 1.5):
            f.towel_rail(p, b.mat("towel", "towel 1"))
    for k in range(b.integer(1, 3) if soft > 0.3 else 0):
        hx, hy = b.u(0.3, 0.5), b.u(0.22, 0.35)
        f.rug(b, b.u(hx + 0.1, L - hx - 0.1), b.u(hy + 0.1, W - hy - 0.1), hx, hy, str(k), "mat")
    if soft > 0.45 and (p := room.any_wall(0.5, 0.18, 1.8)):
        for x in (-0.14, 0.12):
            p.box((x, 0.09, 1.2), (0.11, 0.07, 0.5), b.mat("clothes", f"robe {x}", palette="linen"))
    if soft > 0.5 and (p := room.any_wall(0.45, 0.4, 0.6)):
        p.cylinder((0, 0.2, 0), 0.19, 0.5, b.mat("clothes", "laundry", size=(0.05, 1)))
    if soft > 0.6 and b.chance(0.5) and (p := room.any_wall(0.6, 0.3, 1.8)):
        f.bookcase(p, 0.6, 0.3, 1.7, b.mat("furniture", "wood"), "towel", 5, 0.8)
    o.fittings(room, b.integer(0, 2))
    if b.chance(0.12) and (p := room.in_middle(0.5, 0.5, 1.8, margin=0.1)):
        f.person(p)
    _ceiling_light(b, room, sun)
    room.finish()
    _look_inside(b, room)


def _tile_to(wall: Wall, tile: int, height: float) -> None:
    """Tiles from the floor to a height, around the window."""
    covered = sorted((op for op in wall.openings if op.z0 < height), key=lambda op: op.u0)
    u = 0.0
    for op in covered:
        wall.patch(u, op.u0, 0.0, height, tile, 0.008)
        wall.patch(op.u0, op.u1, 0.0, op.z0, tile, 0.008)
        u = op.u1
    wall.patch(u, wall.length, 0.0, height, tile, 0.008)

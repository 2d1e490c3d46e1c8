# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rooms for work: office, classroom, recording studio."""

from __future__ import annotations

from .. import furniture as f
from .. import openings as o
from ..builder import Builder, Room
from ..camera import place_camera
from .dwelling import _look_inside


def office(b: Builder) -> None:
    """Office: one desk to a landscape; ceiling and floor decide how it sounds."""
    soft = b.u(0.1, 0.35) if b.chance(0.15) else b.u(0.4, 1.0)
    b.clutter_scattering = 0.12 + 0.15 * soft
    large = b.chance(0.45)
    L, W, H = (b.u(6, 13), b.u(4.5, 8.5), b.u(2.6, 3.4)) if large else (b.u(3.2, 6), b.u(2.8, 4.6), b.u(2.45, 3.0))
    wall = b.mat(b.pick("plasterboard", "plasterboard", "paint_masonry", "concrete", "brick_painted"), "wall")
    walls = [wall] * 4
    if b.chance(0.3):
        walls[b.integer(0, 3)] = b.mat(b.pick("brick", "wood_panel", "slat_absorber", "plasterboard"), "accent")
    ceiling = b.mat(
        b.pick("acoustic_tile", "acoustic_tile", "acoustic_tile", "perforated", "plasterboard_ceiling")
        if soft > 0.3
        else b.pick("plasterboard_ceiling", "concrete", "acoustic_tile"),
        "ceiling",
    )
    floor = b.mat(
        b.pick("carpet_tiles", "carpet_tiles", "carpet", "laminate")
        if soft > 0.35
        else b.pick("laminate", "lino", "carpet_tiles", "concrete"),
        "floor",
    )
    room = Room(b, L, W, H, walls, floor, ceiling)
    sun = o.light(b, night=0.12, lamps_by_day=0.8)
    if large and b.chance(0.3):
        _columns(b, room)
    door_wall = room.walls[b.pick(0, 1, 3)]
    u = None if b.chance(0.12) and o.open_door(room, sun) else o.door(door_wall, glass=b.chance(0.4))
    if u is not None:
        o.keep_clear(room, door_wall, u)
    window_wall = room.walls[2]
    width = b.u(1.1, 1.9)
    o.window_row(
        window_wall,
        max(1, int(L / (width + 0.4))),
        width,
        b.u(0.75, 0.95),
        min(H - 0.2, b.u(2.1, 2.6)),
        sun,
        bars=(b.integer(1, 2), 1),
        view="clear",
    )
    if b.chance(0.45):
        drawn = b.u(0.1, 0.6)
        for op in window_wall.openings:
            o.blind(window_wall, op.u0, op.u1, op.z0, op.z1, drawn)
    elif soft > 0.6 and b.chance(0.3):
        for op in window_wall.openings:
            o.curtains(window_wall, op.u0, op.u1, 0.05, H - 0.1, b.u(0.1, 0.4), "curtain_thin")
    _desks(b, room, soft, sun, large)
    steel = b.mat("metal", "cabinet")
    for _ in range(b.integer(0, 2 + int(large))):
        if b.chance(0.5):
            if p := room.any_wall(0.9, 0.45, 1.2, 0.3):
                f.cabinet(p, 0.9, 0.45, 0.05, b.pick(1.1, 1.9), b.mat("furniture_painted", "files"), b.integer(2, 4), 2, steel)
        elif p := room.any_wall(0.9, 0.35, 2.0, 0.3):
            f.bookcase(p, 0.9, 0.33, b.u(1.2, 2.0), b.mat("furniture", "wood"), b.pick("books", "clutter"), 5, 0.8)
    if b.chance(0.5):
        wall_free = room.walls[b.pick(0, 1, 3)]
        o.board(wall_free, min(b.u(1.2, 2.2), wall_free.length * 0.5), 1.1, 0.95, b.mat("whiteboard"), steel)
    if soft > 0.55:
        for w in (room.walls[0], room.walls[1], room.walls[3]):
            if b.chance(0.35):
                o.panels(w, b.mat("panel_absorber"), b.u(0.2, 0.5), 0.9, min(H - 0.3, 2.2), 0.05, b.integer(1, 3))
    for _ in range(b.integer(0, 2)):
        if p := room.any_wall(0.5, 0.5, 1.6):
            f.plant(p.sub(0, 0.25), b.u(0.8, 1.7), b.mat("ceramic", "pot", palette="grey"), b.mat("plant"))
    o.pictures(room, b.integer(0, 2))
    o.fittings(room, b.integer(1, 4))
    f.litter(room, round(4 * b.u(0, 1) ** 2))
    style = b.integer(0, 2)
    if style == 0:
        o.ceiling_grid(b, room, b.u(2.0, 2.8), 0.3, 0.3, sun)
    elif style == 1:
        o.ceiling_grid(b, room, b.u(2.0, 3.0), 0.6, 0.12, sun)
    else:
        o.ceiling_grid(b, room, b.u(2.2, 3.0), 0.6, 0.06, sun, drop=min(0.5, H - 2.25) if H > 2.5 else 0.0, gain=1.5)
    o.skirting(room)
    room.finish()
    _look_inside(b, room)


def _columns(b: Builder, room: Room) -> None:
    """Bearing columns in the middle of a large floor."""
    count, radius, square = max(1, round(room.length / 5) - 1), b.u(0.13, 0.24), b.chance(0.6)
    concrete = b.mat(b.pick("concrete", "plaster"), "column")
    for i in range(count):
        x, y = (i + 1) * room.length / (count + 1), room.width * b.u(0.4, 0.6)
        f.column(b, x, y, 0.0, room.height, radius, concrete, square)
        room.use((x - radius, y - radius, x + radius, y + radius), room.height)


def _desks(b: Builder, room: Room, soft: float, sun: object, large: bool) -> None:
    top = b.mat(b.pick("furniture", "furniture_painted"), "desk", palette="white" if b.chance(0.4) else None)
    leg, cloth = b.mat("metal", "leg"), b.mat("upholstery", "task chair", palette=b.pick("grey", "fabric", "black"))
    on = b.chance(0.5)
    if not large and b.chance(0.25):  # a meeting room
        n = max(2, int((room.length - 2.0) / 0.75))
        hx = min(n * 0.38, room.length / 2 - 1.0)
        if p := room.in_middle(2 * hx, 2.4, 0.75, 0, 0.1):
            f.table(p, hx, 0.5, 0.74, top, leg)
            for i in range(n):
                for s in (-1, 1):
                    if b.chance(0.9):
                        f.office_chair(p.sub(-hx + (i + 0.5) * 2 * hx / n, s * 0.8, 180 if s > 0 else 0), cloth, leg)
            f.clutter_on(p, hx, 0.4, 0.74, b.integer(0, 4))
            return
    nx, ny = (max(1, int((room.length - 1.2) / 1.75)), max(1, int((room.width - 1.0) / 1.9))) if large else (b.integer(1, 2), 1)
    partition = b.mat("panel_absorber", "partition") if large and b.chance(0.2 + 0.4 * soft) else None
    for i in range(nx):
        for j in range(ny):
            if not b.chance(0.88):
                continue
            x = (i + 0.5) * room.length / nx + b.u(-0.1, 0.1)
            y = (j + 0.5) * room.width / ny + b.u(-0.1, 0.1)
            yaw = 180.0 if j % 2 else 0.0
            rect = (x - 0.8, y - 1.0, x + 0.8, y + 1.0)
            if not room.clear((rect[0], rect[1] + 0.3, rect[2], rect[3] - 0.3)):
                continue
            room.use(rect, 0.75)
            p = f.Place(b, x, y, yaw)
            f.desk(p.sub(0, -0.35), 0.75, 0.36, top, leg, b.integer(1, 2), on, b.integer(0, 4))
            f.office_chair(p.sub(b.u(-0.2, 0.2), 0.4, 180 + b.u(-35, 35)), cloth, leg)
            if partition is not None:
                p.box((0, -0.74, 0.95), (0.78, 0.02, 0.3), partition)
            if b.chance(0.1):
                f.person(p.sub(0, 0.35, 180), True)


def classroom(b: Builder) -> None:
    """Classroom: rows of tables, a board, a window front; the ceiling decides."""
    soft = b.u(0.0, 0.35) if b.chance(0.25) else b.u(0.35, 1.0)
    b.clutter_scattering = 0.14 + 0.1 * soft
    L, W, H = b.u(7, 11.5), b.u(5.5, 8.5), b.u(2.8, 3.9)
    wall = b.mat(b.pick("paint_masonry", "plasterboard", "brick_painted", "brick", "block"), "wall")
    ceiling = b.mat(
        b.pick("acoustic_tile", "acoustic_tile", "perforated", "wood_wool")
        if soft > 0.35
        else b.pick("plasterboard_ceiling", "plaster", "wood_wool", "concrete"),
        "ceiling",
        palette="white" if b.chance(0.7) else None,
    )
    floor = b.mat(b.pick("lino", "lino", "parquet", "carpet_tiles" if soft > 0.5 else "lino"), "floor")
    room = Room(b, L, W, H, [wall] * 4, floor, ceiling)
    sun = o.light(b, night=0.06, lamps_by_day=0.7)
    front, back, left = room.walls[3], room.walls[1], room.walls[2]
    steel, wood = b.mat("metal", "steel"), b.mat("furniture", "table", palette="wood")
    seat = b.mat("plastic", "seat", palette=b.pick("wood", "sport", "grey"))
    o.door(room.walls[0], 0.4 if b.chance(0.5) else None)
    width = b.u(1.3, 2.2)
    o.window_row(
        left, int(L / (width + 0.3)), width, b.u(0.8, 1.0), min(H - 0.3, b.u(2.3, 2.9)), sun, bars=(2, b.integer(1, 2)), view="clear"
    )
    if soft > 0.5 and b.chance(0.5):
        for op in left.openings:
            o.curtains(left, op.u0, op.u1, 0.7, op.z1 + 0.15, b.u(0.05, 0.4))
    chalk = b.chance(0.55)
    board = b.mat("blackboard" if chalk else "whiteboard")
    o.board(front, min(W * 0.6, b.u(3, 4.2)), 1.2, 0.9, board, b.mat("furniture", "board frame"), W / 2)
    f.table(f.Place(b, 1.5, W / 2 + b.u(-1, 1), 90), 0.7, 0.35, 0.75, wood, steel)
    pitch = b.u(1.25, 1.5)
    rows, seats = int((L - 3.4) / pitch), int((W - 0.9) / 1.55)
    pupils = b.chance(0.3)
    for i in range(rows):
        for j in range(seats):
            if not b.chance(0.95):
                continue
            x, y = 2.9 + i * pitch + b.u(-0.05, 0.05), 0.8 + (j + 0.5) * (W - 1.3) / seats + b.u(-0.05, 0.05)
            p = f.Place(b, x, y, 90)
            f.table(p.sub(0, 0), 0.62, 0.26, 0.72, wood, steel, 0.012)
            for s in (-0.3, 0.3):
                c = p.sub(s, -0.52 + b.u(-0.1, 0.1), b.u(-12, 12))
                f.chair(c, seat, steel)
                if pupils and b.chance(0.5):
                    f.person(c, True)
    if soft > 0.45:
        o.panels(back, b.mat("panel_absorber", "panels"), b.u(0.3, 0.8), 1.0, 2.3, 0.05, 4)
    elif b.chance(0.5) and (p := room.against_wall(back, 2.0, 0.4, 1.9)):
        f.bookcase(p, 2.0, 0.38, 1.8, wood, "clutter", 5, 0.8)
    o.fittings(room, b.integer(1, 5))
    f.litter(room, round(4 * b.u(0, 1) ** 2))
    for k in range(b.integer(0, 5)):
        o.picture(room.walls[b.pick(0, 1, 1)], b.u(0.5, 1.2), b.u(0.5, 1.0), b.u(1.5, 1.9), str(k))
    o.ceiling_grid(b, room, b.u(2.4, 3.2), 0.6, b.pick(0.08, 0.15, 0.3), sun, drop=b.pick(0.0, 0.35) if H > 3.1 else 0.0)
    o.skirting(room)
    room.finish()

    def spot() -> tuple[float, float]:
        return (b.u(L - 1.3, L - 0.4), b.u(0.5, W - 0.5)) if b.chance(0.6) else (b.u(0.5, L - 0.5), b.pick(0.42, W - 0.42))

    place_camera(b, spot, lambda x, y: (b.u(0, 0.45) * L if x > L / 2 else b.u(0.6, 1.0) * L, W * b.u(0.35, 0.75)), ceiling=H)


def studio(b: Builder) -> None:
    """Vocal booth or control room: foam, panels, thick carpet."""
    booth = b.chance(0.4)
    L, W, H = (b.u(1.6, 3.0), b.u(1.5, 2.6), b.u(2.1, 2.6)) if booth else (b.u(3.2, 6.5), b.u(2.8, 5), b.u(2.4, 3.1))
    dead = b.u(0.1, 0.9)
    b.clutter_scattering = 0.15
    wall = b.mat(b.pick("plaster", "plasterboard", "wood_panel"), "wall")
    ceiling = b.mat(
        b.pick("acoustic_tile", "panel_absorber", "foam", "acoustic_tile")
        if dead > 0.45
        else b.pick("plasterboard_ceiling", "plasterboard_ceiling", "acoustic_tile", "wood_panel"),
        "ceiling",
    )
    floor = b.mat(
        b.pick("carpet", "carpet_tiles", "floorboards" if dead < 0.7 else "carpet", "parquet" if dead < 0.5 else "carpet"), "floor"
    )
    room = Room(b, L, W, H, [wall] * 4, floor, ceiling)
    sun = o.light(b, night=0.6, lamps_by_day=1.0)
    door_wall = room.walls[b.integer(0, 3)]
    u = o.door(door_wall)
    if u is not None:
        o.keep_clear(room, door_wall, u)
    if b.chance(0.35):
        o.window_row(
            room.walls[b.integer(0, 3)], 1, min(1.4, L - 0.8, W - 0.8), 1.0, min(1.9, H - 0.2), sun, bars=(1, 1), view="clear", sill=False
        )
    wood, black = b.mat("furniture", "wood"), b.mat("black", "stand")
    if not booth:
        if p := room.against_wall(room.walls[0], 1.9, 0.8, 0.75, 0.9, at=L / 2):
            q = p.sub(0, 0.45)
            f.table(q, 0.9, 0.38, 0.75, wood, black)
            for x in (-0.3, 0.3):
                f.monitor(q.sub(x, -0.15), 0.75, b.chance(0.8))
            for s in (-1, 1):
                f.speaker(q.sub(s * 0.75, -0.15, -s * 20), 0.75)
            p.box((0, 0.55, 0.78), (0.5, 0.2, 0.03), black)
            f.office_chair(q.sub(0, 0.8, 180), b.mat("upholstery", "task chair"), black)
        if b.chance(0.5) and (p := room.any_wall(1.7, 0.92, 0.5, 0.2)):
            f.sofa(p, 1.7, b.mat("upholstery", "sofa"), wood)
        if b.chance(0.3) and (p := room.any_wall(1.5, 0.65, 1.2, 0.3)):
            f.piano(p)
        if b.chance(0.4) and (p := room.any_wall(0.6, 0.4, 1.3)):
            f.bookcase(p, 0.6, 0.4, 1.2, wood, "clutter", 3, 0.9)
    if (booth or b.chance(0.6)) and (p := room.in_middle(0.4, 0.4, 1.7, margin=0.35)):
        f.microphone(p, b.u(1.35, 1.6))
    absorber = b.pick("foam", "foam", "panel_absorber", "slat_absorber")
    m, m2 = b.mat(absorber, "wall absorber"), b.mat("panel_absorber", "second")
    for wall_i in room.walls:
        cover = min(0.95, b.u(0.4, 0.75) * (0.45 + 0.6 * dead))
        full = b.chance(0.35)
        z0, z1 = (0.1, H - 0.05) if full or booth else (b.u(0.4, 0.9), b.u(1.9, H - 0.15))
        o.panels(wall_i, m if b.chance(0.75) else m2, cover, z0, z1, 0.05 if absorber != "slat_absorber" else 0.08, b.integer(1, 4))
    if b.chance(0.4):
        for w in room.walls:
            if b.chance(0.4):
                o.curtains(w, 0.3, w.length - 0.3, 0.03, H - 0.06, b.u(0.3, 1.0))
    if b.chance(0.5) and not booth:
        f.rug(b, L / 2, W / 2, min(1.2, L / 3), min(0.9, W / 3))
    for k in range(b.integer(0, 3)):
        o.ceiling_panel(b, b.u(0.4, L - 0.4), b.u(0.4, W - 0.4), H, 0.06, 0.06, sun, 5.0, str(k))
    o.ceiling_panel(b, L / 2, W / 2, H, b.u(0.15, 0.4), b.u(0.1, 0.2), sun, 1.0, "main")
    if b.chance(0.35):
        glow = b.pick((0.2, 0.5, 1.0), (1.0, 0.25, 0.6), (0.5, 0.2, 1.0), (1.0, 0.6, 0.2))
        room.walls[0].slab(
            0.1, room.walls[0].length - 0.1, H - 0.08, H - 0.05, 0.03, b.mat("lamp", "strip", emission=tuple(6 * g for g in glow)), 0.06
        )
    room.finish()
    _look_inside(b, room)

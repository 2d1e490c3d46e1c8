# SPDX-License-Identifier: AGPL-3.0-or-later
"""Very small, soft places: walk-in closet and the inside of a car."""

from __future__ import annotations

from .. import furniture as f
from .. import openings as o
from ..builder import Builder, Room
from ..camera import Habit, place_camera
from ..shells import extrude_y


def closet(b: Builder) -> None:
    """Closet with hanging clothes, shelves and boxes."""
    b.clutter_scattering = 0.25
    L, W, H = b.u(1.6, 3.2), b.u(1.3, 2.2), b.u(2.1, 2.6)
    wall = b.mat(b.pick("plasterboard", "furniture_painted", "furniture"), "wall", palette="white" if b.chance(0.5) else None)
    floor = b.mat(b.pick("carpet", "carpet", "laminate", "parquet"), "floor")
    room = Room(b, L, W, H, [wall] * 4, floor, b.mat("plasterboard_ceiling", "ceiling"))
    sun = o.light(b, night=0.9, lamps_by_day=1.0, lamp=(12, 30), sunny=0.0)
    wood, rail = b.mat("furniture", "shelf"), b.mat("metal", "rail")
    o.door(room.walls[3], max(0.02, W / 2 - 0.5), 0.75)
    sides = [room.walls[0], room.walls[1]] + ([room.walls[2]] if W > 1.75 else [])
    for wall_i in sides:
        start = 0.02 if wall_i is room.walls[1] else 0.6 if wall_i is room.walls[2] else 0.02
        stop = wall_i.length - (0.6 if wall_i is room.walls[0] else 0.02)
        u = start
        while u < stop - 0.35:
            step = min(stop - u, b.u(0.5, 1.1))
            if b.chance(0.72):
                wall_i.slab(u, u + step, 1.72, 1.74, 0.03, rail, 0.25)
                n = max(3, int(step / 0.07))
                for k in range(n):
                    if b.chance(0.93):
                        bottom = b.pick(b.u(0.35, 0.6), b.u(0.75, 1.0))
                        c = u + (k + 0.5) * step / n
                        wall_i.slab(
                            c - 0.028, c + 0.028, bottom, 1.69, b.u(0.38, 0.48), b.mat("clothes", f"garment {b.integer(0, 7)}"), 0.04
                        )
            else:
                levels = 6
                wall_i.slab(u + 0.01, u + 0.03, 0.0, 1.85, 0.4, wood)
                for k in range(levels):
                    z = 0.1 + 0.32 * k
                    wall_i.slab(u + 0.03, u + step - 0.01, z, z + 0.018, 0.4, wood)
                    w = (step - 0.1) / 2
                    for q in range(2):
                        if b.chance(0.85):
                            wall_i.slab(
                                u + 0.04 + q * w,
                                u + 0.02 + (q + 1) * w,
                                z + 0.018,
                                z + b.u(0.12, 0.27),
                                0.34,
                                b.mat("bedding", f"folded {b.integer(0, 4)}", palette="cloth"),
                                0.02,
                            )
            u += step
        wall_i.slab(start, stop, 1.86, 1.88, 0.42, wood)
        u = start + 0.05
        while u < stop - 0.3:
            w = b.u(0.25, 0.5)
            if b.chance(0.8) and u + w < stop:
                soft = b.chance(0.6)
                wall_i.slab(
                    u,
                    u + w,
                    1.88,
                    min(H - 0.08, 1.88 + b.u(0.12, 0.3)),
                    0.33,
                    b.mat("bedding" if soft else "plastic", f"on top {b.integer(0, 3)} {soft}", palette="linen" if soft else "wood"),
                    0.02,
                )
            u += w + 0.03
        if wall_i is not room.walls[1]:
            for _ in range(3):
                u = b.u(start, max(start + 0.01, stop - 0.3))
                wall_i.slab(u, u + 0.25, 0.0, 0.1, 0.28, b.mat("leather", f"shoes {b.integer(0, 2)}", palette="cloth"), 0.05)
    o.ceiling_panel(b, L * 0.4, W / 2, H, 0.14, 0.14, sun)
    room.finish()
    place_camera(
        b,
        lambda: (b.u(0.3, 0.45) * (1 if L > 1.9 else 0.9), W / 2 + b.u(-0.1, 0.25)),
        lambda x, y: (L, W / 2 + b.u(-0.4, 0.4)),
        habit=Habit((1.2, 1.65), (-18, 2), (78, 108), 2.0),
        ceiling=H,
        clearance_m=0.12,
        source_distance_m=(0.3, 0.9),
    )


def car_inside(b: Builder) -> None:
    """Inside a car, seen from the back seat or from beside the driver."""
    b.clutter_scattering = 0.3
    L, W = b.u(2.5, 3.2), b.u(1.35, 1.6)
    H = b.u(1.12, 1.3)
    lining = b.mat("headliner")
    trim = b.mat("plastic", "trim", palette=b.pick("grey", "black", "fabric"))
    dash = b.mat("plastic", "dash", palette=b.pick("black", "grey"))
    floor = b.mat("carpet_tiles", "floor", palette=b.pick("carpet", "black"))
    sun = o.light(b, night=0.12, lamps_by_day=0.0)
    pane = b.mat("window", "car pane", emission=sun.sky(), size=(9.0, 9.0))
    belt = b.u(0.62, 0.7)
    front, rear = L, 0.0
    a, c = b.u(0.55, 0.8), b.u(0.3, 0.6)
    # (x, z) profile: floor, fire wall, dashboard top, windscreen, roof, rear window, rear shelf wall
    profile = [(rear, 0.0), (front, 0.0), (front, belt + 0.05), (front - a, H), (rear + c, H), (rear, belt)]
    extrude_y(b, profile, 0.0, W, [floor, dash, pane, lining, pane, trim], (trim, trim))
    for y, s in ((0.004, 1), (W - 0.004, -1)):
        for x0, x1 in ((rear + c + 0.05, L * 0.5 - 0.05), (L * 0.5 + 0.05, front - a - 0.05)):
            corner = (x0 if s < 0 else x1, y, belt)
            u = (x1 - x0) if s < 0 else (x0 - x1)
            b.quad(corner, (u, 0, 0), (0, 0, H - belt - 0.09), pane)
        b.box((L / 2, y, belt - 0.25), (L / 2 - 0.3, 0.05, 0.06), b.mat("leather", "door card"))
        b.box((L * 0.62, y, belt - 0.22), (0.25, 0.09, 0.02), dash)
        b.box((L * 0.5, y, (belt + H) / 2), (0.04, 0.02, (H - belt) / 2), trim)
    cloth = b.mat(b.pick("upholstery", "upholstery", "leather"), "seat", palette=b.pick("grey", "fabric", "black"))
    for y in (W * 0.27, W * 0.73):
        b.box((L * 0.55, y, 0.3), (0.25, 0.24, 0.09), cloth)
        b.box((L * 0.55 - 0.26, y, 0.6), (0.07, 0.22, 0.27), cloth)
        for s in (-1, 1):
            b.box((L * 0.55 - 0.23, y + s * 0.2, 0.6), (0.09, 0.04, 0.26), cloth)
        b.ellipsoid((L * 0.55 - 0.27, y, 0.99), (0.07, 0.14, 0.1), cloth)
        b.ellipsoid((L * 0.55 - 0.25, y, 0.86), (0.09, 0.22, 0.1), cloth)
        b.cylinder((L * 0.55 - 0.27, y, 0.9), 0.012, 0.08, b.mat("metal", "post"))
    b.box((0.45, W / 2, 0.3), (0.28, W / 2 - 0.08, 0.1), cloth)
    b.box((0.13, W / 2, 0.55), (0.08, W / 2 - 0.08, 0.28), cloth)
    b.box((front - 0.28, W / 2, belt - 0.12), (0.26, W / 2 - 0.02, 0.14), dash)
    b.box((front - 0.5, W * 0.73, belt + 0.04), (0.07, 0.2, 0.05), dash)
    wheel = b.mat("black", "wheel")
    f.ring(b, (front - 0.74, W * 0.73, belt - 0.02), (0.0, 0.19, 0.0), (0.07, 0.0, 0.175), 0.16, wheel)
    b.box((front - 0.73, W * 0.73, belt - 0.02), (0.02, 0.17, 0.018), wheel)
    b.ellipsoid((front - 0.73, W * 0.73, belt - 0.02), (0.03, 0.06, 0.06), wheel)
    b.box((front - 0.62, W * 0.73, belt - 0.02), (0.1, 0.06, 0.05), dash)
    face = b.mat("screen", "car screen", emission=(0.3, 0.45, 0.7)) if b.chance(0.6) else b.mat("glass", "car screen off", palette="black")
    b.box((front - 0.53, W / 2, belt - 0.04), (0.015, 0.15, 0.09), dash)
    b.quad((front - 0.547, W / 2 - 0.13, belt - 0.11), (0, 0.26, 0), (0, 0, 0.14), face)
    b.box((L * 0.5, W / 2, 0.22), (0.45, 0.1, 0.2), trim)
    b.box((front - a - 0.1, W / 2, H - 0.09), (0.02, 0.12, 0.035), b.mat("glass", "mirror", palette="black"))
    if b.chance(0.35):
        f.person(f.Place(b, L * 0.52, W * 0.73, -90, -0.1), True)
    from_back = b.chance(0.7)
    place_camera(
        b,
        (lambda: (b.u(0.3, 0.45), W / 2 + b.u(-0.12, 0.12))) if from_back else (lambda: (L * 0.53 + b.u(-0.05, 0.05), W * 0.27)),
        (lambda x, y: (L, W / 2 + b.u(-0.15, 0.15))) if from_back else (lambda x, y: (L, W * b.u(0.5, 0.75))),
        habit=Habit((0.86, 1.0), (-12, -2), (84, 110), 3.0),
        ceiling=H + 0.2,
        clearance_m=0.06,
        source_distance_m=(0.4, 0.9),
    )

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Concert halls and theatres: raked seats, a stage, reflectors, balconies."""

from __future__ import annotations

from .. import furniture as f
from .. import openings as o
from ..builder import Builder, Place, Wall
from ..camera import draw_habit, place_camera
from ..shells import extrude_y


def concert_hall(b: Builder) -> None:
    """Hall with a raked floor; the stage is at the far end."""
    b.clutter_scattering = 0.18
    L, W, H = b.u(20, 36), b.u(13, 24), b.u(8.5, 15)
    depth = b.u(0.2, 0.3) * L
    rake = b.u(0.8, 3.2)
    front = L - depth
    stage_z = b.u(0.7, 1.1)
    wall = b.mat(b.pick("wood_panel", "wood_panel", "plaster", "concrete", "brick"), "wall")
    floor = b.mat(b.pick("parquet", "floorboards", "carpet_tiles"), "floor")
    stage = b.mat("floorboards", "stage")
    top = b.mat(b.pick("plasterboard_ceiling", "plaster", "wood_panel"), "ceiling", palette="white" if b.chance(0.5) else None)
    # Floor from the back row down to the stage, stage, end wall, ceiling in facets, back wall.
    facets = b.integer(1, 4)
    ceiling = [(L * (1 - k / facets), H - (b.u(0, 1.2) if 0 < k < facets else 0.0)) for k in range(facets + 1)]
    profile = [(0.0, rake), (front - 2.5, 0.0), (front, 0.0), (front, stage_z), (L, stage_z), *ceiling]
    edges = [floor, floor, wall, stage, wall, *([top] * facets), wall]
    extrude_y(b, profile, 0.0, W, edges, (wall, wall))
    sun = o.light(b, night=1.0, lamp=(40, 80))
    left, right = Wall(b, (L, 0.0), (0.0, 0.0), 0.0, H, wall, shell=False), Wall(b, (0.0, W), (L, W), 0.0, H, wall, shell=False)
    _seats(b, front, W, rake)
    _stage(b, L, W, H, front, stage_z, depth)
    _side_walls(b, (left, right), H, front)
    if b.chance(0.45) and H > 9:
        _balconies(b, L, W, H, front)
    if b.chance(0.4):
        panel = b.mat("wood_panel", "reflector")
        for k in range(b.integer(2, 5)):
            x = front - 2 + k * 2.0
            if x < L - 1:
                b.box((x, W / 2, H - b.u(2.2, 3.2)), (0.8, W * 0.3, 0.04), panel)
    _lights(b, L, W, H, front, sun)

    def ground(x: float, y: float) -> float:
        return rake * max(0.0, 1 - x / (front - 2.5))

    if b.chance(0.2):
        place_camera(
            b,
            lambda: (b.u(front + 0.5, L - 1.5), W / 2 + b.u(-0.25, 0.25) * W),
            lambda x, y: (0.0, W / 2),
            floor=lambda x, y: stage_z,
            habit=draw_habit(b, "wide", "snapshot", "portrait", "film"),
        )
    else:
        place_camera(
            b,
            lambda: (b.u(0.04, 0.5) * L, W / 2 + b.u(-0.42, 0.42) * W),
            lambda x, y: (L, W / 2 + b.u(-0.2, 0.2) * W),
            floor=ground,
            habit=draw_habit(b, "wide", "wide", "snapshot", "high", "portrait", "film"),
            pitch_up_deg=b.u(-2, 6),
        )


def _seats(b: Builder, front: float, W: float, rake: float) -> None:
    cloth = b.mat("audience_seat")
    wood = b.mat("furniture", "seat wood")
    pitch = b.u(0.95, 1.15)
    rows = min(24, int((front - 4.2) / pitch))
    blocks = b.pick(2, 3)
    full = b.chance(0.18)
    gap = 1.1
    width = (W - 1.6 - (blocks - 1) * gap) / blocks
    per = max(3, min(int(width / 0.56), int(800 / (rows * blocks))))
    for i in range(rows):
        x = front - 3.4 - i * pitch
        z = rake * max(0.0, 1 - x / (front - 2.5))
        if z > 0.02:
            b.box((x, W / 2, z + 0.01), (pitch / 2, W / 2 - 0.02, 0.02), b.mat("parquet", "tier"))
        z += 0.03
        for k in range(blocks):
            y0 = 0.8 + k * (width + gap)
            b.box((x, y0 + width / 2, z + 0.42), (0.23, width / 2, 0.06), cloth)
            b.box((x + 0.05, y0 + width / 2, z + 0.18), (0.04, width / 2, 0.18), wood)
            for n in range(per):
                y = y0 + (n + 0.5) * width / per
                b.box((x - 0.26, y, z + 0.72), (0.05, width / per / 2 - 0.025, 0.3), cloth)
                if full and b.chance(0.4):
                    f.person(Place(b, x, y, -90, z), True)


def _stage(b: Builder, L: float, W: float, H: float, front: float, z: float, depth: float) -> None:
    wood = b.mat("furniture", "stand")
    if b.chance(0.35):  # a theatre: curtains around the stage
        cloth = b.mat("curtain", "stage curtain", palette="seat")
        for s in (-1, 1):
            b.box((front + 0.6, W / 2 + s * (W / 2 - W * 0.09), z + H * 0.32), (0.12, W * 0.08, H * 0.32), cloth)
        b.box((front + 0.6, W / 2, z + H * 0.66), (0.14, W * 0.45, H * 0.07), cloth)
        if b.chance(0.5):
            b.box((L - 0.3, W / 2, z + H * 0.3), (0.1, W * 0.4, H * 0.3), b.mat("curtain", "back cloth", palette="curtain"))
    elif b.chance(0.6):  # an organ
        pipe, case = b.mat("metal", "organ pipe"), b.mat("furniture", "organ case")
        n = 22
        b.box((L - 0.5, W / 2, z + 1.4), (0.45, n * 0.17, 1.4), case)
        for i in range(n):
            y = W / 2 + (i - (n - 1) / 2) * 0.32
            b.cylinder((L - 0.6, y, z + 2.8), 0.12, min(H - z - 3.6, 1.6 + 2.2 * abs(((i % 8) - 3.5) / 4)), pipe)
    for k in range(b.integer(0, 3)):
        b.box((L - 1.5 - 0.9 * k, W / 2, z + 0.15 + 0.12 * (2 - k)), (0.45, W * 0.3, 0.15 + 0.12 * (2 - k)), b.mat("floorboards", "riser"))
    if b.chance(0.5):
        f.grand_piano(Place(b, front + depth * 0.35, W / 2 + b.u(-2, 2), 180, z))
    for _ in range(b.integer(0, 12)):
        p = Place(b, b.u(front + 1.2, L - 2.5), W / 2 + b.u(-0.3, 0.3) * W, 90 + b.u(-30, 30), z)
        f.chair(p, wood, b.mat("metal", "chair leg"))
        if b.chance(0.25):
            f.person(p, True)


def _side_walls(b: Builder, walls: tuple[Wall, Wall], H: float, front: float) -> None:
    style = b.integer(0, 3)
    relief = b.mat(b.pick("wood_panel", "plaster", "slat_absorber"), "relief")
    for wall in walls:
        n = max(4, int(wall.length / b.u(1.8, 3.0)))
        for i in range(n):
            u = (i + 0.5) * wall.length / n
            if style == 0:
                wall.slab(u - 0.18, u + 0.18, 0.02, H * 0.85, 0.25, relief)
            elif style == 1:
                wall.slab(u - 0.7, u + 0.7, 3.4, H * 0.75, 0.18, relief)
            elif style == 2:
                wall.slab(u - 0.8, u + 0.8, 3.2 + (i % 2) * 0.8, H * 0.55 + (i % 3) * 0.7, 0.1 + 0.12 * (i % 3), relief)
    if b.chance(0.25):
        cloth = b.mat("curtain", "wall drape")
        for wall in walls:
            wall.slab(wall.length * 0.55, wall.length * 0.8, 1.5, H * 0.6, 0.08, cloth, 0.3)


def _balconies(b: Builder, L: float, W: float, H: float, front: float) -> None:
    face = b.mat(b.pick("wood_panel", "plaster"), "balcony")
    seat = b.mat("audience_seat")
    z = b.u(4.2, 5.2)
    b.box((2.0, W / 2, z), (2.0, W / 2 - 0.02, 0.15), face)
    b.box((4.0, W / 2, z + 0.45), (0.06, W / 2 - 0.02, 0.5), face)
    for k in range(2):
        b.box((1.2 + 1.2 * k, W / 2, z + 0.6 - 0.2 * k), (0.3, W * 0.4, 0.3), seat)
    if b.chance(0.6):
        for y in (0.7, W - 0.7):
            b.box((front / 2 + 2, y, z), (front / 2 - 2, 0.68, 0.12), face)
            b.box((front / 2 + 2, y + (0.66 if y < W / 2 else -0.66), z + 0.4), (front / 2 - 2, 0.04, 0.45), face)


def _lights(b: Builder, L: float, W: float, H: float, front: float, sun: o.Light) -> None:
    nx, ny = b.integer(3, 6), b.integer(2, 4)
    for i in range(nx):
        for j in range(ny):
            o.ceiling_panel(b, (i + 0.5) * L / nx, (j + 0.5) * W / ny, H - 1.35, 0.3, 0.3, sun, 1.0, "house")
    for k in range(4):
        o.ceiling_panel(b, front + b.u(0.5, 2), W * (0.2 + 0.2 * k), H - 1.5, 0.35, 0.35, sun, 3.5, "stage")
    if b.chance(0.5):
        for s in (0.06, W - 0.06):
            for i in range(5):
                x = (i + 0.7) * front / 6
                b.box((x, s, 2.9), (0.1, 0.05, 0.18), b.mat("lamp", "sconce", emission=sun.bulb(0.25)))

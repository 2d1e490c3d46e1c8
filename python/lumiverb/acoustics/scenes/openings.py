# SPDX-License-Identifier: AGPL-3.0-or-later
"""What walls carry: windows with reveals and a view, doors, curtains, blinds, pictures, boards, skirting."""

from __future__ import annotations

import math

from .builder import Builder, Light, Room, Wall, add, cross, scale


def light(b: Builder, night: float = 0.15, lamps_by_day: float = 0.6, lamp: tuple[float, float] = (10, 30), sunny: float = 0.35) -> Light:
    """Draw the light of a place: daylight, mixed, or night with lamps only; with ``sunny`` odds the sun shines in by day."""
    is_night = b.chance(night)
    cloud = b.u(0, 1)
    colour = (0.95 + 0.05 * cloud, 1.0, 1.16 - 0.12 * cloud)
    warm = b.pick((1.0, 0.84, 0.64), (1.0, 0.90, 0.76), (1.0, 0.95, 0.86), (1.0, 0.98, 0.94), (0.96, 1.0, 1.02))
    on = is_night or b.chance(lamps_by_day)
    day = 0.03 if is_night else math.exp(b.u(math.log(2.5), math.log(11)))
    if not is_night and b.chance(sunny):
        azimuth, height = b.u(0, 2 * math.pi), math.radians(b.u(12, 55))
        b.sun_direction = (math.cos(azimuth) * math.cos(height), math.sin(azimuth) * math.cos(height), math.sin(height))
        b.sun = scale((1.0, 0.92, 0.8), day * b.u(3, 9))
    return Light(
        day=day,
        day_colour=(0.35, 0.45, 0.8) if is_night else colour,
        lamp=b.u(*lamp) if on else 0.0,
        lamp_colour=warm,
        night=is_night,
    )


def reveals(wall: Wall, u0: float, u1: float, z0: float, z1: float, depth: float, material: int, sides: str = "btlr") -> None:
    """The four sides of an opening that reaches ``depth`` behind the wall."""
    up, along, inward = (0.0, 0.0, z1 - z0), scale(wall.along, u1 - u0), scale(wall.inward, depth)
    left, right, high = wall.point(u0, z0, -depth), wall.point(u1, z0, -depth), wall.point(u0, z1, -depth)
    if "b" in sides:
        wall.b.quad(left, inward, along, material, True)
    if "t" in sides:
        wall.b.quad(high, along, inward, material, True)
    if "l" in sides:
        wall.b.quad(left, up, inward, material, True)
    if "r" in sides:
        wall.b.quad(right, inward, up, material, True)


def window(
    wall: Wall,
    u0: float,
    u1: float,
    z0: float,
    z1: float,
    sun: Light,
    *,
    depth: float = 0.15,
    bars: tuple[int, int] = (2, 1),
    frame: int | None = None,
    glass: str = "window",
    sill: bool = True,
    view: str = "",
    bar_m: float = 0.05,
) -> None:
    """Cut a window: reveals, a luminous pane with a view outside, frame and bars.

    Parameters
    ----------
    u0, u1, z0, z1 : opening in wall coordinates.
    bars : columns and rows of panes.
    view : "clear" | "frosted"; drawn at random when empty.
    """
    b = wall.b
    wall.cut(u0, u1, z0, z1)
    if b.chance(0.5):
        b.focus.append(wall.point((u0 + u1) / 2, (z0 + z1) / 2))
    frame = b.mat("wood_trim", "window frame") if frame is None else frame
    reveals(wall, u0, u1, z0, z1, depth, b.mat("plaster", "reveal", palette="white"))
    clear = (view or b.pick("clear", "clear", "clear", "frosted")) != "frosted"
    columns, rows = bars
    if clear:  # the pattern draws the frame and, behind it, the world outside
        element = ((u1 - u0) / columns, (z1 - z0) / rows)
        tone = b.materials[frame].texture.colour
        pane = b.window_material(glass, element, tone, sun.sky(b.u(0.85, 1.1)))
    else:
        pane = b.mat("window_frosted", emission=sun.sky(0.7))
        _bars(wall, u0, u1, z0, z1, depth - 0.01, bars, frame, bar_m)
    wall.patch(u0, u1, z0, z1, pane, -depth, True)
    if sill:
        wall.slab(u0 - 0.05, u1 + 0.05, z0 - 0.03, z0, 0.12, frame, -0.01)


def _times(a: tuple[float, float, float], c: tuple[float, float, float]) -> tuple[float, float, float]:
    return (a[0] * c[0], a[1] * c[1], a[2] * c[2])


def _bars(wall: Wall, u0: float, u1: float, z0: float, z1: float, depth: float, bars: tuple[int, int], material: int, w: float) -> None:
    columns, rows = bars
    for i in range(columns + 1):
        u = u0 + (u1 - u0) * i / columns
        wall.slab(max(u0, u - w / 2), min(u1, u + w / 2), z0, z1, 0.05, material, -depth)
    for j in range(rows + 1):
        z = z0 + (z1 - z0) * j / rows
        wall.slab(u0, u1, max(z0, z - w / 2), min(z1, z + w / 2), 0.045, material, -depth)


def arched_window(
    wall: Wall,
    u0: float,
    u1: float,
    z0: float,
    z1: float,
    sun: Light,
    *,
    arch: str = "pointed",
    depth: float = 0.35,
    glass: str = "stained_glass",
    coloured: bool = False,
) -> None:
    """A church window: the corners of the opening are filled with wall to make a pointed or a round head."""
    b = wall.b
    wall.cut(u0, u1, z0, z1)
    reveals(wall, u0, u1, z0, z1, depth, wall.material)
    tints = ((1.0, 0.95, 0.85), (1.0, 0.75, 0.6), (0.6, 0.75, 1.1), (0.8, 1.0, 0.75)) if coloured else ((1.0, 1.0, 1.0),)
    rows, columns = (max(2, round((z1 - z0) / 0.8)), 2) if coloured else (1, 1)
    for j in range(rows):
        for i in range(columns):
            k = b.integer(0, len(tints) - 1)
            m = b.mat(glass if coloured else "window_frosted", f"lancet {k}", emission=_times(sun.sky(0.8), tints[k]))
            wall.patch(
                u0 + (u1 - u0) * i / columns,
                u0 + (u1 - u0) * (i + 1) / columns,
                z0 + (z1 - z0) * j / rows,
                z0 + (z1 - z0) * (j + 1) / rows,
                m,
                -depth,
                True,
            )
    _arch_fill(wall, u0, u1, z1, arch)
    _bars(wall, u0, u1, z0, z1, depth - 0.02, (2, max(2, round((z1 - z0) / 0.9))), b.mat("black", "lead"), 0.06)


def _arch_fill(wall: Wall, u0: float, u1: float, top: float, arch: str) -> None:
    if arch == "flat":
        return
    half = (u1 - u0) / 2
    rise = half * (1.7 if arch == "pointed" else 1.0)
    outline = []
    for i in range(7):
        t = i / 6
        if arch == "pointed":
            outline.append((half * (1 - t), rise * math.sqrt(max(0.0, 1 - (1 - t) ** 2 * 1.0)) if t < 1 else rise))
        else:
            a = t * math.pi / 2
            outline.append((half * math.cos(a), half * math.sin(a)))
    mid = (u0 + u1) / 2
    for side in (-1, 1):
        corner = wall.point(mid + side * half, top, 0.004)
        for (x0, y0), (x1, y1) in zip(outline, outline[1:], strict=False):
            p, q = wall.point(mid + side * x0, top - rise + y0, 0.004), wall.point(mid + side * x1, top - rise + y1, 0.004)
            wall.b.triangle(corner, *((p, q) if side < 0 else (q, p)), wall.material)


def window_row(wall: Wall, count: int, width: float, z0: float, z1: float, sun: Light, margin: float = 0.3, **options: object) -> int:
    """Evenly spaced windows along a wall; returns how many were made."""
    count = min(count, int((wall.length - 2 * margin + 0.2) / (width + 0.2)))
    if count < 1:
        return 0
    gap = (wall.length - 2 * margin - count * width) / (count + 1)
    view = options.pop("view", "") or wall.b.pick("clear", "clear", "clear", "clear", "frosted")
    made = 0
    for i in range(count):
        u = margin + gap + i * (width + gap)
        if wall.free(u, u + width, z0, z1):
            window(wall, u, u + width, z0, z1, sun, view=view, **options)  # type: ignore[arg-type]
            made += 1
    return made


def door(
    wall: Wall, u: float | None = None, width: float = 0.9, height: float = 2.05, *, glass: bool = False, material: int | None = None
) -> float | None:
    """A closed door with its frame; returns its left end, or None where the wall is full."""
    b = wall.b
    height = min(height, wall.z1 - wall.z0 - 0.1)
    u = wall.spot(width + 0.16, 0.0, height) if u is None else u
    if u is None:
        return None
    leaf = b.mat("door") if material is None else material
    trim = b.mat("wood_trim", "door frame")
    u0, u1 = u + 0.08, u + 0.08 + width
    wall.slab(u0, u1, 0.01, height, 0.03, leaf)
    for a, c in ((u0 - 0.08, u0), (u1, u1 + 0.08)):
        wall.slab(a, c, 0.0, height + 0.08, 0.045, trim)
    wall.slab(u0, u1, height, height + 0.08, 0.045, trim)
    if glass:
        pane = b.mat("glass", "door glass", emission=(0.05, 0.055, 0.06))
        wall.patch(u0 + 0.15, u1 - 0.15, 0.9, height - 0.2, pane, 0.035)
    metal = b.mat("metal", "handle")
    wall.slab(u1 - 0.16, u1 - 0.05, 1.02, 1.045, 0.05, metal, 0.03)
    wall.take(u, u1 + 0.08, 0.0, height)
    return u


def keep_clear(room: Room, wall: Wall, u: float, width: float = 1.0, depth: float = 0.8) -> None:
    """Keep furniture away from a door."""
    a, n = wall.along, wall.inward
    p = wall.point(u, 0)
    q = add(add(p, scale(a, width)), scale(n, depth))
    room.use((min(p[0], q[0]), min(p[1], q[1]), max(p[0], q[0]), max(p[1], q[1])), 0.0)


def curtains(wall: Wall, u0: float, u1: float, z0: float, z1: float, drawn: float, name: str = "curtain", key: str = "") -> None:
    """A pair of curtains on a rod before an opening; ``drawn`` 0 (open) .. 1 (closed)."""
    b = wall.b
    cloth = b.mat(name, key)
    reach = (u1 - u0) * (0.16 + 0.36 * drawn)
    for a, c in ((u0 - 0.15, u0 - 0.15 + reach), (u1 + 0.15 - reach, u1 + 0.15)):
        a, c = max(0.02, a), min(wall.length - 0.02, c)
        wall.slab(a, c, z0, z1, 0.07, cloth, 0.06)
        wall.take(a, c, z0, z1)
    wall.slab(max(0.02, u0 - 0.25), min(wall.length - 0.02, u1 + 0.25), z1, z1 + 0.03, 0.03, b.mat("black", "rod"), 0.08)


def blind(wall: Wall, u0: float, u1: float, z0: float, z1: float, drawn: float, light_through: float = 0.0) -> None:
    """Slatted or roller blind over the upper part of an opening."""
    b = wall.b
    low = z1 - (z1 - z0) * drawn
    if b.chance(0.5):
        cloth = b.mat("plastic", "roller", palette="linen")
        wall.slab(u0, u1, low, z1, 0.01, cloth, 0.03)
        return
    m = b.mat("plastic", "slat", palette="white")
    n = min(26, max(3, int((z1 - low) / 0.07)))
    for i in range(n):
        z = low + (z1 - low) * (i + 0.5) / n
        wall.slab(u0, u1, z - 0.006, z + 0.006, 0.045, m, 0.02)


def picture(wall: Wall, width: float, height: float, z: float = 1.55, key: str = "") -> bool:
    """A framed picture or poster at a free spot."""
    b = wall.b
    u = wall.spot(width, z - height / 2, z + height / 2)
    if u is None:
        return False
    wall.slab(u, u + width, z - height / 2, z + height / 2, 0.025, b.mat("wood_trim", f"picture frame {key}"))
    e = 0.03
    art = b.mat("poster", f"art {key}", size=(width - 2 * e, height - 2 * e))
    wall.patch(u + e, u + width - e, z - height / 2 + e, z + height / 2 - e, art, 0.028)
    wall.take(u, u + width, z - height / 2, z + height / 2)
    return True


def pictures(room: Room, count: int, z: float = 1.55) -> None:
    """Some pictures on some walls."""
    b = room.b
    for i in range(count):
        wall = room.walls[int(b.rng.integers(len(room.walls)))]
        w = b.u(0.3, 1.0)
        picture(wall, w, w * b.u(0.7, 1.4), z + b.u(-0.1, 0.15), str(i))


def skirting(room: Room, height: float = 0.09) -> None:
    """Boards along the feet of the walls, broken at openings that reach the floor."""
    m = room.b.mat("wood_trim", "skirting")
    for wall in room.walls:
        u = 0.0
        for t in sorted(t for t in wall.taken if t[2] < height and t[3] > 1.9) + [(wall.length, wall.length, 0, 0)]:
            if t[0] > u + 0.05:
                wall.slab(u, t[0], 0.0, height, 0.015, m)
            u = max(u, t[1])


def radiator(wall: Wall, u0: float, u1: float, height: float = 0.6) -> None:
    """A panel radiator with its fins, usually under a window."""
    b = wall.b
    m = b.mat("metal", "radiator", palette="white")
    n = max(4, min(16, int((u1 - u0) / 0.1)))
    wall.slab(u0, u1, 0.14, height, 0.04, m, 0.05)
    for i in range(n):
        u = u0 + (u1 - u0) * (i + 0.5) / n
        wall.slab(u - 0.03, u + 0.03, 0.15, height - 0.01, 0.03, m, 0.08)


def board(wall: Wall, width: float, height: float, z0: float, material: int, frame: int, at: float | None = None) -> bool:
    """A black- or whiteboard or a screen with its frame."""
    u = (at - width / 2) if at is not None else wall.spot(width, z0, z0 + height)
    if u is None or not wall.free(u, u + width, z0, z0 + height):
        return False
    wall.slab(u - 0.03, u + width + 0.03, z0 - 0.03, z0 + height + 0.03, 0.02, frame)
    wall.patch(u, u + width, z0, z0 + height, material, 0.024)
    wall.take(u, u + width, z0, z0 + height)
    return True


def panels(wall: Wall, material: int, coverage: float, z0: float, z1: float, depth: float = 0.05, pieces: int = 3) -> float:
    """Absorber panels spread over a wall; returns the area covered in m2."""
    pieces = max(1, pieces)
    width = wall.length * coverage / pieces
    area = 0.0
    for i in range(pieces):
        u = (i + 0.5) * wall.length / pieces - width / 2
        if wall.free(u, u + width, z0, z1, 0.01):
            wall.slab(u, u + width, z0, z1, depth, material)
            wall.take(u, u + width, z0, z1)
            area += width * (z1 - z0)
    return area


def ceiling_panel(
    b: Builder, x: float, y: float, z: float, hx: float, hy: float, sun: Light, gain: float = 1.0, key: str = "", yaw_deg: float = 0.0
) -> None:
    """A flat luminaire under a ceiling: housing and a luminous face looking down."""
    b.box((x, y, z - 0.025), (hx + 0.02, hy + 0.02, 0.025), b.mat("metal", "luminaire", palette="white"), yaw_deg)
    face = b.mat("lamp", f"panel {key}", emission=sun.bulb(gain) if sun.lamp > 0 else (0.02, 0.02, 0.02))
    c, s = math.cos(math.radians(yaw_deg)), math.sin(math.radians(yaw_deg))
    u, v = (2 * hx * c, 2 * hx * s, 0.0), (-2 * hy * s, 2 * hy * c, 0.0)
    corner = (x - (u[0] + v[0]) / 2, y - (u[1] + v[1]) / 2, z - 0.053)
    assert cross(u, v)[2] > 0
    b.quad(corner, v, u, face)


def ceiling_grid(b: Builder, room: Room, step: float, hx: float, hy: float, sun: Light, drop: float = 0.0, gain: float = 1.0) -> None:
    """Luminaires in a regular grid over all plates of a room."""
    for x0, y0, x1, y1 in room.plates:
        nx, ny = max(1, round((x1 - x0) / step)), max(1, round((y1 - y0) / step))
        for i in range(nx):
            for j in range(ny):
                x, y = x0 + (x1 - x0) * (i + 0.5) / nx, y0 + (y1 - y0) * (j + 0.5) / ny
                ceiling_panel(b, x, y, room.height - drop, hx, hy, sun, gain)
                if drop > 0.2:
                    for d in (-0.8, 0.8):
                        b.cylinder((x + d * hx, y, room.height - drop), 0.006, drop, b.mat("black", "wire"))


def pendant(b: Builder, x: float, y: float, top: float, drop: float, sun: Light, radius: float = 0.2) -> None:
    """A hanging lamp: wire, shade, and a luminous disc looking down."""
    z = top - drop
    b.cylinder((x, y, z), 0.008, drop, b.mat("black", "wire"))
    lit = sun.lamp > 0
    if b.chance(0.5):
        b.ellipsoid((x, y, z), (radius, radius, radius * 0.8), b.mat("lamp", "globe", emission=sun.bulb(0.45) if lit else None))
        return
    b.cylinder((x, y, z - 0.1), radius, 0.2, b.mat("lamp", "shade", palette="linen", emission=sun.bulb(0.12) if lit else None))
    if lit:
        r = radius * 0.6
        b.quad((x - r, y - r, z - 0.105), (0, 2 * r, 0), (2 * r, 0, 0), b.mat("lamp", "pendant", emission=sun.bulb()))


def fittings(room: Room, count: int) -> None:
    """What hangs on walls everywhere: switches, sockets, a clock, hooks with coats, a shelf, a vent, an air conditioner."""
    b = room.b
    for _ in range(count):
        wall = room.walls[b.integer(0, len(room.walls) - 1)]
        which = b.integer(0, 6)
        if which <= 1:
            z = b.pick(0.28, 1.08)
            _mount(wall, 0.085, z, 0.085, 0.012, b.mat("plastic", "switch", palette="white"))
        elif which == 2:
            _clock(wall)
        elif which == 3:
            _shelf(wall)
        elif which == 4:
            _coats(wall)
        elif which == 5:
            _mount(wall, 0.3, min(2.1, room.height - 0.35), 0.16, 0.015, b.mat("metal", "vent", palette="white"))
        elif room.height > 2.3:
            _mount(wall, 0.85, room.height - 0.5, 0.28, 0.2, b.mat("plastic", "air conditioner", palette="white"))


def _mount(wall: Wall, width: float, z: float, height: float, depth: float, material: int) -> float | None:
    """A slab on a free spot of the wall; returns its left end."""
    u = wall.spot(width, z, z + height)
    if u is not None:
        wall.slab(u, u + width, z, z + height, depth, material)
        wall.take(u, u + width, z, z + height)
    return u


def _clock(wall: Wall) -> None:
    u = _mount(wall, 0.3, 1.8, 0.3, 0.02, wall.b.mat("black", "clock rim"))
    if u is not None:
        wall.patch(u + 0.02, u + 0.28, 1.82, 2.08, wall.b.mat("plastic", "clock face", palette="white"), 0.022)
        wall.slab(u + 0.145, u + 0.155, 1.95, 2.06, 0.004, wall.b.mat("black", "clock rim"), 0.023)
        wall.slab(u + 0.15, u + 0.22, 1.945, 1.955, 0.004, wall.b.mat("black", "clock rim"), 0.023)


def _shelf(wall: Wall) -> None:
    b = wall.b
    width, z = b.u(0.5, 1.1), b.u(1.3, 1.7)
    u = wall.spot(width, z, z + 0.3)
    if u is None:
        return
    wall.slab(u, u + width, z, z + 0.025, 0.22, b.mat("furniture", "wall shelf"))
    if b.chance(0.5):
        wall.slab(u + 0.04, u + width * b.u(0.3, 0.8), z + 0.025, z + 0.25, 0.16, b.mat("books", "wall books"), 0.02)
    for _ in range(b.integer(1, 4)):
        x = u + b.u(0.1, width - 0.1)
        wall.slab(
            x - 0.05,
            x + 0.05,
            z + 0.025,
            z + b.u(0.1, 0.28),
            0.09,
            b.mat("ceramic", f"shelf thing {b.integer(0, 2)}", palette="fabric"),
            0.08,
        )
    wall.take(u, u + width, z, z + 0.3)


def _coats(wall: Wall) -> None:
    b = wall.b
    u = wall.spot(0.7, 0.7, 1.75)
    if u is None:
        return
    wall.slab(u, u + 0.7, 1.66, 1.74, 0.03, b.mat("furniture", "coat rack"))
    for k in range(b.integer(1, 4)):
        x = u + 0.1 + 0.16 * k
        wall.slab(x - 0.07, x + 0.09, b.u(0.7, 1.1), 1.66, b.u(0.06, 0.12), b.mat("clothes", f"coat {k % 3}"), 0.02)
    wall.take(u, u + 0.7, 0.7, 1.75)


def ceiling_beams(room: Room) -> None:
    """Exposed timber across the room."""
    b = room.b
    beam = b.mat("furniture", "ceiling beam", palette="wood")
    high, count = b.u(0.12, 0.22), max(2, round(room.length / b.u(0.7, 1.4)))
    for x0, y0, x1, y1 in room.plates:
        n = max(1, round(count * (x1 - x0) / room.length))
        for i in range(n):
            b.box((x0 + (i + 0.5) * (x1 - x0) / n, (y0 + y1) / 2, room.height - high / 2), (0.06, (y1 - y0) / 2 - 0.01, high / 2), beam)


def open_door(room: Room, sun: Light, width: float = 0.9, height: float = 2.03) -> bool:
    """An open door to another space, which belongs to the same air: sound and light pass. False where no wall has room for it.

    The space behind is a plain hall; its volume counts in the scene's, its size does not in the scene's dimensions.
    """
    b = room.b
    if len(room.walls) != 4 or room.height < height + 0.15:
        return False
    for i in b.rng.permutation(4):
        wall = room.walls[int(i)]
        u = wall.spot(width + 0.16, 0.0, height + 0.08, 0.35)
        if u is None:
            continue
        u0, u1 = u + 0.08, u + 0.08 + width
        low, high = max(0.05, u0 - b.u(0.2, 1.2)), min(wall.length - 0.05, u1 + b.u(0.2, 1.2))
        if any(opening.u0 < high + 0.05 and opening.u1 > low - 0.05 for opening in wall.openings):
            continue  # a window's recess would reach into the hall
        keep_clear(room, wall, u0, width, 0.7)
        wall.cut(u0, u1, 0.0, height)
        trim = b.mat("wood_trim", "door frame")
        for a, c in ((u0 - 0.08, u0), (u1, u1 + 0.08)):
            wall.slab(a, c, 0.0, height + 0.08, 0.02, trim)
        wall.slab(u0, u1, height, height + 0.08, 0.02, trim)
        _hall(room, wall, (u0, u1, height), (low, high), sun)
        b.focus.append(wall.point((u0 + u1) / 2, 1.2))
        return True
    return False


def _hall(room: Room, wall: Wall, opening: tuple[float, float, float], reach: tuple[float, float], sun: Light) -> None:
    """The space behind an open door: a box from `reach[0]` to `reach[1]` along the wall, its fronts inwards."""
    b, thick, depth, tall = wall.b, 0.12, wall.b.u(1.2, 4.0), min(room.height, wall.b.u(2.3, 2.8))
    u0, u1, height = opening
    low, high = reach
    far = thick + depth
    reveals(wall, u0, u1, 0.0, height, thick, b.mat("wood_trim", "door frame"))
    paint = b.mat(b.pick("plaster", "plasterboard"), "hall")
    up, along, inward = (0.0, 0.0, tall), scale(wall.along, high - low), scale(wall.inward, depth)
    wall.patch(low, high, 0.0, tall, paint, -far, True)
    for a, c, z in ((low, u0, 0.0), (u1, high, 0.0), (u0, u1, height)):
        b.quad(wall.point(a, z, -thick), (0.0, 0.0, tall - z), scale(wall.along, c - a), paint, True)
    b.quad(wall.point(low, 0.0, -far), up, inward, paint, True)
    b.quad(wall.point(high, 0.0, -far), inward, up, paint, True)
    b.quad(wall.point(low, 0.0, -far), inward, along, room.floor, True)
    b.quad(wall.point(low, tall, -far), along, inward, b.mat("plasterboard_ceiling", "hall ceiling"), True)
    leaf = add(wall.point(u0 + 0.025, height / 2 - 0.01), scale(wall.inward, -thick - 0.43))
    b.box(leaf, (0.02, 0.42, height / 2 - 0.02), b.mat("door"), wall.yaw_deg)
    if sun.lamp > 0 and b.chance(0.7):
        x, y, _ = wall.point((low + high) / 2, 0.0, -(thick + far) / 2)
        ceiling_panel(b, x, y, tall, 0.15, 0.15, sun, 0.8, "hall")

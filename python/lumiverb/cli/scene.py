# SPDX-License-Identifier: AGPL-3.0-or-later
"""``lumiverb scene``: make rooms that can be seen and heard."""

from __future__ import annotations

import json
import math
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from PIL import Image, ImageDraw

from lumiverb.acoustics.scenes import CHANGES, KINDS, TracedRoom, make_pair, make_room, mid_rt60, trace_labels, trace_room
from lumiverb.audio.atomic import replacing
from lumiverb.errors import SceneError

app = typer.Typer(add_completion=False, no_args_is_help=True)

_Threads = Annotated[int, typer.Option("--threads", "-j", help="Threads or processes; 0 = one per core.")]


@app.command()
def kinds() -> None:
    """List the kinds of place with their usual reverberation times."""
    for kind in KINDS.values():
        note = "outdoors" if kind.outdoor else f"RT60 {kind.rt60_s[0]:g}-{kind.rt60_s[1]:g} s"
        print(f"{kind.name:<14} {note}")


@app.command()
def make(
    kind: Annotated[str, typer.Option("--kind", "-k", help="A kind of place, see `lumiverb scene kinds`.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write to; it is made if missing.")],
    seed: Annotated[int, typer.Option("--seed", "-s", min=0)] = 1,
    size: Annotated[int, typer.Option("--size", min=16, max=2048, help="Edge of the picture in pixels.")] = 512,
    samples: Annotated[int, typer.Option("--samples", min=1, max=4096, help="Light paths per pixel.")] = 96,
    rays: Annotated[int, typer.Option("--rays", min=100, help="Sound rays.")] = 40000,
    layout: Annotated[str, typer.Option("--layout", help="Impulse response: mono, stereo, binaural or foa.")] = "stereo",
    rate: Annotated[int, typer.Option("--rate", min=8000, max=192000, help="Sample rate of the impulse response in Hz.")] = 48000,
    denoise: Annotated[bool, typer.Option("--denoise/--no-denoise", help="Smooth the picture.")] = True,
    source: Annotated[str, typer.Option("--source", help="omni, or voice: someone who talks to the listener.")] = "omni",
    palette: Annotated[
        str, typer.Option("--palette", help="usual, or unseen: colours and patterns that no training picture has.")
    ] = "usual",
    threads: _Threads = 0,
) -> None:
    """Make one place: picture (PNG), impulse response (WAV), description and scene (JSON)."""
    import soundfile

    from lumiverb import _native

    _check_folder(out)
    for value, choices in ((source, ("omni", "voice")), (palette, ("usual", "unseen")), (layout, ("mono", "stereo", "binaural", "foa"))):
        if value not in choices:
            raise SceneError(f"'{value}' is none of {', '.join(choices)}")
    scene = replace(make_room(_known(kind), seed, palette=palette), source_pattern=source)
    threads = threads or os.cpu_count() or 1
    room = trace_room(scene, size, samples, rays, threads, denoise=denoise)
    tracer = _native.RoomTracer(scene.to_json())
    sound = tracer.sound(rays=rays, seed=seed, threads=threads)
    rir = np.asarray(sound_rir(tracer, sound, layout, float(rate), seed)).T
    name = f"{kind}-{seed}"
    out.mkdir(parents=True, exist_ok=True)
    _write(out / f"{name}.png", lambda path: Image.fromarray(room.picture).save(path, format="PNG"))
    _write(out / f"{name}.wav", lambda path: soundfile.write(path, rir, rate, subtype="FLOAT", format="WAV"))
    _write(out / f"{name}.room.json", lambda path: path.write_text(json.dumps(description(room), indent=1) + "\n"))
    _write(out / f"{name}.scene.json", lambda path: path.write_text(scene.to_json() + "\n"))
    print(f"{out / name}.png  RT60 {mid_rt60(room.labels):.2f} s at 500 Hz-1 kHz")


def sound_rir(tracer: Any, sound: Any, layout: str, rate: float, seed: int) -> Any:
    """Impulse response of a traced sound field, shape (outputs, length)."""
    owner = sound if hasattr(sound, "rir") else tracer
    return owner.rir(layout=layout, sample_rate=rate, seed=seed) if owner is sound else owner.rir(sound, layout, rate, seed)


@app.command()
def sheet(
    out: Annotated[Path, typer.Option("--out", "-o", help="PNG to write.")],
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=200)] = 20,
    kind: Annotated[list[str] | None, typer.Option("--kind", "-k", help="Only these kinds; may be given several times.")] = None,
    seed: Annotated[int, typer.Option("--seed", "-s", min=0)] = 1,
    size: Annotated[int, typer.Option("--size", min=32, max=512)] = 224,
    samples: Annotated[int, typer.Option("--samples", min=1, max=1024)] = 32,
    columns: Annotated[int, typer.Option("--columns", min=1, max=20)] = 5,
    denoise: Annotated[bool, typer.Option("--denoise/--no-denoise")] = False,
    threads: _Threads = 0,
) -> None:
    """Many places at a glance, with kind and reverberation time under each."""
    _check_picture(out)
    names = [_known(k) for k in kind] if kind else list(KINDS)
    jobs = [(names[i % len(names)], seed + i // len(names), size, samples, denoise) for i in range(count)]
    with ProcessPoolExecutor(threads or os.cpu_count() or 1) as pool:
        tiles = list(pool.map(_tile, jobs))
    page = _page(tiles, size, columns)
    out.parent.mkdir(parents=True, exist_ok=True)
    _write(out, lambda path: page.save(path, format="PNG"))
    print(out)


@app.command()
def pairs(
    out: Annotated[Path, typer.Option("--out", "-o", help="PNG to write.")],
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=50, help="Pairs of each change: softer, harder, smaller, larger.")] = 4,
    seed: Annotated[int, typer.Option("--seed", "-s", min=0)] = 1,
    size: Annotated[int, typer.Option("--size", min=32, max=512)] = 192,
    samples: Annotated[int, typer.Option("--samples", min=1, max=1024)] = 8,
    threads: _Threads = 0,
) -> None:
    """Places two by two that differ in one thing only: the surfaces, or the size of the room around the same furniture."""
    _check_picture(out)
    jobs = [(change, seed + i, size, samples) for change in CHANGES for i in range(count)]
    with ProcessPoolExecutor(threads or os.cpu_count() or 1) as pool:
        tiles = [tile for pair in pool.map(_pair_tiles, jobs) for tile in pair]
    page = _page(tiles, size, 2 * count)
    out.parent.mkdir(parents=True, exist_ok=True)
    _write(out, lambda path: page.save(path, format="PNG"))
    print(out)


@app.command()
def stats(
    out: Annotated[Path, typer.Option("--out", "-o", help="Figure (PNG) of RT60 by kind.")],
    count: Annotated[int, typer.Option("--count", "-n", min=3, help="Places per kind.")] = 40,
    seed: Annotated[int, typer.Option("--seed", "-s", min=0)] = 1,
    rays: Annotated[int, typer.Option("--rays", min=100)] = 2000,
    threads: _Threads = 0,
) -> None:
    """Draw how long the kinds of place ring, beside what is usual for them (needs matplotlib)."""
    _check_picture(out)
    jobs = [(name, seed + i, rays) for name in KINDS for i in range(count)]
    with ProcessPoolExecutor(threads or os.cpu_count() or 1) as pool:
        times = list(pool.map(_time, jobs, chunksize=4))
    by_kind = {name: np.array(times[k * count : (k + 1) * count]) for k, name in enumerate(KINDS)}
    for name, t in by_kind.items():
        low, mid, high = np.percentile(t, [10, 50, 90])
        wish = KINDS[name].rt60_s
        print(f"{name:<14} median {mid:5.2f} s   10-90 % {low:5.2f}-{high:5.2f} s   usual {wish[0]:g}-{wish[1]:g} s")
    out.parent.mkdir(parents=True, exist_ok=True)
    _write(out, lambda path: _figure(by_kind, path))


def description(room: TracedRoom) -> dict[str, Any]:
    """A traced room as RoomDescription in JSON form: what an ideal encoder would say of the picture. What the place does not have
    (size and absorption outdoors, the DRR of a hidden source) stays at RoomDescription's defaults."""
    from lumiverb.acoustics.description import RoomDescription

    t = room.labels
    outdoor = bool(t["outdoor"])
    plain = {k: [round(float(x), 4) for x in np.atleast_1d(v)] for k, v in t.items() if k not in ("kind", "outdoor")}
    known: dict[str, Any] = {"room_kind": t["kind"], "outdoor_probability": 1.0 if outdoor else 0.0}
    known |= {"rt60_s": plain["rt60_s"], "source_distance_m": plain["distance_m"][0]}
    known |= {"source_azimuth_deg": plain["azimuth_deg"][0], "source_elevation_deg": plain["elevation_deg"][0]}
    if np.isfinite(t["drr_db"]).all():
        known["drr_db"] = plain["drr_db"]
    if math.isfinite(t["c50_db"]):
        known["clarity_c50_db"] = plain["c50_db"][0]
    if not outdoor:
        known |= {"volume_m3": plain["volume_m3"][0], "dimensions_m": plain["dimensions_m"], "absorption": plain["absorption"]}
    return RoomDescription(**known).to_dict()


def _tile(job: tuple[str, int, int, int, bool]) -> tuple[np.ndarray, str]:
    kind, seed, size, samples, denoise = job
    room = trace_room(make_room(kind, seed), size, samples, 2000, denoise=denoise)
    return room.picture, f"{kind} {seed}   {mid_rt60(room.labels):.2f} s"


def _pair_tiles(job: tuple[str, int, int, int]) -> list[tuple[np.ndarray, str]]:
    change, seed, size, samples = job
    pair = make_pair(change, seed)
    rooms = [trace_room(scene, size, samples, 2000, denoise=True) for scene in (pair.first, pair.second)]
    names = (pair.first.kind.replace("_", " "), change)
    return [(room.picture, f"{name} {seed}   {mid_rt60(room.labels):.2f} s") for room, name in zip(rooms, names, strict=True)]


def _page(tiles: list[tuple[np.ndarray, str]], size: int, columns: int) -> Image.Image:
    """Pictures in rows with a line of text under each."""
    page = Image.new("RGB", (columns * (size + 6), math.ceil(len(tiles) / columns) * (size + 24)), (18, 20, 24))
    pen = ImageDraw.Draw(page)
    for i, (picture, text) in enumerate(tiles):
        x, y = (i % columns) * (size + 6) + 3, (i // columns) * (size + 24) + 3
        page.paste(Image.fromarray(picture), (x, y))
        pen.text((x + 2, y + size + 4), text, fill=(225, 228, 232))
    return page


def _time(job: tuple[str, int, int]) -> float:
    kind, seed, rays = job
    return mid_rt60(trace_labels(make_room(kind, seed), rays))


def _figure(by_kind: dict[str, np.ndarray], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axis = plt.subplots(figsize=(9, 6), dpi=100)
    for row, (name, t) in enumerate(by_kind.items()):
        low, high = KINDS[name].rt60_s
        axis.barh(row, high - max(low, 0.04), left=max(low, 0.04), height=0.7, color="#c9d8e6", zorder=1)
        axis.plot(t, row + np.linspace(-0.25, 0.25, len(t)), ".", color="#1f5f8b", ms=3.5, zorder=2)
        axis.plot(np.percentile(t, [10, 90]), [row, row], "-", color="#d0652b", lw=1.5, zorder=3)
        axis.plot(np.median(t), row, "o", color="#d0652b", ms=5, zorder=4)
    axis.set(xscale="log", xlim=(0.04, 12), xlabel="RT60 at 500 Hz-1 kHz (s): dots = places, orange = median and 10-90 %, band = usual")
    axis.set_yticks(range(len(by_kind)), [name.replace("_", " ") for name in by_kind])
    axis.set_xticks([0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10], ["0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10"])
    axis.invert_yaxis()
    axis.grid(axis="x", alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, format="png")


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise SceneError(f"kind '{kind}' is unknown; choose one of {', '.join(KINDS)}")
    return kind


def _check_folder(out: Path) -> None:
    """Before minutes of tracing: a folder, or a place for one."""
    if out.exists() and not out.is_dir():
        raise SceneError(f"{out}: is a file, not a folder to write to")


def _check_picture(out: Path) -> None:
    if out.is_dir():
        raise SceneError(f"{out}: is a folder, not a picture to write")
    if out.suffix.lower() != ".png":
        raise SceneError(f"{out}: is written as .png")
    _check_folder(out.parent)


def _write(path: Path, write: Any) -> None:
    """Whole, or not at all."""
    with replacing(path, SceneError) as temporary:
        write(temporary)


if __name__ == "__main__":
    app()

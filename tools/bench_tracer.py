# SPDX-License-Identifier: AGPL-3.0-or-later
"""Speed of RoomTracer at equal noise, beside the proof of principle where its folder is found, and its cost for every kind of place.

The same rooms go through both programs. Noise of a picture: RMS of its 8-bit values against a picture of the same program with
many samples. Noise of a decay: relative spread of T30 over seeds, median of the bands. Both are interpolated to the noise that the
proof of principle has at 32 samples and 2000 rays; the ratio of CPU times at that noise is the speed-up. The table over kinds is
taken with the sample count that reaches this noise, and with rays until T30 is known within 5 %.

Run: python tools/bench_tracer.py [--prototype ../shared/prototypes/rooms] [--quick] [--json]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from lumiverb._native import RoomTracer

KINDS = ("living", "office", "bathroom", "classroom", "studio")
PATTERNS = (
    "plaster", "brick", "tiles", "planks", "carpet", "concrete", "woodPanel", "acousticTile", "foam", "curtain", "books", "window", "marble",
    "fabric", "slats", "perforated",
)  # fmt: skip


def prototype_module(folder: Path) -> ModuleType:
    """The scene maker of the proof of principle; nothing is written beside it."""
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("prototype_gen", folder / "gen.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plane_axes(normal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two axes of a plane's patches."""
    u = np.cross([0.0, 0.0, 1.0], normal) if abs(normal[2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    u /= np.linalg.norm(u)
    return u, np.cross(normal, u)


def scene_from_prototype(scene: Any, text: str) -> dict[str, Any]:
    """The same room in the scene format: box of six planes, patches, boxes, cylinders."""
    materials = [
        {
            "name": str(name),
            "texture": {"pattern": PATTERNS[tex], "colour": list(a), "colour2": list(b), "joint": list(c), "size_m": [sx, sy]},
            "specular": spec, "roughness": rough, "emission": [float(e) for e in emission],
            "absorption": list(absorption), "scattering": [scattering] * 7,
        }
        for tex, a, b, c, sx, sy, spec, rough, emission, absorption, scattering, name in scene.m
    ]  # fmt: skip
    size = np.array(scene.dim)
    quads = []
    for normal, distance, material in scene.planes:
        n = np.array(normal, float)
        axis = int(np.argmax(np.abs(n)))
        corner = np.zeros(3)
        corner[axis] = n[axis] * distance
        edges = [np.eye(3)[k] * size[k] for k in range(3) if k != axis]
        quads.append((corner, edges[0], edges[1], material))
    for plane, u0, v0, u1, v1, material in scene.patch:
        normal, distance, _ = scene.planes[plane]
        n = np.array(normal, float)
        u, v = plane_axes(n)
        quads.append((n * (distance - 0.002) + u * u0 + v * v0, u * (u1 - u0), v * (v1 - v0), material))
    values = {
        line.split()[0]: [float(x) for x in line.split()[1:]] for line in text.splitlines() if line.split()[0] in ("cam", "rcv", "src")
    }
    length, width, height = size
    return {
        "materials": materials,
        "quads": [{"corner": c.tolist(), "edge_u": u.tolist(), "edge_v": v.tolist(), "material": m} for c, u, v, m in quads],
        "boxes": [{"centre": [float(x) for x in c], "half": [float(x) for x in h], "yaw_deg": float(np.degrees(yaw)), "material": m} for c, h, yaw, m in scene.boxes],
        "cylinders": [{"base": [x, y, z0], "radius": r, "height": z1 - z0, "material": m} for x, y, r, z0, z1, m in scene.cyls],
        "camera": {"position": values["cam"][:3], "target": values["cam"][3:6], "fov_deg": values["cam"][6]},
        "source": values["src"], "listener": values["rcv"],
        "volume_m3": float(length * width * height), "surface_m2": float(2 * (length * width + length * height + width * height)),
    }  # fmt: skip


class Prototype:
    """The proof of principle, compiled into a temporary folder."""

    def __init__(self, folder: Path, build: Path) -> None:
        self.program = build / "roomtrace"
        self.build = build
        subprocess.run(["g++", "-O3", "-march=native", "-w", str(folder / "roomtrace.cpp"), "-o", str(self.program)], check=True)

    def run(self, text: str, size: int, samples: int, rays: int) -> dict[str, Any]:
        out = self.build / "picture.ppm"
        answer = json.loads(
            subprocess.run(
                [str(self.program), str(out), str(size), str(samples), str(rays)], input=text, capture_output=True, text=True, check=True
            ).stdout
        )
        if samples:
            raw = out.read_bytes()
            answer["picture"] = np.frombuffer(raw[-3 * size * size :], np.uint8).reshape(size, size, 3)
        return answer


def rms(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.sqrt(np.mean((a.astype(float) - b.astype(float)) ** 2)))


def spread(times: list[np.ndarray]) -> float:
    """Relative standard deviation over seeds, median of the bands."""
    t = np.array(times)
    return float(np.nanmedian(np.nanstd(t, axis=0) / np.nanmean(t, axis=0)))


def cpu_seconds(job) -> tuple[float, Any]:
    start = time.process_time()
    result = job()
    return time.process_time() - start, result


def cost_at(noise: float, points: list[tuple[float, float]]) -> float:
    """CPU time at a given noise, log-log between measured (time, noise) points; clamped to them."""
    points = sorted(points, key=lambda p: p[1])
    return float(np.exp(np.interp(np.log(noise), [np.log(p[1]) for p in points], [np.log(p[0]) for p in points])))


def bench_room(scene: dict[str, Any], size: int, reference_samples: int, seeds: int) -> dict[str, Any]:
    """Times and noise of RoomTracer for one room."""
    tracer = RoomTracer(json.dumps(scene))
    reference = tracer.picture(size, size, samples=reference_samples, seed=99, threads=2)
    pictures = {}
    for samples, denoise in ((32, False), (32, True), (16, True), (8, True), (4, True), (2, True), (1, True)):
        seconds, picture = cpu_seconds(lambda s=samples, d=denoise: tracer.picture(size, size, samples=s, denoise=d))
        pictures[f"{samples}{'d' if denoise else ''}"] = (seconds * (192 / size) ** 2, rms(picture, reference))
    decays = {}
    for rays in (64, 250, 1000, 4000):
        results = [cpu_seconds(lambda r=rays, s=seed: tracer.sound(rays=r, seed=s).t30_s) for seed in range(seeds)]
        decays[str(rays)] = (float(np.median([r[0] for r in results])), spread([r[1] for r in results]))
    return {"picture": pictures, "decay": decays}


def bench(prototype: Path | None = None, quick: bool = False) -> dict[str, Any]:
    """Measure; without the prototype's folder a small built-in room is timed alone.

    Returns
    -------
    dict: per room (seconds at 192 x 192, RMS in 8-bit steps) per sample count ("16d" = denoised) and (seconds, relative spread of
    T30) per ray count; medians; with a prototype also its numbers and the speed-ups at equal noise.
    """
    size, reference, seeds = (96, 256, 4) if quick else (128, 768, 8)
    if prototype is None or not (prototype / "gen.py").exists():
        from lumiverb.acoustics.scenes import make_scene

        rooms = {
            kind: json.loads(make_scene(kind, 1).to_json())
            for kind in (("living_room",) if quick else ("living_room", "office", "classroom"))
        }
        result = summary({name: bench_room(scene, size, reference, seeds) for name, scene in rooms.items()})
        return with_kinds(result, 3, quick)
    gen = prototype_module(prototype)
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        program = Prototype(prototype, Path(folder))
        for kind in KINDS[:2] if quick else KINDS:
            made, text, _ = gen.make(kind, 1)
            ours = bench_room(scene_from_prototype(made, text), size, reference, seeds)
            ideal = program.run(text, size, reference, 0)["picture"]
            picture = program.run(text, size, 32, 0)
            sounds = [program.run(text.replace("seed 1\n", f"seed {s}\n"), 8, 1, 2000) for s in range(1, seeds + 1)]
            times = [np.where(np.array(s["T30"]) > 0, s["T30"], np.nan) for s in sounds]
            ours["prototype"] = {
                "picture": (picture["t_img"] * (192 / size) ** 2, rms(picture["picture"], ideal)),
                "decay": (float(np.median([s["t_snd"] for s in sounds])), spread(times)),
            }
            their_time, their_noise = ours["prototype"]["picture"]
            ours["picture_speedup_same_samples"] = their_time / ours["picture"]["32"][0]
            ours["picture_speedup"] = their_time / cost_at(their_noise, [v for k, v in ours["picture"].items() if k.endswith("d")])
            their_time, their_noise = ours["prototype"]["decay"]
            ours["decay_speedup"] = their_time / cost_at(their_noise, list(ours["decay"].values()))
            results[kind] = ours
    result = summary(results)
    return with_kinds(result, samples_for(result["prototype_picture_s_and_rms"][1], result["picture_s_and_rms"]), quick)


def with_kinds(result: dict[str, Any], samples: int, quick: bool) -> dict[str, Any]:
    return result | {"kinds_samples": samples, "kinds": kinds_table(samples, quick)}


def kinds_table(samples: int, quick: bool) -> dict[str, dict[str, float]]:
    """CPU seconds of scene, picture (192 x 192, denoised) and decay (rays until T30 is known within 5 %) for each kind of place."""
    from lumiverb.acoustics.scenes import KINDS, make_room

    table = {}
    for kind in list(KINDS)[:: 5 if quick else 1]:
        rows = []
        for seed in (1,) if quick else (1, 2, 3):
            scene_s, scene = cpu_seconds(lambda k=kind, s=seed: make_room(k, s))
            build_s, tracer = cpu_seconds(lambda s=scene: RoomTracer(s.to_json()))
            picture_s, _ = cpu_seconds(lambda t=tracer: t.picture(192, 192, samples=samples, denoise=True))
            decay_s, sound = cpu_seconds(lambda t=tracer: t.sound(rays=600, image_source_order=0, target_error=0.05, max_rays=24000))
            rows.append((scene_s, build_s + picture_s, decay_s, float(np.median(sound.t30_error))))
        table[kind] = dict(zip(("scene_s", "picture_s", "decay_s", "t30_error"), np.mean(rows, axis=0).tolist(), strict=True))
    return table


def samples_for(noise: float, pictures: dict[str, list[float]]) -> int:
    """The smallest denoised sample count that is measured to be no noisier."""
    counts = sorted(int(name[:-1]) for name in pictures if name.endswith("d"))
    return next((n for n in counts if pictures[f"{n}d"][1] <= noise), counts[-1])


def summary(rooms: dict[str, Any]) -> dict[str, Any]:
    def median(*keys: str) -> list[float]:
        values = []
        for room in rooms.values():
            node = room
            for key in keys:
                node = node[key]
            values.append(node)
        return np.median(np.array(values, float), axis=0).tolist()

    first = next(iter(rooms.values()))
    result: dict[str, Any] = {
        "rooms": rooms,
        "picture_s_and_rms": {k: median("picture", k) for k in first["picture"]},
        "decay_s_and_spread": {k: median("decay", k) for k in first["decay"]},
    }
    if "prototype" in first:
        result["prototype_picture_s_and_rms"] = median("prototype", "picture")
        result["prototype_decay_s_and_spread"] = median("prototype", "decay")
        for key in ("picture_speedup_same_samples", "picture_speedup", "decay_speedup"):
            result[key] = median(key)
    return result


def table(result: dict[str, Any]) -> str:
    lines = ["RoomTracer, CPU seconds on one core, medians over rooms", "  picture 192 x 192      s      RMS (8-bit)"]
    lines += [f"    {k:>4} samples    {s:7.3f}   {n:6.2f}" for k, (s, n) in result["picture_s_and_rms"].items()]
    lines += ["  decay, 7 bands         s      spread of T30"]
    lines += [f"    {k:>5} rays      {s:7.3f}   {100 * n:5.1f} %" for k, (s, n) in result["decay_s_and_spread"].items()]
    if "picture_speedup" in result:
        lines += ["  proof of principle: picture {:.3f} s, RMS {:.2f}; ".format(*result["prototype_picture_s_and_rms"])
                  + "decay {:.3f} s, spread {:.1%}".format(*result["prototype_decay_s_and_spread"])]  # fmt: skip
        lines += [
            f"  speed-up at equal noise: picture {result['picture_speedup']:.1f} (same samples {result['picture_speedup_same_samples']:.1f}), decay {result['decay_speedup']:.1f}"
        ]
    lines += [f"  kinds, CPU seconds ({result['kinds_samples']} samples, denoised)   scene  picture    decay   error of T30"]
    for kind, row in result["kinds"].items():
        lines.append(f"    {kind:<40} {row['scene_s']:8.3f} {row['picture_s']:8.3f} {row['decay_s']:8.3f} {100 * row['t30_error']:9.1f} %")
    return "\n".join(lines)


def rows(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines of ``lumiverb bench``."""
    picture, decay = result["picture_s_and_rms"]["16d"], result["decay_s_and_spread"]["1000"]
    lines = [
        {"what": "picture 192 x 192, 16 samples, denoised", "value": picture[0], "unit": "s", "note": f"noise {picture[1]:.1f} of 255"},
        {"what": "decay in 7 bands, 1000 rays", "value": decay[0], "unit": "s", "note": f"spread of T30 {100 * decay[1]:.1f} %"},
    ]
    if "picture_speedup" in result:
        their_picture, their_decay = result["prototype_picture_s_and_rms"], result["prototype_decay_s_and_spread"]
        lines += [
            {"what": "  proof of principle, picture of 32 samples", "value": their_picture[0], "unit": "s", "note": f"noise {their_picture[1]:.1f} of 255"},
            {"what": "  proof of principle, decay of 2000 rays", "value": their_decay[0], "unit": "s", "note": f"spread of T30 {100 * their_decay[1]:.1f} %"},
            {"what": "picture, times faster at equal noise", "value": result["picture_speedup"], "unit": "x", "limit": 5.0, "at_least": True},
            {"what": "  the same number of samples, no denoiser", "value": result["picture_speedup_same_samples"], "unit": "x"},
            {"what": "decay, times faster at equal spread", "value": result["decay_speedup"], "unit": "x"},
        ]  # fmt: skip
    kinds = result["kinds"]
    costs = {kind: row["picture_s"] + row["decay_s"] for kind, row in kinds.items()}
    dearest = max(costs, key=lambda kind: costs[kind])
    lines += [
        {"what": f"picture ({result['kinds_samples']} samples) and decay, mean over kinds", "value": float(np.mean(list(costs.values()))), "unit": "s", "limit": 0.6},
        {"what": f"  dearest kind ({dearest})", "value": costs[dearest], "unit": "s"},
        {"what": "making a scene, mean over kinds", "value": float(np.mean([row["scene_s"] for row in kinds.values()])), "unit": "s"},
    ]  # fmt: skip
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shared = Path(os.environ.get("LUMIVERB_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "prototypes" / "rooms"
    parser.add_argument("--prototype", type=Path, default=shared if shared.is_dir() else None, help="folder with gen.py and roomtrace.cpp")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true", help="print the lines of `lumiverb bench` instead of the table")
    parser.add_argument("--numbers", type=Path, help="write all numbers here")
    args = parser.parse_args()
    result = bench(args.prototype, args.quick)
    print(json.dumps(rows(result)) if args.json else table(result))
    if args.numbers:
        args.numbers.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The speed table: every number is a median of several runs, and what is compared runs in the same minute on the same machine."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

import lumiverb
from lumiverb.errors import Error
from lumiverb.host.models import DRY_MODELS, model_folder, source_tree
from lumiverb.host.native import native
from lumiverb.room import Room


@dataclass(frozen=True)
class Row:
    """One line. ``limit`` with ``at_least`` False is an upper bound; None = no target, shown for comparison."""

    section: str
    what: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is reached, None without one."""
        if self.limit is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def as_dict(self) -> dict[str, Any]:
        """For bench.json and the table."""
        target = "" if self.limit is None else f"{'>=' if self.at_least else '<='} {_number(self.limit)} {self.unit}"
        return {**asdict(self), "met": self.met, "target": target, "shown": f"{_number(self.value)} {self.unit}"}


class NotMeasured(Exception):
    """A section whose part is missing on this machine; the message says which."""


def _number(value: float) -> str:
    if value == 0 or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.4f}"


def run(quick: bool = False, only: list[str] | None = None, announce: Callable[[str], None] = lambda name: None) -> dict[str, Any]:
    """Measure all sections (or those in `only`).

    Returns
    -------
    dict with ``rows`` (see :class:`Row`), ``missing`` (section -> reason) and ``machine``

    Raises
    ------
    Error
        For an unknown section.
    """
    unknown = set(only or ()) - SECTIONS.keys()
    if unknown:
        raise Error(f"unknown section '{sorted(unknown)[0]}'; the sections are {', '.join(SECTIONS)}")
    rows: list[dict[str, Any]] = []
    missing: dict[str, str] = {}
    for name, section in SECTIONS.items():
        if only and name not in only:
            continue
        announce(name)
        try:
            rows += [row.as_dict() for row in section(quick)]
        except (NotMeasured, Error) as reason:
            missing[name] = str(reason)
    return {"lumiverb": lumiverb.__version__, "quick": quick, "machine": _machine(), "rows": rows, "missing": missing}


def _machine() -> dict[str, Any]:
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        processor = names[0] if names else processor
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {"system": platform.platform(), "processor": processor, "cores": os.cpu_count(), "load_before": load}


def bench_room() -> Room:
    """A large hall: its response is as long as the budget's 6 s."""
    description = lumiverb.RoomDescription(
        rt60_s=(6.0, 6.0, 5.5, 5.0, 4.0, 2.8, 1.6), drr_db=(-8.0,) * 7, volume_m3=12000.0, dimensions_m=(40.0, 22.0, 13.6),
        room_kind="church", clarity_c50_db=-4.0, source_distance_m=4.0,
    )  # fmt: skip
    return Room.from_description(description, name="hall")


def _repeats(quick: bool) -> int:
    return 3 if quick else 7


# ------------------------------------------------------------------------------------------- picture -> new response


def picture_to_response(quick: bool) -> list[Row]:
    """From a picture file of 12 megapixels to the moment at which the engine plays the new room."""
    from lumiverb.host import models

    models.model_folder(models.SCENE_ENCODER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.jpg"
        _write_photo(path)
        match = lumiverb.Match(mix=1.0, offline=False)
        block = np.zeros((2, 512), np.float32)
        match(block, 48000)
        lumiverb.Room.from_picture(path)  # loads the network: once per process, in the background in a plug-in
        total, cpu, looking = [], [], []
        for _ in range(_repeats(quick)):
            began, cpu_began = time.perf_counter(), time.process_time()
            room = lumiverb.Room.from_picture(path)
            looking.append(time.process_time() - cpu_began)
            match.room = room
            match(block, 48000, reset=True)
            cpu.append(time.process_time() - cpu_began)
            total.append(time.perf_counter() - began)
    name = "picture"
    return [
        Row(name, "12-megapixel photo -> new room in use", 1e3 * statistics.median(cpu), "ms", 300.0, note="CPU time: one core"),
        Row(name, "  of which reading and understanding it", 1e3 * statistics.median(looking), "ms"),
        Row(name, "  the same by the clock, with whatever else runs", 1e3 * statistics.median(total), "ms"),
    ]


def _write_photo(path: Path) -> None:
    from PIL import Image

    rng = np.random.default_rng(1)
    coarse = Image.fromarray(rng.integers(0, 255, (30, 40, 3), dtype=np.uint8))
    coarse.resize((4000, 3000), Image.Resampling.BICUBIC).save(path, quality=88)


# -------------------------------------------------------------------------------------------------------------- batch


def batch(quick: bool) -> list[Row]:
    """Whole files in one process on one core, beside pedalboard.Convolution with the same response."""
    seconds = 10 if quick else 30
    rate = 48000
    rng = np.random.default_rng(1)
    audio = rng.standard_normal((2, seconds * rate)).astype(np.float32) * 0.1
    room = _medium_room()
    match = lumiverb.Match(room, mix=1.0)
    ours = _best_times(lambda: match(audio, rate), _repeats(quick))
    rows = [
        Row("batch", f"Match, {seconds} s stereo, {room.mid_rt60_s:.1f} s room", seconds / ours, "x real time", 100.0, True, "one core")
    ]
    theirs = _pedalboard_convolution(room, audio, rate, quick)
    if theirs is None:
        return rows
    rows.append(Row("batch", "pedalboard.Convolution, same length of response", seconds / theirs, "x real time"))
    rows.append(Row("batch", "Match / pedalboard.Convolution", theirs / ours, "x", note="Match: true stereo, 4 paths; Convolution: 2"))
    return rows


def _medium_room() -> Room:
    description = lumiverb.RoomDescription(rt60_s=(2.0, 2.0, 1.9, 1.8, 1.6, 1.2, 0.8), volume_m3=2500.0, dimensions_m=(22.0, 14.0, 8.1))
    return Room.from_description(description, name="hall")


def _best_times(work: Callable[[], Any], repeats: int) -> float:
    work()
    times = []
    for _ in range(repeats):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return statistics.median(times)


def _pedalboard_convolution(room: Room, audio: Any, rate: int, quick: bool) -> float | None:
    try:
        import pedalboard
    except ImportError:
        return None
    convolution = pedalboard.Convolution(room.rir(rate, "stereo"), 1.0, float(rate))
    return _best_times(lambda: convolution(audio, rate), 1 if quick else 3)


# ----------------------------------------------------------------------------------------------------------- plug-in


_instances = """
import json, sys, time
import numpy as np, psutil
from lumiverb.host.plugin import load_plugin
from lumiverb.evaluation.bench import bench_room
bundle, count = sys.argv[1], int(sys.argv[2])
memory = psutil.Process().memory_info
import pedalboard
room = bench_room()
times, plugins, sizes = [], [], []
for i in range(count):
    began = time.perf_counter()
    plugins.append(pedalboard.load_plugin(bundle))
    times.append(time.perf_counter() - began)
    sizes.append(memory().rss)
del plugins[1:]
from lumiverb.host import vst3_state
from lumiverb.host.plugin import match_state
state = vst3_state.wrap(match_state(room, mix=1.0))
block = np.random.default_rng(1).standard_normal((2, 48000 * 2)).astype(np.float32) * .1
rooms, used = [plugins[0]], []
while len(rooms) < count:
    rooms.append(pedalboard.load_plugin(bundle))
for plugin in rooms:
    plugin.raw_state = state
    plugin.process(block[:, :4800], 48000, reset=False)
    used.append(memory().rss)
began = time.process_time()
for plugin in rooms:
    plugin.process(block, 48000, buffer_size=512, reset=False)
share = (time.process_time() - began) / 2.0
median = sorted(times[1:])[len(times[1:]) // 2]
empty, filled = ((s[-1] - s[0]) / (count - 1) / 2**20 for s in (sizes, used))
print(json.dumps({"first_s": times[0], "next_s": median, "empty_mb": empty, "room_mb": filled, "share": share}))
"""


def plugin(quick: bool) -> list[Row]:
    """The VST3 in pedalboard: first load in a new process, next loads, memory, 20 instances with a 6 s room each."""
    bundle, count = _bundle(), 20
    runs = [_measured(_instances, [str(bundle), str(count)]) for _ in range(1 if quick else 3)]

    def median(key: str) -> float:
        return statistics.median(r[key] for r in runs)

    size = sum(p.stat().st_size for p in Path(bundle).rglob("*") if p.is_file()) / 2**20
    reads = "most of it: pedalboard asks for 1000 texts per parameter"
    return [
        *_bare_load(Path(bundle), 5 if quick else 15),
        Row("plug-in", "load by pedalboard, first in a process", 1e3 * median("first_s"), "ms", note=reads),
        Row("plug-in", "load by pedalboard, next instance", 1e3 * median("next_s"), "ms"),
        Row("plug-in", "memory per instance, no room", median("empty_mb"), "MB"),
        Row("plug-in", "memory per instance, 6 s room", median("room_mb"), "MB"),
        Row(
            "plug-in", f"{count} instances, 6 s room, block 512", 100 * median("share"), "% of a core", note="offline: tail computed inline"
        ),
        Row("plug-in", "size of the VST3 bundle", size, "MB", 60.0),
    ]


def _bare_load(bundle: Path, repeats: int) -> list[Row]:
    """What a host waits for: the module, then one instance; by the tests' own small VST3 host, a new process each time."""
    tree = source_tree()
    probe = tree / "build" / "tests" / "plugin" / "vst3_probe" if tree is not None else Path()
    binaries = list(bundle.glob(f"Contents/*/{bundle.stem}.so"))
    if not probe.is_file() or not binaries:
        return []
    with tempfile.TemporaryDirectory() as folder:
        silence = Path(folder) / "silence.raw"
        silence.write_bytes(bytes(4 * 2 * 480))
        command = [str(probe), str(binaries[0]), f"input={silence}", f"output={silence}.out"]
        runs = [json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(repeats)]
    taken = statistics.median(run["load_ms"] + run["create_ms"] for run in runs)
    return [Row("plug-in", "load and first instance, bare VST3 host", taken, "ms", 50.0)]


def _bundle() -> Path:
    from lumiverb.host.plugin import find_plugin

    for package in ("pedalboard", "psutil"):
        if importlib.util.find_spec(package) is None:
            raise NotMeasured(f"the Python package {package} is not installed")
    return find_plugin("Match")


_editor = """
import ctypes, importlib.util, json, sys, threading, time
specification = importlib.util.spec_from_file_location("editor_screenshot", sys.argv[2])
tool = importlib.util.module_from_spec(specification)
specification.loader.exec_module(tool)
x11 = ctypes.CDLL("libX11.so.6")  # closing an editor makes X complain about a window that is gone, which would end the process
handler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda display, event: 0)
x11.XSetErrorHandler(handler)
from lumiverb.host.plugin import load_plugin
from lumiverb.evaluation.bench import bench_room
plugin = load_plugin("Match", bench_room(), path=sys.argv[1])
screen, close, taken = tool.X11(), threading.Event(), []
def watch(began):
    while screen.drop_target() is None and time.perf_counter() - began < 20:
        time.sleep(0.01)
    taken.append(time.perf_counter() - began)
    time.sleep(0.5)
    close.set()
threading.Thread(target=watch, args=[time.perf_counter()], daemon=True).start()
plugin.show_editor(close)
print(json.dumps({"open_s": taken[0]}), flush=True)
"""


def editor(quick: bool) -> list[Row]:
    """From the call that opens the editor to its window on a virtual screen; a new process each time."""
    tool = _tool("editor_screenshot.py")
    specification = importlib.util.spec_from_file_location("editor_screenshot", tool)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    if missing := module.missing_programs():
        raise NotMeasured(f"it needs {', '.join(missing)}")
    bundle = str(_bundle())
    with module.VirtualScreen() as environment:
        runs = [_measured(_editor, [bundle, str(tool)], environment)["open_s"] for _ in range(3 if quick else 7)]
    return [Row("editor", "open, until its window stands on the screen", 1e3 * statistics.median(runs), "ms", 150.0)]


def _tool(name: str) -> Path:
    """A script of the source tree's tools folder. Raises NotMeasured in an installed package."""
    tree = source_tree()
    tool = tree / "tools" / name if tree is not None else None
    if tool is None or not tool.is_file():
        raise NotMeasured(f"tools/{name} is not there (it is part of the source tree)")
    return tool


def _measured(program: str, arguments: list[str], environment: dict[str, str] | None = None) -> dict[str, Any]:
    """Run a program in a new process and read the JSON it prints last."""
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise NotMeasured(f"the measurement failed ({last})")
    return json.loads(done.stdout.strip().splitlines()[-1])


# ----------------------------------------------------------------------------------------- parts measured elsewhere


def convolution(quick: bool) -> list[Row]:
    """Match's convolution beside pedalboard's, block by block; and the making of a response."""
    from lumiverb.evaluation import bench_convolution as bench

    if not hasattr(native(), "_bench_convolver"):
        raise NotMeasured("the CPU time of a thread is read on Linux and macOS only")
    response, seconds, name = bench.long_response(), 2.0 if quick else 5.0, "convolution"
    rows = []
    theirs = {row["block"]: row["mean"] for row in bench.pedalboard_load(response, seconds=min(seconds, 2.0)) or ()}
    for load in bench.convolution_load(response, seconds=seconds):
        block = load["block"]
        limits = (3.0, 50.0) if block == 64 else (None, None)
        rows.append(
            Row(name, f"6 s true stereo, block {block}: mean", 100 * load["mean"], "% of a core", limits[0], note="with the worker")
        )
        rows.append(Row(name, f"  a block's own CPU, 99.9th percentile, block {block}", 100 * load["p999"], "% of its length", limits[1]))
        rows.append(Row(name, f"  worst, block {block}", 100 * load["worst"], "% of its length"))
        if block in theirs:
            rows.append(Row(name, f"  pedalboard.Convolution, block {block}: mean", 100 * theirs[block], "% of a core", note="two paths"))
    rows.append(Row(name, "latency", 0.0, "samples", 0.0))
    for made in bench.synthesis_time(repeats=_repeats(quick)):
        length = made["length_s"]
        limit = 60.0 if 2 < length < 3 else 150.0 if length > 9 else None
        rows.append(Row(name, f"true-stereo response of {length:.1f} s: synthesis", made["synthesis_ms"], "ms", limit))
        rows.append(Row(name, f"  and preparing it, {length:.1f} s", made["filter_ms"], "ms"))
    return rows


def dry(quick: bool) -> list[Row]:
    """Lumiverb Dry, stereo at 48 kHz, with every network that is installed; nara_wpe beside it."""
    from lumiverb.evaluation import bench_dry as bench

    if not hasattr(native(), "_bench_dry"):
        raise NotMeasured("the CPU time of a thread is read on Linux and macOS only")
    rows = [row for quality in DRY_MODELS for row in _dry_network(bench, quality, quick)]
    if not rows:
        raise NotMeasured("no network of Dry is installed")
    speed = bench.wpe_speed(4.0 if quick else 10.0)
    if speed is not None:
        rows.append(Row("dry", "nara_wpe, offline, 10 taps, at 16 kHz", speed, "x real time", note="stereo, one core"))
    return rows


def _dry_network(bench: Any, quality: str, quick: bool) -> list[Row]:
    """Rows of one network; none where it is not installed."""
    try:
        folder = model_folder(DRY_MODELS[quality])
    except Error:
        return []
    rows, limit = [], {"lite": 6.0, "full": 15.0}.get(quality)
    for block in bench.BLOCKS:
        load = bench.playing(folder, block, 3.0 if quick else 10.0)
        note = f"audio thread {100 * load['audio_thread']:.2f} %, late {load['late']}"
        rows.append(Row("dry", f"{quality}, stereo, block {block}: all threads", 100 * load["share"], "% of a core", limit, note=note))
    median, high = bench.frame_times_ms(folder, 500 if quick else 3000)
    rows.append(Row("dry", f"{quality}, one frame of the network: median", median, "ms", note="CPU time; a frame has 10 ms"))
    rows.append(Row("dry", f"{quality}, one frame of the network: 99th percentile", high, "ms"))
    speed = bench.offline_speed(folder, 5.0 if quick else 20.0, 1 if quick else 3)
    rows.append(Row("dry", f"{quality}, offline", speed, "x real time", note="stereo, one core"))
    memory = bench.memory_mb(folder)
    if memory is not None:
        rows.append(Row("dry", f"{quality}, memory of a further instance", memory, "MB"))
    return rows


def tracer(quick: bool) -> list[Row]:
    """The room tracer: ``tools/bench_tracer.py --json`` prints a list of rows (what, value, unit, optional limit, at_least, note)."""
    tool = _tool("bench_tracer.py")
    arguments = [sys.executable, str(tool), "--json", *(["--quick"] if quick else [])]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=1800)
    if done.returncode != 0:
        raise NotMeasured(f"tools/bench_tracer.py failed ({(done.stderr.strip().splitlines() or ['no message'])[-1]})")
    return [Row(section="tracer", **row) for row in json.loads(done.stdout)]


SECTIONS: dict[str, Callable[[bool], list[Row]]] = {
    "convolution": convolution,
    "picture": picture_to_response,
    "plugin": plugin,
    "editor": editor,
    "batch": batch,
    "tracer": tracer,
    "dry": dry,
}

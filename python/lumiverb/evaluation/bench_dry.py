# SPDX-License-Identifier: AGPL-3.0-or-later
"""What Dry costs: a core's share while it plays, a frame of the network, offline speed, memory. Numbers as plain data for the speed table."""

from __future__ import annotations

import importlib.util
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumiverb.host import models
from lumiverb.host.dry import Dry
from lumiverb.host.native import native

RATE = 48000
BLOCKS = (64, 128, 256, 512, 1024)


def syllables(seconds: float, channels: int = 2) -> NDArray[np.float32]:
    """Noise in syllables with a decay, so that the network has something to do; float32 (channels, samples)."""
    rng = np.random.default_rng(1)
    t = np.arange(round(seconds * RATE)) / RATE
    envelope = np.exp(-6.0 * (t % 0.35))
    return (0.2 * envelope * rng.standard_normal((channels, t.size))).astype(np.float32)


def playing(folder: Path, block: int, seconds: float) -> dict[str, Any]:
    """Shares of one core while stereo plays in real time: ``share`` (all threads), ``audio_thread``, ``worst_block`` (of its length); ``late``."""
    models.init_runtime()
    return native()._bench_dry(str(folder), syllables(seconds), float(RATE), block)


def frame_times_ms(folder: Path, frames: int) -> tuple[float, float]:
    """CPU time of one frame of the network: median and 99th percentile in ms."""
    models.init_runtime()
    times = np.array(native()._bench_dry_frames(str(folder), frames + 50))[50:]
    return 1e3 * float(np.median(times)), 1e3 * float(np.percentile(times, 99))


def offline_speed(folder: Path, seconds: float, repeats: int) -> float:
    """Seconds of stereo per CPU second, in one process."""
    audio, dry = syllables(seconds), Dry(model=folder)
    dry(audio[:, :RATE], RATE)
    times = []
    for _ in range(repeats):
        began = time.process_time()
        dry(audio, RATE)
        times.append(time.process_time() - began)
    return seconds / statistics.median(times)


_instances = """
import json, sys
import numpy as np, psutil
from lumiverb.host import models
from lumiverb.host.native import native
models.init_runtime()
block, engines, sizes = np.zeros((2, 4800), np.float32), [], []
for _ in range(11):
    engine = native().DryEngine(48000.0, 2, True, 480, sys.argv[1])
    engine.process(block)
    engines.append(engine)
    sizes.append(psutil.Process().memory_info().rss)
print(json.dumps({"first": sizes[0], "next": (sizes[-1] - sizes[0]) / 10}))
"""


def memory_mb(folder: Path) -> float | None:
    """Memory of every further engine with its stream, in MB; None without psutil."""
    if importlib.util.find_spec("psutil") is None:
        return None
    done = subprocess.run([sys.executable, "-c", _instances, str(folder)], capture_output=True, text=True, check=True, timeout=120)
    return json.loads(done.stdout)["next"] / 2**20


def wpe_speed(seconds: float) -> float | None:
    """Seconds of stereo per CPU second of nara_wpe offline, or None where it is not installed."""
    if importlib.util.find_spec("nara_wpe") is None:
        return None
    from nara_wpe.utils import istft, stft
    from nara_wpe.wpe import wpe_v8

    options = {"size": 512, "shift": 128}
    audio = syllables(seconds)[:, ::3].astype(np.float64)  # it works at 16 kHz
    began = time.process_time()
    spectrum = stft(audio, **options).transpose(2, 0, 1)  # (bins, channels, frames)
    istft(wpe_v8(spectrum, taps=10, delay=3, iterations=3).transpose(1, 2, 0), **options)
    return seconds / (time.process_time() - began)

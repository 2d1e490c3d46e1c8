# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much changes when Match goes from real-time to traced quality: finished rooms, in their scene and as an estimated box.

Usage: python tools/compare_quality.py [NAME...]
"""

from __future__ import annotations

import argparse
import gzip
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "python"))
PRESETS = ROOT / "plugin" / "match" / "presets"
RATE = 48000.0


def measures(response: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """DRR (dB) and T30 (s) at 500 Hz - 2 kHz from left to left, and the level (dB) of all paths."""
    from lumiverb import _native

    bands = _native.analyse_decay(np.ascontiguousarray(response[0, 0]), RATE)[2:5]
    level = 10 * np.log10(float((response.astype(float) ** 2).sum()))
    return np.array([b["drr_db"] for b in bands]), np.array([b["t30_s"] or np.nan for b in bands]), level


def main() -> int:
    from lumiverb import _native

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="finished rooms, as their files are called; all of them by default")
    names = parser.parse_args().names or sorted(p.stem for p in PRESETS.glob("*.json"))
    print(f"{'room':<24}{'traced in':<8}{'CPU s':>7}  DRR dB (500, 1k, 2k)   T30 %                  level dB")
    for name in names:
        room = (PRESETS / f"{name}.json").read_text("utf-8")
        scene = gzip.decompress((PRESETS / f"{name}.scene.gz").read_bytes()).decode()
        drr, t30, level = measures(_native.synthesise_rir(room, {}, RATE, "true_stereo"))
        for place, text in (("scene", scene), ("box", "")):
            start = time.process_time()
            traced = measures(_native.traced_rir(room, {}, RATE, "true_stereo", scene_json=text))
            seconds = time.process_time() - start
            moved = " ".join(f"{x:+6.1f}" for x in traced[0] - drr), " ".join(f"{x:+6.1f}" for x in 100 * (traced[1] / t30 - 1))
            print(f"{name:<24}{place:<8}{seconds:7.2f}  {moved[0]}   {moved[1]}   {traced[2] - level:+.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

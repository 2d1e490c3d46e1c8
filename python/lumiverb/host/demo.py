# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's inputs: a recorded voice from a system package and a room that Lumiverb renders itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumiverb.audio.atomic import write_bytes
from lumiverb.audio.files import read_audio
from lumiverb.errors import Error, SceneError
from lumiverb.host.models import source_tree
from lumiverb.host.native import native, translated

#: Recorded words of Debian's and Ubuntu's package alsa-utils (GPL-2): 48 kHz, dry, a floor below -70 dBFS.
VOICE_WORDS = ("Front_Left", "Front_Center", "Front_Right", "Side_Right", "Rear_Right", "Rear_Center", "Rear_Left", "Side_Left")
VOICE_PACKAGE = "alsa-utils"
PICTURE_FILE = "plugin/match/presets/13_stone_church.jpg"
PICTURE_KIND, PICTURE_SEED = "church", 1
_pause_s = 0.35
#: The plug-in and its Python twin run the same engine: their outputs may differ by rounding only.
AGREEMENT_DB = -120.0


def voice_folders() -> list[Path]:
    """Where the words are looked for: $LUMIVERB_DEMO_VOICE, unpacked beside the developer's tree, the system."""
    folders = [Path(p) for p in os.environ.get("LUMIVERB_DEMO_VOICE", "").split(os.pathsep) if p]
    tree = source_tree()
    if tree is not None:
        folders += sorted(tree.glob(".deps/**/usr/share/sounds/alsa"))
    return [*folders, Path("/usr/share/sounds/alsa")]


def default_voice() -> tuple[NDArray[np.float32], int]:
    """A person speaking: the words one after another with pauses in which the room can be heard.

    Returns
    -------
    float32 array (1, samples) and the sample rate in Hz

    Raises
    ------
    Error
        When the package that brings the recordings is not installed.
    """
    for folder in voice_folders():
        files = [folder / f"{word}.wav" for word in VOICE_WORDS]
        if all(f.is_file() for f in files):
            clips = [read_audio(f) for f in files]
            rate = clips[0].sample_rate
            pause = np.zeros((1, round(_pause_s * rate)), np.float32)
            parts = [part for clip in clips for part in (_trimmed(clip.audio[:1]), pause)]
            return np.concatenate(parts, axis=1), rate
    raise Error(f"the demo's voice is not installed: 'apt-get install {VOICE_PACKAGE}', or give your own recording with --voice take.wav")


def _trimmed(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without the silence at both ends (-60 dB below the peak), so that the pauses are even."""
    loud = np.flatnonzero(np.abs(audio[0]) > 1e-3 * np.abs(audio).max())
    return audio[:, loud[0] : loud[-1] + 1]


def default_picture(folder: Path) -> Path:
    """A church that Lumiverb's own scene maker and room tracer drew: from the source tree, else rendered into `folder` and kept there."""
    tree = source_tree()
    drawn = tree / PICTURE_FILE if tree is not None else None
    if drawn is not None and drawn.is_file():
        return drawn
    path = folder / "church.png"
    if not path.is_file():
        write_bytes(path, _rendered_church())
    return path


def _rendered_church() -> bytes:
    import io

    from PIL import Image

    from lumiverb.acoustics.scenes import make_scene

    scene = make_scene(PICTURE_KIND, PICTURE_SEED)
    with translated(SceneError):
        tracer = native().RoomTracer(scene.to_json())
        rgb = tracer.picture(width=512, height=384, samples=48, seed=PICTURE_SEED, threads=os.cpu_count() or 1, denoise=True)
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "PNG")
    return buffer.getvalue()


def default_output() -> Path:
    """``build/demo`` of the developer's tree, else ``lumiverb-demo`` in the current folder."""
    tree = source_tree()
    return tree / "build" / "demo" if tree is not None else Path("lumiverb-demo")


def stereo(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mono on both channels, as on a stereo track of a DAW: the plug-in and its twin then have the same inputs."""
    return np.repeat(audio, 2, axis=0) if audio.shape[0] == 1 else audio


def through_plugin(room: Any, audio: NDArray[np.float32], sample_rate: int, length: int, mix: float) -> NDArray[np.float32]:
    """The same render of (2, n) through the real VST3 in pedalboard; `length` samples with the tail."""
    from lumiverb.host.plugin import load_plugin

    plugin = load_plugin("Match", room, mix=mix)
    padded = np.pad(audio, ((0, 0), (0, length - audio.shape[1])))
    return plugin.process(padded, sample_rate, reset=True)


def difference_db(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Peak of a - b relative to the peak of a, in dB (-inf = identical)."""
    peak = float(np.abs(a).max(initial=0.0))
    error = float(np.abs(a.astype(np.float64) - b).max(initial=0.0))
    return -np.inf if error == 0.0 else 20 * float(np.log10(error / max(peak, sys.float_info.min)))


def pause_levels_db(
    voice: NDArray[np.float32], sample_rate: int, before: NDArray[np.float32], after: NDArray[np.float32]
) -> tuple[float, float]:
    """Level of a reverberant voice and of what was made of it where the dry voice is silent (60 dB below its peak for 100 ms), in dB full scale."""
    size = round(0.02 * sample_rate)
    count = min(voice.shape[1], before.shape[1], after.shape[1]) // size
    loud = np.abs(voice[:, : count * size]).max(0).reshape(count, size).max(1) > 1e-3 * np.abs(voice).max()
    pause = ~np.convolve(loud, np.ones(6), "full")[:count].astype(bool)  # not just after a word either
    if not pause.any():
        pause[:] = True
    return tuple(
        10 * float(np.log10(np.square(sound[:, : count * size], dtype=np.float64).reshape(-1, count, size)[:, pause].mean() + 1e-12))
        for sound in (before, after)
    )  # type: ignore[return-value]

# SPDX-License-Identifier: AGPL-3.0-or-later
"""What all commands share: consoles, errors as one line, the knobs as options."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from lumiverb.errors import Error

#: People read stderr (progress, warnings), machines read stdout.
err = Console(stderr=True, highlight=False, soft_wrap=True)
out = Console(highlight=False)


def warn(messages: Iterable[str]) -> None:
    """Print warnings to stderr, one line each."""
    for message in messages:
        print(f"warning: {message}", file=sys.stderr)


def json_text(value: Any) -> str:
    """Indented JSON that can be written as UTF-8: file names that are not text are escaped (json.loads gives them back)."""
    text = json.dumps(value, indent=1, ensure_ascii=False)
    return text if text.isascii() or _is_utf8(text) else json.dumps(value, indent=1)


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def print_json(value: Any) -> None:
    """Print JSON to stdout, unwrapped and uncoloured."""
    sys.stdout.write(json_text(value) + "\n")


def fail(error: BaseException) -> int:
    """Print an error as one line on stderr and return the exit code."""
    text = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    if isinstance(error, OSError) and error.filename and error.strerror:
        text = f"{os.fsdecode(error.filename)}: {error.strerror.lower()}"
    print(f"lumiverb: {text}", file=sys.stderr)
    return error.exit_code if isinstance(error, Error) else 2 if isinstance(error, OSError) else 3


def quiet_libraries() -> None:
    """Third-party warnings are of no use to someone at a command line."""
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", category=UserWarning)


Mix = Annotated[float, typer.Option("--mix", help="Dry 0 .. wet 1.", rich_help_panel="Knobs")]
Decay = Annotated[float, typer.Option("--decay", help="x reverberation time, 0.25..4.", rich_help_panel="Knobs")]
Size = Annotated[float, typer.Option("--size", help="x room dimensions, 0.5..2.", rich_help_panel="Knobs")]
Distance = Annotated[float, typer.Option("--distance", help="x distance of the source, 0.25..4.", rich_help_panel="Knobs")]
Angle = Annotated[float, typer.Option("--angle", help="Direction in degrees, positive = left, -90..90.", rich_help_panel="Knobs")]
Predelay = Annotated[float, typer.Option("--predelay", help="Delay of the reverberation in ms, 0..250.", rich_help_panel="Knobs")]
EarlyLate = Annotated[float, typer.Option("--early-late", help="+ early reflections, - tail, dB, -12..12.", rich_help_panel="Knobs")]
Width = Annotated[float, typer.Option("--width", help="Stereo width, 0..2, 1 = physical.", rich_help_panel="Knobs")]
Low = Annotated[float, typer.Option("--low", help="Reverberation at 125-250 Hz in dB, -12..12.", rich_help_panel="Knobs")]
High = Annotated[float, typer.Option("--high", help="Reverberation at 4-8 kHz in dB, -12..12.", rich_help_panel="Knobs")]
OutputGain = Annotated[float, typer.Option("--output-gain", help="dB, -24..12.", rich_help_panel="Knobs")]
BandDecay = Annotated[
    str, typer.Option("--band-decay", help="7 factors 0.25..4 for 125 Hz..8 kHz, separated by commas.", rich_help_panel="Knobs")
]
Candidate = Annotated[
    str, typer.Option("--candidate", help="Inside the spread of the estimate: drier, as-seen or livelier.", rich_help_panel="Knobs")
]
Quality = Annotated[
    str, typer.Option("--quality", help="real-time, or traced: rays through the room, in seconds.", rich_help_panel="Knobs")
]

Amount = Annotated[float, typer.Option("--amount", help="Of the suppression in dB: 0 none .. 1 all.", rich_help_panel="Knobs")]
DryTail = Annotated[
    float, typer.Option("--tail", help="Let sound ring out: 60 dB in so many seconds at most, 0..2.", rich_help_panel="Knobs")
]
Early = Annotated[
    float, typer.Option("--early", help="Keep what comes so soon after the direct sound, ms, 30..120.", rich_help_panel="Knobs")
]
DryLow = Annotated[float, typer.Option("--low", help="Remove more (+) or less (-) below 250 Hz, dB, -12..12.", rich_help_panel="Knobs")]
DryHigh = Annotated[float, typer.Option("--high", help="Remove more (+) or less (-) above 8 kHz, dB, -12..12.", rich_help_panel="Knobs")]
DryMix = Annotated[float, typer.Option("--mix", help="Untouched 0 .. dried 1.", rich_help_panel="Knobs")]
DryQuality = Annotated[str, typer.Option("--quality", help="Which network: lite, full or low-latency.")]

Model = Annotated[
    str, typer.Option("--model", help="Folder of another package for what is read (scene-encoder).", rich_help_panel="Picture")
]
ReferenceModel = Annotated[
    str, typer.Option("--reference-model", help="Folder of another blind-room package.", rich_help_panel="Recording")
]
Seed = Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Of the diffuse tail; the same seed gives the same samples.")]
Device = Annotated[str, typer.Option("--device", help="Where the network runs: CPU, CUDA, ...", rich_help_panel="Picture")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]


def parse_bands(text: str) -> list[float]:
    """``"1,1,1.2,..."`` as 7 numbers; an empty text means no change. Ranges are checked by the knob."""
    if not text:
        return [1.0] * 7
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise Error(f"--band-decay takes 7 numbers separated by commas, not '{text}'") from None


def open_room(path: Path, model: str = "", device: str = "CPU") -> Any:
    """A room from a picture, a recording or a JSON file, told apart by the ending; prints its warnings.

    ``model`` is a package for what is read: a scene encoder for pictures, a blind-room network for recordings.
    """
    from lumiverb.room import Room

    options = {} if path.suffix.lower() == ".json" else {"model": model or None, "provider": device}
    room = Room.open(path, **options)
    if room.warning:
        warn([room.warning])
    return room


def check_figure(path: str) -> None:
    """Fail early when a figure could not be written to `path` (empty = nowhere)."""
    check_folder(path)
    if path and Path(path).suffix.lower() not in (".png", ".pdf", ".svg"):
        raise Error(f"{path}: a figure is written as .png, .pdf or .svg")


def check_folder(path: str) -> None:
    """Fail before a long measurement when its result could not be written to `path` (empty = nowhere)."""
    folder = Path(path).resolve().parent
    if path and not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise Error(f"{path}: the folder {folder} does not exist or cannot be written to")


def room_title(room: Any) -> str:
    """The kind of room in words, or where it was heard: a recording does not tell the kind."""
    kind = room.kind.replace("_", " ")
    return f"room of {room.name}" if kind == "unknown" and room.name else kind


def sha256_text(text: str) -> str:
    """Hex SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def write_sidecar(output: Path, record: dict[str, Any]) -> None:
    """``OUT.wav.json`` beside an output: what made it."""
    from lumiverb.audio.atomic import write_bytes

    write_bytes(f"{output}.json", (json_text(record) + "\n").encode("utf-8"))

# SPDX-License-Identifier: AGPL-3.0-or-later
"""``lumiverb dry``: take the room off one recording."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lumiverb.cli import common

app = typer.Typer(add_completion=False)


@app.command()
def dry(
    audio: Annotated[Path, typer.Argument(help="The reverberant recording: WAV, FLAC, AIFF, OGG, MP3.", show_default=False)],
    output: Annotated[Path, typer.Option("--out", "-o", help="Where to write: .wav, .flac, .aiff, .ogg.", show_default=False)],
    scene: Annotated[str, typer.Option("--scene", help="A photo of the room, or a room as JSON: helps the network.")] = "",
    residual: Annotated[str, typer.Option("--residual", help="Also write what was removed.")] = "",
    quality: common.DryQuality = "lite",
    amount: common.Amount = 1.0,
    tail: common.DryTail = 0.0,
    early: common.Early = 30.0,
    low: common.DryLow = 0.0,
    high: common.DryHigh = 0.0,
    mix: common.DryMix = 1.0,
    output_gain: common.OutputGain = 0.0,
    bits: Annotated[str, typer.Option("--bits", help="float, 24 or 16; default: as the input.")] = "",
    sidecar: Annotated[bool, typer.Option("--sidecar", help="Write OUT.json beside the output: model, room, settings.")] = False,
    as_json: common.AsJson = False,
    skip_existing: Annotated[bool, typer.Option("--skip-existing", help="Do nothing when the output is there.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = False,
    model: Annotated[str, typer.Option("--model", help='Folder of another network of task "dry".')] = "",
) -> None:
    """Take the room off a recording.

    Files of any length are streamed; channels, rate, sample format and metadata stay as they are.
    """
    from lumiverb.audio.files import check_different
    from lumiverb.host import dry_render as host
    from lumiverb.host.dry import Dry

    if skip_existing and output.exists():
        common.err.print(f"{output}: exists, skipped")
        return
    removed = Path(residual) if residual else None
    host.check_dry_job(audio, output, removed, bits or None)
    for written in filter(None, (output, removed)):
        check_different(written, scene or None)
    parameters: dict[str, Any] = {
        "amount": amount,
        "tail_s": tail,
        "early_ms": early,
        "low_db": low,
        "high_db": high,
        "mix": mix,
        "output_db": output_gain,
    }
    room = common.open_room(Path(scene)) if scene else None
    processor = Dry(room, quality=quality, model=model or None, **parameters)
    if dry_run:
        from lumiverb.audio.stream import AudioReader

        with AudioReader(audio):
            pass
        _print(host.dry_record(processor, room, audio, output, removed, None), as_json)
        return
    done = _with_progress(host, processor, audio, output, removed, bits or None)
    common.warn(done.warnings)
    record = host.dry_record(processor, room, audio, output, removed, done)
    if sidecar:
        common.write_sidecar(output, record)
    _print(record, as_json)


def _with_progress(host: Any, processor: Any, audio: Path, output: Path, residual: Path | None, bits: str | None) -> Any:
    if not common.err.is_terminal:
        return host.dry_file(processor, audio, output, residual, bits)
    from rich.progress import Progress

    with Progress(console=common.err, transient=True) as bar:
        task = bar.add_task(audio.name, total=1.0)
        return host.dry_file(processor, audio, output, residual, bits, lambda done: bar.update(task, completed=done))


def _print(record: dict[str, Any], as_json: bool) -> None:
    if as_json:
        common.print_json(record)
        return
    if "input_s" in record:
        lowered = record["input_db"] - record["output_db"]
        text = f"{record['output']}: {record['input_s']:.2f} s, {record['channels']} channels, {record['sample_rate']} Hz, "
        text += f"{lowered:.1f} dB lower, {record['times_real_time']:.0f} x real time"
        common.out.print(text, soft_wrap=True, markup=False)
    if record.get("residual"):
        common.out.print(f"{record['residual']}: what was removed", soft_wrap=True, markup=False)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""``lumiverb match``: one audio file into the room of a picture, of another recording, or of both."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lumiverb.cli import common
from lumiverb.errors import Error

app = typer.Typer(add_completion=False)


@app.command()
def match(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="[PICTURE] AUDIO",
            help="A photo of the room (or a room as JSON), and the dry recording: WAV, FLAC, AIFF, OGG, MP3. With --reference or "
            "--picture the recording alone.",
            show_default=False,
        ),
    ],
    output: Annotated[Path, typer.Option("--out", "-o", help="Where to write: .wav, .flac, .aiff, .ogg.", show_default=False)],
    reference: Annotated[
        Path | None,
        typer.Option("--reference", help="A recording made in the room: what it says of the room is used.", rich_help_panel="Recording"),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", help="The photo, where only AUDIO is given.", rich_help_panel="Picture")
    ] = None,
    balance: Annotated[
        float,
        typer.Option(
            "--balance", min=0.0, max=1.0, help="Photo 0 .. --reference 1; 0.5 = as their spreads say.", rich_help_panel="Recording"
        ),
    ] = 0.5,
    mix: common.Mix = 0.35,
    decay: common.Decay = 1.0,
    size: common.Size = 1.0,
    distance: common.Distance = 1.0,
    angle: common.Angle = 0.0,
    predelay: common.Predelay = 0.0,
    early_late: common.EarlyLate = 0.0,
    width: common.Width = 1.0,
    low: common.Low = 0.0,
    high: common.High = 0.0,
    output_gain: common.OutputGain = 0.0,
    band_decay: common.BandDecay = "",
    candidate: common.Candidate = "as-seen",
    quality: common.Quality = "real-time",
    channels: Annotated[str, typer.Option("--output", help="stereo, mono, 5.1, foa (AmbiX) or binaural.")] = "stereo",
    tail: Annotated[bool, typer.Option("--tail/--no-tail", help="Let the room ring out after the end.")] = True,
    rate: Annotated[int, typer.Option("--rate", help="Sample rate of the output in Hz; 0 = that of the input.")] = 0,
    bits: Annotated[str, typer.Option("--bits", help="float, 24 or 16.")] = "",
    downmix: Annotated[bool, typer.Option("--downmix", help="Mix more than 2 channels to mono.")] = False,
    seed: common.Seed = 1,
    report: Annotated[str, typer.Option("--report", help="Also draw a figure: picture, decay, spectrograms (PNG).")] = "",
    sidecar: Annotated[bool, typer.Option("--sidecar", help="Write OUT.json beside the output: model, room, settings.")] = False,
    as_json: common.AsJson = False,
    skip_existing: Annotated[bool, typer.Option("--skip-existing", help="Do nothing when the output is there.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = False,
    model: common.Model = "",
    reference_model: common.ReferenceModel = "",
    device: common.Device = "CPU",
) -> None:
    """Put audio into the room of a picture, of another recording (--reference), or of both, weighed by what each is sure of."""
    from lumiverb.audio.files import check_different
    from lumiverb.host import render

    place, audio = _place_and_audio(files, picture, reference)
    if skip_existing and output.exists():
        common.err.print(f"{output}: exists, skipped")
        return
    parameters = {
        "mix": mix, "decay": decay, "size": size, "distance": distance, "angle": angle, "predelay_ms": predelay,
        "early_late_db": early_late, "width": width, "low_db": low, "high_db": high, "output_db": output_gain,
        "band_decay": common.parse_bands(band_decay), "candidate": candidate, "quality": quality,
    }  # fmt: skip
    settings = render.Settings(parameters, channels, tail, rate, bits, downmix, seed)
    common.check_figure(report)
    for written in filter(None, (output, report)):
        check_different(written, audio, place, reference)
    room = _open(place, reference, balance, model, reference_model, device)
    processor = render.match_for(room, settings)
    render.check_job(audio, output, settings, processor)
    if dry_run:
        common.warn(render.check_audio(audio, output, settings).warnings)
        _print(render.record(room, audio, output, processor, settings, None), as_json, room)
        return
    rendered = _with_progress(render, processor, audio, output, settings)
    common.warn(rendered.warnings)
    record = render.record(room, audio, output, processor, settings, rendered)
    record |= _sources(place, reference, balance, model, reference_model)
    if report:
        from lumiverb.evaluation.report import match_report

        match_report(report, room, rendered.dry.audio, rendered.wet, rendered.sample_rate, processor)
        record["report"] = report
    if sidecar:
        common.write_sidecar(output, record)
    _print(record, as_json, room)


def _place_and_audio(files: list[Path], picture: Path | None, reference: Path | None) -> tuple[Path | None, Path]:
    """The photo (or JSON, or recording) that names the room, if there is one, and the dry recording."""
    if len(files) > 2:
        raise Error(f"one dry recording at a time, not {len(files) - 1}; `lumiverb batch` takes many")
    if len(files) == 2 and picture is not None:
        raise Error(f"two photos are given: {files[0]} and --picture {picture}")
    place = files[0] if len(files) == 2 else picture
    if place is None and reference is None:
        raise Error("a photo or --reference must say which room: lumiverb match photo.jpg take.wav -o out.wav")
    return place, files[-1]


def _open(place: Path | None, reference: Path | None, balance: float, model: str, reference_model: str, device: str) -> Any:
    from lumiverb.room import Room, is_recording

    seen = None
    if place is not None:
        seen = common.open_room(place, reference_model if is_recording(place) else model, device)
    heard = common.open_room(reference, reference_model, device) if reference is not None else None
    return Room.fuse(seen, heard, balance) if seen is not None and heard is not None else seen or heard


def _sources(place: Path | None, reference: Path | None, balance: float, model: str, reference_model: str) -> dict[str, Any]:
    """What the sidecar says of where the room came from."""
    from lumiverb.host.models import BLIND_ROOM, SCENE_ENCODER, model_record
    from lumiverb.room import is_recording

    found: dict[str, Any] = {}
    for path in filter(None, (place, reference)):
        if path is reference or is_recording(path):
            found["reference"] = str(path)
            if is_recording(path):
                found["reference_model"] = model_record(reference_model or None, BLIND_ROOM)
        elif path.suffix.lower() != ".json":
            found |= {"picture": str(path), "model": model_record(model or None, SCENE_ENCODER)}
    if place is not None and reference is not None:
        found["balance"] = balance
    return found


def _with_progress(render: Any, processor: Any, audio: Path, output: Path, settings: Any) -> Any:
    if not common.err.is_terminal:
        return render.render_file(processor, audio, output, settings)
    from rich.progress import Progress

    with Progress(console=common.err, transient=True) as bar:
        task = bar.add_task(audio.name, total=1.0)
        return render.render_file(processor, audio, output, settings, lambda done: bar.update(task, completed=done))


def _print(record: dict[str, Any], as_json: bool, room: Any) -> None:
    if as_json:
        common.print_json(record)
        return
    d = room.description
    size = " x ".join(f"{x:.1f}" for x in d.dimensions_m)
    common.out.print(f"{common.room_title(room)}, {size} m, RT60 {d.mid_rt60_s:.2f} s", soft_wrap=True, markup=False)
    if "output_s" in record:
        speed = f"{record['times_real_time']:.0f} x real time"
        text = f"{record['output']}: {record['output_s']:.2f} s, {record['output_channels']} channels, {record['sample_rate']} Hz, {speed}"
        common.out.print(text, soft_wrap=True, markup=False)
    if record.get("report"):
        common.out.print(f"{record['report']}: report", soft_wrap=True, markup=False)

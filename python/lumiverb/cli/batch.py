# SPDX-License-Identifier: AGPL-3.0-or-later
"""``lumiverb batch``: many files through one or more rooms."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from lumiverb.cli import common
from lumiverb.errors import Error

app = typer.Typer(add_completion=False)


@app.command()
def batch(
    context: typer.Context,
    inputs: Annotated[list[Path], typer.Argument(help="Audio files and folders of them.", show_default=False)],
    output: Annotated[Path, typer.Option("--out", "-o", help="The folder to write to; it is made if missing.", show_default=False)],
    rooms: Annotated[
        list[Path] | None, typer.Option("--room", "-r", help="A photo or room JSON; may be given several times.", show_default=False)
    ] = None,
    chain: Annotated[
        str, typer.Option("--chain", help="dry, match:photo.jpg or dry,match:photo.jpg, in place of --room.", show_default=False)
    ] = "",
    workers: Annotated[int, typer.Option("--workers", "-j", help="Processes; 0 = one per core.")] = 0,
    ext: Annotated[str, typer.Option("--ext", help="Ending of the outputs; empty = that of each input.")] = ".wav",
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
    match_quality: Annotated[
        str,
        typer.Option("--match-quality", help="Match: real-time, or traced: rays through the room, in seconds.", rich_help_panel="Knobs"),
    ] = "real-time",
    channels: Annotated[str, typer.Option("--output", help="stereo, mono, 5.1, foa (AmbiX) or binaural.")] = "stereo",
    tail: Annotated[bool, typer.Option("--tail/--no-tail", help="Let the room ring out after the end.")] = True,
    rate: Annotated[int, typer.Option("--rate", help="Sample rate of the outputs in Hz; 0 = that of each input.")] = 0,
    bits: Annotated[str, typer.Option("--bits", help="float, 24 or 16.")] = "",
    downmix: Annotated[bool, typer.Option("--downmix", help="Mix more than 2 channels to mono.")] = False,
    quality: common.DryQuality = "lite",
    dry_amount: Annotated[float, typer.Option("--dry-amount", help="Dry: of the suppression in dB, 0..1.", rich_help_panel="Knobs")] = 1.0,
    dry_tail: Annotated[float, typer.Option("--dry-tail", help="Dry: let sound ring out, s, 0..2.", rich_help_panel="Knobs")] = 0.0,
    seed: common.Seed = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would be done.")] = False,
    as_json: common.AsJson = False,
    model: common.Model = "",
    device: common.Device = "CPU",
) -> None:
    """Put many files into one or more rooms, take the room off them, or both.

    What is done is kept in OUT/lumiverb-batch.jsonl: run the same command again to go on where it stopped. Files that cannot be used
    are reported and skipped; the exit code is then 1.
    """
    from lumiverb.host import batch as host
    from lumiverb.host import render

    parameters = {
        "mix": mix, "decay": decay, "size": size, "distance": distance, "angle": angle, "predelay_ms": predelay,
        "early_late_db": early_late, "width": width, "low_db": low, "high_db": high, "output_db": output_gain,
        "band_decay": common.parse_bands(band_decay), "candidate": candidate, "quality": match_quality,
    }  # fmt: skip
    dries, places = _steps(chain, rooms or [])
    _refuse_unused(context, dries, bool(places))
    knobs_of_dry = {"amount": dry_amount, "tail_s": dry_tail} if dries else {}
    settings = render.Settings(parameters, channels, tail, rate, bits, downmix, seed, quality if dries else "", knobs_of_dry)
    files = host.find_audio(inputs, output)
    found = _unique_names([common.open_room(path, model, device) for path in places])
    render.dry_for(settings)  # wrong knobs and missing networks fail here, once
    if found:
        render.match_for(found[0], settings)
    jobs = host.plan(files, found, output, settings, f".{ext.removeprefix('.')}" if ext else "")
    _check_endings(jobs, settings, render.match_for(found[0], settings) if found else None)
    _make(output, dry_run)
    manifest = host.Manifest(output / host.MANIFEST)
    todo = [job for job in jobs if not manifest.is_done(job)]
    if dry_run:
        _list(jobs, todo, as_json)
        return
    started = time.perf_counter()
    results = _run(host, jobs, todo, manifest, workers)
    _summary(jobs, todo, results, time.perf_counter() - started, as_json)
    if any(r["status"] == "failed" for r in results):
        raise typer.Exit(1)


def _steps(chain: str, rooms: list[Path]) -> tuple[bool, list[Path]]:
    """Whether the inputs are dried first, and the rooms they are put into."""
    if not chain:
        if not rooms:
            raise Error("nothing to do: give a room with --room, or --chain dry")
        return False, rooms
    if rooms:
        raise Error("--chain and --room exclude each other: write --chain dry,match:photo.jpg")
    steps = [step.strip() for step in chain.split(",")]
    dries = steps[0] == "dry"
    matches = steps[1:] if dries else steps
    if len(matches) > 1 or any(not step.startswith("match:") or step == "match:" for step in matches):
        raise Error(f"--chain is dry, match:photo.jpg or dry,match:photo.jpg, not '{chain}'")
    return dries, [Path(step.removeprefix("match:")) for step in matches]


_of_dry = ("quality", "dry_amount", "dry_tail")
_of_match = (
    "mix", "decay", "size", "distance", "angle", "predelay", "early_late", "width", "low", "high", "output_gain", "band_decay", "candidate",
    "match_quality", "channels", "tail", "rate", "downmix", "seed", "model", "device",
)  # fmt: skip


def _refuse_unused(context: typer.Context, dries: bool, matches: bool) -> None:
    """An option that the chain has no use for was meant for something else (--quality is Dry's)."""
    for names, used, plug_in in ((_of_dry, dries, "Dry"), (_of_match, matches, "Match")):
        for option in context.command.params:
            source = context.get_parameter_source(option.name or "")
            given = option.name in names and source is not None and source.name == "COMMANDLINE"
            if given and not used:
                hint = "; the quality of Match is --match-quality" if option.name == "quality" else ""
                raise Error(f"{option.opts[0]} is an option of {plug_in}, which has no part in this chain{hint}")


def _unique_names(rooms: list[Any]) -> list[Any]:
    names = [room.name for room in rooms]
    double = next((n for n in names if names.count(n) > 1), None)
    if double is not None:
        raise Error(f"two rooms are named '{double}'; each needs a folder of its own, so rename one file")
    return rooms


def _check_endings(jobs: list[Any], settings: Any, match: Any) -> None:
    """Refuse what no file could be written as, before the first one; folders are made later."""
    from lumiverb.audio.files import check_output
    from lumiverb.host import render

    for ending in {Path(job.output).suffix for job in jobs}:
        example = Path(f"batch{ending}")
        if match is not None:
            render.check_job(Path(jobs[0].source), example, settings, match)
        else:
            check_output(example, settings.bits or None)


def _make(folder: Path, dry_run: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise Error(f"{folder}: is a file, not a folder to write to")
    if not dry_run:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Error(f"{folder}: cannot be made ({(error.strerror or str(error)).lower()})") from None


def _run(host: Any, jobs: Any, todo: Any, manifest: Any, workers: int) -> list[dict[str, Any]]:
    def report(entry: dict[str, Any]) -> None:
        if entry["status"] == "failed":
            common.warn([f"{entry['error']} (skipped)"])
        else:
            common.warn(entry["warnings"])

    if not common.err.is_terminal:
        return host.run_batch(jobs, manifest, workers, report)
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=common.err) as bar:
        task = bar.add_task("batch", total=len(jobs), completed=len(jobs) - len(todo))
        advance: Callable[[dict[str, Any]], None] = lambda entry: (report(entry), bar.advance(task))[0]  # noqa: E731
        return host.run_batch(jobs, manifest, workers, advance)


def _list(jobs: list[Any], todo: list[Any], as_json: bool) -> None:
    if as_json:
        common.print_json({"jobs": len(jobs), "to_do": [{"input": j.source, "output": j.output} for j in todo]})
        return
    for job in todo:
        common.out.print(f"{job.source} -> {job.output}", soft_wrap=True, markup=False)
    common.out.print(f"{len(todo)} to do, {len(jobs) - len(todo)} done before")


def _summary(jobs: list[Any], todo: list[Any], results: list[dict[str, Any]], seconds: float, as_json: bool) -> None:
    failed = [r for r in results if r["status"] == "failed"]
    done = [r for r in results if r["status"] == "done"]
    audio_s = sum(r["input_s"] for r in done)
    summary = {
        "jobs": len(jobs),
        "done_before": len(jobs) - len(todo),
        "done": len(done),
        "failed": len(failed),
        "seconds": round(seconds, 2),
        "audio_s": round(audio_s, 2),
        "times_real_time": round(audio_s / max(seconds, 1e-9), 1),
    }
    if as_json:
        common.print_json({**summary, "failures": [{"input": r["input"], "error": r["error"]} for r in failed]})
        return
    common.out.print(
        f"{summary['done']} done, {summary['failed']} failed, {summary['done_before']} done before; "
        f"{audio_s / 60:.1f} min of audio in {seconds:.1f} s ({summary['times_real_time']:.0f} x real time)",
        soft_wrap=True,
    )

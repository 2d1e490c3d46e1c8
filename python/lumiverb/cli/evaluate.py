# SPDX-License-Identifier: AGPL-3.0-or-later
"""``lumiverb evaluate``: measure trained networks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from lumiverb.cli import common

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Measure a trained network.")


@app.callback()
def evaluate() -> None:
    """Measure a trained network."""


@app.command("scene-encoder")
def scene_encoder(
    package: Annotated[str, typer.Option("--package", help="Folder of the model package; default: the shipped one.")] = "",
    folder: Annotated[Path, typer.Option("--folder", help="Held-out rooms are kept in FOLDER/test; missing ones are traced.")] = Path(
        "runs/rooms"
    ),
    count: Annotated[int, typer.Option("--rooms", min=20, help="How many held-out rooms.")] = 360,
    samples: Annotated[int, typer.Option("--samples", min=1, help="Light paths per pixel.")] = 3,
    rays: Annotated[int, typer.Option("--rays", min=100, help="Sound rays, to begin with.")] = 600,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes that trace rooms.")] = 1,
    figure: Annotated[Path | None, typer.Option("--figure", help="Draw the numbers into this PNG (needs matplotlib).")] = None,
    as_json: common.AsJson = False,
) -> None:
    """Errors on held-out traced rooms beside two baselines; plausibility on real photographs where ../shared has them.

    Rooms with unseen palettes, of an unseen kind, and controlled pairs are measured where FOLDER has them.
    """
    from lumiverb.evaluation import scene_encoder as measures
    from lumiverb.evaluation.scene_encoder_sets import evaluate_sets
    from lumiverb.host.models import model_folder
    from lumiverb.training.photos import read_weak_photos
    from lumiverb.training.rooms import make_rooms, standard_set

    where = Path(package) if package else model_folder("scene-encoder")
    manifest = json.loads((where / "manifest.json").read_text(encoding="utf-8"))
    make_rooms(
        folder / "test",
        standard_set("test", count, samples, rays),
        workers,
        lambda done, total: common.err.print(f"held-out rooms: {done} of {total}"),
    )
    encoder = measures.OnnxSceneEncoder(where / "model.onnx")
    result = evaluate_sets(encoder, folder, manifest["training_medians"], manifest["kinds"], count)
    photos = read_weak_photos()
    if photos:
        result["photos"] = measures.evaluate_photos(encoder, photos)
    if figure:
        from lumiverb.evaluation.scene_encoder_figure import draw

        draw(figure, result, manifest["metrics"].get("learning_curve", ()))
    if as_json:
        common.print_json(result)
    else:
        _tables(result)


@app.command("ceiling")
def ceiling(
    folder: Annotated[Path, typer.Option("--folder", help="Sets of traced rooms: FOLDER/train and FOLDER/test.")] = Path("runs/rooms"),
    count: Annotated[int | None, typer.Option("--rooms", min=20, help="At most so many of each; default: all that are there.")] = None,
    as_json: common.AsJson = False,
) -> None:
    """How well RT60 could be known from the kind of place, its size and the surfaces that the picture shows, without an encoder."""
    from rich.table import Table

    from lumiverb.evaluation.ceiling import measure

    result = measure(folder, count, lambda text: None)
    if as_json:
        common.print_json(result)
        return
    table = Table("told", "error", "within 10 %", "rank within kinds", title=f"learnt from {next(iter(result.values()))['rooms']} rooms")
    for name, row in result.items():
        numbers = (f"{row['mid_median_error_percent']} %", f"{row['within_10_percent']} %", f"{row['rank_within_kinds']:.2f}")
        table.add_row(name, *numbers)
    common.out.print(table)


@app.command("blind-room")
def blind_room(
    package: Annotated[str, typer.Option("--package", help="Folder of the model package; default: the shipped one.")] = "",
    folder: Annotated[Path, typer.Option("--folder", help="Keeps the decoded dry recordings.")] = Path("runs/blind-room"),
    takes: Annotated[int, typer.Option("--takes", min=1, help="Takes of speech per measured response.")] = 4,
    as_json: common.AsJson = False,
) -> None:
    """Errors on unseen voices in unseen rooms (../shared/data), beside a classical decay fit and a constant guess."""
    from lumiverb.evaluation import blind_room as measures
    from lumiverb.host.models import model_folder

    where = Path(package) if package else model_folder("blind-room")
    manifest = json.loads((where / "manifest.json").read_text(encoding="utf-8"))
    result = measures.measure_network(where / "model.onnx", manifest["training_medians"], folder, takes, say=common.err.print)
    if as_json:
        common.print_json(result)
    else:
        _blind_tables(result)


_BLIND_ROWS = {
    "mid-band, mean error s": "mid_mean_error_s",
    "mid-band, median error %": "mid_median_error_percent",
    "mid-band, bias s": "mid_bias_s",
    "rank correlation": "rank_correlation",
    "DRR, mean error dB": "drr_mean_error_db",
    "C50, mean error dB": "c50_mean_error_db",
    "volume, median factor": "volume_median_factor",
}


def _blind_tables(result: dict) -> None:
    from rich.table import Table

    from lumiverb.training.targets import BANDS_HZ

    for name in ("measured_rooms", "simulated_rooms"):
        rows = {key: row for key, row in result[name].items() if "takes" in row}
        table = Table(title=f"{rows['network']['takes']} takes of unseen voices, {name.replace('_', ' ')}")
        table.add_column("")
        for key in rows:
            table.add_column(key.replace("_", " "), justify="right")
        for band, hz in enumerate(BANDS_HZ):
            table.add_row(f"RT60 {hz} Hz, mean error s", *(str(row["rt60_mean_error_s"][band]) for row in rows.values()))
        for title, field in _BLIND_ROWS.items():
            if field in rows["network"]:
                table.add_row(title, *(str(row.get(field, "-")) for row in rows.values()))
        common.out.print(table)
        inside = rows["network"]["within_1_spread_percent"]
        common.out.print("truths within one spread, %: " + ", ".join(f"{k} {v:.0f}" for k, v in inside.items()))
    others = {f"speech, first {k}": v for k, v in result["by_duration"].items()} | {
        k: result[k] for k in ("singing", "music") if k in result
    }
    for name, row in others.items():
        common.out.print(f"{name}: mid-band RT60 {row['mid_mean_error_s']} s off (median {row['mid_median_error_percent']} %)")
    dry = result["dry_speech"]
    common.out.print(f"of dry speech: RT60 {dry['median_mid_rt60_s']} s, DRR {dry['median_drr_db']} dB, C50 {dry['median_c50_db']} dB")


@app.command()
def dry(
    speech: Annotated[str, typer.Option("--speech", help="Folder of dry voices; default: the validation set of ../shared/data.")] = "",
    rirs: Annotated[str, typer.Option("--rirs", help="With --speech: folder of impulse responses.")] = "",
    systems: Annotated[
        str, typer.Option("--systems", help="Of unprocessed, wpe, lebart, ceiling, lite, lite:told, lite:wrong; commas between.")
    ] = "unprocessed,wpe,lebart,lite",
    clips: Annotated[int, typer.Option("--clips", min=1, help="Voices in rooms; a fifth as many without a room are added.")] = 38,
    seconds: Annotated[float, typer.Option("--seconds", min=1.5, help="Length of a clip.")] = 5.0,
    package: Annotated[str, typer.Option("--package", help="Folder of the model package; default: the shipped one.")] = "",
    output: Annotated[str, typer.Option("-o", "--output", help="Also write the numbers as JSON to this file.")] = "",
    as_json: common.AsJson = False,
) -> None:
    """PESQ, ESTOI, SI-SDR, SRMR and more of dereverberation, as Markdown, with 95 % confidence intervals."""
    from lumiverb.audio.atomic import write_bytes
    from lumiverb.errors import Error
    from lumiverb.evaluation import dry as evaluation
    from lumiverb.evaluation.dry_systems import find
    from lumiverb.training.photos import shared_data

    if bool(speech) != bool(rirs):
        raise Error("--speech and --rirs go together")
    common.check_folder(output)
    chosen = {name: find(name, Path(package) if package else None) for name in systems.split(",")}
    if speech:
        made = evaluation.clips_of(Path(speech), Path(rirs), clips, max(1, clips // 5), seconds)
    else:
        made = evaluation.validation_clips(shared_data(), clips, max(1, clips // 5), max(1, clips // 5), max(1, clips // 6), seconds)
    result = evaluation.evaluate(made, chosen, lambda text: common.err.print(text))
    if as_json:
        common.print_json(result)
    else:
        typer.echo(evaluation.as_markdown(result))
    if output:
        write_bytes(output, (json.dumps(result, indent=1) + "\n").encode())


_ROWS = {
    "mid-band, error %": "mid_median_error_percent",
    "mid-band, log2 RMSE": "mid_log2_rmse",
    "mid-band, rooms below 150 m3, mean error s": "mid_mean_error_s_below_150_m3",
    "rank within kinds": "mid_rank_correlation_within_kinds",
    "volume, median factor": "volume_median_factor",
    "volume within x1.5, %": "volume_within_1.5_percent",
    "DRR, mean error dB": "drr_mean_error_db",
    "C50, mean error dB": "c50_mean_error_db",
}


def _tables(result: dict) -> None:
    from rich.table import Table

    from lumiverb.training.targets import BANDS_HZ

    rooms = result["traced_rooms"]
    table = Table(title=f"{rooms['encoder']['rooms']} held-out indoor rooms (medians)")
    table.add_column("")
    for name in rooms:
        table.add_column(name.replace("_", " "), justify="right")
    for band, hz in enumerate(BANDS_HZ):
        table.add_row(f"RT60 {hz} Hz, error %", *(str(row["rt60_median_error_percent"][band]) for row in rooms.values()))
    for title, field in _ROWS.items():
        table.add_row(title, *(str(row[field]) for row in rooms.values()))
    table.add_row("mid-band within 10 %", *(str(row["mid_within_percent"]["10"]) for row in rooms.values()))
    common.out.print(table)
    common.out.print(
        "truths within one spread, %: " + ", ".join(f"{k} {v}" for k, v in rooms["encoder"]["within_1_spread_percent"].items())
    )
    for name in ("unseen_palettes", "unseen_kind"):
        if name in result:
            row = result[name]["encoder"]
            common.out.print(
                f"{name.replace('_', ' ')} ({row['rooms']} rooms): mid-band {row['mid_median_error_percent']} %, "
                f"rank within kinds {row['mid_rank_correlation_within_kinds']}"
            )
    for change, row in result.get("pairs", {}).items():
        common.out.print(f"{change}: order right in {row['order_right_percent']} % of {row['pairs']} pairs, gain {row['gain']}")
    common.out.print(f"mirrored: T changes by {result['mirror']['mid_median_change_percent']} % (median)")
    for name, row in result.get("photos", {}).items():
        common.out.print(
            f"real crops, {name.replace('_', ' ')}: {row['indoor_inside_range_percent']} % of indoor crops inside their range "
            f"(best constant {row['indoor_inside_range_percent_of_best_constant']} %), outdoor AUC {row['outdoor_auc']}, "
            f"rank over panoramas {row['rank_correlation_over_panoramas']}"
        )

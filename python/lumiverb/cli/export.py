# SPDX-License-Identifier: AGPL-3.0-or-later
"""``lumiverb export``: from a checkpoint to what the core loads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lumiverb.cli import common

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Turn a checkpoint into a model package.")


@app.callback()
def export() -> None:
    """Turn a checkpoint into a model package."""


@app.command("scene-encoder")
def scene_encoder(
    folder: Annotated[Path, typer.Option("--folder", help="The run's folder, with scene-encoder.pt and its rooms.")] = Path(
        "runs/scene-encoder"
    ),
    package: Annotated[Path, typer.Option("--package", help="Where the model package goes.")] = Path("models/scene-encoder"),
) -> None:
    """Export a finished run again: graph, parity, measures and card."""
    from lumiverb.training.recipes import scene_encoder as recipe

    common.print_json(recipe.export_again(folder, package, common.err.print))


@app.command()
def dry(
    preset: Annotated[str, typer.Option("--preset", help="What was trained: lite, low-latency.")] = "lite",
    folder: Annotated[Path, typer.Option("--folder", help="The run's folder, with dry.pt; the training need not be at its end.")] = Path(
        "runs/dry"
    ),
    package: Annotated[Path, typer.Option("--package", help="Where the model package goes.")] = Path("models/dry-lite"),
) -> None:
    """Export the averaged weights of a run as they are now: graph, parity, measures beside the baselines and card."""
    import torch

    from lumiverb.evaluation.dry import validation_clips
    from lumiverb.training.dry_sources import shared_sources
    from lumiverb.training.photos import shared_data
    from lumiverb.training.recipes import dry as recipe

    if preset not in recipe.PRESETS:
        raise typer.BadParameter(f"'{preset}' is none of {', '.join(recipe.PRESETS)}", param_hint="--preset")
    torch.set_num_threads(1)
    run = recipe.Run(folder, preset, recipe.PRESETS[preset], lambda split: shared_sources(shared_data(), split), common.err.print)
    common.print_json(recipe.finish(run, recipe.load_average(run), validation_clips(shared_data()), package))


@app.command("blind-room")
def blind_room(
    preset: Annotated[str, typer.Option("--preset", help="What was trained: small, full.")] = "small",
    folder: Annotated[Path, typer.Option("--folder", help="The run's folder, with blind.pt; the training need not be at its end.")] = Path(
        "runs/blind-room"
    ),
    package: Annotated[Path, typer.Option("--package", help="Where the model package goes.")] = Path("models/blind-room"),
) -> None:
    """Export the averaged weights of a run as they are now: calibration, graph, parity, measures and card."""
    import torch

    from lumiverb.training.recipes import blind_room as recipe

    if preset not in recipe.PRESETS:
        raise typer.BadParameter(f"'{preset}' is none of {', '.join(recipe.PRESETS)}", param_hint="--preset")
    torch.set_num_threads(1)
    run = recipe.Run(folder, preset, recipe.PRESETS[preset], say=common.err.print)
    common.print_json(recipe.export_again(run, package))

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
    preset: Annotated[str, typer.Option("--preset", help="What was trained: lite, full, low-latency.")] = "lite",
    folder: Annotated[str, typer.Option("--folder", help="The run's folder, which need not be at its end; default: runs/dry-PRESET.")] = "",
    package: Annotated[str, typer.Option("--package", help="Where the model package goes; default: models/dry-PRESET.")] = "",
    speech: Annotated[str, typer.Option("--speech", help="As in training.")] = "",
    rirs: Annotated[str, typer.Option("--rirs", help="As in training.")] = "",
    init: Annotated[str, typer.Option("--init", help="As in training.")] = "",
) -> None:
    """Export the averaged weights of a run as they are now: graph, parity, measures beside the baselines and card."""
    import torch

    from lumiverb.training.recipes import dry as recipe

    torch.set_num_threads(1)
    run = recipe.run_of(preset, folder, speech, rirs, init, common.err.print)
    common.print_json(recipe.finish(run, recipe.load_average(run), run.clips(), Path(package or f"models/dry-{preset}")))


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

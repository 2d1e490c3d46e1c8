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

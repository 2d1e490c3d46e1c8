# SPDX-License-Identifier: AGPL-3.0-or-later
"""``lumiverb train``: make training rooms, train networks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from lumiverb.cli import common

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Train a network (needs lumiverb\\[train]).")

Folder = Annotated[Path, typer.Option("--folder", help="Everything of the run: rooms, features, checkpoints, logs.")]
Workers = Annotated[int, typer.Option("--workers", min=1, help="Processes that trace rooms.")]


@app.callback()
def train() -> None:
    """Train a network (needs lumiverb[train])."""


@app.command()
def rooms(
    folder: Folder = Path("runs/rooms"),
    split: Annotated[
        str,
        typer.Option("--split", help="train, train-changed, valid, test, test-palette (unseen colours), test-kind (held out), pairs."),
    ] = "train",
    count: Annotated[int, typer.Option("--rooms", min=1, help="How many rooms the folder shall hold.")] = 12000,
    samples: Annotated[int, typer.Option("--samples", min=1, help="Light paths per pixel.")] = 3,
    rays: Annotated[int, typer.Option("--rays", min=100, help="Sound rays, to begin with.")] = 600,
    target_error: Annotated[float, typer.Option("--target-error", min=0, help="Rays are added until T30 is known this well.")] = 0.05,
    workers: Workers = 1,
) -> None:
    """Trace rooms into FOLDER/SPLIT; what is there already is kept."""
    from lumiverb.training.rooms import SPLIT_SEEDS, make_rooms, standard_set

    if split not in SPLIT_SEEDS:
        raise typer.BadParameter(f"'{split}' is none of {', '.join(SPLIT_SEEDS)}", param_hint="--split")
    room_set = standard_set(split, count, samples, rays, target_error)
    make_rooms(folder / split, room_set, workers, lambda done, total: common.err.print(f"{split}: {done} of {total} rooms"))


@app.command("scene-encoder")
def scene_encoder(
    preset: Annotated[str, typer.Option("--preset", help="smoke (a minute), small, full.")] = "smoke",
    folder: Folder = Path("runs/scene-encoder"),
    package: Annotated[str, typer.Option("--package", help="Where the model package goes; default FOLDER/package.")] = "",
    init: Annotated[
        str,
        typer.Option(
            "--init",
            help="ONNX file of a MobileNetEdgeTPU trunk, scene-encoder.pt of an earlier run to go on from, or 'none'; "
            "default: ../shared/data/weights.",
        ),
    ] = "",
    train_rooms: Annotated[int, typer.Option("--rooms", min=0, help="Another number of training rooms; 0 = as the preset says.")] = 0,
    changed_rooms: Annotated[
        int, typer.Option("--changed-rooms", min=-1, help="How many of them once more after a change; -1 = as the preset says.")
    ] = -1,
    more: Annotated[
        list[Path] | None, typer.Option("--more-rooms", help="Further folders of training rooms, for example from an earlier run.")
    ] = None,
    curve: Annotated[
        bool, typer.Option("--learning-curve", help="Also train heads on an eighth, a quarter and half of the rooms.")
    ] = False,
    device: Annotated[str, typer.Option("--device", help="cpu, cuda, ...: where the upper trunk is fine-tuned.")] = "cpu",
    threads: Annotated[int, typer.Option("--threads", min=1, help="Threads of the network.")] = 1,
    workers: Workers = max(1, (os.cpu_count() or 1) // 2),
) -> None:
    """Rooms, features, heads, fine-tuning, calibration, export and card; start it again to go on where it stopped."""
    import torch

    from lumiverb.errors import Error
    from lumiverb.training.recipes import scene_encoder as recipe

    if preset not in recipe.PRESETS:
        raise typer.BadParameter(f"'{preset}' is none of {', '.join(recipe.PRESETS)}", param_hint="--preset")
    torch.set_num_threads(threads)
    start = None if init == "none" else Path(init) if init else recipe.default_init()
    if start is None and init != "none":
        common.warn(["no pretrained trunk at ../shared/data/weights (or $LUMIVERB_SHARED): starting from random weights"])
    elif start is not None and not start.is_file():
        raise Error(f"{start}: no such file (--init)")
    run = recipe.Run(
        folder,
        preset,
        recipe.with_rooms(recipe.PRESETS[preset], train_rooms or None, None if changed_rooms < 0 else changed_rooms),
        start,
        workers,
        device,
        tuple(more or ()),
        common.err.print,
    )
    metrics = recipe.train(run, Path(package) if package else None, curve)
    common.print_json(metrics)


@app.command()
def dry(
    preset: Annotated[str, typer.Option("--preset", help="smoke (a minute), lite, full, low-latency.")] = "smoke",
    folder: Annotated[str, typer.Option("--folder", help="Everything of the run; default: runs/dry-PRESET.")] = "",
    package: Annotated[str, typer.Option("--package", help="Where the model package goes; default FOLDER/package.")] = "",
    speech: Annotated[str, typer.Option("--speech", help="Folder of dry voices; default: the sets of ../shared/data.")] = "",
    rirs: Annotated[str, typer.Option("--rirs", help="With --speech: folder of impulse responses, beside the simulated rooms.")] = "",
    init: Annotated[str, typer.Option("--init", help="Folder of a run whose weights are the first ones.")] = "",
    threads: Annotated[int, typer.Option("--threads", min=1, help="Threads of the network.")] = 1,
) -> None:
    """Mixtures, network, measures beside the baselines, export and card; start it again to go on where it stopped."""
    import torch

    from lumiverb.training.recipes import dry as recipe

    torch.set_num_threads(threads)
    run = recipe.run_of(preset, folder, speech, rirs, init, common.err.print)
    common.print_json(recipe.train(run, Path(package) if package else None))


@app.command("blind-room")
def blind_room(
    preset: Annotated[str, typer.Option("--preset", help="smoke (a minute), small, full.")] = "smoke",
    folder: Folder = Path("runs/blind-room"),
    package: Annotated[str, typer.Option("--package", help="Where the model package goes; default FOLDER/package.")] = "",
    device: Annotated[str, typer.Option("--device", help="cpu, cuda, ...")] = "cpu",
    threads: Annotated[int, typer.Option("--threads", min=1, help="Threads of the network.")] = 1,
) -> None:
    """Reverberant takes, network, calibration, export and card; start it again to go on where it stopped."""
    import torch

    from lumiverb.training.recipes import blind_room as recipe

    if preset not in recipe.PRESETS:
        raise typer.BadParameter(f"'{preset}' is none of {', '.join(recipe.PRESETS)}", param_hint="--preset")
    torch.set_num_threads(threads)
    run = recipe.Run(folder, preset, recipe.PRESETS[preset], device, common.err.print)
    common.print_json(recipe.train(run, Path(package) if package else None))

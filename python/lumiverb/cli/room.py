# SPDX-License-Identifier: AGPL-3.0-or-later
"""``lumiverb room``: what a picture or a recording says of its room."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lumiverb.cli import common
from lumiverb.errors import Error

if TYPE_CHECKING:
    from lumiverb.room import Room

app = typer.Typer(add_completion=False)


@app.command()
def room(
    picture: Annotated[Path, typer.Argument(help="A photo of the room, a recording made in it, or a room as JSON.", show_default=False)],
    output: Annotated[str, typer.Option("--out", "-o", help="Write the JSON there; `lumiverb match` reads it in place of a picture.")] = "",
    as_json: Annotated[bool, typer.Option("--json/--table", help="JSON on stdout (default), or a table for people.")] = True,
    plot: Annotated[str, typer.Option("--plot", help="Draw picture, reverberation times and decay curves (PNG).")] = "",
    embedding: Annotated[
        bool, typer.Option("--embedding/--no-embedding", help="Include the 128 values of the network's embedding.")
    ] = True,
    model: common.Model = "",
    device: common.Device = "CPU",
) -> None:
    """Print the RoomDescription of a picture or a recording as JSON (rt60_s and drr_db: 7 octaves, 125 Hz to 8 kHz)."""
    from lumiverb.audio.files import check_different

    common.check_figure(plot)
    if output and Path(output).suffix.lower() != ".json":
        raise Error(f"{output}: a room is written as .json, by which it is known again")
    for written in filter(None, (output, plot)):
        check_different(written, picture)
    found = common.open_room(picture, model, device)
    if not embedding:
        from lumiverb.room import Room

        found = Room(found.description.replace(embedding=()), thumbnail=found.thumbnail, name=found.name)
    if output:
        found.save(output)
    if plot:
        from lumiverb.evaluation.report import room_report

        room_report(plot, found)
    if not as_json:
        _table(found)
    elif not output:
        common.print_json(json.loads(found.json))


def _table(found: Room) -> None:
    from rich.table import Table
    from rich.text import Text

    from lumiverb.acoustics.description import BAND_CENTRES_HZ

    d = found.description
    table = Table(title=Text(common.room_title(found)))
    table.add_column("")
    for hz in BAND_CENTRES_HZ:
        table.add_column(f"{hz} Hz" if hz < 1000 else f"{hz // 1000} kHz", justify="right")
    table.add_row("RT60 s", *(f"{t:.2f}" for t in d.rt60_s))
    table.add_row("  spread", *(f"x{2.718281828**s:.2f}" for s in d.rt60_spread_log))
    table.add_row("DRR dB", *(f"{x:+.1f}" for x in d.drr_db))
    table.add_row("absorption", *(f"{a:.2f}" for a in d.absorption))
    common.out.print(table)
    size = " x ".join(f"{x:.1f}" for x in d.dimensions_m)
    common.out.print(f"{size} m, {d.volume_m3:.0f} m3, C50 {d.clarity_c50_db:+.1f} dB, source at {d.source_distance_m:.1f} m")
    if d.outdoor_probability > 0.5:
        common.out.print(f"probably outdoors ({d.outdoor_probability:.0%}): there may be no room in this picture")

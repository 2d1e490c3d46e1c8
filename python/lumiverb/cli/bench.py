# SPDX-License-Identifier: AGPL-3.0-or-later
"""``lumiverb bench``: speed on this machine, as a table and as bench.json."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lumiverb.cli import common

app = typer.Typer(add_completion=False)


@app.command()
def bench(
    output: Annotated[str, typer.Option("--out", "-o", help="Where to write the numbers; empty = nowhere.")] = "bench.json",
    quick: Annotated[bool, typer.Option("--quick", help="Fewer repetitions: a look, not a measurement.")] = False,
    only: Annotated[str, typer.Option("--only", help="Sections separated by commas.")] = "",
    as_json: common.AsJson = False,
) -> None:
    """Measure Match beside other tools in one run: medians of several runs, ratios side by side."""
    import json

    from lumiverb.audio.atomic import write_bytes
    from lumiverb.evaluation import bench as measures

    common.check_folder(output)
    result = measures.run(quick, [s for s in only.split(",") if s], lambda name: common.err.print(f"measuring: {name} ...", style="dim"))
    if as_json:
        common.print_json(result)
    else:
        _table(result)
    if output:
        write_bytes(output, (json.dumps(result, indent=1) + "\n").encode())


def _table(result: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"Lumiverb {result['lumiverb']} on {result['machine']['processor']}, {result['machine']['cores']} cores")
    for column in ("section", "what", "measured", "target", "", "note"):
        table.add_column(column, justify="right" if column in ("measured", "target") else "left", overflow="fold")
    previous = ""
    for row in result["rows"]:
        mark = {True: "[green]met[/green]", False: "[red]missed[/red]", None: ""}[row["met"]]
        section = "" if row["section"] == previous else row["section"]
        table.add_row(section, row["what"], row["shown"], row["target"], mark, row["note"], end_section=False)
        previous = row["section"]
    # In a log file there is no terminal whose width matters: folding would only make the table hard to read.
    console = common.out if common.out.is_terminal else Console(width=160, highlight=False)
    console.print(table)
    for name, reason in result["missing"].items():
        common.out.print(f"{name}: not measured, {reason}", soft_wrap=True, markup=False)

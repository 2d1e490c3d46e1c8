# SPDX-License-Identifier: AGPL-3.0-or-later
"""``lumiverb doctor``: what works on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from lumiverb.cli import common

app = typer.Typer(add_completion=False)


@app.command()
def doctor(
    as_json: common.AsJson = False,
    load: Annotated[bool, typer.Option("--load/--no-load", help="Also load the plug-ins that are found.")] = True,
) -> None:
    """Check versions, native module, models, inference and plug-ins; exit code 0 = the main job works, 1 = it does not."""
    from lumiverb.host.doctor import as_dict, examine

    checks = examine(load)
    result = as_dict(checks)
    if as_json:
        common.print_json(result)
    else:
        for check in checks:
            mark = "[green]ok  [/green]" if check.ok else "[red]FAIL[/red]" if check.needed else "[yellow]no  [/yellow]"
            common.out.print(mark, end=" ")
            common.out.print(f"{check.name}: {check.detail}", soft_wrap=True, markup=False)
            if not check.ok and check.advice:
                common.out.print(f"       -> {check.advice}", soft_wrap=True, markup=False)
    if not result["ok"]:
        raise typer.Exit(1)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command ``lumiverb``: mounts one file per command, each imported only when it is needed."""

from __future__ import annotations

import importlib
import importlib.util
import io
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import lumiverb
from lumiverb.cli.common import fail, quiet_libraries

#: Commands in the order of --help: name -> (module with `app`, one line).
COMMANDS = {
    "match": ("lumiverb.cli.match", "Put audio into the room of a picture or of another recording."),
    "dry": ("lumiverb.cli.dry", "Take the room off a recording."),
    "room": ("lumiverb.cli.room", "What a picture or a recording says of its room: numbers as JSON, or a figure."),
    "rir": ("lumiverb.cli.rir", "Export a room's impulse response as WAV, FLAC or SOFA."),
    "batch": ("lumiverb.cli.batch", "Many files through one or more rooms."),
    "demo": ("lumiverb.cli.demo", "Picture + dry voice -> wet voice, report and plug-in check."),
    "scene": ("lumiverb.cli.scene", "Make rooms that can be seen and heard."),
    "train": ("lumiverb.cli.train", "Train a network (needs lumiverb\\[train])."),
    "evaluate": ("lumiverb.cli.evaluate", "Measure a trained network."),
    "export": ("lumiverb.cli.export", "Turn a checkpoint into a model package."),
    "bench": ("lumiverb.cli.bench", "Measure speed on this machine."),
    "doctor": ("lumiverb.cli.doctor", "What works on this machine."),
}
_needs_extra = {
    "torch": "train",
    "onnx": "train",
    "pyroomacoustics": "test",
    "pedalboard": "plugins",
    "sofar": "sofa",
}


class LazyGroup(TyperGroup):
    """Imports a command's module when the command is called, and prints errors as one line."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [name for name, (module, _) in COMMANDS.items() if _exists(module)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        module, text = COMMANDS[cmd_name]
        if getattr(ctx, "_listing", False):  # --help needs the names only
            return _placeholder(cmd_name, text)
        try:
            command = typer.main.get_command(importlib.import_module(module).app)
        except ModuleNotFoundError as error:
            if error.name is None or error.name.startswith("lumiverb"):
                raise
            return _placeholder(cmd_name, text, _missing(cmd_name, error.name))
        command.name = cmd_name
        command.short_help = text
        return command

    def format_help(self, ctx: Any, formatter: Any) -> None:
        ctx._listing = True
        super().format_help(ctx, formatter)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (lumiverb.Error, ModuleNotFoundError, MemoryError, OSError) as error:
            if ctx.params.get("debug"):
                raise
            raise typer.Exit(fail(_clear(error, ctx.invoked_subcommand or "this"))) from None
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
        except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
            if ctx.params.get("debug") or isinstance(error, (typer.Exit, typer.Abort)):
                raise
            said = f"unexpected {type(error).__name__} ({' '.join(str(error).split())}); lumiverb --debug shows where, please report it"
            raise typer.Exit(fail(lumiverb.RenderError(said))) from None


def _exists(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _clear(error: BaseException, command: str) -> BaseException:
    if isinstance(error, ModuleNotFoundError) and error.name and not error.name.startswith("lumiverb"):
        return lumiverb.Error(_missing(command, error.name))
    if isinstance(error, MemoryError):
        return lumiverb.RenderError("not enough memory")
    return error


def _missing(command: str, package: str) -> str:
    top = package.partition(".")[0]
    extra = _needs_extra.get(top)
    how = f"pip install 'lumiverb[{extra}]'" if extra else f"pip install {top}"
    return f"{command} needs the Python package '{top}', which is not installed: {how}"


def _placeholder(name: str, text: str, reason: str = "") -> Any:
    """A command that only shows its line in --help, or says why it cannot run."""
    app = typer.Typer(add_completion=False)

    @app.command(name, help=text, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
    def command(ctx: typer.Context) -> None:
        raise lumiverb.Error(reason or f"{name} cannot run")

    made = typer.main.get_command(app)
    made.name = name
    return made


app = typer.Typer(
    name="lumiverb",
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    help="Hear the room in the picture.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _version(value: bool) -> None:
    if value:
        print(f"lumiverb {lumiverb.__version__}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Hear the room in the picture."""
    if not debug:
        quiet_libraries()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="surrogateescape")  # names of files need not be text


def main() -> None:
    """Entry point of the command ``lumiverb``."""
    app(prog_name="lumiverb")


if __name__ == "__main__":
    sys.exit(main())

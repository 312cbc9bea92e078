"""The tool as a whole: its commands, its version, and the entry point."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

import m2fp
from m2fp.cli import (
    benchmark,
    config,
    convert,
    data,
    doctor,
    export,
    keys,
    labels,
    models,
    parse,
    score,
    serve,
    synth,
    train,
    val,
    worker,
)
from m2fp.cli.tool import Tool

_EPILOG = (
    "m2fp parse photo.jpg                 pictures and maps, into ./m2fp-out\n"
    "cat photo.jpg | m2fp parse - | jq .  one JSON document per photo\n"
    "m2fp serve                           a page and an API on port 7860\n\n"
    "[dim]Exit codes: 0 fine, 1 failed, 2 usage, 3 some inputs failed, 130 interrupted[/]"
)

# The commands in the order of the help page.
_PANELS = {
    "Parse and serve": (parse, serve, worker, keys, labels, models),
    "Check and measure": (doctor, config, benchmark, val, score, data),
    "Make models": (synth, train, convert, export),
}


def build_app() -> typer.Typer:
    """Return the application with all commands, in the order of the help page."""
    app = typer.Typer(
        name="m2fp",
        cls=Tool,
        help="Find every person in a photo, and every part of every person.",
        epilog=_EPILOG,
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_tool)
    for panel, modules in _PANELS.items():
        commands, groups = len(app.registered_commands), len(app.registered_groups)
        for module in modules:
            module.register(app)
        for command in app.registered_commands[commands:]:
            command.rich_help_panel = panel
        for group in app.registered_groups[groups:]:
            group.rich_help_panel = panel
    return app


def run() -> None:
    """Run the tool and end the process with its exit code."""
    _use_utf8()
    # Patterns are expanded by our commands, the same way on every system.
    build_app()(prog_name="m2fp", windows_expand_args=False)


def _use_utf8() -> None:
    r"""Make both streams UTF-8, whatever the locale or the code page of a Windows pipe says.

    What has no UTF-8 (bytes in a file name) becomes \udcXX, which inside JSON is a valid escape.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"m2fp {m2fp.__version__}")
        raise typer.Exit


def _tool(
    version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_show_version, is_eager=True, help="Show the version."
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error. Stands anywhere.")
    ] = False,
) -> None:
    """Take the options of the tool itself; `Tool` reads --debug."""

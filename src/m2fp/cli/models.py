"""`m2fp models`: which models there are, where they lie, and whether they are whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from m2fp.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from m2fp.registry import CatalogueEntry

_UNITS = (("MB", 1_000_000), ("kB", 1_000))


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="List, locate and verify models.", no_args_is_help=True)
    group.command("list")(list_models)
    group.command("path")(show_path)
    group.command("verify")(verify_models)
    app.add_typer(group, name="models")


def list_models(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the models that come with m2fp: name, size, licence, state of the file."""
    from m2fp.registry import entries

    states = {entry.name: check(entry) for entry in entries()}
    if as_json:
        _print_json(entries(), states)
        return

    from rich.table import Table
    from rich.text import Text

    from m2fp.cli.screen import output

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("Name", "Size", "Licence", "sha256", "Description"):
        table.add_column(title, overflow="fold", justify="right" if title == "Size" else "left")
    for entry in entries():
        state = states[entry.name]
        table.add_row(
            Text(entry.name, "cyan"),
            show_bytes(entry.bytes),
            entry.licence,
            Text(state, "green" if state == "ok" else "red"),
            entry.description,
        )
    console = output()
    console.print(table)


def show_path(
    model: Annotated[str, typer.Argument(help="Name of a model, or path of an ONNX file.")],
) -> None:
    """Print where a model's file is."""
    from m2fp.cli.screen import write_line
    from m2fp.registry import resolve

    write_line(str(resolve(model)))


def verify_models(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]", help="Default: all.")
    ] = None,
) -> None:
    """Read model files through and compare their sha256 with the catalogue.

    Exit codes: 0 all are whole, 3 some are not.
    """
    from m2fp.cli.screen import show_m2fp_error, write_line
    from m2fp.errors import ModelError
    from m2fp.registry import entries, verify

    failed = False
    for name in names or [entry.name for entry in entries()]:
        try:
            entry = verify(name)
        except ModelError as error:
            show_m2fp_error(error, source=name)
            failed = True
        else:
            write_line(f"{name}: ok, sha256 {entry.sha256}")
    raise typer.Exit(ExitCode.SOME_FAILED if failed else ExitCode.FINE)


def check(entry: CatalogueEntry) -> str:
    """Return "ok", "missing" or "damaged" after reading the file through."""
    from m2fp.errors import ChecksumMismatch, ModelNotFound
    from m2fp.registry import verify

    try:
        verify(entry.name)
    except ModelNotFound:
        return "missing"
    except ChecksumMismatch:
        return "damaged"
    return "ok"


def show_bytes(size: int) -> str:
    """Return a size for people, in decimal units: "12.3 MB"."""
    for unit, factor in _UNITS:
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} B"


def _print_json(entries: tuple[CatalogueEntry, ...], states: dict[str, str]) -> None:
    from dataclasses import asdict

    from m2fp.cli.screen import write_line

    rows = [{**asdict(entry), "state": states[entry.name]} for entry in entries]
    write_line(json.dumps({"models": rows}, indent=2, ensure_ascii=False))

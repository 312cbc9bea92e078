"""`m2fp models`: which models there are, where they lie, and whether they are whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from m2fp.cli.exit_codes import ExitCode
from m2fp.cli.pull import pull_model
from m2fp.errors import ConfigError, ModelNotFound

if TYPE_CHECKING:
    from m2fp.registry import CatalogueEntry, ModelCache, RemoteModel

_ROOM_FOR_NAMES = 110  # columns of a terminal; in narrower ones, long names are folded
_STYLES = {"ok": "green", "downloaded": "yellow", "not downloaded": "dim"}


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="List, download, locate and verify models.", no_args_is_help=True)
    group.command("list")(list_models)
    group.command("pull", no_args_is_help=True)(pull_model)
    group.command("path")(show_path)
    group.command("verify")(verify_models)
    group.command("rm")(remove_model)
    app.add_typer(group, name="models")


def list_models(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the models that come with m2fp and those that can be downloaded.

    A model that is ok can be run; one that is downloaded has to be exported
    first, which `m2fp models pull` does.
    """
    from m2fp.registry import ModelCache, entries, remote_models
    from m2fp.settings import load_settings

    cache = ModelCache(load_settings().cache_dir)
    rows = [_shipped_row(entry) for entry in entries()]
    rows += [_remote_row(model, cache) for model in remote_models()]
    if as_json:
        from m2fp.cli.screen import write_line

        write_line(json.dumps({"models": rows}, indent=2, ensure_ascii=False))
    else:
        _print_table(rows)


def show_path(
    model: Annotated[str, typer.Argument(help="Name or model file.")],
) -> None:
    """Print where a model's file is."""
    from m2fp.cli.screen import write_line
    from m2fp.registry import resolve
    from m2fp.settings import load_settings

    write_line(str(resolve(model, load_settings().cache_dir)))


def verify_models(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]", help="Default: all that are here.")
    ] = None,
) -> None:
    """Read model files through and compare their sha256 with what is known of them.

    Exit codes: 0 all are whole, 3 some are not.
    """
    from m2fp.cli.screen import show_m2fp_error, write_line
    from m2fp.errors import ModelError
    from m2fp.registry import ModelCache, entries, remote_models, verify
    from m2fp.settings import load_settings

    folder = load_settings().cache_dir
    cache = ModelCache(folder)
    here = [entry.name for entry in entries()]
    here += [model.name for model in remote_models() if cache.records(model)]
    failed = False
    for name in names or here:
        try:
            sha256 = verify(name, folder)
        except ModelError as error:
            show_m2fp_error(error, source=name)
            failed = True
        else:
            write_line(f"{name}: ok, sha256 {sha256}")
    raise typer.Exit(ExitCode.SOME_FAILED if failed else ExitCode.FINE)


def remove_model(
    name: Annotated[str, typer.Argument(help="Name of a downloaded model.")],
) -> None:
    """Delete a downloaded model, and what is known of it."""
    from m2fp.cli.screen import readable_size, show_note
    from m2fp.registry import ModelCache, find, find_remote
    from m2fp.settings import load_settings

    model = find_remote(name)
    if model is None:
        if find(name) is not None:
            raise ConfigError(f"{name} comes with m2fp and cannot be removed", option="name")
        raise ModelNotFound(f"no model is called {name!r}", model=name)
    freed = ModelCache(load_settings().cache_dir).remove(model)
    show_note(f"{readable_size(freed)} freed" if freed else f"{name} was not downloaded")


def check(entry: CatalogueEntry) -> str:
    """Return "ok", "missing" or "damaged" after reading the file through."""
    from m2fp.errors import ChecksumMismatch
    from m2fp.registry import verify

    try:
        verify(entry.name)
    except ModelNotFound:
        return "missing"
    except ChecksumMismatch:
        return "damaged"
    return "ok"


def _shipped_row(entry: CatalogueEntry) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(entry), "state": check(entry)}


def _remote_row(model: RemoteModel, cache: ModelCache) -> dict[str, Any]:
    """Return what is known; sha256 and size are of the file that runs, else of the checkpoint."""
    from dataclasses import asdict

    runnable = cache.runnable(model)
    records = cache.records(model)
    here = runnable[1] if runnable else records.get(model.checkpoint)
    return {
        **asdict(model),
        "sha256": here.sha256 if here else None,
        "bytes": here.bytes if here else None,
        "state": cache.state(model),
    }


def _print_table(rows: list[dict[str, Any]]) -> None:
    from rich.table import Table
    from rich.text import Text

    from m2fp.cli.screen import output, readable_size, show_note

    console = output()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Name", overflow="fold", no_wrap=console.width >= _ROOM_FOR_NAMES)
    table.add_column("Size", justify="right")
    for title in ("Licence", "State", "Description"):
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(
            Text(row["name"], "cyan"),
            "" if row["bytes"] is None else readable_size(row["bytes"]),
            row["licence"],
            Text(row["state"], _STYLES.get(row["state"], "red")),
            row["description"],
        )
    console.print(table)
    if any(row["state"] in ("not downloaded", "downloaded") for row in rows):
        show_note("to download one: m2fp models pull NAME; damo/ in place of iic/ means the same")

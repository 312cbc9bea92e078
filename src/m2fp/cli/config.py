"""`m2fp config`: which settings hold, and where each comes from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from m2fp.cli.config_option import ConfigOption

if TYPE_CHECKING:
    from m2fp.settings import SettingsRead


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Show the settings and where they come from.", no_args_is_help=True)
    group.command("show")(show)
    group.command("init")(init)
    app.add_typer(group, name="config")


def show(
    with_origin: Annotated[
        bool, typer.Option("--origin", help="Show where each value comes from.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    config: ConfigOption = None,
) -> None:
    """Show every setting as it holds here.

    Options of a command come first, then M2FP_ variables, then the settings
    file, then defaults. Passwords are shown as ***.
    """
    from m2fp.cli.screen import show_note, write_line
    from m2fp.settings import read_settings

    read = read_settings(config=config)
    if as_json:
        write_line(json.dumps(_document(read, with_origin=with_origin), indent=2))
        return
    for line in _lines(read, with_origin=with_origin):
        write_line(line)
    show_note(f"settings file: {read.file or 'none'}")


def init() -> None:
    """Print an m2fp.toml with every setting at its default, as a start.

    m2fp config init > m2fp.toml
    """
    from m2fp.cli.screen import write_line
    from m2fp.cli.settings_template import template

    write_line(template())


def _lines(read: SettingsRead, *, with_origin: bool) -> list[str]:
    from m2fp.cli.screen import printable

    shown = {leaf: printable(_text(value)) for leaf, value in _values(read).items()}
    names = max(map(len, shown))
    if not with_origin:
        return [f"{leaf:<{names}}  {value}" for leaf, value in shown.items()]
    values = max(map(len, shown.values()))
    return [
        f"{leaf:<{names}}  {value:<{values}}  {printable(read.origins[leaf])}"
        for leaf, value in shown.items()
    ]


def _text(value: object) -> str:
    if value is None or value == []:
        return "-"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _document(read: SettingsRead, *, with_origin: bool) -> dict[str, object]:
    values = _values(read)
    if not with_origin:
        return values
    return {leaf: {"value": value, "origin": read.origins[leaf]} for leaf, value in values.items()}


def _values(read: SettingsRead) -> dict[str, object]:
    from m2fp.settings import all_leaves, masked, value_at

    values: dict[str, object] = {}
    for leaf in all_leaves():
        value = value_at(read.settings, leaf)
        if value is None or isinstance(value, bool | int | float):
            values[leaf] = value
        elif isinstance(value, tuple):
            values[leaf] = [masked(str(part)) for part in value]
        else:
            values[leaf] = masked(str(value))
    return values

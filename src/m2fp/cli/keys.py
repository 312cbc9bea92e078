"""`m2fp keys`: making API keys for `m2fp serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Make API keys for the service.", no_args_is_help=True)
    group.command("new")(new)
    app.add_typer(group, name="keys")


def new(
    name: Annotated[str, typer.Argument(help="Of the key, for logs: letters, digits, . _ -")],
    scopes: Annotated[
        str, typer.Option("--scopes", metavar="LIST", help="Of: parse, jobs, metrics, admin.")
    ] = "parse,jobs",
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Add the hash to this file.")
    ] = None,
) -> None:
    """Make a new API key.

    The key is printed once, on stdout, and kept nowhere. Its line for the file
    of serve.api_keys goes to that file, or to stderr.
    """
    from m2fp.cli.screen import show_note, write_line
    from m2fp.errors import ConfigError
    from m2fp.extras import needs_extra

    with needs_extra("serve", "m2fp keys"):
        from m2fp.service.http.access.keys import KeyRing, Scope, new_key

    try:
        chosen = [Scope(part.strip()) for part in scopes.split(",")]
    except ValueError as error:
        raise ConfigError(f"{error}; there are: {', '.join(Scope)}", option="--scopes") from None
    secret, line = new_key(name, chosen)
    if file is None:
        show_note(line)
    else:
        before = file.read_text("utf-8") if file.exists() else ""
        text = before + ("" if before.endswith("\n") or not before else "\n") + line + "\n"
        KeyRing.from_text(text, str(file))  # the file as it would be: no name twice
        file.touch(mode=0o600)
        file.write_text(text, "utf-8")
        show_note(f"added {name} to {file}")
    write_line(secret)

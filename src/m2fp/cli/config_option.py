"""The option that says which settings file is read, as several commands take it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

ConfigOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Settings file. \\[default: ./m2fp.toml, else this user's]",
    ),
]

"""The options that `m2fp val` and `m2fp score` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

DataOption: TypeAlias = Annotated[
    Path, typer.Option("--data", "-d", metavar="FOLDER", help="Labelled photos; see m2fp data.")
]
SplitOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--split", metavar="NAME", help="Which of them. \\[default: val, or the only one]"
    ),
]
LayoutOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--layout", metavar="NAME", help="How they lie there. \\[default: found out]"),
]
SchemeOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--scheme", metavar="NAME", help="What their ids mean. \\[default: found out]"),
]
LimitOption: TypeAlias = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=1, help="Only so many of them, evenly spread."),
]
OutOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FOLDER",
        help="Where the report goes, with pictures. A run that is stopped goes on from there.",
    ),
]
FreshOption: TypeAlias = Annotated[
    bool, typer.Option("--fresh", help="Begin anew, whatever is finished in the folder.")
]
WorstOption: TypeAlias = Annotated[
    int, typer.Option("--worst", metavar="N", min=0, help="How many of the worst to draw.")
]
JsonOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--json", metavar="FILE", help="Also write the scores to this JSON file."),
]

"""`m2fp score`: score what any other tool predicts for labelled photos."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from m2fp.cli.scoring_options import (
    DataOption,
    FreshOption,
    JsonOption,
    LayoutOption,
    LimitOption,
    OutOption,
    SchemeOption,
    SplitOption,
    WorstOption,
)


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("score", no_args_is_help=True)(score)


def score(
    predictions: Annotated[
        Path,
        typer.Argument(
            metavar="PREDICTIONS",
            help="A submission to the LIP or CIHP challenge, a folder of label pictures, COCO "
            "results, or what m2fp parse --jsonl prints.",
        ),
    ],
    *,
    data: DataOption,
    split: SplitOption = None,
    layout: LayoutOption = None,
    scheme: SchemeOption = None,
    limit: LimitOption = None,
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="Of the predictions: challenge, jsonl, coco or maps. \\[default: found out]",
        ),
    ] = None,
    allow_missing: Annotated[
        bool,
        typer.Option(
            "--allow-missing", help="A photo without a prediction scores as if nothing was found."
        ),
    ] = False,
    output: OutOption = None,
    fresh: FreshOption = False,
    worst: WorstOption = 20,
    json_file: JsonOption = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers", metavar="N", min=1, help="Processes. \\[default: all processors]"
        ),
    ] = None,
) -> None:
    """Score any tool's predictions on labelled photos, as papers do.

    Prints tables, or JSON when the output is redirected. With -o also report.md,
    report.json, confusion.png and the worst photos beside labels and mistakes.
    """
    from m2fp.cli.scoring_output import scoring_progress, show_reports
    from m2fp.engine import cpu_quota
    from m2fp.evaluation import DataChoice, RunOptions, run_score

    with scoring_progress(resumable=output is not None) as listener:
        report = run_score(
            DataChoice(data, layout=layout, scheme=scheme, split=split, limit=limit),
            predictions,
            format_name=format_name,
            allow_missing=allow_missing,
            run=RunOptions(workers=workers or cpu_quota(), output=output, fresh=fresh, worst=worst),
            listener=listener,
        )
    show_reports([report], json_file, output)

"""`m2fp val`: score a model on labelled photos."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from m2fp.cli.engine_options import EngineOption, ThreadsOption
from m2fp.cli.inference_options import FlipOption, RulesOption, ScalesOption
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
    app.command("val")(val)


def val(
    model: Annotated[
        str | None,
        typer.Argument(help="Name or model file. \\[default: builtin]"),
    ] = None,
    *,
    data: DataOption,
    split: SplitOption = None,
    layout: LayoutOption = None,
    scheme: SchemeOption = None,
    limit: LimitOption = None,
    groups: Annotated[
        int,
        typer.Option(
            "--groups",
            min=0,
            help="Also score this many pictures of 2 to 6 people composed of them.",
        ),
    ] = 0,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", min=0, help="Seed of the composition.")
    ] = 1,
    rules: RulesOption = "m2fp",
    flip: FlipOption = False,
    scales: ScalesOption = None,
    output: OutOption = None,
    fresh: FreshOption = False,
    worst: WorstOption = 20,
    json_file: JsonOption = None,
    save_predictions: Annotated[
        Path | None,
        typer.Option(
            "--save-predictions",
            metavar="FOLDER",
            help="Keep the predictions, in the layout of the LIP and CIHP challenges.",
        ),
    ] = None,
    workers: Annotated[
        int,
        typer.Option("--workers", metavar="N", min=1, help="Processes; each loads the model."),
    ] = 1,
    engine: EngineOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Score a model on labelled photos: mIoU, AP, left and right.

    Prints tables, or JSON when the output is redirected. With -o also report.md,
    report.json, confusion.png and the worst photos beside labels and mistakes.
    """
    from m2fp.cli.inference_options import rules_called, views_of
    from m2fp.cli.scoring_output import scoring_progress, show_reports
    from m2fp.evaluation import DataChoice, Groups, RunOptions, run_val
    from m2fp.evaluation.predictions import ParserOptions
    from m2fp.settings import load_settings

    settings = load_settings(model=model, engine=engine, threads=threads)
    options = ParserOptions(
        settings.model,
        engine=settings.engine,
        threads=settings.threads,
        limits=settings.limits.to_intake(),
        rules=rules_called(rules),
        augment=views_of(flip=flip, scales=scales),
        cache_dir=settings.cache_dir,
    )
    with scoring_progress(resumable=output is not None) as listener:
        reports = run_val(
            DataChoice(data, layout=layout, scheme=scheme, split=split, limit=limit),
            options,
            groups=Groups(groups, seed) if groups else None,
            run=RunOptions(
                workers=workers,
                output=output,
                fresh=fresh,
                worst=worst,
                save_predictions=save_predictions,
            ),
            listener=listener,
        )
    show_reports(reports, json_file, output)

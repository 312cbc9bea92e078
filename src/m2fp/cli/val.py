"""`m2fp val`: score a model on labelled photos."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from m2fp.cli.engine_options import EngineOption, ThreadsOption


class SplitName(StrEnum):
    """The splits of a data set."""

    TRAIN = "train"
    VAL = "val"


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("val")(val)


def val(
    model: Annotated[
        str | None,
        typer.Argument(help="Name or model file. \\[default: builtin]"),
    ] = None,
    *,
    data: Annotated[Path, typer.Option(help="Labelled photos, a folder in CIHP layout.")],
    split: Annotated[SplitName, typer.Option(help="Which photos of it.")] = SplitName.VAL,
    groups: Annotated[
        int,
        typer.Option(
            min=0, help="Also score this many pictures of 2 to 6 people composed of them."
        ),
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the composition.")] = 1,
    engine: EngineOption = None,
    threads: ThreadsOption = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the scores to this JSON file.")
    ] = None,
) -> None:
    """Score a model on labelled photos: mIoU, people, left and right.

    Prints tables, or JSON when the output is redirected.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    from m2fp.cli import screen
    from m2fp.evaluation import run_val, to_markdown
    from m2fp.settings import load_settings

    settings = load_settings(model=model, engine=engine, threads=threads)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining())
    console = screen.notes()
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bars:
        bar = bars.add_task("loading", total=None)

        def show(stage: str, done: int, total: int) -> None:
            bars.update(bar, description=stage, completed=done, total=total)

        reports = run_val(
            data,
            settings.model,
            engine=settings.engine,
            split=split.value,
            groups=groups,
            seed=seed,
            threads=settings.threads,
            limits=settings.limits.to_intake(),
            cache_dir=settings.cache_dir,
            progress=show,
        )
    document = json.dumps(
        {"reports": [report.to_dict() for report in reports]}, indent=2, ensure_ascii=False
    )
    if json_file is not None:
        json_file.write_text(document + "\n", encoding="utf-8")
    text = "\n".join(map(to_markdown, reports)) if screen.on_terminal() else document
    screen.write_line(text.rstrip())

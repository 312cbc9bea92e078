"""`m2fp parse`: photos in, results out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from m2fp.cli.engine_options import EngineOption, ThreadsOption
from m2fp.cli.exit_codes import ExitCode
from m2fp.cli.inference_options import (
    FlipOption,
    RulesOption,
    ScalesOption,
    rules_called,
    views_of,
)
from m2fp.errors import ConfigError

if TYPE_CHECKING:
    from m2fp.cli.batch import BatchPlan, BatchReport
    from m2fp.cli.presenters import Presenter
    from m2fp.postprocess import Rules, TestTimeAugmentation
    from m2fp.settings import Settings

_DEFAULT_FOLDER = Path("m2fp-out")
_DEFAULT_KINDS = "overlay,parts,persons,json"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("parse", no_args_is_help=True)(parse)


def parse(
    ctx: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="PHOTO", help='Photos, folders, patterns, or "-" for standard input.'
        ),
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FOLDER",
            help="Where to save. Without it: m2fp-out, or nowhere when JSON is printed.",
            show_default=False,
        ),
    ] = None,
    save: Annotated[
        str | None,
        typer.Option(
            "--save",
            metavar="KINDS",
            help="What to save, with commas: overlay, parts, persons, json, coco, colours. "
            "\\[default: the first four]",
            show_default=False,
        ),
    ] = None,
    json_lines: Annotated[
        bool | None,
        typer.Option(
            "--jsonl/--table",
            help="Print a JSON document per photo, or a table. \\[default: table on a terminal]",
            show_default=False,
        ),
    ] = None,
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Look into the folders of folders.")
    ] = False,
    skip_existing: Annotated[
        bool,
        typer.Option(
            "--skip-existing/--overwrite", help="Leave out photos whose results are there."
        ),
    ] = False,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="Stop at the first photo that fails.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Show no progress and no summary.")
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(
            "--model", "-m", metavar="MODEL", help="Name or model file. \\[default: builtin]"
        ),
    ] = None,
    engine: EngineOption = None,
    threads: ThreadsOption = None,
    rules: RulesOption = "m2fp",
    flip: FlipOption = False,
    scales: ScalesOption = None,
) -> None:
    """Find people and their parts in photos.

    One bad photo does not stop the others; the exit code is 3 then.
    """
    from m2fp.cli import screen
    from m2fp.cli.batch import BatchPlan, BatchReport
    from m2fp.cli.presenters import JsonLines, PeopleTable
    from m2fp.cli.result_files import assign_places, parse_kinds
    from m2fp.cli.sources import find_pictures
    from m2fp.settings import load_settings

    settings = load_settings(model=model, engine=engine, threads=threads)
    screen.start_log(settings.log_level or "warning")
    as_json = not screen.on_terminal() if json_lines is None else json_lines
    saving = output is not None or save is not None or not as_json
    if skip_existing and not saving:
        raise ConfigError(
            "--skip-existing looks at saved results, and none are saved when JSON is printed; "
            "say where they are with -o",
            option="skip-existing",
        )
    folder = output or _DEFAULT_FOLDER
    kinds = parse_kinds(save or _DEFAULT_KINDS) if saving else ()
    pictures = find_pictures(sources, recursive=recursive, output=folder if saving else None)
    plan = BatchPlan(
        pictures=pictures,
        places=assign_places(pictures, folder),
        kinds=kinds,
        skip_done=skip_existing,
        fail_fast=fail_fast,
        debug=bool(ctx.find_root().params.get("debug")),
        limit_bytes=settings.limits.max_bytes,
    )
    chosen_rules, augment = rules_called(rules), views_of(flip=flip, scales=scales)
    presenter: Presenter = (
        JsonLines() if as_json else PeopleTable(picture.shown for picture in pictures)
    )
    report = BatchReport()
    try:
        _run(
            plan,
            settings,
            presenter,
            report,
            rules=chosen_rules,
            augment=augment,
            quiet=quiet,
        )
    except KeyboardInterrupt:
        raise typer.Exit(screen.interrupted(_how_far(plan, report))) from None
    _show_summary(plan, report, folder if saving else None, quiet=quiet)
    raise typer.Exit(_exit_code(report))


def _run(
    plan: BatchPlan,
    settings: Settings,
    presenter: Presenter,
    report: BatchReport,
    *,
    rules: Rules,
    augment: TestTimeAugmentation | None,
    quiet: bool,
) -> None:
    from m2fp.cli.batch import run_batch
    from m2fp.cli.progress_line import ProgressLine
    from m2fp.parser import Parser

    with (
        ProgressLine(len(plan.pictures), shown=not quiet) as progress,
        Parser(
            settings.model,
            engine=settings.engine,
            threads=settings.threads,
            limits=settings.limits.to_intake(),
            postprocess=rules,
            augment=augment,
            cache_dir=settings.cache_dir,
        ) as parser,
    ):
        progress.show(0, f"loading model {settings.model}")
        _ = parser.info  # a model that cannot be loaded is not a fault of the first photo
        run_batch(plan, parser, presenter, progress, report)


def _show_summary(
    plan: BatchPlan, report: BatchReport, folder: Path | None, *, quiet: bool
) -> None:
    from m2fp.cli.screen import printable, show_note

    total = len(plan.pictures)
    if not quiet and (total > 1 or (folder and report.parsed + report.skipped)):
        skipped = f", {report.skipped} were there already" if report.skipped else ""
        where = f", results in {folder}" if folder else ""
        show_note(
            f"{_count(report.parsed, 'photo')}, {_count(report.persons, 'person')}{skipped}{where}"
        )
    if total > 1 and report.failures:
        show_note(f"{len(report.failures)} of {total} failed:")
        for shown, error in report.failures:
            show_note(f"  {printable(shown)}  {error.code}")


def _how_far(plan: BatchPlan, report: BatchReport) -> str:
    done = report.parsed + report.skipped
    resume = "; --skip-existing goes on from here" if plan.kinds else ""
    return f"{done} of {len(plan.pictures)} photos done{resume}"


def _exit_code(report: BatchReport) -> ExitCode:
    from m2fp.cli.batch import InternalFault

    if any(isinstance(error, InternalFault) for _, error in report.failures):
        return ExitCode.FAILED
    return ExitCode.SOME_FAILED if report.failures else ExitCode.FINE


def _count(number: int, noun: str) -> str:
    plural = {"person": "people"}.get(noun, f"{noun}s")
    return f"{number} {noun if number == 1 else plural}"

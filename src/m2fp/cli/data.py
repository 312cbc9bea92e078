"""`m2fp data`: what a data set is, and what is wrong with it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from m2fp.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from m2fp.datasets import CheckReport, Dataset, Finding
    from m2fp.datasets.check import Progress

Folder = Annotated[Path, typer.Argument(help="The data set.", metavar="FOLDER")]
LayoutOption = Annotated[
    str | None,
    typer.Option("--layout", metavar="NAME", help="How it is laid out. \\[default: found out]"),
]
SchemeOption = Annotated[
    str | None,
    typer.Option("--scheme", metavar="NAME", help="What its ids mean. \\[default: found out]"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Look at a data set, and find its mistakes.", no_args_is_help=True)
    group.command("info", no_args_is_help=True)(info)
    group.command("check", no_args_is_help=True)(check)
    app.add_typer(group, name="data")


def info(
    folder: Folder,
    *,
    layout: LayoutOption = None,
    scheme: SchemeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how a folder would be read: layout, label scheme, splits. No picture is opened."""
    from m2fp.cli.screen import output, write_line
    from m2fp.datasets import open_dataset

    dataset = open_dataset(folder, layout=layout, scheme=scheme)
    photos = {split: len(dataset.samples(split)) for split in dataset.splits}
    if as_json:
        document = {
            "root": str(dataset.root),
            "layout": dataset.layout,
            "scheme": dataset.scheme.name,
            "splits": [{"name": name, "photos": count} for name, count in photos.items()],
        }
        write_line(json.dumps(document, indent=2))
        return
    _print_head(output(), dataset, {name: _many(count, "photo") for name, count in photos.items()})


def check(
    folder: Folder,
    *,
    layout: LayoutOption = None,
    scheme: SchemeOption = None,
    split: Annotated[
        list[str] | None,
        typer.Option("--split", metavar="NAME", help="Only this one; repeatable. \\[default: all]"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Read every label of a data set, and say what is wrong with it.

    Missing and damaged files, sizes that differ, ids that the scheme lacks,
    people and parts that contradict each other, names in no list or in it twice.

    Exit codes: 0 fine (notes do no harm), 3 something is wrong.
    """
    from m2fp.cli.screen import output, write_line
    from m2fp.datasets import check_dataset, open_dataset

    dataset = open_dataset(folder, layout=layout, scheme=scheme)
    with _progress() as show:
        report = check_dataset(dataset, split or None, progress=show)
    if as_json:
        write_line(json.dumps(report.to_dict(), indent=2))
    else:
        console = output()
        counts = {
            each.name: f"{_many(each.photos, 'photo')}, people: {each.people:,}"
            for each in report.splits
        }
        _print_head(console, dataset, counts)
        _print_findings(console, report)
    raise typer.Exit(ExitCode.SOME_FAILED if report.errors else ExitCode.FINE)


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show a bar on stderr, if that is a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    from m2fp.cli.screen import notes

    console = notes()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    hidden = not console.is_terminal
    with Bars(
        *columns, TimeRemainingColumn(), console=console, transient=True, disable=hidden
    ) as bars:
        bar = bars.add_task("", total=None)
        yield lambda split, done, total: bars.update(
            bar, description=split, completed=done, total=total
        )


def _print_head(console: Console, dataset: Dataset, splits: dict[str, str]) -> None:
    from rich.text import Text

    from m2fp.cli.screen import printable

    rows = {"folder": str(dataset.root), "layout": dataset.layout}
    rows["scheme"] = f"{dataset.scheme.name} ({dataset.scheme.title})"
    rows.update(splits)
    width = max(map(len, rows))
    for name, value in rows.items():
        line = Text.assemble((f"{printable(name):<{width}}  ", "cyan"), printable(value))
        console.print(line, soft_wrap=True)


def _print_findings(console: Console, report: CheckReport) -> None:
    from rich.text import Text

    for kind, count in report.counts.items():
        is_error = kind.severity == "error"
        mark, style = ("x", "bold red") if is_error else ("-", "dim")
        console.print(Text(f"\n{mark} {kind.meaning}: {count:,}", style=style), soft_wrap=True)
        shown = [finding for finding in report.examples if finding.kind == kind]
        for finding in shown:
            console.print(Text(f"    {_example(finding)}"), soft_wrap=True)
        if count > len(shown):
            console.print(Text(f"    ... and {count - len(shown):,} more", style="dim"))
    if report.errors:
        console.print(
            Text(f"\n{_many(report.errors, 'error')}, {_many(report.notes, 'note')}", style="red")
        )
    else:
        console.print(Text(f"\nno errors, {_many(report.notes, 'note')}", style="green"))


def _many(count: int, thing: str) -> str:
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def _example(finding: Finding) -> str:
    from m2fp.cli.screen import printable

    where = finding.split if finding.sample is None else f"{finding.split} {finding.sample}"
    return printable(f"{where}: {finding.message}")

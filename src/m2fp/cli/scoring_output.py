"""What `m2fp val` and `m2fp score` show: how far they are, and the reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from m2fp.cli import screen
from m2fp.evaluation import Report, to_markdown
from m2fp.evaluation.running.output import to_document
from m2fp.whole_file import whole_file


class _Speed(ProgressColumn):
    """Photos per second over the last half minute."""

    def render(self, task: Task) -> Text:
        if not task.speed:
            return Text("")
        return Text(f"{task.speed:.1f} photos/s", style="progress.data.speed")


class ScoringProgress:
    """A listener that moves a bar, and knows how far the run is when it is stopped."""

    def __init__(self, bars: Progress, bar: TaskID, *, resumable: bool) -> None:
        self._bars = bars
        self._bar = bar
        self._resumable = resumable
        self._stage = ""
        self._done = self._total = 0

    def progress(self, stage: str, done: int, total: int) -> None:
        """Show how many photos of a stage are done."""
        if stage != self._stage:
            # Photos that an earlier run has done say nothing about the speed of this one.
            self._bars.reset(self._bar, completed=done, total=total, description=stage)
        self._stage, self._done, self._total = stage, done, total
        self._bars.update(self._bar, completed=done)

    def note(self, message: str) -> None:
        """Show what the user should know."""
        screen.show_note(message)

    def how_far(self) -> str:
        """Return what to say when the run is stopped."""
        if not self._total:
            return ""
        hint = "the same command goes on" if self._resumable else "with -o, it could go on"
        return f"{self._done} of {self._total} photos done; {hint}"


@contextmanager
def scoring_progress(*, resumable: bool) -> Iterator[ScoringProgress]:
    """Show progress on stderr, if that is a terminal, and end the command in order on Ctrl-C.

    Args:
        resumable: whether what is finished is kept.
    """
    console = screen.notes()
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Speed(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        # stdout belongs to results; rich would send it to stderr.
        redirect_stdout=False,
        disable=not console.is_terminal,
    )
    listener = ScoringProgress(bars, bars.add_task("loading", total=None), resumable=resumable)
    try:
        with bars:
            yield listener
    except KeyboardInterrupt:
        raise typer.Exit(screen.interrupted(listener.how_far())) from None


def show_reports(reports: Sequence[Report], json_file: Path | None, folder: Path | None) -> None:
    """Write the reports to stdout, as tables on a terminal and else as JSON, and to a file.

    Args:
        reports: what was found.
        json_file: where else it goes.
        folder: where the report and its pictures are.
    """
    document = to_document(reports)
    if json_file is not None:
        with whole_file(json_file) as draft:
            draft.write_text(document + "\n", encoding="utf-8")
    text = "\n".join(map(to_markdown, reports)) if screen.on_terminal() else document
    screen.write_line(text.rstrip())
    if folder is not None:
        screen.show_note(f"report and pictures are in {folder}")

"""The bars on stderr that say how a download fares."""

from __future__ import annotations

from typing import Self

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text

from m2fp.cli.screen import notes, printable


class DownloadBars:
    """One bar per file, on terminals only; what is unusual is told everywhere."""

    def __init__(self) -> None:
        self._console = notes()
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            redirect_stdout=False,  # where results go
            redirect_stderr=False,
            disable=not self._console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def progress(self, file: str, done: int, total: int | None) -> None:
        """Move the bar of a file, which is there from the first call on."""
        if file in self._tasks:
            self._bars.update(self._tasks[file], completed=done, total=total)
        else:
            # What was there before must not count as speed.
            self._tasks[file] = self._bars.add_task(file, completed=done, total=total)

    def note(self, message: str) -> None:
        """Write a quiet line above the bars."""
        self._console.print(Text(printable(message), style="dim"))

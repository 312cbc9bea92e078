"""The line on stderr that says which picture is being parsed."""

from __future__ import annotations

import shutil
import sys
from time import monotonic
from typing import Self, TextIO

from rich.cells import cell_len

from m2fp.cli.screen import printable

_CLEAR = "\r\x1b[2K"


class ProgressLine:
    """One line that is rewritten on a terminal, and one line per picture in a log.

    rich's live display would take over stdout as well, which is where our results go.
    """

    def __init__(self, total: int, *, shown: bool = True) -> None:
        self._total = total
        # One picture needs no progress, except to people who wait for it.
        self._live = shown and sys.stderr.isatty()
        self._logged = shown and not self._live and total > 1
        self._start = monotonic()
        self._visible = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def show(self, done: int, name: str) -> None:
        """Say that the picture after the first `done` ones is being worked on."""
        head = f"[{done + 1}/{self._total}] " if self._total > 1 else ""
        if self._logged:
            self._write(f"{head}{printable(name)}\n")
        elif self._live:
            tail = self._remaining(done)
            # A wrapped line could not be cleared; the end of a path says more than its beginning.
            room = shutil.get_terminal_size().columns - len(head) - len(tail) - 1
            self._write(f"{_CLEAR}{head}{shorten(printable(name), room)}{tail}")
            self._visible = True

    def clear(self) -> None:
        """Make room for a line of output."""
        if self._visible:
            self._write(_CLEAR)
            self._visible = False

    def _remaining(self, done: int) -> str:
        if done < 2 or self._total - done < 2:
            return ""
        seconds = (monotonic() - self._start) / done * (self._total - done)
        return f"  {clock(seconds)} left"

    def _write(self, text: str) -> None:
        stream: TextIO = sys.stderr
        stream.write(text)
        stream.flush()


def shorten(text: str, length: int) -> str:
    """Return the end of the text, at most `length` columns wide; Chinese takes two each."""
    if cell_len(text) <= length:
        return text
    if length < 2:
        return ""
    while cell_len(text) > length - 1:
        text = text[1:]
    return f"…{text}"


def clock(seconds: float) -> str:
    """Return a duration for people: "8 s", "3:05 min", "2:10 h"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d} min"
    return f"{whole // 3600}:{whole % 3600 // 60:02d} h"

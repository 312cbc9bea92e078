"""Results on stdout: a table for people, JSON lines for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from rich.cells import cell_len
from rich.table import Table

from m2fp.cli.screen import output, printable, write_line
from m2fp.errors import M2FPError
from m2fp.results import Result, Segment

_FILE_COLUMNS = (12, 40)  # narrowest and widest


class Presenter(Protocol):
    """Shows one picture after the other, as soon as each is done."""

    def result(self, shown: str, result: Result, saved: Mapping[str, Path]) -> None:
        """Show a result; `saved` are the files written, by kind."""
        ...

    def failure(self, shown: str, error: M2FPError) -> None:
        """Show that there is no result; the error itself is told on stderr."""
        ...


class JsonLines:
    """One JSON document per line: "file", then the result document or "error"."""

    def result(self, shown: str, result: Result, saved: Mapping[str, Path]) -> None:
        """Write the result document, with the files written under "saved"."""
        document = {"file": shown, **result.to_dict()}
        if saved:
            document["saved"] = {kind: str(path) for kind, path in saved.items()}
        self._write(document)

    def failure(self, shown: str, error: M2FPError) -> None:
        """Write the error, so that a program need not compare lists to find what is missing."""
        self._write({"file": shown, "error": {"code": error.code, "message": error.message}})

    def _write(self, document: Mapping[str, object]) -> None:
        write_line(json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")))


class PeopleTable:
    """A row per person; every picture is a table of its own, so that rows appear at once."""

    def __init__(self, names: Iterable[str]) -> None:
        """Fix the width of the first column by the names to come."""
        self._console = output()
        longest = max((cell_len(printable(name)) for name in names), default=0)
        narrowest, widest = _FILE_COLUMNS
        share = max(narrowest, self._console.width // 4)
        self._file_width = max(narrowest, min(longest, widest, share))
        self._begun = False

    def result(self, shown: str, result: Result, saved: Mapping[str, Path]) -> None:
        """Write the persons of one picture, and how long it took."""
        del saved  # the summary names the folder
        table = self._table()
        rows = _rows(result)
        for number, (who, score, share, parts) in enumerate(rows):
            first = number == 0
            table.add_row(
                printable(shown) if first else "",
                who,
                score,
                share,
                parts,
                f"{result.timing.total_s:.2f} s" if first else "",
            )
        self._console.print(table)

    def failure(self, shown: str, error: M2FPError) -> None:
        """Write nothing: on a terminal the line on stderr stands here already."""

    def _table(self) -> Table:
        table = Table(
            box=None, expand=True, pad_edge=False, show_header=not self._begun, header_style="bold"
        )
        table.add_column("File", width=self._file_width, overflow="fold")
        table.add_column("Who", width=9, no_wrap=True, style="cyan")
        table.add_column("Score", width=5, justify="right", no_wrap=True)
        table.add_column("Share", width=7, justify="right", no_wrap=True)
        table.add_column("Parts, largest first", ratio=1, overflow="fold")
        table.add_column("Time", width=7, justify="right", no_wrap=True, style="dim")
        self._begun = True
        return table


def _rows(result: Result) -> list[tuple[str, str, str, str]]:
    """Return (who, score, share of the picture, parts) per person, then what is nobody's."""
    pixels = result.photo.height * result.photo.width
    rows = [
        (
            f"person {person.id}",
            f"{person.score:.2f}",
            _percent(person.area, pixels),
            _names(person.parts),
        )
        for person in result.persons
    ]
    loose = [segment for segment in result.segments if segment.person_id == 0]
    if loose:
        area = sum(segment.area for segment in loose)
        rows.append(("nobody's", "", _percent(area, pixels), _names(loose)))
    return rows or [("no people", "", "", "")]


def _names(segments: Iterable[Segment]) -> str:
    ordered = sorted(segments, key=lambda segment: -segment.area)
    return ", ".join(segment.label for segment in ordered)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %"

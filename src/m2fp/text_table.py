"""Markdown tables that are aligned, so that they can be read as plain text too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import combining, east_asian_width

MAX_NAME = 44


def table_lines(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, the first column to the left and the others to the right.

    Cells are made harmless: a vertical bar would end them, a control character could do anything
    to a terminal.
    """
    table = [[_harmless(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    first, *others = table
    yield _line(first, widths)
    yield _line(["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])], widths)
    for row in others:
        yield _line(row, widths)


def per_cent(share: float | None, *, decimals: int = 1) -> str:
    """Return a share with so many decimals, or "-" for None."""
    return "-" if share is None else f"{100 * share:.{decimals}f}"


def short_name(name: str, longest: int = MAX_NAME) -> str:
    """Return a name of at most so many characters; of longer ones both ends are kept."""
    half = longest // 2
    return name if len(name) <= longest else f"{name[: longest - half - 1]}…{name[-half:]}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padding = [" " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)]
    padded = [f"{pad}{cell}" for cell, pad in zip(cells, padding, strict=True)]
    padded[0] = f"{cells[0]}{padding[0]}"
    return f"| {' | '.join(padded)} |"


def _harmless(text: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in text).replace("|", "\\|")


def _width(text: str) -> int:
    """Return the columns that a terminal needs; Chinese signs take two."""
    return sum(
        0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text
    )

"""Rectangles of pixels or cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Small enough for the planes of one strip to stay in the processor's cache, large enough to make
# numpy's cost per call vanish.
STRIP_PIXELS: Final = 1 << 17


@dataclass(frozen=True, slots=True)
class Box:
    """A half-open rectangle: rows top..bottom, columns left..right."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def rows(self) -> slice:
        """Return the rows as a slice."""
        return slice(self.top, self.bottom)

    @property
    def columns(self) -> slice:
        """Return the columns as a slice."""
        return slice(self.left, self.right)

    @property
    def slices(self) -> tuple[slice, slice]:
        """Return (rows, columns) as slices, the index of the box in an array."""
        return self.rows, self.columns

    @property
    def shape(self) -> tuple[int, int]:
        """Return (rows, columns)."""
        return self.bottom - self.top, self.right - self.left

    @property
    def is_empty(self) -> bool:
        """Return whether the box has no pixel."""
        return self.top >= self.bottom or self.left >= self.right

    def crossing(self, other: Box) -> Box:
        """Return what lies in both boxes; it may be empty."""
        return Box(
            max(self.top, other.top),
            min(self.bottom, other.bottom),
            max(self.left, other.left),
            min(self.right, other.right),
        )

    def seen_from(self, other: Box) -> Box:
        """Return the same box, counted from the first row and column of another."""
        return Box(
            self.top - other.top,
            self.bottom - other.top,
            self.left - other.left,
            self.right - other.left,
        )

    def strips(self, pixels: int = STRIP_PIXELS) -> Iterator[Box]:
        """Yield full-width pieces of about so many pixels, from top to bottom."""
        step = max(1, pixels // max(1, self.right - self.left))
        for top in range(self.top, self.bottom, step):
            yield Box(top, min(top + step, self.bottom), self.left, self.right)

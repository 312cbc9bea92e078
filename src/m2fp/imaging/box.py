"""Rectangles of pixels or cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


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
    def is_empty(self) -> bool:
        """Return whether the box has no pixel."""
        return self.top >= self.bottom or self.left >= self.right

    def strips(self, pixels: int) -> Iterator[Box]:
        """Yield full-width pieces of about so many pixels, from top to bottom."""
        step = max(1, pixels // max(1, self.right - self.left))
        for top in range(self.top, self.bottom, step):
            yield Box(top, min(top + step, self.bottom), self.left, self.right)

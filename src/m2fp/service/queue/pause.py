"""Not trying at once again what has just failed for reasons that will last a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

_FIRST_S: Final = 1.0
_LONGEST_S: Final = 30.0


class Pause:
    """A pause that grows from one to thirty seconds as long as nothing works in between."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Begin without a pause."""
        self._monotonic = monotonic
        self._next_s = _FIRST_S
        self._until = 0.0

    def begin(self) -> float:
        """Return the length of the pause that begins now; one that runs already is not doubled."""
        if self.left() <= 0:
            self._until = self._monotonic() + self._next_s
            self._next_s = min(2 * self._next_s, _LONGEST_S)
        return self.left()

    def end(self) -> None:
        """Say that something works."""
        self._next_s = _FIRST_S
        self._until = 0.0

    def left(self) -> float:
        """Return how many seconds of the pause are left, 0 or less when none are."""
        return self._until - self._monotonic()

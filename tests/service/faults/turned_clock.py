"""A clock of the day that a test turns, for whole processes: import this before anything else.

What Python asks for the time is turned, in this process and in those that it spawns. How far, in
seconds, is in the file that the variable names, and may change at any moment.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

VARIABLE = "TEST_CLOCK_FILE"


def turn(file: Path, seconds: float) -> None:
    """Turn the clock of all processes that follow this file, at once."""
    fresh = file.with_suffix(".new")
    fresh.write_text(str(seconds), "ascii")
    fresh.replace(file)


def _follow(file: Path) -> None:
    real = time.time

    def turned() -> float:
        return real() + float(file.read_text("ascii"))

    time.time = turned


if VARIABLE in os.environ:
    _follow(Path(os.environ[VARIABLE]))

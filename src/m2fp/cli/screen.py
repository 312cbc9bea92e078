"""The two streams of a terminal program: results on stdout, everything else on stderr.

Colours appear on terminals only and never when NO_COLOR is set (rich sees to that).
"""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress

from rich.console import Console
from rich.text import Text

from m2fp.cli.exit_codes import ExitCode
from m2fp.errors import M2FPError

_LIMIT_VARIABLES = {
    "body_too_large": "M2FP_LIMITS__MAX_BYTES",
    "too_many_pixels": "M2FP_LIMITS__MAX_PIXELS",
    "image_too_small": "M2FP_LIMITS__MIN_SIDE",
    "aspect_too_extreme": "M2FP_LIMITS__MAX_ASPECT",
}
_UNITS = (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000))


class _Output(Console):
    """A console that lets the command decide what a closed pipe means."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def output() -> Console:
    """Return a console on stdout."""
    return _Output(highlight=False, emoji=False, markup=False)


def notes() -> Console:
    """Return a console on stderr."""
    return _Output(stderr=True, highlight=False, emoji=False, markup=False, soft_wrap=True)


def on_terminal() -> bool:
    """Return whether people, not programs, read stdout."""
    return sys.stdout.isatty()


def write_line(line: str) -> None:
    """Write one line to stdout now; readers of a pipe see it while we go on."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def readable_size(size: int) -> str:
    """Return a size for people, in decimal units: "12.3 MB"."""
    for unit, factor in _UNITS:
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} B"


def printable(text: str) -> str:
    r"""Return the text with control characters as \x escapes.

    File names and messages come from outside, and a terminal obeys what it is sent.
    """
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def show_error(code: str, message: str, *, source: str | None = None) -> None:
    """Write `error[code]: source: message` to stderr, as one line."""
    head = "" if source is None or source in message else f"{source}: "
    _show("error", "bold red", code, head + message)


def show_m2fp_error(error: M2FPError, *, source: str | None = None) -> None:
    """Write an error of ours to stderr, with the variable that lifts a limit."""
    variable = _LIMIT_VARIABLES.get(error.code)
    hint = f" (environment: {variable})" if variable else ""
    show_error(error.code, error.message + hint, source=source)


def show_warning(code: str, message: str, *, source: str) -> None:
    """Write `warning[code]: source: message` to stderr, as one line."""
    _show("warning", "yellow", code, f"{source}: {message}")


def show_note(message: str) -> None:
    """Write a quiet line to stderr."""
    notes().print(Text(printable(message), style="dim"))


def start_log(level: str) -> None:
    """Show the log of this and other packages on stderr, from this level on."""
    logging.basicConfig(
        level=level.upper(), format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )


def interrupted(message: str) -> ExitCode:
    """Say on stderr that Ctrl-C was understood, and return the status for it."""
    show_note(f"interrupted: {message}" if message else "interrupted")
    return ExitCode.INTERRUPTED


def discard_output() -> None:
    """Point stdout at nothing, so that flushing at the end of the process cannot fail again."""
    with suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)


def _show(kind: str, style: str, code: str, message: str) -> None:
    line = Text.assemble((f"{kind}[{code}]:", style), " ", printable(message))
    notes().print(line)

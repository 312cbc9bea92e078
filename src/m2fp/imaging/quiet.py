"""A span in which decoders neither warn nor write to the terminal."""

from __future__ import annotations

import logging
import os
import re
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

# Guards what belongs to the whole process: the list of Python warning filters, the handlers of
# Pillow's logger and file descriptor 2. Two overlapping spans would restore each other's state and
# leave it changed.
_PROCESS_STATE = threading.Lock()

# libtiff's handler writes "functionOrFile: text." and there are hundreds of functions. Lines of
# another form come from another thread and are passed on: log levels in capitals, ends of
# tracebacks, anything without the full stop.
_LIBTIFF_LINE = re.compile(
    rb"(?![A-Z]+: )(?!\w*(?:Error|Exception|Interrupt|Exit): )[A-Za-z_]\w*(?:\.\w+)?: .*\.\r?\n?\Z"
)
_STDERR = 2


@contextmanager
def quiet_decoder(*, native: bool) -> Iterator[None]:
    """Silence Python warnings for a while, and with ``native`` libtiff's lines on stderr too.

    Warnings are dropped rather than turned into errors: what they say (damaged EXIF, a large size)
    is checked by our own code, whatever filters the host program has set. Keep spans short, as
    only one thread at a time can be inside.
    """
    with _PROCESS_STATE, warnings.catch_warnings(), _without_last_resort():
        warnings.simplefilter("ignore")
        if native:
            with _without_libtiff_lines():
                yield
        else:
            yield


@contextmanager
def _without_last_resort() -> Iterator[None]:
    """Keep Pillow's log records off stderr where the host has set up no logging at all."""
    pillow, nowhere = logging.getLogger("PIL"), logging.NullHandler()
    pillow.addHandler(nowhere)
    try:
        yield
    finally:
        pillow.removeHandler(nowhere)


@contextmanager
def _without_libtiff_lines() -> Iterator[None]:
    try:
        saved = os.dup(_STDERR)
    except OSError:  # no terminal to keep clean, as under pythonw
        yield
        return
    try:
        with tempfile.TemporaryFile() as caught:
            _flush_stderr()
            os.dup2(caught.fileno(), _STDERR)
            try:
                yield
            finally:
                _flush_stderr()
                os.dup2(saved, _STDERR)
                _pass_on(caught)
    finally:
        os.close(saved)


def _flush_stderr() -> None:
    if sys.stderr is not None:
        sys.stderr.flush()


def _pass_on(caught: BinaryIO) -> None:
    """Write the lines that are not libtiff's to the real stderr."""
    caught.seek(0)
    for line in caught:
        if not _LIBTIFF_LINE.match(line):
            os.write(_STDERR, line)

"""Processes of our own: how Ctrl-C is kept from them, and how they ended, in words."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Let a process started inside be deaf to Ctrl-C from its first instruction on.

    A terminal sends it to all its processes, and this one would show a traceback while it imports.
    Only POSIX hands this down; elsewhere the process sees to it itself once it has imported.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # The first start would start it too, and let signals through again after that.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def describe_end(status: int | None) -> str:
    """Return how a process ended; a negative status is the number of the signal that ended it."""
    if status is not None and status < 0:
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = f"signal {-status}"
        hint = ", most likely for lack of memory" if name == "SIGKILL" else ""
        return f"was ended by {name}{hint}"
    return f"ended with status {status}"

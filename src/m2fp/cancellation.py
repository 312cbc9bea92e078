"""Asking work to stop from another thread, and stopping it where that is possible."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from m2fp.errors import Cancelled


class Cancellation:
    """A wish that work stops: passed down with the work, set once, never taken back. Thread-safe.

    Example:
        cancellation = Cancellation()
        threading.Timer(2.0, cancellation.cancel).start()
        result = parser("group.jpg", cancellation=cancellation)  # may raise Cancelled
    """

    def __init__(self) -> None:
        self._cancelled = False
        self._interrupts: list[Callable[[], None]] = []
        self._lock = threading.Lock()  # guards both, so that no wish falls between them

    @property
    def cancelled(self) -> bool:
        """Return whether the work shall stop."""
        return self._cancelled

    def cancel(self) -> None:
        """Ask the work to stop, and interrupt what can be interrupted; twice is once."""
        with self._lock:
            self._cancelled = True
            # Called under the lock: what is interrupted here has not been left yet.
            for interrupt in self._interrupts:
                interrupt()
            self._interrupts.clear()

    def check(self) -> None:
        """Return when the work may go on.

        Raises:
            Cancelled: it shall stop.
        """
        if self._cancelled:
            raise Cancelled("the work was stopped because it was cancelled")

    @contextmanager
    def interrupting(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Have `interrupt` called if the wish comes while the body runs, or has come already.

        Args:
            interrupt: ends the body early; called in whichever thread cancels, at most once. It
                must return at once and not raise.
        """
        with self._lock:
            if self._cancelled:
                interrupt()
            else:
                self._interrupts.append(interrupt)
        try:
            yield
        finally:
            with self._lock:
                if interrupt in self._interrupts:
                    self._interrupts.remove(interrupt)

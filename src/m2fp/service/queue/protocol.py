"""What makes queued items happen: the seam between the HTTP side and whoever does the work."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Protocol

from m2fp.service.jobs.job import Claim, ItemRef
from m2fp.service.workers import Priority, WorkAnswer, WorkRequest


class QueueBackend(Protocol):
    """Makes queued items happen, here or elsewhere."""

    def announce(self, refs: Iterable[ItemRef]) -> None:
        """Hint that these items are queued, in any thread.

        What it sends may be lost or come twice: rows decide, and a sweep finds what was lost. It
        may wait for a broker for a few seconds and raises nothing when there is none.
        """

    async def start(self) -> None:
        """Begin to work, or to look after those who do."""

    async def drain(self, seconds: float) -> None:
        """Begin nothing new, let work in progress finish for so long, put back the rest."""


class Parses(Protocol):
    """The part of `Pool` that work on items needs."""

    async def parse(self, request: WorkRequest, *, priority: Priority) -> WorkAnswer:
        """Return the answer; see `Pool.parse`."""


class WorkEnd(StrEnum):
    """How work on a claimed item ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"  # the picture is why
    LOST = "lost"  # the claim was lost or the job cancelled, and the work was stopped
    WORKER_LOST = "worker_lost"  # its process died; the item is tried again, or has failed
    RELEASED = "released"  # this side cannot work just now; the item is queued as before
    UNSAVED = "unsaved"  # done, but the store of jobs did not answer any more; it is done again


# Told about the end of all work on claims, for metrics; called in the event loop.
Observer = Callable[[Claim, WorkEnd], None]


def observe_nothing(claim: Claim, end: WorkEnd) -> None:
    """Observe nothing."""

"""Telling what becomes of items: a line of the log each, and the metrics of this process."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from m2fp.errors import ImageError, M2FPError
from m2fp.service.errors import Busy
from m2fp.service.jobs.job import Claim
from m2fp.service.operation.events import log_event
from m2fp.service.queue.protocol import Observer, WorkEnd
from m2fp.service.queue.runner import StartablePool
from m2fp.service.workers import Priority, WorkAnswer, WorkRequest

if TYPE_CHECKING:
    from m2fp.service.operation.metrics import Metrics

_log = logging.getLogger(__name__)

# How the end of work on an item is counted: `m2fp.service.operation.metrics.ATTEMPTS`.
_ATTEMPTS: Final = {
    WorkEnd.SUCCEEDED: "succeeded",
    WorkEnd.FAILED: "failed",
    WorkEnd.LOST: "cancelled",
    WorkEnd.WORKER_LOST: "lost",
    WorkEnd.RELEASED: "released",
    WorkEnd.UNSAVED: "lost",
}
_LEVELS: Final = {WorkEnd.WORKER_LOST: logging.WARNING, WorkEnd.UNSAVED: logging.ERROR}


def telling(metrics: Metrics, worker: str) -> Observer:
    """Return an observer that logs and counts.

    Args:
        metrics: of this process.
        worker: whose work it is, for the log.
    """

    def tell(claim: Claim, end: WorkEnd) -> None:
        metrics.attempted(_ATTEMPTS[end])
        log_event(
            _log,
            _LEVELS.get(end, logging.INFO),
            "item",
            job_id=claim.job_id,
            item=claim.index,
            outcome=str(end),
            attempt=claim.attempt,
            worker=worker,
        )

    return tell


class CountedPool:
    """Parses with a pool for jobs, and counts pictures, people and the time of each stage."""

    def __init__(self, pool: StartablePool, metrics: Metrics) -> None:
        self._pool = pool
        self._metrics = metrics

    async def start(self) -> None:
        """Return when every worker is ready."""
        await self._pool.start()

    async def drain(self, seconds: float) -> None:
        """Take nothing new, let what is in the pool finish for so long, end all."""
        await self._pool.drain(seconds)

    async def parse(self, request: WorkRequest, *, priority: Priority) -> WorkAnswer:
        """Return the answer; see `Pool.parse`."""
        try:
            answer = await self._pool.parse(request, priority=priority)
        except Busy:
            raise  # no picture was looked at
        except asyncio.CancelledError:
            self._metrics.parsed("cancelled")
            raise
        except M2FPError as error:
            self._metrics.parsed("bad_image" if isinstance(error, ImageError) else error.code)
            raise
        self._metrics.parsed(
            "succeeded",
            timing=answer.timing,
            persons=answer.persons,
            pixels=answer.image.width * answer.image.height,
        )
        return answer

"""How the service starts, and how it ends without losing what it has begun."""

from __future__ import annotations

import asyncio
import logging
from enum import StrEnum
from typing import TYPE_CHECKING

from m2fp.service.errors import Draining
from m2fp.service.operation.events import log_event

if TYPE_CHECKING:
    from m2fp.service.http.parts import PoolPart
    from m2fp.service.queue.protocol import QueueBackend

_log = logging.getLogger("m2fp.service.http")


class Phase(StrEnum):
    """Where the service is in its life."""

    STARTING = "starting"
    RUNNING = "running"
    DRAINING = "draining"
    STOPPED = "stopped"


class Lifecycle:
    """Starts the pool and the queue, and drains both. Belongs to one event loop.

    Attributes:
        phase: where the service is.
        draining: set when it begins to end; streams that would last look at it.
    """

    def __init__(self, pool: PoolPart, queue: QueueBackend, drain_s: float) -> None:
        self.phase = Phase.STARTING
        self.draining = asyncio.Event()
        self._pool = pool
        self._queue = queue
        self._drain_s = drain_s
        self._queue_started = False

    async def start(self) -> None:
        """Return when requests and jobs are worked on.

        Raises:
            M2FPError: the model cannot be loaded.
        """
        await self._pool.start()
        if self.phase is not Phase.STARTING:
            return  # told to end meanwhile
        self._queue_started = True
        await self._queue.start()
        self.phase = Phase.RUNNING
        log_event(_log, logging.INFO, "ready")

    async def drain(self) -> None:
        """Take nothing new, finish or put back what has begun, end all processes.

        Nothing new is taken from the call on, and `/readyz` says so.
        """
        if self.draining.is_set():
            return
        self.phase = Phase.DRAINING
        self.draining.set()
        log_event(_log, logging.INFO, "draining")
        # Together: what the pool does not finish in time, the queue puts back.
        ends = [self._pool.drain(self._drain_s)]
        if self._queue_started:
            ends.append(self._queue.drain(self._drain_s))
        try:
            await asyncio.gather(*ends)
        finally:
            self.phase = Phase.STOPPED
            log_event(_log, logging.INFO, "stopped")

    def check_open(self) -> None:
        """Return when something new may be taken.

        Raises:
            Draining: the service is ending.
        """
        if self.draining.is_set():
            raise Draining("the service is shutting down; try again later", retry_after_s=5.0)

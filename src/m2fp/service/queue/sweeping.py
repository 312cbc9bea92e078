"""Sweeping again and again in the background of an event loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from m2fp.service.errors import StoreUnavailable
from m2fp.service.jobs.store import Swept
from m2fp.service.jobs.sweeper import Sweeper

_log = logging.getLogger(__name__)


class Sweeping:
    """Sweeps every few seconds until it is stopped, whatever happens meanwhile."""

    def __init__(self, sweeper: Sweeper, every_s: float, then: Callable[[Swept], None]) -> None:
        """Prepare; `then` is called in a thread after every sweep."""
        self._sweeper = sweeper
        self._every_s = every_s
        self._then = then
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, with the first sweep at once."""
        self._task = asyncio.create_task(self._go_on())

    async def stop(self) -> None:
        """Return when no more is swept."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _go_on(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._sweep)
            except StoreUnavailable as error:
                _log.warning("nothing was swept: %s", error)
            except Exception:  # noqa: BLE001 - without sweeps nothing lost would come back
                _log.exception("a sweep failed")
            await asyncio.sleep(self._every_s)

    def _sweep(self) -> None:
        self._then(self._sweeper.sweep())

"""The queue inside this process: the default, with nothing to install or to run."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Final

from m2fp.service.blobs.store import BlobStore
from m2fp.service.errors import StoreUnavailable
from m2fp.service.jobs.job import Claim, ItemRef
from m2fp.service.jobs.store import JobStore, Swept
from m2fp.service.jobs.sweeper import Sweeper
from m2fp.service.operation.settings import JobSettings
from m2fp.service.queue.pause import Pause
from m2fp.service.queue.protocol import Observer, Parses, WorkEnd, observe_nothing
from m2fp.service.queue.sweeping import Sweeping
from m2fp.service.queue.work import ItemWork

_log = logging.getLogger(__name__)

# Work may also come from another process on the same file, which cannot tell this one.
_LOOK_S: Final = 1.0


class EmbeddedQueue:
    """Claims items as long as there are workers for them. Belongs to one event loop."""

    def __init__(
        self,
        store: JobStore,
        blobs: BlobStore,
        pool: Parses,
        settings: JobSettings,
        *,
        slots: int,
        name: str = "embedded",
        observer: Observer = observe_nothing,
    ) -> None:
        """Prepare; `start` begins.

        Args:
            store: where items are claimed.
            blobs: where pictures and results are.
            pool: does the work.
            settings: of jobs.
            slots: items in work at once. One more than the pool has workers keeps all of them
                busy while outcomes are written.
            name: who claims, for people who look into the store.
            observer: told how every work ended.
        """
        self._store = store
        self._settings = settings
        self._name = name
        self._observer = observer
        self._work = ItemWork(store, blobs, pool, settings)
        sweeper = Sweeper(store, blobs, keep_inputs=settings.keep_inputs)
        self._sweeping = Sweeping(sweeper, settings.sweep_s, self._after)
        self._free = asyncio.Semaphore(slots)
        self._news = asyncio.Event()
        self._pause = Pause()
        self._running: set[asyncio.Task[None]] = set()
        self._dispatcher: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._draining = False

    def announce(self, refs: Iterable[ItemRef]) -> None:  # noqa: ARG002 - rows tell which
        """Look for work now, in any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)

    async def start(self) -> None:
        """Begin to claim and to sweep."""
        self._loop = asyncio.get_running_loop()
        self._dispatcher = asyncio.create_task(self._dispatch())
        self._sweeping.start()

    async def drain(self, seconds: float) -> None:
        """Claim nothing new, let work in progress finish for so long, put back the rest."""
        self._draining = True
        self._news.set()
        await self._sweeping.stop()
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        for task in list(self._running):
            task.cancel()
        # Also ends the dispatcher's waiting for a free slot.
        if self._running:
            await asyncio.wait(self._running)
        if self._dispatcher is not None:
            await self._dispatcher

    async def _dispatch(self) -> None:
        # Never cancelled: a claim that is being made in a thread would be nobody's.
        while True:
            await self._free.acquire()
            claim = await self._next()
            if claim is None:
                return
            task = asyncio.create_task(self._do(claim))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _next(self) -> Claim | None:
        """Return a claim as soon as there is one; None when nothing more is to be claimed."""
        while not self._draining:
            self._news.clear()
            wait_s = self._pause.left()
            if wait_s <= 0:
                wait_s = _LOOK_S
                try:
                    claim = await asyncio.to_thread(
                        self._store.claim, self._name, lease_s=self._settings.lease_s
                    )
                except StoreUnavailable as error:
                    _log.warning("nothing was claimed: %s", error)
                    wait_s = self._pause.begin()
                else:
                    if claim is not None:
                        return claim
            if not self._draining:  # it may have come while the thread was busy
                await self._wait_for_news(wait_s)
        return None

    async def _wait_for_news(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return

    async def _do(self, claim: Claim) -> None:
        try:
            end = await self._work.do(claim)
            if end is WorkEnd.RELEASED:
                self._pause.begin()
            elif end is not WorkEnd.LOST:
                self._pause.end()
            self._observer(claim, end)
        except asyncio.CancelledError:
            self._observer(claim, WorkEnd.RELEASED)  # by `drain`
        except Exception:  # noqa: BLE001 - the slot must not be lost with it
            _log.exception("work on an item ended unexpectedly", extra={"job_id": claim.job_id})
        finally:
            self._free.release()

    def _after(self, swept: Swept) -> None:
        if swept.requeued:
            self.announce(swept.requeued)

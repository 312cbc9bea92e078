"""An event loop in a thread of its own, in which items are worked on that other threads claim."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any, Protocol, TypeVar

from m2fp.service.blobs.store import BlobStore
from m2fp.service.errors import StoreUnavailable
from m2fp.service.jobs.job import ItemRef
from m2fp.service.jobs.store import JobStore
from m2fp.service.operation.settings import JobSettings
from m2fp.service.queue.protocol import Observer, Parses, WorkEnd, observe_nothing
from m2fp.service.queue.work import ItemWork

_log = logging.getLogger(__name__)

_T = TypeVar("_T")


class StartablePool(Parses, Protocol):
    """The part of `Pool` that a worker machine needs."""

    async def start(self) -> None:
        """Return when every worker is ready."""

    async def drain(self, seconds: float) -> None:
        """Take nothing new, let what is in the pool finish for so long, end all."""


class Runner:
    """Works on items that are named to it. Use it in a `with` statement, which starts the pool.

    Leaving that puts back what is still being worked on and ends the pool.
    """

    def __init__(
        self,
        store: JobStore,
        blobs: BlobStore,
        pool: StartablePool,
        settings: JobSettings,
        *,
        name: str,
        observer: Observer = observe_nothing,
    ) -> None:
        """Prepare; see `EmbeddedQueue`."""
        self._store = store
        self._pool = pool
        self._settings = settings
        self._name = name
        self._observer = observer
        self._work = ItemWork(store, blobs, pool, settings)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="m2fp items")
        self._working: set[Future[WorkEnd]] = set()
        self._lock = threading.Lock()  # guards both: nothing begins once `stop` has looked
        self._stopping = False

    def __enter__(self) -> Runner:
        self._thread.start()
        try:
            self._call(self._pool.start())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        try:
            self._call(self._pool.drain(0))
        finally:
            self._end()

    def work_on(self, ref: ItemRef) -> WorkEnd | None:
        """Return how work on an item ended; None when it was not to be had, or was put back.

        Whoever asks waits for it. Raises nothing: what goes wrong here, a sweep finds.
        """
        try:
            claim = self._store.claim(self._name, only=ref, lease_s=self._settings.lease_s)
        except StoreUnavailable as error:
            _log.warning("nothing was claimed: %s", error)
            return None
        if claim is None:
            return None  # done, cancelled, or somebody is at it
        with self._lock:
            if self._stopping:
                self._store.release(claim)
                return None
            work = asyncio.run_coroutine_threadsafe(self._work.do(claim), self._loop)
            self._working.add(work)
        try:
            end = work.result()
        except CancelledError:
            end = WorkEnd.RELEASED  # by `stop`
        except Exception:  # noqa: BLE001 - a bug is logged, and the thread goes on
            _log.exception("work on an item ended unexpectedly", extra={"job_id": claim.job_id})
            return None
        finally:
            with self._lock:
                self._working.discard(work)
        self._observer(claim, end)
        return end

    def stop(self) -> None:
        """Begin nothing new and put back what is being worked on; returns at once."""
        with self._lock:
            self._stopping = True
            working = list(self._working)
        for work in working:
            work.cancel()

    def _call(self, coroutine: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def _end(self) -> None:
        """End the loop once all that was cancelled in it has put its item back."""
        self._call(_all_others())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _all_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others)

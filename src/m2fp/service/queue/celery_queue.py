"""The queue of several machines as the HTTP side sees it: messages out, sweeps, no work."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Final

from m2fp.service.blobs.store import BlobStore
from m2fp.service.jobs.job import ItemRef
from m2fp.service.jobs.store import JobStore, Swept
from m2fp.service.jobs.sweeper import Sweeper
from m2fp.service.operation.settings import JobSettings
from m2fp.service.queue.announcing import Announcer
from m2fp.service.queue.sweeping import Sweeping

_log = logging.getLogger(__name__)

# So many messages are sent at once for items that have none; the next sweep sends more.
_AGAIN: Final = 1000


class CeleryQueue:
    """Tells workers elsewhere what is queued, and tells them again what they did not hear."""

    def __init__(
        self, store: JobStore, blobs: BlobStore, announcer: Announcer, settings: JobSettings
    ) -> None:
        """Prepare; `start` begins to sweep. Several may sweep the same stores."""
        self._store = store
        self._announcer = announcer
        sweeper = Sweeper(store, blobs, keep_inputs=settings.keep_inputs)
        self._sweeping = Sweeping(sweeper, settings.sweep_s, self._after)

    def announce(self, refs: Iterable[ItemRef]) -> None:
        """Send a message for each, in any thread but an event loop's."""
        self._announcer.announce(refs)

    async def start(self) -> None:
        """Begin to sweep."""
        self._sweeping.start()

    async def drain(self, seconds: float) -> None:  # noqa: ARG002 - see QueueBackend
        """Stop to sweep; workers are processes of their own."""
        await self._sweeping.stop()
        await asyncio.to_thread(self._announcer.close)

    def _after(self, swept: Swept) -> None:
        self.announce(swept.requeued)
        # Items may wait without a message: the broker lost it, or was away when they came. While
        # any message waits, workers are at it, and more would only pile up.
        if self._announcer.waiting() == 0:
            refs = self._store.queued(_AGAIN)
            if refs:
                _log.info("announced again", extra={"items": len(refs)})
            self.announce(refs)

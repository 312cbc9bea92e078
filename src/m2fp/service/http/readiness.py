"""Whether the service should get requests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from m2fp.service.errors import ModelNotReady, StoreUnavailable

if TYPE_CHECKING:
    from m2fp.service.http.parts import Parts

# Anybody may ask, and every answer writes to a disk.
_KEPT_S: Final = 2.0


class StoreCheck:
    """Looks whether jobs and pictures can be kept, not more often than every two seconds."""

    def __init__(self, checks: tuple[Callable[[], None], ...], clock: Callable[[], float]) -> None:
        self._checks = checks
        self._clock = clock
        self._lock = asyncio.Lock()  # guards the two below: many may ask at the same time
        self._looked: float | None = None
        self._trouble: StoreUnavailable | None = None

    async def check(self) -> None:
        """Return when they can.

        Raises:
            StoreUnavailable: they cannot.
        """
        async with self._lock:
            now = self._clock()
            if self._looked is None or now - self._looked >= _KEPT_S:
                self._trouble = await asyncio.to_thread(self._look)
                self._looked = self._clock()
            trouble = self._trouble
        if trouble is not None:
            raise StoreUnavailable(trouble.message, retry_after_s=trouble.retry_after_s)

    def _look(self) -> StoreUnavailable | None:
        try:
            for check in self._checks:
                check()
        except StoreUnavailable as error:
            return error
        return None


async def check_ready(parts: Parts) -> None:
    """Return when the service should get requests.

    Raises:
        Draining: it is shutting down.
        ModelNotReady: no worker has the model loaded.
        StoreUnavailable: jobs or pictures cannot be kept.
    """
    parts.lifecycle.check_open()
    states = parts.pool.states()
    if not states.ready:
        raise ModelNotReady(states.trouble or "the model is still loading", retry_after_s=2.0)
    await parts.stores.check()

"""How many pictures a client may send: a bucket of tokens each, filled at an even pace.

The buckets are this process's own. With several of them behind a proxy, the proxy should do this.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Final

from m2fp.service.errors import RateLimited

# Of clients that are remembered. Who is forgotten has a full bucket, so a flood of addresses can
# only win what it would have anyway.
_MOST: Final = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    moment: float


class RateLimit:
    """Counts what clients send. Belongs to one event loop."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._size = per_minute
        self._per_s = per_minute / 60
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, client: str, count: int = 1) -> None:
        """Take tokens; the last request may take more than there are, and the next ones wait.

        A job of a thousand pictures could never be sent otherwise.

        Raises:
            RateLimited: there is not one token.
        """
        bucket = self._fill(client)
        if bucket.tokens < 1:
            wait_s = (1 - bucket.tokens) / self._per_s
            raise RateLimited(
                f"this client may send {self._size} pictures a minute; try again in "
                f"{ceil(wait_s)} s",
                retry_after_s=wait_s,
            )
        bucket.tokens -= count

    def owe(self, client: str, count: int) -> None:
        """Take tokens for what was found in a request that has been let in already."""
        self._fill(client).tokens -= count

    def headers(self, client: str) -> dict[str, str]:
        """Return the headers that tell a client how it stands."""
        bucket = self._fill(client)
        return {
            "RateLimit-Limit": str(self._size),
            "RateLimit-Remaining": str(max(0, int(bucket.tokens))),
            "RateLimit-Reset": str(ceil((self._size - bucket.tokens) / self._per_s)),
        }

    def _fill(self, client: str) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.pop(client, None) or _Bucket(self._size, now)
        bucket.tokens = min(self._size, bucket.tokens + (now - bucket.moment) * self._per_s)
        bucket.moment = now
        self._buckets[client] = bucket  # now the newest
        if len(self._buckets) > _MOST:
            self._buckets.popitem(last=False)
        return bucket

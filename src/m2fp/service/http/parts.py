"""What the routes are made of; a test gives other parts than `m2fp serve`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

from fastapi import Depends
from starlette.requests import Request

from m2fp.service.blobs import BlobStore
from m2fp.service.http.access.rate import RateLimit
from m2fp.service.jobs import JobStore
from m2fp.service.operation.metrics import Metrics
from m2fp.service.operation.settings import ServiceSettings
from m2fp.service.queue.protocol import QueueBackend
from m2fp.service.workers import PoolStates, Priority, WorkAnswer, WorkRequest

if TYPE_CHECKING:
    from m2fp.service.http.access.keys import Keys
    from m2fp.service.http.lifecycle import Lifecycle
    from m2fp.service.http.readiness import StoreCheck


class PoolPart(Protocol):
    """What the routes need of `Pool`."""

    async def start(self) -> None:
        """Return when every worker has its model loaded."""

    async def parse(
        self, request: WorkRequest, *, priority: Priority | Literal["sync", "job"]
    ) -> WorkAnswer:
        """Return the answer; see `Pool.parse`."""

    async def drain(self, seconds: float) -> None:
        """Take nothing new, finish what is in the pool, end."""

    def states(self) -> PoolStates:
        """Return how the pool is doing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that a request may need.

    Attributes:
        model: the model as it is named in the settings; requests name none, or this.
        pool: parses pictures.
        store: of jobs.
        blobs: of pictures and results.
        queue: makes jobs happen.
        settings: of the service.
        metrics: of this process.
        lifecycle: whether the service starts, runs or ends.
        stores: whether jobs and pictures can be kept.
        keys: the API keys; None = everybody may do everything.
        rate: how much a client may send; None = any amount.
        monotonic: clock of deadlines.
    """

    model: str
    pool: PoolPart
    store: JobStore
    blobs: BlobStore
    queue: QueueBackend
    settings: ServiceSettings
    metrics: Metrics
    lifecycle: Lifecycle
    stores: StoreCheck
    keys: Keys | None = None
    rate: RateLimit | None = None
    monotonic: Callable[[], float] = field(default=time.monotonic)


def parts_of(request: Request) -> Parts:
    """Return the parts of the application that a request has come to."""
    parts: Parts = request.app.state.parts
    return parts


PartsOf = Annotated[Parts, Depends(parts_of)]

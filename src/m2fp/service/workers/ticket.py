"""One request on its way through a pool."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from m2fp.service.workers.messages import Priority, WorkAnswer, WorkRequest


@dataclass(eq=False, slots=True)
class Ticket:
    """A request that waits for a worker or has one.

    Attributes:
        request: what is asked for.
        priority: who asks.
        outcome: the answer or the error. Whoever waits for it cancels it when the answer is not
            wanted any more, which stops the work.
        admitted: when it came into the pool, by the pool's clock.
        deliveries: how often it was given to a process.
    """

    request: WorkRequest
    priority: Priority
    outcome: asyncio.Future[WorkAnswer]
    admitted: float = 0.0
    deliveries: int = 0

    def answer(self, answer: WorkAnswer, *, queue_s: float) -> None:
        """Answer, if anybody still wants to know; `queue_s` is how long it waited."""
        if not self.outcome.done():
            timing = {"queue_s": queue_s, **answer.timing}
            self.outcome.set_result(replace(answer, timing=timing))

    def fail(self, error: Exception) -> None:
        """Fail, if anybody still wants to know."""
        if not self.outcome.done():
            self.outcome.set_exception(error)

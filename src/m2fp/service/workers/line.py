"""The waiting line of a pool: who is let in, and who comes next.

Synchronous requests may wait in a bounded number and go before jobs, which wait without a bound: a
dispatcher brings no more of them than it has slots. Under a load that never ends a job would never
have its turn, so after some requests have gone before it, one job goes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from math import ceil
from typing import Final

from m2fp.service.errors import Busy, ModelNotReady, QueueFull
from m2fp.service.workers.messages import Priority
from m2fp.service.workers.ticket import Ticket

# Requests that may go before a waiting job: it gets a ninth of the workers at least.
_OVERTAKINGS: Final = 8

# The share of the newest picture in the mean time of a picture.
_NEWEST_SHARE: Final = 0.1
_FIRST_GUESS_S: Final = 1.0


class Line:
    """Tickets that wait, and the number of those that are in the pool. Belongs to one event loop.

    Attributes:
        capacity: synchronous requests that may be in the pool at once, those at work included.
        rejected: how many were turned away because the pool was full.
    """

    def __init__(self, workers: int, queue_size: int, clock: Callable[[], float]) -> None:
        self.capacity = workers + queue_size
        self._refusal: Busy | None = ModelNotReady("the model is still loading", retry_after_s=5.0)
        self.rejected = 0
        self._workers = workers
        self._clock = clock
        self._waiting: Mapping[Priority, deque[Ticket]] = {name: deque() for name in Priority}
        self._inside: set[Ticket] = set()
        self._overtaken = 0
        self._mean_s = _FIRST_GUESS_S
        self._changed: list[asyncio.Future[None]] = []

    def admit(self, ticket: Ticket) -> None:
        """Let a ticket in, at the end of its line.

        Raises:
            Busy: the line is closed.
            QueueFull: it is synchronous, and as many are in as may be.
        """
        if self._refusal is not None:
            raise copy(self._refusal)
        if ticket.priority is Priority.SYNC:
            inside = self._count(Priority.SYNC)
            if inside >= self.capacity:
                self.rejected += 1
                raise QueueFull(
                    f"all workers are busy and {inside - self._workers} requests are waiting, "
                    "which is as many as may; try again later, or send the pictures as a job",
                    retry_after_s=self._retry_after_s(inside),
                )
        ticket.admitted = self._clock()
        self._inside.add(ticket)
        self._waiting[ticket.priority].append(ticket)
        ticket.outcome.add_done_callback(lambda _: self._forget(ticket))
        self._notify()

    def next(self) -> Ticket | None:
        """Return the ticket whose turn it is, which leaves the line; None = nobody waits."""
        while (ticket := self._pop()) is not None:
            if not ticket.outcome.done():
                return ticket
            self._inside.discard(ticket)  # given up a moment ago
        return None

    def put_back(self, ticket: Ticket) -> None:
        """Let a ticket that no process has seen be the next one again."""
        if not ticket.outcome.done():
            self._waiting[ticket.priority].appendleft(ticket)
            self._notify()

    def leave(self, ticket: Ticket, worked_s: float) -> None:
        """Count a ticket out: its worker is free again, after so many seconds."""
        self._mean_s += _NEWEST_SHARE * (worked_s - self._mean_s)
        if ticket not in self._waiting[ticket.priority]:  # it was not put back
            self._inside.discard(ticket)
        self._notify()

    def changed(self) -> asyncio.Future[None]:
        """Return a future that is done when somebody comes or leaves."""
        future = asyncio.get_running_loop().create_future()
        self._changed.append(future)
        return future

    def close(self, refusal: Busy) -> None:
        """Let nobody in any more; this is what they are told."""
        self._refusal = refusal

    def open(self) -> None:
        """Let people in."""
        self._refusal = None

    @property
    def is_open(self) -> bool:
        """Return whether anybody is let in."""
        return self._refusal is None

    def waiting(self) -> Mapping[Priority, int]:
        """Return how many wait for a worker."""
        return {name: len(tickets) for name, tickets in self._waiting.items()}

    def inside(self) -> Iterator[Ticket]:
        """Yield every ticket that waits or is at work."""
        yield from tuple(self._inside)

    def _pop(self) -> Ticket | None:
        sync, jobs = self._waiting[Priority.SYNC], self._waiting[Priority.JOB]
        if jobs and (not sync or self._overtaken >= _OVERTAKINGS):
            self._overtaken = 0
            return jobs.popleft()
        if sync:
            self._overtaken += bool(jobs)
            return sync.popleft()
        return None

    def _forget(self, ticket: Ticket) -> None:
        """Count a ticket out that is settled while it waits, for example because it was cancelled.

        One at work stays in until its worker is free.
        """
        waiting = self._waiting[ticket.priority]
        if ticket in waiting:
            waiting.remove(ticket)
            self._inside.discard(ticket)
            self._notify()

    def _count(self, priority: Priority) -> int:
        return sum(ticket.priority is priority for ticket in self._inside)

    def _retry_after_s(self, inside: int) -> float:
        """Return when about half of those inside will have left, in whole seconds, 1 at least."""
        return float(max(1, ceil(inside * self._mean_s / self._workers / 2)))

    def _notify(self) -> None:
        for future in self._changed:
            if not future.done():
                future.set_result(None)
        self._changed.clear()

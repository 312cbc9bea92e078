"""A pool of processes that each hold one model."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from m2fp.errors import ModelNotFound
from m2fp.service.errors import DeadlineExceeded, Draining, ModelNotReady
from m2fp.service.jobs.job import ParseOptions
from m2fp.service.rendering import check_formats
from m2fp.service.workers.keeper import Keeper
from m2fp.service.workers.line import Line
from m2fp.service.workers.messages import Priority, WorkAnswer, WorkRequest
from m2fp.service.workers.settings import PoolSettings
from m2fp.service.workers.states import PoolStates, RestartReason, WorkerPhase
from m2fp.service.workers.ticket import Ticket
from m2fp.service.workers.wire import Ready
from m2fp.service.workers.workbench import augmentation_of


class Pool:
    """Parses pictures in processes of its own, one picture at a time each. Belongs to one loop.

    A process that dies costs the request it was working on and is replaced; so is one that has
    done its share of pictures or holds too much memory, between two requests.

    Example:
        pool = Pool(PoolSettings(workers=1, threads=2))
        await pool.start()
        answer = await pool.parse(WorkRequest(photo=data, options=options), priority="sync")
        await pool.drain(30)
    """

    def __init__(
        self, settings: PoolSettings, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Prepare a pool; `start` makes the processes.

        Args:
            settings: what it is made of.
            clock: that of `WorkRequest.deadline`.
        """
        self.settings = settings
        self._clock = clock
        self._line = Line(settings.workers, settings.queue_size, clock)
        self._keepers: list[Keeper] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._threads: ThreadPoolExecutor | None = None

    async def start(self) -> None:
        """Return when every worker has its model loaded and warmed.

        Raises:
            M2FPError: the model cannot be loaded; no process is left.
        """
        # Two calls may block for each worker: making its process, and sending it a picture.
        self._threads = ThreadPoolExecutor(2 * self.settings.workers, "m2fp workers")
        self._keepers = [
            Keeper(number, self.settings, self._line, self._threads, self._clock)
            for number in range(self.settings.workers)
        ]
        self._tasks = [asyncio.create_task(keeper.run()) for keeper in self._keepers]
        try:
            await asyncio.gather(*(keeper.first for keeper in self._keepers))
        except BaseException:
            await self._close()
            raise
        self._line.open()

    async def parse(
        self, request: WorkRequest, *, priority: Priority | Literal["sync", "job"]
    ) -> WorkAnswer:
        """Return the answer; cancelling the task that awaits this stops the work.

        Raises:
            InvalidParameter: there is no such format, or no such views.
            ModelNotFound: the options name a model other than the pool's.
            QueueFull: sync only: all workers are taken and as many wait as may.
            Draining: the pool is shutting down.
            ModelNotReady: it is not started, or no process could be started lately.
            DeadlineExceeded: waited or ran past the deadline or the limit; the work is stopped.
            WorkerLost: the process died that worked on this.
            M2FPError: what the worker met: ImageError, EngineError, MissingExtra.
        """
        self._check(request.options)
        left_s = None if request.deadline is None else request.deadline - self._clock()
        if left_s is not None and left_s <= 0:
            raise DeadlineExceeded("the deadline had passed before the work began")
        outcome: asyncio.Future[WorkAnswer] = asyncio.get_running_loop().create_future()
        ticket = Ticket(request, Priority(priority), outcome)
        self._line.admit(ticket)
        try:
            async with asyncio.timeout(left_s):
                return await outcome
        except TimeoutError:
            raise DeadlineExceeded(
                f"the picture was not parsed in the {left_s or 0.0:.1f} s that were left for it"
            ) from None

    async def drain(self, seconds: float) -> None:
        """Take nothing new, let what is in the pool finish for so long, stop it, end all.

        What is stopped raises Draining where it is awaited.
        """
        self._line.close(Draining("the service is shutting down; try again later"))
        outcomes = [ticket.outcome for ticket in self._line.inside()]
        if outcomes:
            await asyncio.wait(outcomes, timeout=seconds)
        for ticket in self._line.inside():
            ticket.fail(Draining("the service shut down before this was done"))
        await self._close()

    def states(self) -> PoolStates:
        """Return how the pool is doing."""
        restarts: Counter[RestartReason] = Counter()
        for keeper in self._keepers:
            restarts.update(keeper.restarts)
        ready = self._newest()
        loads = [keeper.load_s for keeper in self._keepers if keeper.load_s is not None]
        troubles = [str(keeper.trouble) for keeper in self._keepers if keeper.trouble]
        return PoolStates(
            workers=tuple(keeper.state() for keeper in self._keepers),
            waiting=self._line.waiting(),
            capacity=self._line.capacity,
            accepting=self._line.is_open,
            restarts={reason: restarts[reason] for reason in RestartReason},
            rejected=self._line.rejected,
            served=sum(keeper.served for keeper in self._keepers),
            load_s=loads[-1] if loads else None,
            model=ready.info if ready else None,
            engine=ready.engine if ready else None,
            trouble=troubles[0] if troubles else None,
        )

    def _check(self, options: ParseOptions) -> None:
        """Return when a worker could do this."""
        check_formats(options.formats)
        augmentation_of(options)
        ready = self._newest()
        names = {self.settings.model} | ({ready.info.name} if ready else set())
        if options.model not in names:
            raise ModelNotFound(
                f"this service runs the model {self.settings.model!r}, not {options.model!r}",
                model=options.model,
            )
        if self._keepers and all(
            keeper.state().phase is WorkerPhase.DOWN for keeper in self._keepers
        ):
            trouble = next(str(keeper.trouble) for keeper in self._keepers if keeper.trouble)
            raise ModelNotReady(f"the model cannot be loaded: {trouble}", retry_after_s=10.0)

    def _newest(self) -> Ready | None:
        found = [keeper.ready for keeper in self._keepers if keeper.ready is not None]
        return found[-1] if found else None

    async def _close(self) -> None:
        """End all processes, whatever they do."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        for keeper in self._keepers:
            if keeper.first.done() and not keeper.first.cancelled():
                keeper.first.exception()  # seen: `start` has raised the first of them
        if self._threads is not None:
            self._threads.shutdown(wait=False)

"""One worker of a pool: its process, the next one after that, and what they are given to do."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, Final

from m2fp.errors import Cancelled, M2FPError
from m2fp.service.errors import DeadlineExceeded, WorkerLost
from m2fp.service.workers.line import Line
from m2fp.service.workers.process import NotDelivered, WorkerProcess
from m2fp.service.workers.settings import PoolSettings
from m2fp.service.workers.states import RestartReason, WorkerPhase, WorkerState
from m2fp.service.workers.ticket import Ticket
from m2fp.service.workers.wire import Done, Failed, Ready

_log = logging.getLogger(__name__)

# Before a process is started again that did not start: the second time after one second, doubling.
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 30.0

# A ticket that no process took in so many attempts has something to do with it.
_DELIVERIES: Final = 2


class Keeper:
    """Keeps one worker going: starts its process, gives it tickets, replaces it.

    Attributes:
        ready: what the newest process that started said of itself; None = none has.
        load_s: how long its start took; None likewise.
        trouble: why the last attempt to start one failed; None = it did not.
        restarts: how often a process was replaced, by reason.
        served: pictures that were answered, errors about the picture included.
        first: done after the first attempt to start a process, with the error if it failed.
    """

    def __init__(
        self,
        number: int,
        settings: PoolSettings,
        line: Line,
        threads: Executor,
        clock: Callable[[], float],
    ) -> None:
        self.ready: Ready | None = None
        self.load_s: float | None = None
        self.trouble: Exception | None = None
        self.restarts: Counter[RestartReason] = Counter()
        self.served = 0
        self.first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._number = number
        self._settings = settings
        self._line = line
        self._threads = threads
        self._clock = clock
        self._phase = WorkerPhase.STARTING
        self._process: WorkerProcess | None = None
        self._jobs = 0
        self._resident_bytes: int | None = None

    def state(self) -> WorkerState:
        """Return how this worker is doing."""
        return WorkerState(
            number=self._number,
            phase=self._phase,
            pid=self._process.pid if self._process else None,
            jobs=self._jobs,
            resident_bytes=self._resident_bytes,
        )

    async def run(self) -> None:
        """Keep the worker going until this task is cancelled; its process has ended then."""
        failures = 0
        while True:
            process = self._process = WorkerProcess(self._settings, self._number, self._threads)
            try:
                if await self._start(process):
                    failures = 0
                    reason = await self._serve(process)
                else:
                    failures += 1
                    reason = RestartReason.START_FAILED
                self.restarts[reason] += 1
            finally:
                politely = self._phase in (WorkerPhase.IDLE, WorkerPhase.BUSY)
                if self._phase is not WorkerPhase.DOWN:
                    self._phase = WorkerPhase.STOPPING
                try:
                    await _to_its_end(process.end(politely=politely))
                finally:
                    self._process = None
            if failures:
                pause = min(_FIRST_PAUSE_S * 2 ** (failures - 1), _LONGEST_PAUSE_S)
                await asyncio.sleep(pause)

    async def _start(self, process: WorkerProcess) -> bool:
        """Return whether the process started; why not is in `trouble`."""
        self._phase = WorkerPhase.STARTING
        self._jobs = 0
        self._resident_bytes = None
        begun = self._clock()
        try:
            self.ready = await process.start(self._settings.start_limit_s)
        except Exception as error:  # noqa: BLE001 - whatever it is, another attempt follows
            self.trouble = error
            self._phase = WorkerPhase.DOWN
            _log.error("worker %d did not start: %s", self._number, error)
            if not self.first.done():
                self.first.set_exception(error)
            return False
        self.trouble = None
        self._resident_bytes = self.ready.resident_bytes
        self.load_s = self._clock() - begun
        _log.info("worker %d is ready, after %.1f s", self._number, self.load_s)
        if not self.first.done():
            self.first.set_result(None)
        return True

    async def _serve(self, process: WorkerProcess) -> RestartReason:
        """Give the process tickets until it has to be replaced; return why."""
        while True:
            self._phase = WorkerPhase.IDLE
            ticket = await self._next_ticket(process)
            if ticket is None:
                _log.error("worker %d %s while it was idle", self._number, process.over.result())
                return RestartReason.DIED
            reason = await self._work(process, ticket)
            if reason is not None:
                planned = reason in (RestartReason.JOBS, RestartReason.MEMORY)
                level = logging.INFO if planned else logging.ERROR
                _log.log(level, "worker %d is replaced: %s", self._number, reason)
                return reason

    async def _next_ticket(self, process: WorkerProcess) -> Ticket | None:
        """Return the next ticket for this process, or None when the process has ended."""
        while not process.over.done():
            ticket = self._line.next()
            if ticket is not None:
                return ticket
            events: set[asyncio.Future[Any]] = {self._line.changed(), process.over}
            await asyncio.wait(events, return_when=asyncio.FIRST_COMPLETED)
        return None

    async def _work(self, process: WorkerProcess, ticket: Ticket) -> RestartReason | None:
        """Have a ticket worked on; return why the process has to be replaced, None = it is fine."""
        self._phase = WorkerPhase.BUSY
        ticket.deliveries += 1
        begun = self._clock()
        asking = asyncio.ensure_future(process.ask(ticket.request))
        stuck = False
        try:
            stuck = await self._watch(process, ticket, asking)
            report = asking.result()
        except NotDelivered:
            if ticket.deliveries < _DELIVERIES:
                self._line.put_back(ticket)
            else:
                ticket.fail(WorkerLost("worker processes end before they have taken this picture"))
            return RestartReason.STUCK if stuck else RestartReason.DIED
        except WorkerLost as error:
            ticket.fail(error)
            return RestartReason.STUCK if stuck else RestartReason.DIED
        except Exception as error:  # noqa: BLE001 - a bug costs its request, not the worker
            _log.error("worker %d could not be asked", self._number, exc_info=error)
            ticket.fail(error)
            return RestartReason.DIED
        except asyncio.CancelledError:
            # The pool is closed: the process is ended, and with it the asking.
            process.kill()
            await asyncio.gather(asking, return_exceptions=True)
            raise
        finally:
            self._line.leave(ticket, self._clock() - begun)
        self._settle(ticket, report, begun)
        return self._is_spent(report)

    async def _watch(
        self, process: WorkerProcess, ticket: Ticket, asking: asyncio.Future[Done | Failed]
    ) -> bool:
        """Return when the process has answered or ended: whether it had to be killed.

        It is told to stop when nobody wants the answer any more or it takes too long, and killed
        when it does not.
        """
        limit_s = ticket.request.limit_s
        events: set[asyncio.Future[Any]] = {asking, ticket.outcome}
        await asyncio.wait(events, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
        if asking.done():
            return False
        ticket.fail(
            DeadlineExceeded(f"the picture was not parsed in {limit_s or 0.0:g} s and was stopped")
        )
        self._phase = WorkerPhase.STOPPING
        process.stop()
        await asyncio.wait({asking}, timeout=self._settings.kill_after_s)
        if asking.done():
            return False
        _log.error("worker %d does not stop and is killed", self._number)
        process.kill()
        await asyncio.wait({asking})
        return True

    def _settle(self, ticket: Ticket, report: Done | Failed, begun: float) -> None:
        self._jobs += 1
        self._resident_bytes = report.resident_bytes
        if isinstance(report, Done):
            self.served += 1
            ticket.answer(report.answer, queue_s=begun - ticket.admitted)
        else:
            self.served += not isinstance(report.error, Cancelled)
            if not isinstance(report.error, M2FPError):
                _log.error("worker %d met a bug", self._number, exc_info=report.error)
            ticket.fail(report.error)

    def _is_spent(self, report: Done | Failed) -> RestartReason | None:
        most = self._settings.max_worker_bytes
        if isinstance(report, Failed) and report.spent:
            return RestartReason.MEMORY
        if most is not None and (report.resident_bytes or 0) > most:
            return RestartReason.MEMORY
        if self._jobs >= self._settings.jobs_per_worker:
            return RestartReason.JOBS
        return None


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Return when the work is done, also when this task is cancelled meanwhile."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise

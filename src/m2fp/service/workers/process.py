"""One worker's process as the pool sees it."""

from __future__ import annotations

import asyncio
import atexit
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, Final, TypeVar

from m2fp.processes import deaf_to_interrupts, describe_end
from m2fp.service.errors import WorkerLost
from m2fp.service.workers.child import serve
from m2fp.service.workers.messages import WorkRequest
from m2fp.service.workers.settings import PoolSettings
from m2fp.service.workers.wire import (
    Begun,
    Done,
    Failed,
    GoHome,
    Ready,
    Report,
    Task,
    receive_report,
    send_order,
)

_T = TypeVar("_T")

# How long a process may take to end once it has nothing more to do.
_PATIENCE_S: Final = 1.0
_GLANCE_S: Final = 0.005


class NotDelivered(Exception):
    """The process ended before it had a whole task: the picture cannot be why."""


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """A process and our ends of its connections."""

    process: SpawnProcess
    orders: Connection[Any, Any]
    stops: Connection[Any, Any]


class WorkerProcess:
    """A process with one model in it, doing one task at a time. Belongs to one event loop.

    A thread reads what it reports; tasks are sent in a thread of the pool's, because a process that
    does not read would block the loop. It ends by itself when this process is gone.

    Attributes:
        over: done when the process has ended; says how, in words.
    """

    def __init__(self, settings: PoolSettings, number: int, threads: Executor) -> None:
        """Prepare it; `start` makes the process.

        Args:
            settings: of the pool.
            number: the worker's.
            threads: where blocking calls are made.
        """
        self._settings = settings
        self._worker = number
        self._threads = threads
        self._loop = asyncio.get_running_loop()
        self.over: asyncio.Future[str] = self._loop.create_future()
        self._made: _Made | None = None
        self._launched: asyncio.Future[None] | None = None
        # What the one who waits for a report gets; None = the process has ended.
        self._report: asyncio.Future[Report | None] = self._loop.create_future()
        self._number = 0
        self._begun = 0

    @property
    def pid(self) -> int | None:
        """Return the number of the process; None before it is started and after its end."""
        return self._made.process.pid if self._made else None

    async def start(self, limit_s: float) -> Ready:
        """Return once the process has loaded and warmed its model.

        Args:
            limit_s: give up after so many seconds.

        Raises:
            M2FPError: what it met, as it was raised there.
            WorkerLost: it died, or was not ready in time.
        """
        self._launched = self._loop.run_in_executor(self._threads, self._launch)
        await asyncio.shield(self._launched)
        try:
            async with asyncio.timeout(limit_s):
                report = await self._next_report()
        except TimeoutError:
            raise WorkerLost(
                f"a worker process had not loaded its model after {limit_s:g} s"
            ) from None
        if isinstance(report, Failed):
            raise report.error
        if not isinstance(report, Ready):
            raise WorkerLost(f"a worker process {await self.over} while it loaded its model")
        return report

    async def ask(self, request: WorkRequest) -> Done | Failed:
        """Return what the process says about one picture; it must be idle.

        Raises:
            NotDelivered: the process ended before it had the whole picture.
            WorkerLost: it ended after that.
        """
        if self.over.done():
            raise NotDelivered
        self._number += 1
        order = Task(self._number, request.options)
        try:
            await self._loop.run_in_executor(
                self._threads, send_order, self._started().orders, order, request.photo
            )
        except OSError:
            raise NotDelivered from None
        report = await self._next_report()
        if not isinstance(report, Done | Failed):
            if self._begun < self._number:
                raise NotDelivered
            raise WorkerLost(f"the worker process {await self.over} while it parsed this picture")
        return report

    def stop(self) -> None:
        """Have the process stop the task it is at; it goes on to live."""
        with suppress(OSError):  # it has ended, which is as good
            # Never blocks: the pipe has room for thousands, and whoever ignores one is killed.
            self._started().stops.send(self._number)

    def kill(self) -> None:
        """End the process at once, if it still is."""
        if self._made is not None:
            with suppress(ValueError, OSError):  # it is gone
                self._made.process.kill()

    def _started(self) -> _Made:
        if self._made is None:
            raise RuntimeError("a worker process is used before it is started")
        return self._made

    async def end(self, *, politely: bool) -> None:
        """Return when the process has ended and nothing of it is left.

        Args:
            politely: it is idle: let it go home by itself, if it does so in time.
        """
        if self._launched is not None:
            await asyncio.wait({self._launched})
        if self._made is None:
            return
        if politely and not self.over.done():
            with suppress(OSError):
                send_order(self._made.orders, GoHome())
            await asyncio.wait({self.over}, timeout=_PATIENCE_S)
        if not self.over.done():
            self.kill()
            await asyncio.wait({self.over})
        atexit.unregister(self.kill)
        # Whoever looks at this worker from now on finds no process, not a closed one.
        made, self._made = self._made, None
        made.orders.close()
        made.stops.close()
        with suppress(ValueError):  # its end is not collected yet; that is done at the next start
            made.process.close()

    async def _next_report(self) -> Report | None:
        report = await self._report
        self._report = self._loop.create_future()  # nothing is to keep an answer's megabytes
        return report

    def _launch(self) -> None:
        made = _make(self._settings, self._worker)
        self._made = made
        # Before multiprocessing's own: that sends SIGTERM, to which workers are deaf, and waits.
        atexit.register(self.kill)
        name = f"reports of {made.process.name}"
        threading.Thread(target=self._read, args=(made,), name=name, daemon=True).start()

    def _read(self, made: _Made) -> None:
        """Hand on every report until the process has ended; runs in a thread of its own."""
        try:
            with suppress(EOFError, OSError):
                while True:
                    self._tell(self._deliver, receive_report(made.orders))
        finally:  # whatever happened: nothing more is read, so the process is of no use
            self._tell(self._set_over, describe_end(_wait_for_end(made.process)))
            self._tell(self._deliver, None)

    def _tell(self, what: Callable[[_T], None], value: _T) -> None:
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(what, value)

    def _deliver(self, report: Report | None) -> None:
        if isinstance(report, Begun):
            self._begun = report.number
        elif not self._report.done():
            self._report.set_result(report)

    def _set_over(self, how: str) -> None:
        if not self.over.done():
            self.over.set_result(how)


def _make(settings: PoolSettings, number: int) -> _Made:
    """Start the process."""
    context = get_context("spawn")
    orders, their_orders = context.Pipe()
    their_stops, stops = context.Pipe(duplex=False)
    # With our copies open, the end of the process would not end the connections.
    with closing(their_orders), closing(their_stops):
        process = context.Process(
            target=serve,
            args=(settings, number, their_orders, their_stops),
            name=f"m2fp worker {number}",
            daemon=True,
        )
        with deaf_to_interrupts():
            process.start()
    return _Made(process, orders, stops)


def _wait_for_end(process: SpawnProcess) -> int:
    """Return the status of a process that closed its end; it is killed if it stays."""
    deadline = time.monotonic() + _PATIENCE_S
    # Not join: the start of another process may collect the end of this one meanwhile.
    while (status := process.exitcode) is None:
        if time.monotonic() > deadline:
            process.kill()
        time.sleep(_GLANCE_S)
    return status

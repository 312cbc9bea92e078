"""One worker's process as the pool sees it."""

from __future__ import annotations

import asyncio
import atexit
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from multiprocessing import get_context
from typing import Final, TypeVar

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
        context = get_context("spawn")
        self._threads = threads
        self._loop = asyncio.get_running_loop()
        self.over: asyncio.Future[str] = self._loop.create_future()
        self._orders, self._their_orders = context.Pipe()
        self._their_stops, self._stops = context.Pipe(duplex=False)
        self._process = context.Process(
            target=serve,
            args=(settings, number, self._their_orders, self._their_stops),
            name=f"m2fp worker {number}",
            daemon=True,
        )
        self._launched: asyncio.Future[None] | None = None
        # What the one who waits for a report gets; None = the process has ended.
        self._report: asyncio.Future[Report | None] = self._loop.create_future()
        self._number = 0
        self._begun = 0

    @property
    def pid(self) -> int | None:
        """Return the number of the process; None before it is started."""
        return self._process.pid

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
                self._threads, send_order, self._orders, order, request.photo
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
            self._stops.send(self._number)

    def kill(self) -> None:
        """End the process at once, if it still is."""
        with suppress(ValueError, AttributeError, OSError):  # closed, not started, gone
            self._process.kill()

    async def end(self, *, politely: bool) -> None:
        """Return when the process has ended and nothing of it is left.

        Args:
            politely: it is idle: let it go home by itself, if it does so in time.
        """
        if self._launched is None:
            self._close()
            return
        await asyncio.wait({self._launched})
        if self._launched.exception() is not None:
            self._close()
            return
        if politely and not self.over.done():
            with suppress(OSError):
                send_order(self._orders, GoHome())
            await asyncio.wait({self.over}, timeout=_PATIENCE_S)
        if not self.over.done():
            self.kill()
            await asyncio.wait({self.over})
        self._close()

    async def _next_report(self) -> Report | None:
        report = await self._report
        self._report = self._loop.create_future()  # nothing is to keep an answer's megabytes
        return report

    def _launch(self) -> None:
        with deaf_to_interrupts():
            self._process.start()
        # With our copies open, the end of the process would not end the connections.
        self._their_orders.close()
        self._their_stops.close()
        # Before multiprocessing's own: that sends SIGTERM, to which workers are deaf, and waits.
        atexit.register(self.kill)
        name = f"reports of {self._process.name}"
        threading.Thread(target=self._read, name=name, daemon=True).start()

    def _read(self) -> None:
        """Hand on every report until the process has ended; runs in a thread of its own."""
        with suppress(EOFError, OSError):
            while True:
                self._tell(self._deliver, receive_report(self._orders))
        deadline = time.monotonic() + _PATIENCE_S
        # Not join: the start of another process may collect the end of this one meanwhile.
        while (status := self._process.exitcode) is None:
            if time.monotonic() > deadline:
                self.kill()  # it closed its end and did not go
            time.sleep(_GLANCE_S)
        self._tell(self._set_over, describe_end(status))
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

    def _close(self) -> None:
        atexit.unregister(self.kill)
        for end in (self._orders, self._stops, self._their_orders, self._their_stops):
            end.close()
        with suppress(ValueError):
            self._process.close()

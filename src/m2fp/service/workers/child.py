"""The process of one worker: load once, then parse one picture whenever asked.

The main thread works. A second thread listens for the number of the task that shall stop. When the
pool's process is gone, by whatever end, it ends this one at once, even in an inference.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from m2fp.cancellation import Cancellation
from m2fp.engine.heap import give_back_memory
from m2fp.errors import InferenceFailed, M2FPError
from m2fp.memory import resident_bytes
from m2fp.processes import sendable
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
    receive_order,
    send_report,
)
from m2fp.service.workers.workbench import Workbench


def serve(
    settings: PoolSettings,
    number: int,
    orders: Connection[Any, Any],
    stops: Connection[Any, Any],
) -> None:
    """Load the model, say Ready, then do every task until told to go home.

    Args:
        settings: of the pool.
        number: the worker's.
        orders: tasks come from here, reports go there.
        stops: numbers of tasks that shall stop come from here.
    """
    # A terminal sends Ctrl-C, and a service manager SIGTERM, to all processes of the service; what
    # is to become of this one is decided by the pool, which may want to finish its work.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    current = CurrentTask()
    threading.Thread(target=_listen, args=(stops, current), name="stops", daemon=True).start()
    with suppress(EOFError, OSError):  # nobody is there any more
        bench = _open(settings, number, orders)
        if bench is None:
            return
        with bench:
            while True:
                order, photo = receive_order(orders)
                if isinstance(order, GoHome):
                    return
                send_report(orders, Begun(order.number))
                send_report(orders, _do(bench, order, photo, current))
                del photo  # waiting for the next one may take hours


class CurrentTask:
    """The task at work, which the listening thread may stop. Thread-safe."""

    def __init__(self) -> None:
        self._number = 0
        self._stopped = 0
        self._cancellation = Cancellation()
        self._lock = threading.Lock()  # guards the three, so that a stop finds its own task

    def begin(self, number: int) -> Cancellation:
        """Return the cancellation of a task that begins; it may have been stopped already."""
        with self._lock:
            self._number = number
            self._cancellation = Cancellation()
            if self._stopped == number:
                self._cancellation.cancel()
            return self._cancellation

    def stop(self, number: int) -> None:
        """Stop this task, whether it is at work, yet to come or over."""
        with self._lock:
            self._stopped = number
            if self._number == number:
                self._cancellation.cancel()


def _listen(stops: Connection[Any, Any], current: CurrentTask) -> None:
    while True:
        try:
            current.stop(stops.recv())
        except (EOFError, OSError):
            # Not sys.exit: the main thread may be inside a library for a long time.
            os._exit(0)


def _open(settings: PoolSettings, number: int, orders: Connection[Any, Any]) -> Workbench | None:
    """Return the loaded model after reporting it, or None after reporting why there is none."""
    try:
        bench = Workbench(settings, number)
        bench.warm()
    except Exception as error:  # noqa: BLE001 - raised where the pool is started
        send_report(orders, Failed(0, sendable(error), resident_bytes(), spent=True))
        return None
    give_back_memory()
    send_report(orders, Ready(bench.info, bench.engine, resident_bytes()))
    return bench


def _do(bench: Workbench, task: Task, photo: bytes, current: CurrentTask) -> Report:
    try:
        request = WorkRequest(photo=photo, options=task.options)
        answer = bench.parse(request, current.begin(task.number))
    except MemoryError as error:
        message = f"there is not enough memory for this picture: {error}".rstrip(": ")
        failure = InferenceFailed(message, engine=bench.engine)
        return Failed(task.number, failure, resident_bytes(), spent=True)
    except M2FPError as error:
        return Failed(task.number, error, resident_bytes())
    except Exception as error:  # noqa: BLE001 - a bug costs its picture, and is logged by the pool
        return Failed(task.number, sendable(error), resident_bytes())
    return Done(task.number, answer, resident_bytes())

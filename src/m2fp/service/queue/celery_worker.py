"""A machine's part of the queue of several machines: takes messages and works on their items.

Celery only carries messages here. Its own processes would each need the model, could not be stopped
in the middle of a picture and would be forked by default; ours are spawned, are stopped within a
quarter of a second and are replaced when they die, the same with and without Celery. So messages
are taken by threads that wait for the pool.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from m2fp.service.jobs.job import ItemRef
from m2fp.service.queue.announcing import Announcer
from m2fp.service.queue.celery_app import TASK
from m2fp.service.queue.protocol import WorkEnd
from m2fp.service.queue.runner import Runner

_log = logging.getLogger(__name__)


def run_worker(app: Any, runner: Runner, *, slots: int, drain_s: float, name: str) -> int:  # noqa: ANN401
    """Return the exit status of a Celery worker, once SIGTERM or SIGINT has ended it.

    A Redis that is away is waited for. One that refuses to write, because it has no memory left,
    ends the worker with a status other than 0: whoever runs it starts it again, and what it was at
    is begun anew.

    A signal makes it take no more messages and finish what it is at; after `drain_s` that is put
    back instead. A second signal ends it at once.

    Args:
        app: from `make_app`.
        runner: does the work; already started.
        slots: items in work at once.
        drain_s: how long work may go on after a signal.
        name: of this worker among all.
    """
    from celery.signals import worker_shutting_down

    announcer = Announcer(app)

    @app.task(name=TASK, shared=False)  # type: ignore[untyped-decorator]
    def parse_item(job_id: str, index: int) -> None:
        ref = ItemRef(job_id, index)
        if runner.work_on(ref) is WorkEnd.WORKER_LOST:
            # Else only the sweep of an API process would tell others.
            announcer.announce([ref])

    patience = threading.Timer(drain_s, runner.stop)
    patience.daemon = True

    def shutting_down(**_: object) -> None:
        if not patience.is_alive() and not patience.finished.is_set():
            patience.start()

    worker_shutting_down.connect(shutting_down, weak=False)
    worker = app.Worker(
        hostname=name,
        pool="threads",
        concurrency=slots,
        queues=[app.conf.task_default_queue],
        without_gossip=True,  # workers do not talk to each other, and need not know of each other
        without_mingle=True,
        without_heartbeat=True,
        loglevel=logging.WARNING,
        quiet=True,
    )
    try:
        worker.start()
    finally:
        worker_shutting_down.disconnect(shutting_down)
        patience.cancel()
    return int(worker.exitcode or 0)

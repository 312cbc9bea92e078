"""`m2fp worker`: a machine that parses pictures which API processes elsewhere have taken in."""

from __future__ import annotations

import os
import socket
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import typer

from m2fp.cli.config_option import ConfigOption

if TYPE_CHECKING:
    from m2fp.service.operation.metrics import Metrics
    from m2fp.service.operation.settings import ServiceSettings
    from m2fp.service.operation.snapshot import Snapshot
    from m2fp.service.workers import Pool


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("worker")(worker)


def worker(config: ConfigOption = None) -> None:
    """Parse pictures of jobs that come through Redis.

    For services of several machines: m2fp serve takes jobs in, any number of
    workers do them. Set queue.backend = "celery", queue.redis_url and
    queue.blobs alike for all of them; serve.workers and threads for each.

    One Ctrl-C or SIGTERM finishes what is being done, for serve.drain_s
    seconds at most, and puts back the rest; a second one ends at once.
    """
    from m2fp.cli.screen import show_note
    from m2fp.cli.service_settings import log_settings, pool_settings, service_settings
    from m2fp.errors import ConfigError
    from m2fp.service.blobs import open_blobs
    from m2fp.service.jobs.opening import open_jobs
    from m2fp.service.operation.build import build_facts
    from m2fp.service.operation.logs import set_up_logs
    from m2fp.service.operation.metrics import Metrics
    from m2fp.service.operation.settings import QueueKind
    from m2fp.service.workers import Pool
    from m2fp.settings import load_settings

    settings = load_settings(config=config)
    service, pool = service_settings(settings), pool_settings(settings)
    if service.queue.kind is not QueueKind.CELERY or service.queue.redis_url is None:
        raise ConfigError(
            "a worker needs queue.backend = celery and queue.redis_url; with the embedded queue "
            "m2fp serve does all work itself",
            option="queue.backend",
        )
    # These import Celery, and say which extra brings it.
    from m2fp.service.queue.celery_app import make_app
    from m2fp.service.queue.celery_worker import run_worker
    from m2fp.service.queue.runner import Runner
    from m2fp.service.queue.telling import CountedPool, telling

    set_up_logs(log_settings(settings))
    name = f"m2fp-{os.getpid()}@{socket.gethostname()}"
    store = open_jobs(service)
    processes, metrics = Pool(pool), Metrics((), build_facts())
    metrics.ask(lambda: _snapshot(processes))
    runner = Runner(
        store,
        open_blobs(service.queue.blobs or service.data / "blobs"),
        CountedPool(processes, metrics),
        service.jobs,
        name=name,
        observer=telling(metrics, name),
    )
    show_note(f"{name}: loading {pool.model} in {pool.workers} process(es)")
    with runner, _told(metrics, service):
        show_note(f"{name}: ready")
        status = run_worker(
            make_app(service.queue.redis_url),
            runner,
            slots=pool.workers + 1,  # one more, so that none waits while an outcome is written
            drain_s=service.drain_s,
            name=name,
        )
    store.close()
    raise typer.Exit(status)


def _snapshot(pool: Pool) -> Snapshot:
    """Return what a worker knows; the queue is told by the API processes."""
    from m2fp.service.operation.snapshot import Snapshot
    from m2fp.service.workers.facts import model_facts, worker_facts

    states = pool.states()
    return Snapshot(workers=worker_facts(states), model=model_facts(states))


def _told(metrics: Metrics, service: ServiceSettings) -> AbstractContextManager[object]:
    """Return what serves the metrics as long as it lasts, if they have a port."""
    if service.http.metrics_port is None:
        return nullcontext()
    from m2fp.service.operation.metrics_server import metrics_server

    return metrics_server(metrics, service.http.host, service.http.metrics_port)

"""`m2fp worker`: a machine that parses pictures which API processes elsewhere have taken in."""

from __future__ import annotations

import os
import socket

import typer

from m2fp.cli.config_option import ConfigOption


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
    from m2fp.service.operation.logs import set_up_logs
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

    set_up_logs(log_settings(settings))
    name = f"m2fp-{os.getpid()}@{socket.gethostname()}"
    store = open_jobs(service)
    runner = Runner(
        store,
        open_blobs(service.queue.blobs or service.data / "blobs"),
        Pool(pool),
        service.jobs,
        name=name,
    )
    show_note(f"{name}: loading {pool.model} in {pool.workers} process(es)")
    with runner:
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

"""The real parts, made from settings: what `m2fp serve` runs."""

from __future__ import annotations

import platform
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import m2fp
from m2fp.service.blobs import BlobStore, open_blobs
from m2fp.service.http.access.keys import KeyRing
from m2fp.service.http.access.rate import RateLimit
from m2fp.service.http.app import ROUTES
from m2fp.service.http.lifecycle import Lifecycle
from m2fp.service.http.parts import Parts
from m2fp.service.http.readiness import StoreCheck
from m2fp.service.jobs import Claim, JobStore
from m2fp.service.operation.metrics import Metrics
from m2fp.service.operation.settings import AuthMode, QueueKind, ServiceSettings
from m2fp.service.operation.snapshot import BuildFacts
from m2fp.service.queue import EmbeddedQueue, QueueBackend, WorkEnd
from m2fp.service.workers import Pool, PoolSettings

# How the end of work on a picture of a job is counted: see `m2fp.service.operation.metrics`.
_ATTEMPTS: Final = {
    WorkEnd.SUCCEEDED: "succeeded",
    WorkEnd.FAILED: "failed",
    WorkEnd.LOST: "cancelled",
    WorkEnd.WORKER_LOST: "lost",
    WorkEnd.RELEASED: "released",
    WorkEnd.UNSAVED: "lost",
}


def assemble(settings: ServiceSettings, pool_settings: PoolSettings) -> Parts:
    """Return parts that are not started yet; the data folder is made.

    Raises:
        ConfigError: a setting cannot be had: no such file of keys, a folder on a network share.
        MissingExtra: the packages of what is configured are not installed.
        StoreUnavailable: jobs or pictures cannot be kept where they should be.
    """
    access = settings.http.access
    keys = None
    if access.mode is AuthMode.KEYS and access.keys_file is not None:
        keys = KeyRing.from_file(access.keys_file)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = open_store(settings)
    blobs = open_blobs(settings.queue.blobs or settings.data / "blobs")
    metrics = Metrics(ROUTES, build_facts())
    pool = Pool(pool_settings)
    queue = _queue(settings, store, blobs, pool, metrics)
    rate = settings.http.rate_per_minute
    return Parts(
        model=pool_settings.model,
        pool=pool,
        store=store,
        blobs=blobs,
        queue=queue,
        settings=settings,
        metrics=metrics,
        lifecycle=Lifecycle(pool, queue, settings.drain_s),
        stores=StoreCheck((store.healthy, blobs.healthy), time.monotonic),
        keys=keys,
        rate=None if rate is None else RateLimit(rate, time.monotonic),
    )


def open_store(settings: ServiceSettings) -> JobStore:
    """Return the store of jobs that the settings name."""
    if settings.queue.kind is QueueKind.CELERY:
        from m2fp.service.jobs.redis_store import RedisJobStore

        return RedisJobStore(
            settings.queue.redis_url or "", max_attempts=settings.jobs.max_attempts
        )
    from m2fp.service.jobs.sqlite_store import SqliteJobStore

    return SqliteJobStore(
        Path(settings.data, "jobs.sqlite"), max_attempts=settings.jobs.max_attempts
    )


def build_facts() -> BuildFacts:
    """Return what this program is made of."""
    try:
        runtime = version("onnxruntime")
    except PackageNotFoundError:  # a build of it under another name, for example for a GPU
        runtime = "unknown"
    return BuildFacts(
        version=m2fp.__version__, python=platform.python_version(), onnxruntime=runtime
    )


def _queue(
    settings: ServiceSettings, store: JobStore, blobs: BlobStore, pool: Pool, metrics: Metrics
) -> QueueBackend:
    if settings.queue.kind is QueueKind.CELERY:
        from m2fp.service.queue.announcing import Announcer
        from m2fp.service.queue.celery_app import make_app
        from m2fp.service.queue.celery_queue import CeleryQueue

        announcer = Announcer(make_app(settings.queue.redis_url or ""))
        return CeleryQueue(store, blobs, announcer, settings.jobs)

    def observe(_claim: Claim, end: WorkEnd) -> None:
        metrics.attempted(_ATTEMPTS[end])

    return EmbeddedQueue(
        store,
        blobs,
        pool,
        settings.jobs,
        slots=pool.settings.workers + 1,
        observer=observe,
    )

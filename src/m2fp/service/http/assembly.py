"""The real parts, made from settings: what `m2fp serve` runs."""

from __future__ import annotations

import time

from m2fp.service.blobs import BlobStore, open_blobs
from m2fp.service.http.access.key_file import KeyFile
from m2fp.service.http.access.rate import RateLimit
from m2fp.service.http.app import ROUTES
from m2fp.service.http.lifecycle import Lifecycle
from m2fp.service.http.parts import Parts
from m2fp.service.http.readiness import StoreCheck
from m2fp.service.jobs import JobStore
from m2fp.service.jobs.opening import open_jobs
from m2fp.service.operation.build import build_facts
from m2fp.service.operation.metrics import Metrics
from m2fp.service.operation.settings import AuthMode, QueueKind, ServiceSettings
from m2fp.service.queue import EmbeddedQueue, QueueBackend
from m2fp.service.queue.telling import CountedPool, telling
from m2fp.service.workers import Pool, PoolSettings


def assemble(settings: ServiceSettings, pool_settings: PoolSettings) -> Parts:
    """Return parts that are not started yet.

    Raises:
        ConfigError: a setting cannot be had: no such file of keys, a folder on a network share.
        MissingExtra: the packages of what is configured are not installed.
        StoreUnavailable: jobs or pictures cannot be kept where they should be.
    """
    access = settings.http.access
    keys = None
    if access.mode is AuthMode.KEYS and access.keys_file is not None:
        keys = KeyFile(access.keys_file, time.monotonic)
    store = open_jobs(settings)
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


def _queue(
    settings: ServiceSettings, store: JobStore, blobs: BlobStore, pool: Pool, metrics: Metrics
) -> QueueBackend:
    if settings.queue.kind is QueueKind.CELERY:
        from m2fp.service.queue.announcing import Announcer
        from m2fp.service.queue.celery_app import make_app
        from m2fp.service.queue.celery_queue import CeleryQueue

        announcer = Announcer(make_app(settings.queue.redis_url or ""))
        return CeleryQueue(store, blobs, announcer, settings.jobs)

    return EmbeddedQueue(
        store,
        blobs,
        CountedPool(pool, metrics),
        settings.jobs,
        slots=pool.settings.workers + 1,
        observer=telling(metrics, "embedded"),
    )

"""The settings of the service as the values it is made from; `m2fp serve` and `m2fp worker`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import platformdirs

from m2fp.errors import ConfigError
from m2fp.home import at_home
from m2fp.service.operation.settings import (
    AccessSettings,
    AuthMode,
    HttpSettings,
    JobSettings,
    LogSettings,
    QueueKind,
    QueueSettings,
    ServiceSettings,
)

if TYPE_CHECKING:
    from m2fp.service.workers import PoolSettings
    from m2fp.settings import Settings

_MB: Final = 1_000_000
_HOUR_S: Final = 3600


def service_settings(settings: Settings) -> ServiceSettings:
    """Return all but the settings of the worker processes.

    Raises:
        ConfigError: two settings do not go together.
    """
    serve = settings.serve
    return ServiceSettings(
        data=data_folder(settings),
        drain_s=serve.drain_s,
        http=HttpSettings(
            host=serve.host,
            port=serve.port,
            metrics_port=serve.metrics_port,
            access=_access(settings),
            limits=settings.limits.to_intake(),
            sync_deadline_s=serve.sync_deadline_s,
            rate_per_minute=serve.rate_per_minute,
            cors=serve.cors,
            docs=serve.docs,
        ),
        jobs=JobSettings(
            max_items=serve.max_items,
            max_job_bytes=serve.max_job_mb * _MB,
            item_deadline_s=serve.item_deadline_s,
            result_s=serve.result_hours * _HOUR_S,
            keep_inputs=serve.keep_inputs,
        ),
        queue=_queue(settings),
    )


def pool_settings(settings: Settings) -> PoolSettings:
    """Return the settings of the worker processes."""
    from m2fp.service.workers import PoolSettings, default_threads, default_workers

    serve = settings.serve
    workers = serve.workers or default_workers()
    return PoolSettings(
        model=settings.model,
        engine=settings.engine,
        workers=workers,
        threads=settings.threads or default_threads(workers),
        queue_size=serve.queue_size,
        jobs_per_worker=serve.jobs_per_worker,
        max_worker_bytes=None if serve.max_worker_mb is None else serve.max_worker_mb * _MB,
        limits=settings.limits.to_intake(),
    )


def log_settings(settings: Settings) -> LogSettings:
    """Return how a service logs: one event a request is "info", so that is what it shows."""
    return LogSettings(level=settings.log_level or "info", format=settings.log_format)


def data_folder(settings: Settings) -> Path:
    """Return the folder of jobs, pictures and results, whether or not it is there."""
    chosen = settings.serve.data or platformdirs.user_data_path("m2fp", appauthor=False)
    return at_home(chosen, "serve.data").absolute()


def _access(settings: Settings) -> AccessSettings:
    serve = settings.serve
    if serve.auth == AuthMode.KEYS and serve.api_keys is None:
        raise ConfigError(
            "serve.auth is keys, so serve.api_keys must name the file of keys", option="serve.auth"
        )
    if serve.auth == AuthMode.NONE and serve.api_keys is not None:
        raise ConfigError(
            "serve.auth is none, but serve.api_keys names a file of keys: leave one of them out",
            option="serve.auth",
        )
    return AccessSettings(
        mode=AuthMode.NONE if serve.api_keys is None else AuthMode.KEYS,
        declared=serve.auth is not None or serve.api_keys is not None,
        keys_file=serve.api_keys,
    )


def _queue(settings: Settings) -> QueueSettings:
    queue = settings.queue
    if queue.backend == QueueKind.CELERY and queue.redis_url is None:
        raise ConfigError(
            "queue.backend is celery, so queue.redis_url must say where Redis is "
            "(environment: M2FP_QUEUE__REDIS_URL)",
            option="queue.redis_url",
        )
    return QueueSettings(kind=queue.backend, redis_url=queue.redis_url, blobs=queue.blobs)

"""The store of jobs that the settings ask for."""

from __future__ import annotations

from m2fp.errors import ConfigError
from m2fp.service.errors import StoreUnavailable
from m2fp.service.jobs.store import JobStore
from m2fp.service.operation.settings import QueueKind, ServiceSettings


def open_jobs(settings: ServiceSettings) -> JobStore:
    """Return the store: SQLite in the data folder, or Redis where work is done elsewhere too.

    Raises:
        ConfigError: the data folder is on no disk of this machine, or Redis has no address.
        MissingExtra: the package that reaches Redis is not installed.
        StoreUnavailable: the file cannot be made or opened. Whether Redis answers is not asked.
    """
    attempts = settings.jobs.max_attempts
    if settings.queue.kind is QueueKind.CELERY:
        from m2fp.service.jobs.redis_store import RedisJobStore

        if settings.queue.redis_url is None:
            raise ConfigError("queue.redis_url must say where Redis is", option="queue.redis_url")
        return RedisJobStore(settings.queue.redis_url, max_attempts=attempts)
    from m2fp.service.jobs.sqlite_store import SqliteJobStore

    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"the data folder {settings.data} cannot be made: {error.strerror}"
        ) from error
    return SqliteJobStore(settings.data / "jobs.sqlite", max_attempts=attempts)

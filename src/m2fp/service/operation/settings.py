"""The service's settings as values: made once by the command line and passed down.

Defaults stand here and nowhere else; `m2fp.settings` reads the environment and m2fp.toml, checks
ranges and makes these. What a worker process needs is `m2fp.service.workers.PoolSettings`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from m2fp.imaging.limits import IntakeLimits


class AuthMode(StrEnum):
    """Who may use the service."""

    KEYS = "keys"  # who shows an API key
    NONE = "none"  # everybody who reaches it


class QueueKind(StrEnum):
    """What makes jobs happen."""

    EMBEDDED = "embedded"  # this process and its workers, with SQLite
    CELERY = "celery"  # any number of `m2fp worker`, with Redis


class LogFormat(StrEnum):
    """How a line of the log looks."""

    AUTO = "auto"  # text on a terminal, else JSON
    JSON = "json"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """What is logged, and how.

    Attributes:
        level: the least serious level that is shown.
        format: how a line looks.
    """

    level: str = "warning"
    format: LogFormat = LogFormat.AUTO


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSettings:
    """Who may use the service.

    Attributes:
        mode: whether keys are asked for.
        declared: whether the operator chose the mode by name. Without that, `NONE` holds on this
            machine only: nothing listens elsewhere.
        keys_file: sha256 hashes of API keys with their scopes; None where none are asked for.
    """

    mode: AuthMode = AuthMode.NONE
    declared: bool = False
    keys_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """What is served, to whom, and how much of it.

    Attributes:
        host: address to listen on.
        port: 0 = any free one.
        metrics_port: of a second listener for /metrics; None = beside the API.
        access: who may use it.
        limits: which pictures are refused; `max_bytes` bounds the body of a synchronous request.
        sync_deadline_s: a synchronous request is answered, or stopped, by then.
        rate_per_minute: pictures a client may send in a minute; None = any number.
        cors: origins whose pages may call the API from a browser, "*" = all; empty = none.
        docs: whether /docs and /openapi.json are served.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    metrics_port: int | None = None
    access: AccessSettings = AccessSettings()
    limits: IntakeLimits = field(default_factory=IntakeLimits)
    sync_deadline_s: float = 60.0
    rate_per_minute: int | None = None
    cors: tuple[str, ...] = ()
    docs: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSettings:
    """What a job may be, and what becomes of it.

    Attributes:
        max_items: pictures of one job.
        max_job_bytes: body of a request that makes a job, and what a zip may unpack to.
        item_deadline_s: work on one picture is stopped after so long.
        result_s: results are deleted so long after the job has ended.
        keep_inputs: whether pictures stay as long as results; else they go when they are done.
        max_attempts: a picture whose worker died so often is failed.
        lease_s: who claimed a picture and is not heard of for so long has lost it.
        renew_s: a claim is renewed this often; a fraction of `lease_s`.
        sweep_s: between two looks for lost claims and expired jobs.
    """

    max_items: int = 1000
    max_job_bytes: int = 200_000_000
    item_deadline_s: float = 300.0
    result_s: float = 24 * 3600.0
    keep_inputs: bool = False
    max_attempts: int = 3
    lease_s: float = 20.0
    renew_s: float = 5.0
    sweep_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """Where jobs, their pictures and results are, and what makes them happen.

    Attributes:
        kind: what makes jobs happen.
        redis_url: of the job rows and the messages; None with the embedded queue. May hold a
            password, so it is not shown.
        blobs: folder or fsspec address (s3://bucket/prefix) of pictures and results; None = the
            folder `blobs` of the data folder.
    """

    kind: QueueKind = QueueKind.EMBEDDED
    redis_url: str | None = field(default=None, repr=False)
    blobs: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """All settings of the service but those of its worker processes.

    Attributes:
        data: folder of jobs.sqlite, blobs/ and tmp/.
        drain_s: on SIGTERM, work in progress gets so long to finish.
        http: of the server.
        jobs: of jobs.
        queue: of what makes jobs happen.
    """

    data: Path
    drain_s: float = 30.0
    http: HttpSettings = HttpSettings()
    jobs: JobSettings = JobSettings()
    queue: QueueSettings = QueueSettings()

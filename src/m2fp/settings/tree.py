"""Every setting: its name, type, default, range and what it means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from m2fp.engine.selection import EngineName
from m2fp.imaging.limits import IntakeLimits
from m2fp.registry import DEFAULT_MODEL
from m2fp.service.operation.settings import (
    AuthMode,
    HttpSettings,
    JobSettings,
    LogFormat,
    QueueKind,
)

PREFIX: Final = "M2FP_"
DELIMITER: Final = "__"

_LIMITS: Final = IntakeLimits()
_HTTP: Final = HttpSettings()
_JOBS: Final = JobSettings()
_MB: Final = 1_000_000
_HOUR_S: Final = 3600
_REDIS_SCHEMES: Final = ("redis://", "rediss://", "unix://")


def _split(value: object) -> object:
    """Return the parts of a text with commas; a list of m2fp.toml stays as it is."""
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(",") if part.strip()]


def _redis_address(value: str) -> str:
    if not value.startswith(_REDIS_SCHEMES):
        raise ValueError(f"an address begins with one of {', '.join(_REDIS_SCHEMES)}")
    return value


def _origin(value: str) -> str:
    if value != "*" and not value.startswith(("http://", "https://")):
        raise ValueError("an origin is * or like https://example.org")
    return value.rstrip("/")


class _Branch(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LimitSettings(_Branch):
    """Which pictures are refused."""

    max_bytes: int = Field(
        default=_LIMITS.max_bytes, ge=1, description="Bytes of an encoded picture."
    )
    max_pixels: int = Field(default=_LIMITS.max_pixels, ge=1, description="Pixels of a picture.")
    min_side: int = Field(default=_LIMITS.min_side, ge=1, description="Pixels of the shorter side.")
    max_aspect: float = Field(
        default=_LIMITS.max_aspect, ge=1, description="Longer side divided by the shorter one."
    )

    def to_intake(self) -> IntakeLimits:
        """Return the limits as the imaging package wants them."""
        return IntakeLimits(self.max_bytes, self.max_pixels, self.min_side, self.max_aspect)


class ServeOptions(_Branch):
    """`m2fp serve`, and of it what `m2fp worker` shares: data, workers, deadlines."""

    host: str = Field(default=_HTTP.host, min_length=1, description="Address to listen on.")
    port: int = Field(default=_HTTP.port, ge=0, le=65535, description="Port; 0 = any free one.")
    metrics_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port of /metrics; without it, beside the API. `m2fp worker` has no other.",
    )
    data: Path | None = Field(
        default=None,
        description="Folder of jobs, pictures and results; without it, this system's for data.",
    )
    workers: int | None = Field(
        default=None,
        ge=1,
        le=256,
        description="Processes that hold the model; without it, one for each four processors.",
    )
    queue_size: int = Field(
        default=8, ge=0, description="Requests that may wait while all workers are taken."
    )
    sync_deadline_s: float = Field(
        default=_HTTP.sync_deadline_s,
        gt=0,
        description="Seconds after which a synchronous request is stopped, waiting included.",
    )
    item_deadline_s: float = Field(
        default=_JOBS.item_deadline_s,
        gt=0,
        description="Seconds after which work on one picture of a job is stopped.",
    )
    drain_s: float = Field(
        default=30.0, ge=0, description="Seconds that work in progress gets on SIGTERM."
    )
    jobs_per_worker: int = Field(
        default=500, ge=1, description="Pictures after which a worker is replaced by a new one."
    )
    max_worker_mb: int | None = Field(
        default=None,
        ge=64,
        description="Memory (MB) above which a worker is replaced; without it, never. Linux only.",
    )
    max_items: int = Field(default=_JOBS.max_items, ge=1, description="Pictures of one job.")
    max_job_mb: int = Field(
        default=_JOBS.max_job_bytes // _MB,
        ge=1,
        description="Size (MB) of a request that makes a job, and of what its zip unpacks to.",
    )
    result_hours: float = Field(
        default=_JOBS.result_s / _HOUR_S, gt=0, description="Hours that results are kept."
    )
    keep_inputs: bool = Field(
        default=_JOBS.keep_inputs,
        description="Keep pictures as long as results; else they go when they are done.",
    )
    auth: AuthMode | None = Field(
        default=None,
        description="Who may use it: keys or none (everybody). Without it, keys where api_keys is "
        "given, else everybody, and then only on a loopback address.",
    )
    api_keys: Path | None = Field(
        default=None, description="File of hashed API keys and their scopes."
    )
    rate_per_minute: int | None = Field(
        default=None, ge=1, description="Pictures a client may send in a minute; without it, any."
    )
    cors: Annotated[
        tuple[Annotated[str, AfterValidator(_origin)], ...], BeforeValidator(_split)
    ] = Field(default=(), description="Origins whose pages may call the API, with commas; * = all.")
    docs: bool = Field(default=_HTTP.docs, description="Serve /docs and /openapi.json.")


class QueueOptions(_Branch):
    """Where jobs are and what makes them happen."""

    backend: QueueKind = Field(
        default=QueueKind.EMBEDDED,
        description="embedded: this machine, SQLite. celery: any number of `m2fp worker`, Redis.",
    )
    redis_url: Annotated[str, AfterValidator(_redis_address)] | None = Field(
        default=None, description="Address of Redis, like redis://:PASSWORD@HOST:6379/0."
    )
    blobs: str | None = Field(
        default=None,
        min_length=1,
        description="Folder, or fsspec address like s3://BUCKET/PREFIX, of pictures and results; "
        "without it, blobs/ in serve.data.",
    )


class Settings(_Branch):
    """Everything that can be set from outside, made once per command and passed down."""

    model: str = Field(default=DEFAULT_MODEL, min_length=1, description="Model name or ONNX file.")
    engine: EngineName = Field(default="auto", description="What runs the model.")
    threads: int | None = Field(
        default=None,
        ge=1,
        le=1024,
        description="Threads per photo; without it, what the machine grants.",
    )
    log_level: Literal["debug", "info", "warning", "error"] | None = Field(
        default=None,
        description="Least serious message of the log that is shown; without it, warning, "
        "and info for serve and worker.",
    )
    log_format: LogFormat = Field(
        default=LogFormat.AUTO,
        description="Lines of the service's log; auto is text on a terminal, else JSON.",
    )
    cache_dir: Path | None = Field(
        default=None, description="Folder of fetched models; without it, this system's for caches."
    )
    model_mirror: str | None = Field(
        default=None, description="Addresses of servers to fetch models from, with commas."
    )
    offline: bool = Field(default=False, description="Forbid every download.")
    limits: LimitSettings = Field(
        default=LimitSettings(), description="Which pictures are refused."
    )
    serve: ServeOptions = Field(default=ServeOptions(), description="The service.")
    queue: QueueOptions = Field(default=QueueOptions(), description="Its jobs.")


def all_leaves() -> tuple[str, ...]:
    """Return the names of all settings, "serve.port", in the order of the fields."""
    return tuple(_leaves(Settings, ""))


def variables() -> tuple[str, ...]:
    """Return the names of the variables of all settings, in the order of the fields."""
    return tuple(variable_of(leaf) for leaf in all_leaves())


def variable_of(leaf: str) -> str:
    """Return the variable of a setting: M2FP_SERVE__PORT."""
    return PREFIX + leaf.replace(".", DELIMITER).upper()


def value_at(settings: Settings, leaf: str) -> object:
    """Return the value of a setting."""
    value: object = settings
    for step in leaf.split("."):
        value = getattr(value, step)
    return value


def description_of(leaf: str) -> str:
    """Return what a setting means, as a sentence."""
    branch: type[BaseModel] = Settings
    *tables, name = leaf.split(".")
    for table in tables:
        kind = branch.model_fields[table].annotation
        assert isinstance(kind, type)  # noqa: S101 - branches are models, see `_leaves`
        branch = kind
    return branch.model_fields[name].description or ""


def _leaves(branch: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in branch.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _leaves(kind, f"{prefix}{name}.")
        else:
            yield prefix + name

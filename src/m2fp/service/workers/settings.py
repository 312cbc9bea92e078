"""What a pool of workers is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from m2fp.engine import cpu_quota
from m2fp.errors import ConfigError
from m2fp.imaging import IntakeLimits
from m2fp.registry import DEFAULT_MODEL

# One process parses on four processors about as fast as two on two each, and holds half as much.
_PROCESSORS_PER_WORKER: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """The settings of a pool, as values.

    Attributes:
        model: name of a shipped or fetched model, or a path.
        engine: a name of `m2fp.engine.engine_names`.
        workers: processes, 1 or more.
        threads: threads of each.
        queue_size: synchronous requests that may wait while all workers are taken.
        jobs_per_worker: a process is replaced after so many pictures.
        max_worker_bytes: and when it holds more than this between two pictures; None = never. Only
            Linux says how much a process holds.
        kill_after_s: a worker that does not stop when it should is killed after so long.
        start_limit_s: a worker that has not loaded the model after so long is killed.
        limits: which pictures are refused.

    Raises:
        ConfigError: a number is too small.
    """

    model: str = DEFAULT_MODEL
    engine: str = "auto"
    workers: int
    threads: int
    queue_size: int = 8
    jobs_per_worker: int = 500
    max_worker_bytes: int | None = None
    kill_after_s: float = 5.0
    start_limit_s: float = 300.0
    limits: IntakeLimits = field(default_factory=IntakeLimits)

    def __post_init__(self) -> None:
        least = {"workers": 1, "threads": 1, "queue_size": 0, "jobs_per_worker": 1}
        for name, bound in least.items():
            if getattr(self, name) < bound:
                raise ConfigError(
                    f"{name} is {getattr(self, name)}; give {bound} or more", option=name
                )


def default_workers(quota: int | None = None) -> int:
    """Return how many workers suit so many processors; None = those this process may use."""
    return max(1, (cpu_quota() if quota is None else quota) // _PROCESSORS_PER_WORKER)


def default_threads(workers: int, quota: int | None = None) -> int:
    """Return how many threads each of so many workers gets; None = as for `default_workers`."""
    return max(1, (cpu_quota() if quota is None else quota) // workers)

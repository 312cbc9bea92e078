"""How the service is at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildFacts:
    """What this program is made of."""

    version: str
    python: str
    onnxruntime: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFacts:
    """The queue of jobs.

    Attributes:
        depth: pictures that wait.
        oldest_age_s: how long the first of them has waited; 0 with none.
        jobs: number of jobs by state, all states.
    """

    depth: int
    oldest_age_s: float
    jobs: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerFacts:
    """The worker processes.

    Attributes:
        phases: number of workers by phase, all phases.
        restarts: how often one was replaced, by reason, all reasons; only grows.
        resident_bytes: memory of each worker, by its number, where it is known.
        load_s: seconds in which the newest loaded its model; None = none has yet.
    """

    phases: Mapping[str, int]
    restarts: Mapping[str, int]
    resident_bytes: Mapping[int, int] = field(default_factory=dict)
    load_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """The model that is loaded."""

    name: str
    sha256: str
    precision: str
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """How the service is; what could not be found out is None, and left out of the metrics."""

    queue: QueueFacts | None = None
    workers: WorkerFacts | None = None
    model: ModelFacts | None = None

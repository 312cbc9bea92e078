"""How the service is at one moment, and how Prometheus is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

_SHA_DIGITS: Final = 12


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


class SnapshotCollector(Collector):
    """Tells the snapshot it was last given. Giving it one is one assignment, so needs no lock."""

    def __init__(self, build: BuildFacts) -> None:
        self.snapshot = Snapshot()
        self._build = build

    def collect(self) -> Iterator[Metric]:
        """Return the metrics of the snapshot."""
        now = self.snapshot
        yield InfoMetricFamily(
            "m2fp_build",
            "What this program is made of.",
            {
                "version": self._build.version,
                "python": self._build.python,
                "onnxruntime": self._build.onnxruntime,
            },
        )
        if now.queue is not None:
            yield from _queue(now.queue)
        if now.workers is not None:
            yield from _workers(now.workers)
        if now.model is not None:
            yield _model(now.model)


def _queue(facts: QueueFacts) -> Iterator[Metric]:
    yield GaugeMetricFamily("m2fp_queue_depth", "Pictures of jobs that wait.", facts.depth)
    yield GaugeMetricFamily(
        "m2fp_queue_oldest_age_seconds",
        "How long the first waiting picture has waited.",
        facts.oldest_age_s,
    )
    yield _by_label("m2fp_jobs", "Jobs.", "state", facts.jobs)


def _workers(facts: WorkerFacts) -> Iterator[Metric]:
    yield _by_label("m2fp_workers", "Worker processes.", "state", facts.phases)
    restarts = CounterMetricFamily(
        "m2fp_worker_restarts", "Workers that were replaced.", labels=["reason"]
    )
    for reason, count in facts.restarts.items():
        restarts.add_metric([reason], count)
    yield restarts
    resident = {str(number): size for number, size in facts.resident_bytes.items()}
    yield _by_label("m2fp_worker_resident_memory_bytes", "Memory of a worker.", "worker", resident)
    if facts.load_s is not None:
        yield GaugeMetricFamily(
            "m2fp_model_load_duration_seconds",
            "Time in which the newest worker loaded its model.",
            facts.load_s,
        )


def _model(facts: ModelFacts) -> Metric:
    return InfoMetricFamily(
        "m2fp_model",
        "The model that is loaded.",
        {
            "name": facts.name,
            "sha256": facts.sha256[:_SHA_DIGITS],
            "precision": facts.precision,
            "provider": facts.provider,
        },
    )


def _by_label(name: str, text: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family

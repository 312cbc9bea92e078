"""How Prometheus is told how the service is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from m2fp.service.operation.snapshot import (
    BuildFacts,
    ModelFacts,
    QueueFacts,
    Snapshot,
    WorkerFacts,
)

_SHA_DIGITS: Final = 12


class SnapshotCollector(Collector):
    """Tells what ``read`` returns, which is called in the thread of whoever asks."""

    def __init__(self, build: BuildFacts) -> None:
        self.read: Callable[[], Snapshot] = Snapshot
        self._build = build

    def collect(self) -> Iterator[Metric]:
        """Return the metrics of the snapshot."""
        now = self.read()
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

"""The metrics of one process of the service, as Prometheus reads them.

Two kinds: what happens is counted when it happens (`Metrics.request`, `.parsed`, ...), and how
things are is told by whoever knows, just before it is read (`Metrics.take`). Every label comes
from a closed set, so that nothing a client sends can make new series.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from m2fp.service.operation.snapshot import BuildFacts, Snapshot
from m2fp.service.operation.snapshot_collector import SnapshotCollector

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
OTHER: Final = "other"

# The names of timings (`WorkAnswer.timing`) without their unit.
STAGES: Final = ("queue", "decode", "preprocess", "inference", "postprocess", "encode")
OUTCOMES: Final = (
    "succeeded",
    "bad_image",
    "cancelled",
    "deadline_exceeded",
    "worker_lost",
    "failed",
)
ATTEMPTS: Final = ("succeeded", "failed", "lost", "released", "cancelled")
REJECTIONS: Final = (
    "rate_limited",
    "queue_full",
    "draining",
    "model_not_ready",
    "store_unavailable",
)

_METHODS: Final = ("GET", "HEAD", "POST", "DELETE", "OPTIONS")
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_PIXELS: Final = (1e5, 3e5, 1e6, 2e6, 4e6, 8e6, 12e6, 24e6, 50e6)
_PERSONS: Final = (0, 1, 2, 3, 5, 8, 12, 20)


class Metrics:
    """The registry of one process.

    Args:
        routes: patterns of all routes; anything else is counted as "other".
        build: what this program is made of.
    """

    def __init__(self, routes: Iterable[str], build: BuildFacts) -> None:
        self.registry = CollectorRegistry()
        self._routes = frozenset(routes)
        self._latest = SnapshotCollector(build)
        self.registry.register(self._latest)
        ProcessCollector(registry=self.registry)
        self._requests = self._counter(
            "http_requests", "Requests that were answered.", ("route", "method", "status")
        )
        self._duration = self._histogram(
            "http_request_duration_seconds",
            "From the first byte of a request to the last of its answer.",
            _SECONDS,
            ("route", "method"),
        )
        self._in_progress = Gauge(
            "m2fp_http_requests_in_progress",
            "Requests that are being answered.",
            registry=self.registry,
        )
        self._outcomes = self._counter(
            "parse_requests", "Pictures, by what came of them.", ("outcome",)
        )
        self._stages = self._histogram(
            "parse_stage_duration_seconds", "Time of a picture in each stage.", _SECONDS, ("stage",)
        )
        self._persons = self._histogram("parse_persons", "People in a picture.", _PERSONS)
        self._pixels = self._histogram("image_pixels", "Pixels of a picture.", _PIXELS)
        self._rejections = self._counter(
            "queue_rejections", "Requests that were turned away.", ("reason",)
        )
        self._attempts = self._counter(
            "job_attempts", "Attempts at pictures of jobs, by how they ended.", ("outcome",)
        )
        # A series that begins at 0 lets `rate()` see the first event.
        for outcome in OUTCOMES:
            self._outcomes.labels(outcome)
        for reason in REJECTIONS:
            self._rejections.labels(reason)
        for ending in ATTEMPTS:
            self._attempts.labels(ending)

    @contextmanager
    def in_progress(self) -> Iterator[None]:
        """Count a request as being answered while the block lasts."""
        with self._in_progress.track_inprogress():
            yield

    def request(self, route: str | None, method: str, status: int, duration_s: float) -> None:
        """Count a request that was answered; ``route`` is the pattern, None where none fits."""
        where = route if route in self._routes else OTHER
        how = method if method in _METHODS else OTHER
        self._requests.labels(where, how, str(status)).inc()
        self._duration.labels(where, how).observe(duration_s)

    def parsed(
        self,
        outcome: str,
        *,
        timing: Mapping[str, float] | None = None,
        persons: int | None = None,
        pixels: int | None = None,
    ) -> None:
        """Count a picture, of a request or of a job.

        Args:
            outcome: one of `OUTCOMES`; an error's code that is none of them counts as failed.
            timing: seconds by stage, as in a `WorkAnswer`: {"decode_s": 0.02, ...}.
            persons: how many there are.
            pixels: of the picture.
        """
        self._outcomes.labels(outcome if outcome in OUTCOMES else "failed").inc()
        for stage in STAGES:
            seconds = (timing or {}).get(f"{stage}_s")
            if seconds is not None:
                self._stages.labels(stage).observe(seconds)
        if persons is not None:
            self._persons.observe(persons)
        if pixels is not None:
            self._pixels.observe(pixels)

    def rejected(self, code: str) -> None:
        """Count a request that was turned away, by its error's code; others are not counted."""
        if code in REJECTIONS:
            self._rejections.labels(code).inc()

    def attempted(self, outcome: str) -> None:
        """Count the end of an attempt at a picture of a job: one of `ATTEMPTS`."""
        self._attempts.labels(outcome if outcome in ATTEMPTS else "failed").inc()

    def take(self, snapshot: Snapshot) -> None:
        """Keep how things are now; the next reading tells it."""
        self.ask(lambda: snapshot)

    def ask(self, read: Callable[[], Snapshot]) -> None:
        """Have this called for every reading, in the thread of whoever reads."""
        self._latest.read = read

    def exposition(self) -> bytes:
        """Return the answer to GET /metrics, of type `CONTENT_TYPE`."""
        return generate_latest(self.registry)

    def _counter(self, name: str, text: str, labels: tuple[str, ...]) -> Counter:
        return Counter(f"m2fp_{name}", text, labels, registry=self.registry)

    def _histogram(
        self, name: str, text: str, buckets: tuple[float, ...], labels: tuple[str, ...] = ()
    ) -> Histogram:
        return Histogram(
            f"m2fp_{name}", text, labels, buckets=(*buckets, float("inf")), registry=self.registry
        )

"""The outcome of a stage measurement, as values, text and Markdown."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class StageTimes:
    """Seconds of one stage over all runs."""

    median_s: float
    fastest_s: float
    slowest_s: float


@dataclass(frozen=True, slots=True)
class StageReport:
    """What one photo costs with one model on this machine.

    Attributes:
        model: name in the model's metadata.
        precision: "fp32" or "int8".
        engine: what ran it.
        threads: threads per inference.
        width: of the photo in pixels.
        height: of the photo in pixels.
        persons: people found, which the post-processing time depends on.
        runs: measured runs, after the warm-up.
        load_s: reading and preparing the model.
        first_s: the first photo, which also fills caches.
        stages: by name, in the order of work; "total" last.
        loaded_bytes: memory after the model was loaded; None where the system does not say.
        peak_bytes: most memory of the whole process, Python and model included; or None.
    """

    model: str
    precision: str
    engine: str
    threads: int
    width: int
    height: int
    persons: int
    runs: int
    load_s: float
    first_s: float
    stages: dict[str, StageTimes]
    loaded_bytes: int | None
    peak_bytes: int | None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict."""
        return asdict(self)

    def to_text(self) -> str:
        """Return aligned columns for a terminal."""
        rows = [("stage", "median ms", "fastest ms", "slowest ms"), *self._rows()]
        lines = [f"{a:<12}{b:>10}{c:>12}{d:>12}" for a, b, c, d in rows]
        return "\n".join([self._title(), "", *lines, "", self._footer()])

    def to_markdown(self) -> str:
        """Return a table for a document."""
        lines = ["| stage | median ms | fastest ms | slowest ms |", "|---|---:|---:|---:|"]
        lines += [f"| {' | '.join(row)} |" for row in self._rows()]
        return "\n".join([self._title(), "", *lines, "", self._footer()])

    def _title(self) -> str:
        return (
            f"{self.model} ({self.precision}), {self.engine}, {_count(self.threads, 'thread')}, "
            f"{self.width} x {self.height} pixels, {_count(self.persons, 'person')}, "
            f"{_count(self.runs, 'run')}"
        )

    def _rows(self) -> list[tuple[str, str, str, str]]:
        return [
            (name, _ms(times.median_s), _ms(times.fastest_s), _ms(times.slowest_s))
            for name, times in self.stages.items()
        ]

    def _footer(self) -> str:
        return (
            f"load {_ms(self.load_s)} ms, first photo {_ms(self.first_s)} ms, "
            f"memory {_megabytes(self.loaded_bytes)} loaded, {_megabytes(self.peak_bytes)} peak"
        )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"


def _megabytes(size: int | None) -> str:
    return "unknown" if size is None else f"{size / _MEGABYTE:.0f} MB"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

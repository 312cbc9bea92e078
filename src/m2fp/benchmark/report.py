"""The outcome of a benchmark, as values; `rendering` makes text of it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from m2fp.results import Timing

STAGES: Final = ("decode", "preprocess", "inference", "postprocess", "total")


@dataclass(frozen=True, slots=True)
class StageTimes:
    """Seconds of one stage over all measured rounds."""

    median_s: float
    fastest_s: float
    slowest_s: float


@dataclass(frozen=True, slots=True)
class Row:
    """What one photo costs one contender on this machine.

    Attributes:
        name: unique among the rows.
        model: name in the model's metadata.
        precision: likewise.
        engine: what ran it.
        persons: people found, which the post-processing time depends on.
        stages: by name, in the order of `STAGES`.
        speed: how many times as fast as the reference: the median over the rounds of the
            reference's total divided by this one's in the same round.
        load_s: importing the engine, reading and preparing the model.
        first_s: the first photo, which also fills caches.
        loaded_bytes: memory after the model was loaded; None where the system does not say.
        peak_bytes: most memory of the whole process, Python and model included; or None.
    """

    name: str
    model: str
    precision: str
    engine: str
    persons: int
    stages: dict[str, StageTimes]
    speed: float
    load_s: float
    first_s: float
    loaded_bytes: int | None
    peak_bytes: int | None


@dataclass(frozen=True, slots=True)
class Dropout:
    """A contender that could not go on, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class PhotoReport:
    """One photo, parsed by all contenders in turns.

    Attributes:
        photo: name of the file.
        width: in pixels.
        height: in pixels.
        reference: name of the row that `speed` compares with.
        rows: in the order of the plan, at least one.
        dropouts: contenders without a row.
    """

    photo: str
    width: int
    height: int
    reference: str
    rows: tuple[Row, ...]
    dropouts: tuple[Dropout, ...] = ()


@dataclass(frozen=True, slots=True)
class BenchmarkReport:
    """All photos.

    Attributes:
        threads: threads per parse.
        runs: measured rounds per photo, after the warm-up.
        photos: in the order of the plan.
    """

    threads: int
    runs: int
    photos: tuple[PhotoReport, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict."""
        return asdict(self)


def stage_times(timings: Sequence[Timing]) -> dict[str, StageTimes]:
    """Return the times per stage over at least one round."""
    times: dict[str, StageTimes] = {}
    for stage in STAGES:
        seconds = [getattr(timing, f"{stage}_s") for timing in timings]
        times[stage] = StageTimes(statistics.median(seconds), min(seconds), max(seconds))
    return times


def speed_against(reference: Sequence[Timing], own: Sequence[Timing]) -> float:
    """Return how many times as fast as the reference `own` is, both in the order of the rounds.

    The two times of a round were taken within seconds of each other, so what slows the machine
    down for a minute is in both and leaves their ratio alone; a ratio of medians has no such pairs.
    """
    return statistics.median(
        theirs.total_s / ours.total_s for theirs, ours in zip(reference, own, strict=True)
    )

"""Parsing labelled photos and scoring what comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from m2fp.datasets import IGNORE, LabelledPhoto
from m2fp.errors import ConfigError, DataError
from m2fp.evaluation.confusion import ConfusionMatrix
from m2fp.evaluation.people import PeopleScores, PeopleTally
from m2fp.evaluation.report import Report
from m2fp.evaluation.sides import side_scores
from m2fp.evaluation.tables import score_tables
from m2fp.labels import LabelScheme
from m2fp.results import ModelStamp, Result

# Called with the number of photos done.
Progress = Callable[[int], None]


class Parse(Protocol):
    """Whatever turns a photo into a result; an `m2fp.Parser` does."""

    def __call__(self, source: NDArray[np.uint8], /) -> Result:
        """Return the result of a photo, uint8 (H, W, 3) RGB."""
        ...


def evaluate(
    parse: Parse,
    samples: Iterable[LabelledPhoto],
    *,
    title: str = "evaluation",
    progress: Progress | None = None,
) -> Report:
    """Return the scores over all samples, read one at a time.

    Labels must be in the model's scheme. A photo that cannot be parsed ends the evaluation: left
    out, it would make the score too high.

    Raises:
        DataError: there are no samples, or their labels do not fit the model's scheme.
        ImageError, ModelError, EngineError: from the parser.
    """
    total: _Sum | None = None
    for number, sample in enumerate(samples, start=1):
        result = parse(sample.pixels)
        part = _score(sample, result)
        total = part if total is None else total.plus(part)
        if progress:
            progress(number)
    if total is None:
        raise DataError("there are no labelled photos to evaluate on")
    return Report(
        title=title,
        model=total.model,
        photos=total.photos,
        tables=score_tables(total.confusion, total.scheme),
        people=PeopleScores.of(total.people),
        sides=side_scores(total.confusion, total.scheme),
        seconds=total.seconds / total.photos,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Sum:
    """What is known after some photos."""

    scheme: LabelScheme
    model: ModelStamp
    photos: int
    confusion: ConfusionMatrix
    people: PeopleTally
    seconds: float

    def plus(self, other: _Sum) -> _Sum:
        if (self.scheme, self.model) != (other.scheme, other.model):
            raise ConfigError("results of several models cannot go into one report")
        return _Sum(
            self.scheme,
            self.model,
            self.photos + other.photos,
            self.confusion + other.confusion,
            self.people + other.people,
            self.seconds + other.seconds,
        )


def _score(sample: LabelledPhoto, result: Result) -> _Sum:
    unknown = (sample.categories == IGNORE) & (sample.humans == 0)
    scheme = result.scheme
    return _Sum(
        scheme,
        result.model,
        photos=1,
        confusion=ConfusionMatrix.of(
            sample.categories, result.part_map, scheme.num_parts_and_background
        ),
        people=PeopleTally.of(sample.humans, result.person_map, unknown),
        seconds=result.timing.total_s,
    )

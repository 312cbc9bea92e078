"""Scoring a parser on photos in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from m2fp.datasets import LabelledPhoto, Labels
from m2fp.errors import ConfigError
from m2fp.evaluation.metrics.tally import Tally
from m2fp.evaluation.predictions import from_result
from m2fp.evaluation.predictions.subject import Subject
from m2fp.evaluation.reporting.report import Report
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
    """Return the scores over photos in memory, taken one at a time.

    Labels must be in the model's scheme. A photo that cannot be parsed ends the evaluation: left
    out, it would make the score too high.

    Raises:
        DataError: there are no photos, or their labels do not fit the model's scheme.
        ConfigError: results of several models come.
        ImageError, ModelError, EngineError: from the parser.
    """
    tallies: list[Tally] = []
    models: dict[tuple[LabelScheme, ModelStamp], None] = {}
    for number, photo in enumerate(samples, start=1):
        result = parse(photo.pixels)
        models[result.scheme, result.model] = None
        labels = Labels(photo.categories, photo.humans.astype(np.uint16))
        tallies.append(Tally.of(f"photo {number}", labels, from_result(result), result.scheme))
        if progress:
            progress(number)
    tally = Tally.merged(tallies)
    if len(models) > 1:
        raise ConfigError("results of several models cannot go into one report")
    ((scheme, model),) = models
    return Report.of(tally, title=title, scheme=scheme, subject=Subject(model.name, "model", model))

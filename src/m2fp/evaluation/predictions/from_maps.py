"""Predictions of whatever has a part map, a person map and scores: results and their documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from m2fp.errors import ConfigError
from m2fp.evaluation.metrics.prediction import PaintedMasks, Prediction
from m2fp.labels import LabelScheme, conversion
from m2fp.results import Person, Segment


class Parsed(Protocol):
    """A parsed photo; `m2fp.results.Result` and `ParsedDocument` are."""

    @property
    def part_map(self) -> NDArray[np.uint8]:
        """Return label ids, uint8 (H, W)."""
        ...

    @property
    def person_map(self) -> NDArray[np.uint16]:
        """Return person ids 1..N, uint16 (H, W)."""
        ...

    @property
    def persons(self) -> Sequence[Person]:
        """Return the people by id, 1..N."""
        ...

    @property
    def segments(self) -> Sequence[Segment]:
        """Return the parts: one for every pair of person and label in the maps."""
        ...


def ids_between(source: LabelScheme, target: LabelScheme) -> NDArray[np.uint8]:
    """Return the table that turns predictions of one scheme into those of another, uint8 (256,).

    Raises:
        ConfigError: some class of the predictions has no place in the data set's scheme.
    """
    if source == target:
        return np.arange(256, dtype=np.uint8)
    try:
        return conversion(source, target).table
    except ConfigError as error:
        raise ConfigError(
            f"predictions of {source.title} cannot be scored on labels of {target.title}: "
            f"{error.message}",
            option="scheme",
        ) from error


def prediction_of_maps(
    parsed: Parsed, ids: NDArray[np.uint8], *, people: bool, seconds: float | None = None
) -> Prediction:
    """Return the prediction of one photo.

    A part of a person is one instance. Where several labels become one, so do their parts; its
    score is the mean by their pixels.

    Args:
        parsed: the photo.
        ids: from `ids_between`.
        people: whether the tool tells people apart; without, there are no part instances either.
        seconds: how long the tool took.
    """
    categories = ids[parsed.part_map]
    if not people:
        return Prediction(categories, seconds=seconds)
    scores = np.array([person.score for person in parsed.persons])
    return Prediction(
        categories,
        people=PaintedMasks(parsed.person_map, np.zeros(len(scores), np.intp), scores),
        parts=parts_of_people(categories, parsed.person_map, _part_scores(parsed, ids)),
        seconds=seconds,
    )


def parts_of_people(
    categories: NDArray[np.uint8], people: NDArray[np.uint16], scores: NDArray[np.float64]
) -> PaintedMasks:
    """Return one mask for every pair of person (nobody too) and part, by person, then by part.

    Args:
        categories: (H, W), part ids, 0 background.
        people: (H, W), person ids, 0 nobody.
        scores: by person id and part id, (1 + highest person id, 256).
    """
    pairs = people.astype(np.intp) * 256 + categories
    present = np.bincount(pairs.ravel(), minlength=scores.size) > 0
    present[::256] = False  # background, whosever
    found = np.flatnonzero(present)
    numbers = np.zeros(len(present), np.uint16)
    numbers[found] = np.arange(1, len(found) + 1)
    return PaintedMasks(numbers[pairs], found % 256, scores.ravel()[found])


def _part_scores(parsed: Parsed, ids: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the mean score by person id and new part id, (1 + people, 256), weighted by pixels."""
    areas = np.zeros((1 + len(parsed.persons), 256))
    sums = np.zeros_like(areas)
    for segment in parsed.segments:
        place = segment.person_id, ids[segment.label_id]
        areas[place] += segment.area
        sums[place] += segment.area * segment.score
    return np.divide(sums, areas, out=np.zeros_like(sums), where=areas > 0)

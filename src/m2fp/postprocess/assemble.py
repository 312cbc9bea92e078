"""From one photo's predictions to its final maps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from m2fp.engine.protocol import QueryPredictions
from m2fp.imaging.network_input import NetworkInput
from m2fp.labels import LabelScheme
from m2fp.postprocess.config import PostprocessConfig
from m2fp.postprocess.heads import split_by_heads
from m2fp.postprocess.maps import Painting, paint, strips
from m2fp.postprocess.people import choose_people, find_owners, with_parts
from m2fp.postprocess.queries import BACKGROUND, Candidates, select
from m2fp.postprocess.resample import Resampler


@dataclass(frozen=True, slots=True, eq=False)
class Maps:
    """Who and what is at every pixel.

    Attributes:
        part_map: uint8 (H, W), label ids, 0 = background.
        person_map: uint16 (H, W), 1..N from left to right by bounding box (then top to bottom),
            0 = nobody. A person's pixels need not carry a part, nor a part's pixels a person.
        person_scores: score of person 1, 2, .. N, each 0..1.
        segment_scores: score per (person_id, label_id) that occurs on a pixel with a part: the
            mean score of the winning candidates, weighted by their pixels.
    """

    part_map: npt.NDArray[np.uint8]
    person_map: npt.NDArray[np.uint16]
    person_scores: tuple[float, ...]
    segment_scores: Mapping[tuple[int, int], float]


def assemble(
    predictions: QueryPredictions,
    network_input: NetworkInput,
    scheme: LabelScheme,
    config: PostprocessConfig,
) -> Maps:
    """Return the maps of one photo, at the photo's size.

    With a scheme that has no person class (LIP, ATR: one person per photo) everything that is not
    background belongs to person 1.

    Raises:
        IncompatibleModel: the predictions' shapes do not fit the scheme or the input.
    """
    candidates = select(predictions, network_input, scheme, config)
    is_person = candidates.label == (-1 if scheme.person_class is None else scheme.person_class)
    parts = candidates.take(~is_person)
    people = with_parts(candidates.take(is_person), parts, config)
    people = split_by_heads(people, parts, scheme.head_ids, config)
    people = choose_people(people, config)
    owners = find_owners(parts, people, config)
    resampler = Resampler.build(network_input.photo_size, network_input.content)
    painting = paint(parts, people, owners, resampler, config)
    if scheme.person_class is None:
        return _one_person(painting, parts)
    return _number_people(painting, parts, people)


def _number_people(painting: Painting, parts: Candidates, people: Candidates) -> Maps:
    """Return the maps with people numbered from left to right; those without pixels are gone."""
    counts, corners = painting.tally.counts, painting.tally.corners
    visible = [person for person in range(1, len(counts)) if counts[person].any()]
    visible.sort(key=lambda person: (*corners[person], person))

    numbers = np.zeros(len(counts), np.uint16)
    numbers[visible] = np.arange(1, len(visible) + 1)
    person_map = painting.person_map
    for strip in strips(person_map.shape):
        person_map[strip.rows] = numbers.take(person_map[strip.rows])
    return Maps(
        part_map=painting.part_map,
        person_map=person_map,
        person_scores=tuple(float(people.score[person - 1]) for person in visible),
        segment_scores={
            (number, label): score
            for number, person in enumerate([0, *visible])
            for label, score in _label_scores(counts[person], parts).items()
        },
    )


def _one_person(painting: Painting, parts: Candidates) -> Maps:
    """Return the maps with every part given to person 1, if there is any part."""
    counts = painting.tally.counts[0]
    scores = _label_scores(counts, parts)
    pixels = np.where(parts.label == BACKGROUND, 0, counts[1:])
    total = int(pixels.sum())
    mean = float((pixels * parts.score).sum() / total) if total else 0.0
    person_map = (painting.part_map != BACKGROUND).astype(np.uint16)
    return Maps(
        part_map=painting.part_map,
        person_map=person_map,
        person_scores=(mean,) if total else (),
        segment_scores={(1, label): score for label, score in scores.items()},
    )


def _label_scores(counts: npt.NDArray[np.int64], parts: Candidates) -> dict[int, float]:
    """Return the mean score per label over one person's pixels.

    Args:
        counts: int64 (K + 1,), the person's pixels per part candidate, 1-based.
        parts: the K candidates.
    """
    pixels = counts[1:]
    scores: dict[int, float] = {}
    for label in np.unique(parts.label[pixels > 0]):
        if label != BACKGROUND:
            weights = np.where(parts.label == label, pixels, 0)
            scores[int(label)] = float((weights * parts.score).sum() / weights.sum())
    return scores

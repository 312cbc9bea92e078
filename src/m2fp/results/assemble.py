"""From label maps and scores to persons and segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from m2fp.errors import InvalidMaps
from m2fp.labels import LabelScheme
from m2fp.results.label_maps import LabelMaps
from m2fp.results.measure import GroupTable, measure_groups
from m2fp.results.person import Person, Segment

PersonScores: TypeAlias = Mapping[int, float] | Sequence[float]
SegmentScores: TypeAlias = Mapping[tuple[int, int], float]


def assemble(
    maps: LabelMaps,
    person_scores: PersonScores,
    segment_scores: SegmentScores,
    scheme: LabelScheme,
) -> tuple[tuple[Person, ...], tuple[Segment, ...]]:
    """Return the persons by id, and the segments by person and label, those of nobody last.

    Args:
        maps: the label maps.
        person_scores: score of every person, by id 1..N, or in that order.
        segment_scores: score of every (person_id, label_id) in the maps; others are ignored.
        scheme: what the part ids mean.

    Raises:
        InvalidMaps: ids are out of range, have no pixel or no score, or a score is not in 0..1.
    """
    scores = _scores_by_id(person_scores)
    _check_range("part_map", maps.part, scheme.num_parts_and_background - 1, scheme.name)
    _check_range("person_map", maps.person, len(scores), "person_scores")
    table = measure_groups(
        maps.part,
        maps.person,
        person_count=len(scores),
        label_count=scheme.num_parts_and_background,
    )
    segments = _segments(maps, table, segment_scores, scheme)
    persons = tuple(
        _person(maps, table, person_id, score, segments) for person_id, score in scores.items()
    )
    return persons, segments


def _segments(
    maps: LabelMaps, table: GroupTable, scores: SegmentScores, scheme: LabelScheme
) -> tuple[Segment, ...]:
    found = [(int(person), int(part)) for person, part in np.argwhere(table.area) if part]
    found.sort(key=lambda group: (group[0] == 0, group))
    return tuple(
        Segment(
            id=number,
            person_id=person_id,
            label_id=label_id,
            label=scheme.labels[label_id].name,
            score=_segment_score(scores, person_id, label_id),
            bbox=table.group_box(person_id, label_id),
            area=int(table.area[person_id, label_id]),
            _maps=maps,
        )
        for number, (person_id, label_id) in enumerate(found, start=1)
    )


def _person(
    maps: LabelMaps,
    table: GroupTable,
    person_id: int,
    score: float,
    segments: tuple[Segment, ...],
) -> Person:
    area = table.person_area(person_id)
    if area == 0:
        raise InvalidMaps(
            f"person {person_id} has a score but no pixel in person_map; number the persons anew",
            field="person_map",
        )
    return Person(
        id=person_id,
        score=score,
        bbox=table.person_box(person_id),
        area=area,
        parts=tuple(segment for segment in segments if segment.person_id == person_id),
        _maps=maps,
    )


def _scores_by_id(person_scores: PersonScores) -> dict[int, float]:
    if not isinstance(person_scores, Mapping):
        person_scores = dict(enumerate(person_scores, start=1))
    ids = sorted(person_scores)
    if ids != list(range(1, len(ids) + 1)):
        raise InvalidMaps(
            f"person_scores must have the ids 1..{len(ids)} without gaps, but got {ids}",
            field="person_scores",
        )
    return {
        person_id: _checked(person_scores[person_id], "person_scores", person_id)
        for person_id in ids
    }


def _segment_score(scores: SegmentScores, person_id: int, label_id: int) -> float:
    score = scores.get((person_id, label_id))
    if score is None:
        raise InvalidMaps(
            f"segment_scores must have ({person_id}, {label_id}): the maps hold pixels of part "
            f"{label_id} of person {person_id}",
            field="segment_scores",
        )
    return _checked(score, "segment_scores", (person_id, label_id))


def _checked(score: float, field: str, key: object) -> float:
    score = float(score)
    if not 0.0 <= score <= 1.0:  # also refuses NaN
        raise InvalidMaps(f"{field}[{key}] must lie in 0..1, but got {score}", field=field)
    return score


def _check_range(
    name: str, ids: NDArray[np.uint8] | NDArray[np.uint16], highest: int, source: str
) -> None:
    actual = int(ids.max(initial=0))
    if actual > highest:
        raise InvalidMaps(
            f"{name} must hold ids 0..{highest} ({source}), but got {actual}", field=name
        )

"""Persons and segments against the maps they come from."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray
from tests.results.made import (
    MODEL,
    PERSONS,
    SEGMENT_SCORES,
    TIMING,
    blobs,
    empty_result,
    make_result,
    random_maps,
)

from m2fp.imaging import Photo
from m2fp.labels import get_scheme
from m2fp.results import InvalidMaps, LabelMaps, Result
from m2fp.results.measure import measure_groups

Maps = tuple[NDArray[np.uint8], NDArray[np.uint16]]


def test_literal_segments() -> None:
    result = make_result(person_scores={2: 0.6, 1: 0.9}, segment_scores=SEGMENT_SCORES)
    rows = [
        (s.id, s.person_id, s.label_id, s.label, s.score, s.bbox, s.area) for s in result.segments
    ]
    assert rows == [
        (1, 1, 7, "coat", 0.9, (1, 1, 2, 3), 4),
        (2, 2, 2, "hair", 0.8, (3, 0, 2, 1), 2),
        (3, 2, 13, "face", 0.7, (3, 1, 2, 2), 3),
        (4, 0, 1, "hat", 0.3, (0, 0, 1, 1), 1),
    ]


def test_literal_persons_count_pixels_without_a_part() -> None:
    result = make_result(person_scores=[0.9, 0.6], segment_scores=SEGMENT_SCORES)
    rows = [(p.id, p.score, p.bbox, p.area, [s.label for s in p.parts]) for p in result.persons]
    assert rows == [
        (1, 0.9, (1, 1, 2, 3), 6, ["coat"]),
        (2, 0.6, (3, 0, 2, 3), 5, ["hair", "face"]),
    ]
    assert np.array_equal(result.person_mask(1), np.array(PERSONS) == 1)
    assert repr(result) == "Result(2 persons, 4 segments, 6 x 4 pixels, cihp)"


@given(random_maps())
def test_segments_are_exactly_the_groups_of_the_maps(maps: Maps) -> None:
    parts, persons = maps
    result = make_result(parts, persons)
    part_map, person_map = np.zeros_like(parts), np.zeros_like(persons)
    for segment in result.segments:
        mask = segment.mask
        assert not part_map[mask].any()
        part_map[mask] = segment.label_id
        assert mask.sum() == segment.area
        rows, columns = np.nonzero(mask)
        x, y, w, h = segment.bbox
        assert (x, y, x + w, y + h) == (
            columns.min(),
            rows.min(),
            columns.max() + 1,
            rows.max() + 1,
        )
    for person in result.persons:
        assert not person_map[person.mask].any()
        person_map[person.mask] = person.id
        assert person.mask.sum() == person.area >= sum(part.area for part in person.parts)
        rows, columns = np.nonzero(person.mask)
        assert person.bbox[:2] == (columns.min(), rows.min())
        assert person.bbox[2:] == (np.ptp(columns) + 1, np.ptp(rows) + 1)
    assert np.array_equal(part_map, parts)
    assert np.array_equal(person_map, persons)
    assert [segment.id for segment in result.segments] == list(range(1, len(result.segments) + 1))
    assert sum(segment.area for segment in result.segments) == np.count_nonzero(parts)


def test_strips_do_not_change_the_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    parts, persons = blobs(60, 80, 3)
    whole = measure_groups(parts, persons, person_count=3, label_count=20)
    monkeypatch.setattr("m2fp.results.measure._STRIP_PIXELS", 200)
    strips = measure_groups(parts, persons, person_count=3, label_count=20)
    for field in ("area", "left", "top", "right", "bottom"):
        assert np.array_equal(getattr(whole, field), getattr(strips, field))


def test_empty_result() -> None:
    result = empty_result()
    assert (result.persons, result.segments) == ((), ())
    with pytest.raises(KeyError, match="no person 1; there are 0"):
        result.person_mask(1)
    with pytest.raises(KeyError, match="no person 0"):
        make_result().person_mask(0)


def test_maps_are_read_only_but_the_callers_arrays_are_not() -> None:
    parts, persons = blobs(20, 20, 1)
    result = make_result(parts, persons)
    with pytest.raises(ValueError, match="read-only"):
        result.part_map[0, 0] = 1
    parts[0, 0] = 0


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"person_scores": [0.5]}, "person_map", r"0\.\.1 \(person_scores\), but got 2"),
        ({"person_scores": [0.5] * 3}, "person_map", "person 3 has a score but no pixel"),
        ({"person_scores": {1: 0.5, 3: 0.5}}, "person_scores", "without gaps"),
        ({"person_scores": [0.5, 1.5]}, "person_scores", r"0\.\.1, but got 1.5"),
        ({"person_scores": [0.5, float("nan")]}, "person_scores", "nan"),
        ({"segment_scores": {}}, "segment_scores", r"must have \(1, 7\)"),
        ({"segment_scores": SEGMENT_SCORES | {(1, 7): -1.0}}, "segment_scores", "-1.0"),
        ({"scheme": "ppp"}, "part_map", r"0\.\.6 \(ppp\), but got 13"),
    ],
)
def test_wrong_ids_and_scores(change: dict[str, object], field: str, message: str) -> None:
    with pytest.raises(InvalidMaps, match=message) as caught:
        make_result(**change)  # type: ignore[arg-type]
    assert (caught.value.field, caught.value.code) == (field, "invalid_maps")


GOOD_PARTS = np.zeros((4, 5), dtype=np.uint8)
GOOD_PERSONS = np.zeros((4, 5), dtype=np.uint16)


@pytest.mark.parametrize(
    ("parts", "persons", "message"),
    [
        (GOOD_PARTS.astype(np.int64), GOOD_PERSONS, r"part_map must be a 2D uint8 .* got int64"),
        (GOOD_PARTS, GOOD_PERSONS.astype(np.uint8), "person_map must be a 2D uint16"),
        (GOOD_PARTS[None], GOOD_PERSONS, r"with shape \(1, 4, 5\)"),
        (GOOD_PARTS, GOOD_PERSONS[:3], r"same shape, but got \(4, 5\) and \(3, 5\)"),
        ([[0]], GOOD_PERSONS, "numpy array, but got list"),
    ],
)
def test_wrong_arrays(parts: object, persons: object, message: str) -> None:
    with pytest.raises(InvalidMaps, match=message):
        LabelMaps(parts, persons)  # type: ignore[arg-type]


def test_maps_of_another_size_than_the_photo() -> None:
    with pytest.raises(InvalidMaps, match=r"photo's shape \(9, 9\), but got \(4, 5\)"):
        Result.from_maps(
            Photo(np.zeros((9, 9, 3), dtype=np.uint8)),
            GOOD_PARTS,
            GOOD_PERSONS,
            person_scores=[],
            segment_scores={},
            scheme=get_scheme("cihp"),
            model=MODEL,
            timing=TIMING,
        )


def test_time_and_memory_stay_small() -> None:
    parts, persons = blobs(4000, 6000, 10)
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        measure_groups(parts, persons, person_count=10, label_count=20)
        best = min(best, time.perf_counter() - start)
    assert best < 0.6
    tracemalloc.start()
    measure_groups(parts, persons, person_count=10, label_count=20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6

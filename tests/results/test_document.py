"""The JSON document, there and back, and documents from strangers."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray
from tests.results.made import MODEL, SEGMENT_SCORES, TIMING, empty_result, make_result, random_maps

from m2fp.imaging import PhotoWarning
from m2fp.results import InvalidDocument, read_document

Maps = tuple[NDArray[np.uint8], NDArray[np.uint16]]


def test_literal_document() -> None:
    warnings = (PhotoWarning("alpha_flattened", "Transparency became white."),)
    result = make_result(
        person_scores=[0.91239, 0.6], segment_scores=SEGMENT_SCORES, warnings=warnings
    )
    document = json.loads(result.to_json())
    assert document | {"persons": [], "segments": []} == {
        "schema_version": "1.0",
        "scheme": "cihp",
        "model": {"name": "made", "sha256": "ab" * 32, "precision": "fp32"},
        "image": {"width": 6, "height": 4, "sha256": "cd" * 32, "orientation_applied": False},
        "persons": [],
        "segments": [],
        "timing": {
            "decode_s": 0.01,
            "preprocess_s": 0.02,
            "inference_s": 0.3,
            "postprocess_s": 0.04,
            "total_s": 0.38,
        },
        "warnings": [{"code": "alpha_flattened", "message": "Transparency became white."}],
    }
    assert document["persons"][0] == {
        "id": 1,
        "score": 0.91239,
        "bbox": [1, 1, 2, 3],
        "area": 6,
        "segmentation": {"size": [4, 6], "counts": result.persons[0].rle["counts"]},
    }
    assert document["segments"][3] == {
        "id": 4,
        "person_id": 0,
        "label_id": 1,
        "label": "hat",
        "score": 0.3,
        "bbox": [0, 0, 1, 1],
        "area": 1,
        "segmentation": {"size": [4, 6], "counts": "01g0"},
    }


@given(random_maps())
def test_round_trip(maps: Maps) -> None:
    parts, persons = maps
    result = make_result(parts, persons)
    parsed = read_document(result.to_json())
    assert np.array_equal(parsed.part_map, parts)
    assert np.array_equal(parsed.person_map, persons)
    assert parsed.part_map.dtype == np.uint8
    assert parsed.person_map.dtype == np.uint16
    rows = [(s.id, s.person_id, s.label, s.score, s.bbox, s.area) for s in result.segments]
    assert rows == [(s.id, s.person_id, s.label, s.score, s.bbox, s.area) for s in parsed.segments]
    assert [p.bbox for p in result.persons] == [p.bbox for p in parsed.persons]


def test_the_rest_comes_back_too() -> None:
    warnings = (PhotoWarning("a", "b"),)
    parsed = read_document(make_result(warnings=warnings).to_dict())
    assert (parsed.model, parsed.timing, parsed.warnings) == (MODEL, TIMING, warnings)
    assert (parsed.sha256, parsed.orientation_applied) == ("cd" * 32, False)
    assert parsed.scheme.name == "cihp"


def test_empty_round_trip() -> None:
    parsed = read_document(empty_result().to_json(indent=2).encode())
    assert parsed.part_map.shape == (20, 30)
    assert (parsed.persons, parsed.segments) == ((), ())


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (("schema_version",), "2.0", "schema_version"),
        (("schema_version",), None, "schema_version"),
        (("scheme",), "nothing", "scheme"),
        (("image",), [], "image"),
        (("image", "width"), 0, "image"),
        (("image", "width"), True, "image.width"),
        (("image", "width"), 10**9, "image"),
        (("image", "height"), 5, "segments[0].segmentation"),
        (("image", "sha256"), 7, "image.sha256"),
        (("persons",), {}, "persons"),
        (("persons", 0), 3, "persons"),
        (("persons", 0, "id"), 70_000, "persons[0]"),
        (("persons", 0, "id"), 0, "persons[0]"),
        (("persons", 0, "score"), "high", "persons[0].score"),
        (("persons", 0, "score"), True, "persons[0].score"),
        (("persons", 0, "score"), 10**400, "persons[0].score"),
        (("persons", 0, "score"), 7, "segments"),
        (("persons", 0, "area"), 1, "persons[0]"),
        (("persons", 0, "bbox"), [0, 0, 1, 1], "persons[0]"),
        (("persons", 0, "segmentation"), None, "persons[0].segmentation"),
        (("persons", 0, "segmentation", "counts"), None, "persons[0].segmentation"),
        (("persons", 0, "segmentation", "counts"), "zz", "persons[0].segmentation"),
        (("persons", 0, "segmentation", "counts"), "08", "persons[0].segmentation"),
        (("persons", 0, "segmentation", "counts"), "h0", "segments"),
        (("segments", 0, "id"), 9, "segments"),
        (("segments", 0, "id"), 2, "segments"),
        (("segments", 0, "label_id"), 300, "segments[0]"),
        (("segments", 0, "label_id"), 40, "segments"),
        (("segments", 0, "person_id"), 2, "segments"),
        (("segments", 3, "person_id"), 1, "segments"),
        (("timing", "total_s"), None, "timing.total_s"),
        (("warnings",), [[]], "warnings"),
        (("model", "name"), 1, "model.name"),
    ],
)
def test_broken_documents(path: tuple[str | int, ...], value: object, where: str) -> None:
    document: Any = make_result(person_scores=[0.9, 0.6], segment_scores=SEGMENT_SCORES).to_dict()
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(InvalidDocument) as caught:
        read_document(document)
    assert (caught.value.where, caught.value.code) == (where, "invalid_document")


def test_swapped_rows_are_noticed() -> None:
    document = make_result().to_dict()
    first, second = document["segments"][:2]
    first["id"], second["id"] = second["id"], first["id"]
    with pytest.raises(InvalidDocument, match="another person or part"):
        read_document(document)


def test_overlapping_masks_are_refused() -> None:
    document = copy.deepcopy(make_result().to_dict())
    document["persons"][1]["segmentation"] = document["persons"][0]["segmentation"]
    with pytest.raises(InvalidDocument, match="overlaps"):
        read_document(document)


@pytest.mark.parametrize("text", ["", "[]", "{", "null", b"\xff\xfe", "[" * 100_000, "{}"])
def test_texts_that_are_no_document(text: str | bytes) -> None:
    with pytest.raises(InvalidDocument):
        read_document(text)

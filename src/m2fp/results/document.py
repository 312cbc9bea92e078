"""The result document: one JSON shape for files, command line and service.

    {"schema_version": "1.0", "scheme": "cihp",
     "model": {"name", "sha256", "precision"},
     "image": {"width", "height", "sha256", "orientation_applied"},
     "persons": [{"id", "score", "bbox": [x, y, w, h], "area", "segmentation"}],
     "segments": [{"id", "person_id", "label_id", "label", "score", "bbox", "area",
                   "segmentation": {"size": [h, w], "counts"}}],
     "timing": {"decode_s", "preprocess_s", "inference_s", "postprocess_s", "total_s"},
     "warnings": [{"code", "message"}]}

``segmentation`` is COCO's compressed run-length form. Persons carry one too, because a person also
has pixels without a part (a bag, a phone), which no segment holds.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from m2fp.results.person import Person, Segment

if TYPE_CHECKING:
    from m2fp.results.result import Result

SCHEMA_VERSION = "1.0"
SCORE_DIGITS = 6  # enough to rank by: confident people differ in the fifth
_SECOND_DIGITS = 5


def to_document(result: Result) -> dict[str, Any]:
    """Return the document as plain dicts, lists, strings and numbers."""
    height, width = result.maps.size
    return {
        "schema_version": SCHEMA_VERSION,
        "scheme": result.scheme.name,
        "model": asdict(result.model),
        "image": {
            "width": width,
            "height": height,
            "sha256": result.photo.sha256,
            "orientation_applied": result.photo.orientation_applied,
        },
        "persons": [_person(person) for person in result.persons],
        "segments": [_segment(segment) for segment in result.segments],
        "timing": {
            name: round(seconds, _SECOND_DIGITS) for name, seconds in asdict(result.timing).items()
        },
        "warnings": [asdict(warning) for warning in result.warnings],
    }


def _person(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "score": round(person.score, SCORE_DIGITS),
        "bbox": list(person.bbox),
        "area": person.area,
        "segmentation": person.rle,
    }


def _segment(segment: Segment) -> dict[str, Any]:
    return {
        "id": segment.id,
        "person_id": segment.person_id,
        "label_id": segment.label_id,
        "label": segment.label,
        "score": round(segment.score, SCORE_DIGITS),
        "bbox": list(segment.bbox),
        "area": segment.area,
        "segmentation": segment.rle,
    }

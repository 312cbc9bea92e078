"""COCO data sets, readable by pycocotools and every annotation tool that imports COCO.

Categories are the parts, with the ids of the label scheme, and "person", with the scheme's id for
a whole person (the one after the last part where the scheme has none). Every person gives one
"person" annotation and one per part; both carry ``person_id``, which is 1..N within the photo
(0: a part that belongs to nobody), and ``score``. Masks are compressed run lengths, so ``iscrowd``
is 0 as in COCO's own results.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from m2fp.errors import ResultError
from m2fp.labels import LabelScheme
from m2fp.results.document import SCORE_DIGITS
from m2fp.results.person import Person, Segment

if TYPE_CHECKING:
    from m2fp.results.result import Result


def coco_dataset(results: Iterable[Result]) -> dict[str, Any]:
    """Return one COCO data set of several photos; image ids count from 1 in the order given.

    Raises:
        ResultError: there is no result, or the results have different label schemes.
    """
    scheme: LabelScheme | None = None
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for result in results:
        scheme = scheme or result.scheme
        if result.scheme.name != scheme.name:
            raise ResultError(
                f"one COCO data set has one label scheme, but got {scheme.name} and "
                f"{result.scheme.name}"
            )
        images.append(_image(result, image_id=len(images) + 1))
        found = [_of_person(person, scheme) for person in result.persons]
        found += [_of_segment(segment) for segment in result.segments]
        for content in found:
            annotations.append({"id": len(annotations) + 1, "image_id": len(images)} | content)
    if scheme is None:
        raise ResultError("a COCO data set needs at least one result")
    return {
        "info": {"description": f"m2fp human parsing, label scheme {scheme.name}"},
        "licenses": [],
        "images": images,
        "annotations": annotations,
        "categories": _categories(scheme),
    }


def person_category(scheme: LabelScheme) -> int:
    """Return the category id of a whole person."""
    if scheme.person_class is not None:
        return scheme.person_class
    return scheme.num_parts_and_background


def _categories(scheme: LabelScheme) -> list[dict[str, Any]]:
    parts = [
        {"id": label.id, "name": label.name, "supercategory": "part"} for label in scheme.labels[1:]
    ]
    return [*parts, {"id": person_category(scheme), "name": "person", "supercategory": "person"}]


def _image(result: Result, *, image_id: int) -> dict[str, Any]:
    height, width = result.maps.size
    name = result.photo.name or f"{image_id:012d}"
    return {"id": image_id, "width": width, "height": height, "file_name": name}


def _of_person(person: Person, scheme: LabelScheme) -> dict[str, Any]:
    return {"category_id": person_category(scheme), "person_id": person.id} | _shared(person)


def _of_segment(segment: Segment) -> dict[str, Any]:
    return {"category_id": segment.label_id, "person_id": segment.person_id} | _shared(segment)


def _shared(item: Person | Segment) -> dict[str, Any]:
    return {
        "score": round(item.score, SCORE_DIGITS),
        "bbox": list(item.bbox),
        "area": item.area,
        "segmentation": item.rle,
        "iscrowd": 0,
    }

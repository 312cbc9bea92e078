"""COCO panoptic: segment numbers in colours, and what is unknown."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.datasets.more_layouts import (
    coco_document,
    segment,
    write_json,
    write_panoptic,
    write_segments,
)
from tests.datasets.pictures import SIZE, ids_with

from m2fp.datasets import Labels, Sample, open_dataset
from m2fp.errors import DataError

PERSON, HAT, HAIR, BACKGROUND = 1, 5, 7, 9
KNOWN = {"person": PERSON, "hat": HAT, "hair": HAIR, "background": BACKGROUND}


def write(root: Path, numbers: np.ndarray, *info: dict[str, Any], **categories: int) -> Sample:
    write_segments(root / "panoptic" / "a.png", numbers)
    row = {"image_id": 1, "file_name": "a.png", "segments_info": list(info)}
    write_json(root / "panoptic.json", coco_document(row, **(categories or KNOWN)))
    (sample,) = open_dataset(root).samples("all")
    return sample


def read(root: Path, numbers: np.ndarray, *info: dict[str, Any], **categories: int) -> Labels:
    return write(root, numbers, *info, **categories).read_labels()


def row(values: np.ndarray[Any, Any], count: int = 6) -> list[int]:
    return [int(value) for value in values.ravel()[:count]]


def test_numbers_are_red_green_and_blue(tmp_path: Path) -> None:
    top = 2**24 - 1
    numbers = ids_with(top, 256, 65_536, 255)
    labels = read(
        tmp_path,
        numbers,
        segment(255, HAT, person_id=3),
        segment(256, HAIR, person_id=3),
        segment(65_536, BACKGROUND),
        segment(top, HAT, person_id=4),
    )
    assert row(labels.categories) == [1, 2, 0, 1, 255, 255]  # 0 is void: unknown
    assert row(labels.humans) == [4, 3, 0, 3, 0, 0]
    assert labels.instances is not None
    kinds = [(labels.instances.classes[k], labels.instances.humans[k]) for k in (1, 2, 4)]
    assert kinds == [(1, 3), (2, 3), (1, 4)]
    assert row(labels.instances.ids) == [4, 2, 0, 1, 0, 0]
    assert (labels.categories.dtype, labels.humans.dtype) == (np.uint8, np.uint16)


def test_crowds_are_unknown(tmp_path: Path) -> None:
    labels = read(tmp_path, ids_with(1, 2), segment(1, HAT, iscrowd=1), segment(2, HAT))
    assert row(labels.categories, 2) == [255, 1]
    assert labels.instances is not None
    assert list(labels.instances.classes.values()) == [1]


def test_people_without_parts(tmp_path: Path) -> None:
    people = (segment(1, PERSON), segment(2, PERSON), segment(3, HAT, person_id=1))
    labels = read(tmp_path, ids_with(1, 2, 3), *people)
    assert row(labels.categories, 3) == [255, 255, 1]  # cihp has no class for the rest of a person
    assert row(labels.humans, 3) == [2, 3, 1]  # 1 is taken


def test_people_and_things_of_a_scheme_of_its_own(tmp_path: Path) -> None:
    segments = (segment(1, 4), segment(2, 4), segment(3, 8), segment(6, 6))
    numbers = ids_with(1, 2, 3, 6, 6)
    labels = read(tmp_path, numbers, *segments, person=4, kite=6, sky=8)
    assert row(labels.categories) == [3, 3, 2, 1, 1, 255]
    assert row(labels.humans) == [1, 2, 0, 0, 0, 0]
    assert open_dataset(tmp_path).scheme.names == ("background", "kite", "sky", "person")


def test_stuff_is_no_instance(tmp_path: Path) -> None:
    sample = write(tmp_path, ids_with(1, 2), segment(1, 4), segment(2, 8), kite=4, sky=8)
    instances = sample.read_labels().instances
    assert instances is not None
    assert list(instances.classes.values()) == [1, 2]
    document = coco_document(
        {"image_id": 1, "file_name": "a.png", "segments_info": [segment(1, 4), segment(2, 8)]}
    )
    document["categories"] = [
        {"id": 4, "name": "kite", "isthing": 1},
        {"id": 8, "name": "sky", "isthing": 0},
    ]
    write_json(tmp_path / "panoptic.json", document)
    instances = open_dataset(tmp_path).samples("all")[0].read_labels().instances
    assert instances is not None
    assert list(instances.classes.values()) == [1]


def test_photos_without_an_annotation_are_no_samples(tmp_path: Path) -> None:
    root = write_panoptic(tmp_path)
    path = root / "annotations" / "panoptic_val2017.json"
    text = path.read_text()
    extra = '{"id": 2, "file_name": "b.jpg", "height": 4, "width": 6}, '
    path.write_text(text.replace('"images": [', f'"images": [{extra}'))
    assert [sample.name for sample in open_dataset(root).samples("val")] == ["a"]


def test_samples_are_small(tmp_path: Path) -> None:
    sample = write(tmp_path, ids_with(1), segment(1, HAT))
    assert len(pickle.dumps(sample)) < 1500


def test_a_segment_that_is_not_listed(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.png has segment 2, which the list") as caught:
        read(tmp_path, ids_with(1, 2), segment(1, HAT))
    assert caught.value.code == "unknown_id"
    with pytest.raises(DataError, match=r"a\.png has segment 16777215, which the list"):
        read(tmp_path, ids_with(2**24 - 1), segment(1, HAT))


def test_a_png_of_another_size(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.png is 5 x 4, .* it is 6 x 4") as caught:
        read(tmp_path, ids_with(1, size=(4, 5)), segment(1, HAT))
    assert caught.value.code == "size_mismatch"


def test_a_png_that_is_missing_or_no_colours(tmp_path: Path) -> None:
    sample = write(tmp_path, ids_with(1), segment(1, HAT))
    path = tmp_path / "panoptic" / "a.png"
    Image.new("L", SIZE[::-1]).save(path)
    with pytest.raises(DataError, match="a picture of segment ids must be RGB, not L"):
        sample.read_labels()
    path.unlink()
    with pytest.raises(DataError, match=r"a\.png is missing"):
        sample.read_labels()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"image_id": 3}, r"annotations\[0\]\.image_id: no image has the id 3"),
        ({"file_name": "../a.png"}, r"annotations\[0\]\.file_name: must name a file inside"),
        ({"segments_info": None}, r"annotations\[0\]\.segments_info: expected a list"),
        ({"segments_info": [7]}, r"annotations\[0\]\.segments_info\[0\]: expected an object"),
        (
            {"segments_info": [segment(0, HAT)]},
            r"annotations\[0\]\.segments_info\[0\]\.id: expected a whole number in 1\.\.16777215",
        ),
        ({"segments_info": [segment(2**24, HAT)]}, r"segments_info\[0\]\.id: expected a whole"),
        (
            {"segments_info": [segment(1, HAT), segment(1, HAIR)]},
            r"segments_info\[1\]\.id: 1 is there twice",
        ),
        ({"segments_info": [segment(1, 6)]}, r"\[0\]\.category_id: no category has the id 6"),
        ({"segments_info": [segment(1, HAT, iscrowd=2)]}, r"\[0\]\.iscrowd: expected 0 or 1"),
        ({"segments_info": [segment(1, HAT, person_id="1")]}, r"\[0\]\.person_id: expected a"),
    ],
)
def test_annotations_that_are_none(tmp_path: Path, wrong: dict[str, Any], message: str) -> None:
    annotation = {"image_id": 1, "file_name": "a.png", "segments_info": []} | wrong
    write_json(tmp_path / "panoptic.json", coco_document(annotation, **KNOWN))
    with pytest.raises(DataError, match=message):
        open_dataset(tmp_path).samples("all")


def test_a_photo_that_is_annotated_twice(tmp_path: Path) -> None:
    row = {"image_id": 1, "file_name": "a.png", "segments_info": []}
    write_json(tmp_path / "panoptic.json", coco_document(row, row, **KNOWN))
    with pytest.raises(DataError, match=r"annotations\[1\]\.image_id: a is there twice"):
        open_dataset(tmp_path).samples("all")

"""COCO instances: people, parts, crowds, and whose a part is."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.datasets.more_layouts import annotation, coco_document, write_instances, write_json
from tests.results.made import SEGMENT_SCORES, make_result

from m2fp.datasets import Labels, coco_instances, open_dataset
from m2fp.errors import DataError

PERSON, HAT, HAIR = 1, 5, 7


def read(root: Path, *annotations: dict[str, Any], **categories: int) -> Labels:
    known = categories or {"person": PERSON, "hat": HAT, "hair": HAIR}
    write_json(root / "a.json", coco_document(*annotations, **known))
    (sample,) = open_dataset(root).samples("all")
    return sample.read_labels()


def row(values: np.ndarray[Any, Any], count: int = 6) -> list[int]:
    return [int(value) for value in values.ravel()[:count]]


def test_parts_are_painted_over_people_and_later_ones_over_earlier_ones(tmp_path: Path) -> None:
    labels = read(
        tmp_path,
        annotation(HAT, 0, 1),
        annotation(HAIR, 1, 2),
        annotation(PERSON, 0, 1, 2, 3),
        annotation(PERSON, 3, 4),
    )
    assert row(labels.categories) == [1, 2, 2, 0, 0, 0]
    assert row(labels.humans) == [1, 1, 1, 2, 2, 0]
    assert labels.instances is not None
    assert row(labels.instances.ids) == [1, 2, 2, 0, 0, 0]
    assert labels.instances.classes == {1: 1, 2: 2}
    assert labels.instances.humans == {1: 1, 2: 1}


def test_a_part_belongs_to_the_person_that_covers_most_of_it(tmp_path: Path) -> None:
    labels = read(
        tmp_path,
        annotation(PERSON, 0),
        annotation(PERSON, 1, 2),
        annotation(HAT, 0, 1, 2, 3),
        annotation(HAIR, 9),
    )
    assert row(labels.humans) == [2, 2, 2, 2, 0, 0]  # the whole hat
    assert labels.instances is not None
    assert labels.instances.humans == {1: 2, 2: 0}


def test_masks_count_and_not_what_is_left_of_them(tmp_path: Path) -> None:
    labels = read(
        tmp_path,
        annotation(PERSON, 0, 1, 2),
        annotation(PERSON, 0, 1, 2, 3),  # hides the first wholly
        annotation(HAT, 0, 1),
    )
    assert row(labels.humans) == [1, 1, 2, 2, 0, 0]  # of equal cover, the first


def test_a_person_id_decides(tmp_path: Path) -> None:
    labels = read(
        tmp_path,
        annotation(PERSON, 0, 1, person_id=9),
        annotation(PERSON, 2, 3),
        annotation(HAT, 0, person_id=1),
        annotation(HAIR, 1, person_id=0),
        annotation(HAIR, 4, person_id=500),
    )
    # Person 9 is painted over by parts of others; who has no id gets the first that is free.
    assert row(labels.humans) == [1, 0, 2, 2, 500, 0]
    assert row(labels.categories) == [1, 2, 0, 0, 2, 0]


def test_two_parts_of_one_kind_are_two_instances(tmp_path: Path) -> None:
    labels = read(tmp_path, annotation(PERSON, 0, 5), annotation(HAT, 0), annotation(HAT, 5))
    assert labels.instances is not None
    assert labels.instances.classes == {1: 1, 2: 1}
    assert row(labels.instances.ids) == [1, 0, 0, 0, 0, 2]


def test_what_is_hidden_wholly_is_no_instance(tmp_path: Path) -> None:
    labels = read(tmp_path, annotation(HAT, 0), annotation(HAIR, 0, 1))
    assert labels.instances is not None
    assert labels.instances.classes == {2: 2}


def test_crowds_are_unknown_where_nothing_else_is_said(tmp_path: Path) -> None:
    labels = read(
        tmp_path,
        annotation(PERSON, 0, 1, 2, 3, iscrowd=1),
        annotation(PERSON, 0, 1),
        annotation(HAT, 0),
        annotation(HAIR, 1, 5, iscrowd=1),
    )
    # 1: a person, of whom a crowd of hair says that parts are unknown there.
    assert row(labels.categories) == [1, 255, 255, 255, 0, 255]
    assert row(labels.humans) == [1, 1, 0, 0, 0, 0]
    assert labels.instances is not None
    assert labels.instances.classes == {1: 1}


def test_people_alone_are_a_class(tmp_path: Path) -> None:
    labels = read(tmp_path, annotation(18, 0, 1), annotation(18, 1, 2), person=18)
    assert row(labels.categories) == [1, 1, 1, 0, 0, 0]
    assert row(labels.humans) == [1, 2, 2, 0, 0, 0]


def test_background_annotations_paint_nothing(tmp_path: Path) -> None:
    labels = read(tmp_path, annotation(HAT, 0), annotation(9, 0, 1), hat=HAT, background=9)
    assert row(labels.categories) == [1, 0, 0, 0, 0, 0]


def test_a_photo_without_annotations(tmp_path: Path) -> None:
    labels = read(tmp_path)
    assert not labels.categories.any()
    assert not labels.humans.any()
    assert labels.categories.shape == (4, 6)


def test_three_hundred_people(tmp_path: Path) -> None:
    people = [annotation(PERSON, index % 24) for index in range(300)]
    assert sorted(set(row(read(tmp_path, *people).humans, 24))) == list(range(277, 301))


def test_a_sample_holds_its_own_annotations_only(tmp_path: Path) -> None:
    document = coco_document(annotation(HAT, 0), hat=HAT)
    many = [
        {"id": number, "file_name": f"{number}.jpg", "height": 4, "width": 6}
        for number in range(2, 2000)
    ]
    document["images"] += many
    document["annotations"] += [
        annotation(HAT, 0) | {"image_id": image["id"]} for image in many for _ in range(3)
    ]
    write_json(tmp_path / "a.json", document)
    samples = open_dataset(tmp_path).samples("all")
    assert len(samples) == 1999
    assert len(pickle.dumps(samples[0])) < 2000


def test_what_we_write_ourselves_comes_back(tmp_path: Path) -> None:
    result = make_result(person_scores=[0.9, 0.6], segment_scores=SEGMENT_SCORES)
    (tmp_path / "a.coco.json").write_text(json.dumps(result.to_coco()))
    dataset = open_dataset(tmp_path)
    labels = dataset.samples("all")[0].read_labels()
    assert dataset.scheme == result.scheme
    np.testing.assert_array_equal(labels.categories, result.part_map)
    np.testing.assert_array_equal(labels.humans, result.person_map)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"image_id": 7}, "image_id: no image has the id 7"),
        ({"image_id": None}, "image_id: expected an id, found nothing"),
        ({"category_id": 6}, "category_id: no category has the id 6"),
        ({"category_id": "hat"}, 'category_id: expected a whole number .* found "hat"'),
        ({"person_id": -1}, r"person_id: expected a whole number in 0\.\.65535, found -1"),
        ({"person_id": 70_000}, "person_id: expected a whole number"),
        ({"iscrowd": "no"}, 'iscrowd: expected 0 or 1, found "no"'),
        ({"segmentation": []}, "segmentation: expected polygons or run lengths"),
        (
            {"segmentation": {"size": [9, 9], "counts": "Q2"}},
            r"segmentation\.size: expected \[4, 6\]",
        ),
    ],
)
def test_annotations_that_are_none(tmp_path: Path, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=rf"a\.json: annotations\[1\]\.{message}") as caught:
        read(tmp_path, annotation(HAT, 0), annotation(HAT, 0) | wrong)
    assert caught.value.path == str(tmp_path / "a.json")


@pytest.mark.parametrize(
    ("field", "value"),
    [("annotations", {}), ("annotations", [None]), ("images", 7), ("categories", "hat")],
)
def test_files_that_are_none(tmp_path: Path, field: str, value: object) -> None:
    document = coco_document(annotation(HAT, 0), hat=HAT)
    write_json(tmp_path / "a.json", document | {field: value})
    with pytest.raises(DataError, match=rf"a\.json: {field}"):
        open_dataset(tmp_path).samples("all")


def test_files_of_two_splits_must_agree(tmp_path: Path) -> None:
    write_json(tmp_path / "train.json", coco_document(wing=1, tail=2))
    write_json(tmp_path / "val.json", coco_document(wing=1))
    dataset = open_dataset(tmp_path)
    dataset.samples("train")
    with pytest.raises(DataError, match=r"val\.json: categories: they are not those of the other"):
        dataset.samples("val")


def test_files_of_one_split_must_not_share_photos(tmp_path: Path) -> None:
    for name in ("a.coco.json", "b.coco.json"):
        write_json(tmp_path / name, coco_document(annotation(HAT, 0), hat=HAT))
    with pytest.raises(DataError, match=r"b\.coco\.json: images: 'a' is in another file"):
        open_dataset(tmp_path).samples("all")


def test_a_file_is_read_once(tmp_path: Path) -> None:
    root = write_instances(tmp_path)
    dataset = open_dataset(root)
    (sample,) = dataset.samples("val")
    (root / "annotations" / "instances_val2017.json").write_text("{}")
    assert dataset.scheme.name == "cihp"
    assert dataset.samples("val")[0] is sample
    with pytest.raises(DataError, match="no labelled split 'train'; it has: val"):
        dataset.samples("train")


def test_people_that_cover_more_than_memory_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [annotation(PERSON, 0, 1, 2), annotation(PERSON, 3, 4)]
    monkeypatch.setattr(coco_instances, "_MOST_KEPT", 5)
    assert read(tmp_path / "enough", *people).humans.max() == 2
    monkeypatch.setattr(coco_instances, "_MOST_KEPT", 4)
    with pytest.raises(DataError, match="a: its people cover more pixels"):
        read(tmp_path / "too_much", *people)

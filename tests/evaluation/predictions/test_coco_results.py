"""COCO's JSON: results, and data sets with scores."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.evaluation.toy_set import write_toy_set

from m2fp.datasets import open_dataset
from m2fp.errors import ConfigError, DataError
from m2fp.evaluation import DataChoice, run_score
from m2fp.evaluation.predictions.coco_results import CocoResults
from m2fp.results.rle import encode

SIZE = (4, 6)
HAIR, FACE, PERSON = 2, 13, 20


@dataclass(frozen=True)
class Named:
    name: str


def block(rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros(SIZE, np.bool_)
    mask[rows, columns] = True
    return mask


WHOLE = block(slice(0, 4), slice(1, 5))
TOP = block(slice(0, 2), slice(1, 5))


def row(category: int, mask: object, score: float, image: int | str = 7) -> dict[str, Any]:
    segmentation = encode(mask) if isinstance(mask, np.ndarray) else mask
    return {
        "image_id": image, "category_id": category, "segmentation": segmentation, "score": score
    }  # fmt: skip


def results(folder: Path, rows: object) -> CocoResults:
    """Return these results for a data set that has no ids of its own."""
    path = folder / "results.json"
    path.write_text(json.dumps(rows))
    root = folder / "toys"
    dataset = open_dataset(root if root.exists() else write_toy_set(root, 1))
    return CocoResults.at(path, dataset, "val")


def test_masks_stay_as_they_are_and_the_surest_is_the_label(tmp_path: Path) -> None:
    rows = [row(FACE, WHOLE, 0.9), row(HAIR, TOP, 0.3), row(PERSON, WHOLE, 0.8)]
    with results(tmp_path, rows).open() as source:
        found = source.predict(Named("0000007"), SIZE)
    assert found.categories.tolist() == (WHOLE * FACE).tolist()
    everywhere = np.zeros(SIZE, np.intp)
    assert found.parts.overlaps(everywhere, 1).areas().tolist() == [16, 8]
    assert found.parts.class_ids.tolist() == [FACE, HAIR]
    assert found.people.overlaps(everywhere, 1).areas().tolist() == [16]
    assert found.people.class_ids.tolist() == [0]
    assert found.people.scores.tolist() == [0.8]


@pytest.mark.parametrize("form", ["text", "runs", "polygon"])
def test_masks_in_all_forms(tmp_path: Path, form: str) -> None:
    forms = {
        "text": encode(WHOLE),
        "runs": {"size": [4, 6], "counts": [4, 16, 4]},
        "polygon": [[1, 0, 5, 0, 5, 4, 1, 4]],
    }
    with results(tmp_path, [row(FACE, forms[form], 0.9)]).open() as source:
        found = source.predict(Named("7"), SIZE)
    assert found.categories.tolist() == (WHOLE * FACE).tolist()
    assert found.people is None  # nobody in the whole file


@pytest.mark.parametrize("image", [7, "7", "0000007", "val/0000007.jpg"])
def test_images_by_name_or_number(tmp_path: Path, image: int | str) -> None:
    source = results(tmp_path, [row(FACE, WHOLE, 0.9, image)])
    with source.open() as opened:
        assert opened.predict(Named("0000007"), SIZE).categories.any()
    assert source.coverage(["0000007"]).unused == 0


def test_a_list_does_not_name_photos_without_anything(tmp_path: Path) -> None:
    source = results(tmp_path, [row(FACE, WHOLE, 0.9), row(FACE, WHOLE, 0.9, 8)])
    assert source.coverage(["0000007", "0000009"]).missing == ()
    assert source.coverage(["0000007", "0000009"]).unused == 1
    # But one of none of these photos is that of another data set.
    assert source.coverage(["a", "b"]).missing == ("a", "b")
    with source.open() as opened:
        assert len(opened.predict(Named("0000009"), SIZE).parts.scores) == 0


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([row(99, WHOLE, 0.9)], r"results\[0\].category_id: 99 is no category"),
        ([row(FACE, WHOLE, "high")], r"results\[0\].score: expected a number"),
        ([{"image_id": 7, "category_id": FACE}], r"results\[0\].score: expected a number"),
        ([3], r"results\[0\]: expected an object"),
        ({"a": 1}, "neither a list of COCO results nor a COCO data set"),
        (3, "neither a list of COCO results nor a COCO data set"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, rows: object, message: str) -> None:
    source = results(tmp_path, rows)
    with pytest.raises(DataError, match=message), source.open():
        pass


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        ({"size": [6, 4], "counts": "x"}, r"segmentation.size: expected \[4, 6\]"),
        ({"size": [4, 6], "counts": [3]}, "runs that sum up to"),
        (None, "expected polygons or run lengths"),
    ],
)
def test_masks_are_checked_when_they_are_needed(tmp_path: Path, mask: object, message: str) -> None:
    source = results(tmp_path, [row(FACE, mask, 0.9)])
    with source.open() as opened, pytest.raises(DataError, match=message):
        opened.predict(Named("7"), SIZE)


def coco_set(images: list[dict[str, Any]], rows: list[dict[str, Any]]) -> dict[str, Any]:
    names = {4: "Person", 8: "face", 15: "hair"}
    return {
        "images": images,
        "annotations": [{"id": number, **row} for number, row in enumerate(rows, start=1)],
        "categories": [{"id": key, "name": name} for key, name in names.items()],
    }


IMAGES = [
    {"id": 7, "file_name": "x/a.jpg", "height": 4, "width": 6},
    {"id": "b", "file_name": "b.jpg", "height": 4, "width": 6},
]


def test_a_data_set_brings_its_own_categories_and_images(tmp_path: Path) -> None:
    rows = [row(8, WHOLE, 0.9), row(15, TOP, 0.95), row(4, WHOLE, 0.8)]
    del rows[1]["score"]
    source = results(tmp_path, coco_set(IMAGES, rows))
    with source.open() as opened:
        found = opened.predict(Named("a"), SIZE)
        assert not opened.predict(Named("b"), SIZE).categories.any()
    assert found.categories.tolist() == np.where(TOP, HAIR, WHOLE * FACE).tolist()
    assert found.parts.scores.tolist() == [0.9, 1.0]
    assert found.people.scores.tolist() == [0.8]
    # It says of b that nothing is there, and of c it says nothing.
    assert source.coverage(["a", "b", "c"]).missing == ("c",)


def test_categories_that_the_data_set_does_not_have(tmp_path: Path) -> None:
    document = coco_set(IMAGES, [])
    document["categories"].append({"id": 1, "name": "jumpsuits"})
    with pytest.raises(ConfigError, match="no place for"), results(tmp_path, document).open():
        pass


@pytest.fixture
def coco_data(tmp_path: Path) -> Path:
    """Return a data set in COCO's own format, with ids that are neither names nor part ids."""
    root = tmp_path / "coco"
    (root / "annotations").mkdir(parents=True)
    (root / "images").mkdir()
    images = [dict(image, file_name=Path(image["file_name"]).name) for image in IMAGES]
    for image in images:
        Image.new("RGB", (6, 4)).save(root / "images" / image["file_name"])
    rows = [row(4, WHOLE, 1), row(8, WHOLE, 1), row(15, TOP, 1)]
    document = coco_set(images, [dict(each, iscrowd=0, area=1, bbox=[1, 0, 4, 4]) for each in rows])
    (root / "annotations" / "instances_val.json").write_text(json.dumps(document))
    return root


def test_results_take_ids_and_categories_from_a_coco_data_set(
    coco_data: Path, tmp_path: Path
) -> None:
    path = tmp_path / "results.json"
    rows = [row(15, TOP, 0.95), row(8, WHOLE, 0.9), row(4, WHOLE, 0.8)]
    path.write_text(json.dumps(rows))
    report = run_score(DataChoice(coco_data), path)
    assert report.subject.kind == "coco"
    assert report.data.layout == "coco-instances"
    assert report.people.people == report.people.predicted == 1
    assert report.tables[0].pixel_accuracy == 1.0
    assert report.person_masks.strict.vol == pytest.approx(1.0)

    path.write_text(json.dumps([*rows, row(4, WHOLE, 0.9, image=99)]))
    source = CocoResults.at(path, open_dataset(coco_data), "val")
    assert (source.coverage(["a", "b"]).missing, source.coverage(["a", "b"]).unused) == ((), 1)

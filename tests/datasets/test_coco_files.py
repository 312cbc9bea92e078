"""Finding COCO files, their splits and their pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.datasets.more_layouts import annotation, coco_document, write_instances, write_json
from tests.datasets.pictures import write_photo

from m2fp.datasets import open_dataset
from m2fp.datasets.coco_files import coco_files, read_images
from m2fp.datasets.coco_pictures import PictureSearch
from m2fp.datasets.json_file import Fields
from m2fp.errors import DataError

DOCUMENT = coco_document(annotation(1, 0), hat=1)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["a.json"], {"all": ["a.json"]}),
        (["test_run/a.json", "b.json"], {"all": ["b.json"]}),
        (["a.coco.json", "b.coco.json"], {"all": ["a.coco.json", "b.coco.json"]}),
        (
            ["test/_annotations.coco.json", "valid/_annotations.coco.json"],
            {"val": ["valid/_annotations.coco.json"], "test": ["test/_annotations.coco.json"]},
        ),
        (
            ["annotations/person_keypoints_val2017.json", "annotations/instances_val2017.json"],
            {"val": ["annotations/instances_val2017.json"]},
        ),
        (["elsewhere/instances_val.json"], {}),
    ],
)
def test_places_and_splits(tmp_path: Path, names: list[str], found: dict[str, list[str]]) -> None:
    for name in names:
        write_json(tmp_path / name, DOCUMENT)
    write_json(tmp_path / "result.json", {"image": 1, "segmentation": [], "categories": []})
    write_json(tmp_path / "captions_val2017.json", {"images": [], "annotations": []})
    (tmp_path / "empty.json").touch()
    files = coco_files(tmp_path, "instances")
    assert list(files) == list(found)
    assert {
        split: [path.relative_to(tmp_path).as_posix() for path in paths]
        for split, paths in files.items()
    } == found
    assert coco_files(tmp_path, "panoptic") == {}


def test_one_file_is_a_data_set_too(tmp_path: Path) -> None:
    root = write_instances(tmp_path) / "annotations" / "instances_val2017.json"
    dataset = open_dataset(root)
    assert dataset.splits == ("val",)
    assert dataset.samples("val")[0].read().pixels.shape == (4, 6, 3)


@pytest.mark.parametrize(
    ("file", "photo"),
    [
        ("val.json", "a.jpg"),
        ("val.json", "images/a.jpg"),
        ("val.json", "val/a.jpg"),
        ("annotations/val.json", "annotations/a.jpg"),
        ("annotations/val.json", "a.jpg"),
        ("annotations/val.json", "photos/a.jpg"),
        ("annotations/val.json", "valid/a.jpg"),
        ("annotations/val.json", "images/val2017/a.jpg"),
    ],
)
def test_where_photos_lie(tmp_path: Path, file: str, photo: str) -> None:
    write_json(tmp_path / file, DOCUMENT)
    write_photo(tmp_path / photo)
    (tmp_path / "images" / "train2017").mkdir(parents=True, exist_ok=True)
    (sample,) = open_dataset(tmp_path).samples("val")
    assert sample.image == tmp_path / photo


def test_photos_are_not_looked_for_outside_the_root(tmp_path: Path) -> None:
    root = tmp_path / "data"
    write_json(root / "val.json", DOCUMENT)
    write_photo(tmp_path / "a.jpg")
    search = PictureSearch.around(root / "val.json", root=root, split="val")
    assert search.folder("a.jpg", ()) == root


def test_a_photo_that_is_not_there_is_missed_when_it_is_read(tmp_path: Path) -> None:
    write_json(tmp_path / "val.json", DOCUMENT)
    (sample,) = open_dataset(tmp_path).samples("val")
    assert sample.read_labels().categories[0, 0] == 1
    with pytest.raises(DataError, match=r"a\.jpg is missing"):
        sample.read()


@pytest.mark.parametrize(
    ("file_names", "names"),
    [
        (["a.jpg", "b.c.png"], ["a", "b.c"]),
        (["val2017/a.jpg", "val2017/b.jpg"], ["a", "b"]),
        (["1/a.jpg", "2/a.jpg"], ["1_a", "2_a"]),
        (["1\\a.jpg", "2\\a.jpg"], ["1_a", "2_a"]),
    ],
)
def test_names_of_photos(file_names: list[str], names: list[str]) -> None:
    assert [image.name for image in images(*file_names).values()] == names


def images(*file_names: object, **more: Any) -> Any:
    rows = [
        {"id": number, "file_name": name, "height": 4, "width": 6} | more
        for number, name in enumerate(file_names)
    ]
    return read_images(Fields(json.loads(json.dumps({"images": rows})), Path("a.json")))


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "\\a.jpg",
        "C:\\a.jpg",
        "c:a.jpg",
        "\\\\host\\share\\a.jpg",
        "../a.jpg",
        "b/../../a.jpg",
        "b\\..\\..\\a.jpg",
        "a\0.jpg",
        "",
        ".",
        "..jpg",
        "a/...jpg",
        "a" * 256,
        "a/" * 600 + "a.jpg",
    ],
)
def test_names_that_lead_out_of_the_folder(name: str) -> None:
    with pytest.raises(DataError, match=r"images\[1\]\.file_name: must name a file inside"):
        images("a.jpg", name)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"file_name": None}, r"images\[0\]\.file_name: expected a text, found nothing"),
        ({"file_name": ["a.jpg"]}, r"images\[0\]\.file_name: expected a text, found a list"),
        ({"height": 0}, r"images\[0\]\.height: expected a whole number in 1\.\.65535, found 0"),
        ({"width": 10**9}, r"images\[0\]\.width: expected a whole number"),
        ({"width": "6"}, r"images\[0\]\.width: expected a whole number"),
        (
            {"height": 50_000, "width": 50_000},
            r"images\[0\]\.height: 50000 x 50000 pixels are more",
        ),
        ({"id": 7}, r"images\[1\]\.id: 7 is there twice"),
        ({"id": None}, r"images\[0\]\.id: expected an id"),
        ({"file_name": "a.jpg"}, r"images\[1\]\.file_name: 'a.jpg' is there twice"),
    ],
)
def test_images_that_are_none(more: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        images("a.jpg", "b.jpg", **more)

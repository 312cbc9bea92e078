"""Folders of photos and labels that people make themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.datasets.layouts import write_files
from tests.datasets.more_layouts import write_json, write_list, write_plain, write_results
from tests.datasets.pictures import ids_with, write_ids

from m2fp.datasets import open_dataset
from m2fp.errors import DataError


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("images", "labels"),
        ("photos", "masks"),
        ("Images", "Category_ids"),
        ("img", "annotations"),
        ("JPEGImages", "SegmentationClass"),
    ],
)
def test_names_of_folders(tmp_path: Path, images: str, labels: str) -> None:
    write_files(tmp_path / images, tmp_path / labels)
    dataset = open_dataset(tmp_path, scheme="lip")
    assert (dataset.layout, dataset.splits) == ("plain", ("all",))
    assert [sample.name for sample in dataset.samples("all")] == ["a", "b"]
    assert dataset.samples("all")[0].read_labels().categories.max() == 2


@pytest.mark.parametrize("folder", ["humans", "persons", "person_ids", "Human_ids"])
def test_people(tmp_path: Path, folder: str) -> None:
    write_plain(tmp_path)
    for name in ("a", "b"):
        write_ids(tmp_path / folder / f"{name}.png", ids_with(1, 300), bits=16)
    labels = open_dataset(tmp_path).samples("all")[0].read_labels()
    assert labels.humans.ravel()[:3].tolist() == [1, 300, 0]


def test_splits_inside(tmp_path: Path) -> None:
    for split in ("valid", "train"):
        write_files(tmp_path / "images" / split, tmp_path / "labels" / split)
    for name in ("a", "b"):
        write_ids(tmp_path / "persons" / "train" / f"{name}.png", ids_with(2, 2))
    (tmp_path / "labels" / "test").mkdir()  # nothing in it
    dataset = open_dataset(tmp_path, scheme="lip")
    assert dataset.splits == ("train", "val")
    train = dataset.samples("train")[1]
    assert train.image == tmp_path / "images" / "train" / "b.jpg"
    assert train.read_labels().humans.max() == 2


def test_splits_around(tmp_path: Path) -> None:
    for split in ("test", "train"):
        write_files(tmp_path / split / "photos", tmp_path / split / "masks")
    dataset = open_dataset(tmp_path, scheme="lip")
    assert dataset.splits == ("train", "test")
    assert dataset.samples("test")[0].image == tmp_path / "test" / "photos" / "a.jpg"


@pytest.mark.parametrize(
    "place", ["train.txt", "lists/train_id.txt", "ImageSets/Segmentation/train.txt"]
)
def test_splits_by_lists(tmp_path: Path, place: str) -> None:
    write_plain(tmp_path)
    write_list(tmp_path / place, "b")
    write_list(tmp_path / "lists" / "trainval.txt", "a", "b")
    dataset = open_dataset(tmp_path)
    assert dataset.splits == ("train",)
    assert [sample.name for sample in dataset.samples("train")] == ["b"]


def test_the_root_may_be_named_after_a_data_set(tmp_path: Path) -> None:
    write_files(tmp_path / "LIP" / "images", tmp_path / "LIP" / "labels")
    assert open_dataset(tmp_path / "LIP").scheme.name == "lip"


def test_nothing_says_what_ids_mean(tmp_path: Path) -> None:
    write_files(tmp_path / "images", tmp_path / "labels")
    with pytest.raises(DataError, match=r"put a list of classes there \(classes\.txt or") as caught:
        open_dataset(tmp_path)
    assert "--scheme: cihp, lip" in caught.value.message


@pytest.mark.parametrize("gone", ["images", "labels/a.png labels/b.png"])
def test_without_photos_or_labels_it_is_none(tmp_path: Path, gone: str) -> None:
    write_plain(tmp_path)
    for name in gone.split():
        (tmp_path / name).rename(tmp_path / f"{Path(name).stem}.gone")
    with pytest.raises(DataError, match="no data set in a layout that is known"):
        open_dataset(tmp_path)


def test_saved_results_name_their_scheme(tmp_path: Path) -> None:
    root = write_results(tmp_path)
    (root / "a.jpg").rename((root / "photos").mkdir() or root / "photos" / "a.jpg")
    write_ids(root / "b.parts.png", ids_with(19))
    (alone, other) = open_dataset(root).samples("all")
    assert alone.image == root / "photos" / "a.jpg"
    assert other.read_labels().humans.ravel()[:2].tolist() == [1, 0]  # no file of persons


def test_saved_results_without_a_document(tmp_path: Path) -> None:
    root = write_results(tmp_path)
    (root / "a.json").unlink()
    with pytest.raises(DataError, match="nothing says what the ids"):
        open_dataset(root)
    assert open_dataset(root, scheme="lip").scheme.name == "lip"
    write_list(root / "classes.txt", "background", "wing", "tail")
    assert open_dataset(root).scheme.names[1] == "wing"


@pytest.mark.parametrize("document", [{}, {"scheme": 7}, {"scheme": "wings"}])
def test_saved_results_with_a_strange_document(tmp_path: Path, document: object) -> None:
    root = write_results(tmp_path)
    write_json(root / "a.json", document)
    with pytest.raises(DataError, match=r"a\.json: scheme: "):
        open_dataset(root)


def test_files_that_macos_leaves_are_no_results(tmp_path: Path) -> None:
    root = write_results(tmp_path)
    (root / "._a.parts.png").write_bytes(b"macOS")
    dataset = open_dataset(root)
    assert [sample.name for sample in dataset.samples("all")] == ["a"]
    with pytest.raises(DataError, match="no labelled split 'val'; it has: all"):
        dataset.samples("val")

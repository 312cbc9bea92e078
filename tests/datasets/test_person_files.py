"""MHP-v1 and MHP-v2: one picture to a person, and people that overlap."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.datasets.more_layouts import write_list, write_mhp_v1, write_mhp_v2, write_person
from tests.datasets.pictures import ids_with, write_ids, write_photo

from m2fp.datasets import open_dataset
from m2fp.datasets.check import check_dataset
from m2fp.errors import DataError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """MHP-v2 with photo 10, where person 2 covers a part of person 1."""
    write_photo(tmp_path / "val" / "images" / "10.jpg")
    write_person(tmp_path / "val" / "parsing_annos" / "10_02_01.png", ids_with(3, 4, 4))
    write_person(tmp_path / "val" / "parsing_annos" / "10_02_02.png", ids_with(0, 0, 58, 35))
    write_list(tmp_path / "list" / "val.txt", "10")
    return tmp_path


def test_later_people_are_painted_over_earlier_ones(root: Path) -> None:
    (sample,) = open_dataset(root).samples("val")
    labels = sample.read_labels()
    assert labels.categories.ravel()[:5].tolist() == [3, 4, 58, 35, 0]
    assert labels.humans.ravel()[:5].tolist() == [1, 1, 2, 2, 0]
    assert (labels.categories.dtype, labels.humans.dtype) == (np.uint8, np.uint16)
    assert labels.instances is None


def test_people_go_by_number_and_not_by_name(root: Path) -> None:
    folder = root / "val" / "parsing_annos"
    for path in folder.iterdir():
        path.unlink()
    for person in range(1, 13):  # "10_12_9" sorts after "10_12_10"
        write_person(folder / f"10_12_{person}.png", ids_with(person))
    (sample,) = open_dataset(root).samples("val")
    labels = sample.read_labels()
    assert (labels.categories[0, 0], labels.humans[0, 0]) == (12, 12)
    assert len(sample.label_files) == 12


def test_three_hundred_people(root: Path) -> None:
    folder = root / "val" / "parsing_annos"
    write_list(root / "list" / "val.txt", "1_0")
    for person in range(1, 301):
        write_person(folder / f"1_0_300_{person}.png", ids_with(*([0] * (person % 24)), 5))
    labels = open_dataset(root).samples("val")[0].read_labels()
    assert labels.humans.max() == 300


def test_a_person_without_a_file_is_named(root: Path) -> None:
    missing = root / "val" / "parsing_annos" / "10_02_02.png"
    missing.unlink()
    (sample,) = open_dataset(root).samples("val")
    assert missing in sample.label_files
    with pytest.raises(DataError, match=r"10_02_02\.png is missing") as caught:
        sample.read_labels()
    assert (caught.value.path, caught.value.code) == (str(missing), "missing_file")


def test_a_photo_without_any_person_is_named(root: Path) -> None:
    write_list(root / "list" / "val.txt", "10", "11")
    sample = open_dataset(root).samples("val")[1]
    with pytest.raises(DataError, match=r"11_01_01\.png is missing"):
        sample.read_labels()


@pytest.mark.parametrize("name", ["10_03_01.png", "10_0_1.png"])
def test_files_that_do_not_agree_on_the_number_of_people(root: Path, name: str) -> None:
    write_person(root / "val" / "parsing_annos" / name, ids_with(1))
    with pytest.raises(DataError, match=r"photo 10 has [02] and [23] people"):
        open_dataset(root).samples("val")


def test_people_of_different_sizes(root: Path) -> None:
    path = root / "val" / "parsing_annos" / "10_02_02.png"
    write_person(path, ids_with(1, size=(4, 5)))
    with pytest.raises(DataError, match=r"10_02_02\.png is 5 x 4, .*10_02_01\.png is 6 x 4"):
        open_dataset(root).samples("val")[0].read_labels()


def test_an_id_that_is_no_part(root: Path) -> None:
    write_person(root / "val" / "parsing_annos" / "10_02_01.png", ids_with(59))
    with pytest.raises(DataError, match=r"10_02_01\.png has the id 59; label scheme mhp-v2"):
        open_dataset(root).samples("val")[0].read_labels()


@pytest.mark.parametrize("mode", ["I;16", "1"])
def test_a_picture_of_another_kind(root: Path, mode: str) -> None:
    path = root / "val" / "parsing_annos" / "10_02_01.png"
    Image.new(mode, (6, 4)).save(path)
    with pytest.raises(DataError, match="8 bits in a channel"):
        open_dataset(root).samples("val")[0].read_labels()


def test_test_photos_are_splits_only_where_they_have_annotations(root: Path) -> None:
    for split in ("test_all", "test_inter_top10", "train"):
        write_list(root / "list" / f"{split}.txt", "12")
    assert open_dataset(root).splits == ("val",)
    write_person(root / "test" / "parsing_annos" / "12_01_01.png", ids_with(1))
    dataset = open_dataset(root)
    assert dataset.splits == ("val", "test_all", "test_inter_top10")
    assert [sample.name for sample in dataset.samples("test_inter_top10")] == ["12"]
    with pytest.raises(DataError, match=r"no labelled split 'train'; it has: val, test_all, "):
        dataset.samples("train")


def test_the_list_tells_the_order(root: Path) -> None:
    write_person(root / "val" / "parsing_annos" / "9_01_01.png", ids_with(1))
    write_person(root / "val" / "parsing_annos" / "8_01_01.png", ids_with(1))
    write_list(root / "list" / "val.txt", "9", "10", "9")
    assert [sample.name for sample in open_dataset(root).samples("val")] == ["9", "10"]


def test_version_one_has_one_folder_for_all_splits(tmp_path: Path) -> None:
    root = write_mhp_v1(tmp_path)
    write_ids(root / "annotations" / "0002_01_01.png", ids_with(18))
    write_list(root / "train_list.txt", "0002.jpg")
    dataset = open_dataset(root)
    assert dataset.splits == ("train", "test")
    labels = dataset.samples("train")[0].read_labels()
    assert dataset.scheme.label(int(labels.categories[0, 0])).name == "torso-skin"


def test_nobody_knows_about_scenes(tmp_path: Path) -> None:
    assert open_dataset(write_mhp_v2(tmp_path)).scenes("val") == []


def test_the_check_names_the_one_file_that_is_broken(root: Path) -> None:
    (root / "val" / "parsing_annos" / "10_02_02.png").write_bytes(b"no picture")
    report = check_dataset(open_dataset(root))
    (finding,) = report.examples
    assert "10_02_02.png" in finding.message
    assert report.errors == 1


def test_a_name_cannot_promise_any_number_of_people(root: Path) -> None:
    write_list(root / "list" / "val.txt", "11")
    write_person(root / "val" / "parsing_annos" / "11_65535_01.png", ids_with(1))
    with pytest.raises(DataError, match=r"photo 11 has 65535 people; .* 1 to 999"):
        open_dataset(root).samples("val")

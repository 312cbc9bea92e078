"""CIHP's folders, with people and numbered parts, and as M2FP uses them for other data sets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.datasets.layouts import write_crowd, write_crowd_table, write_m2fp
from tests.datasets.pictures import ids_with, write_ids, write_photo
from tests.labelled_photos import standing_person, write_cihp

from m2fp.datasets import open_dataset
from m2fp.datasets.cihp import open_cihp
from m2fp.errors import DataError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_cihp(tmp_path, [standing_person(), standing_person((60, 50))])


def test_reads_in_the_order_of_the_list(root: Path) -> None:
    (root / "Training" / "train_id.txt").write_text("0000002\n0000001\n")
    samples = open_cihp(root).samples("train")
    assert [sample.name for sample in samples] == ["0000002", "0000001"]
    photo, want = samples[1].read(), standing_person()
    assert np.array_equal(photo.categories, want.categories)
    assert np.array_equal(photo.humans, want.humans)
    assert photo.pixels.shape == (80, 60, 3)
    assert photo.pixels.dtype == photo.categories.dtype == np.uint8
    assert photo.humans.dtype == np.uint16


def test_without_a_list_photos_are_read_by_name(root: Path) -> None:
    (root / "Training" / "train_id.txt").unlink()
    (root / "Training" / "Images" / "0000003.jpg").touch()  # nobody has labelled it
    names = [sample.name for sample in open_cihp(root).samples("train")]
    assert names == ["0000001", "0000002"]


def test_a_name_that_is_in_the_list_twice_is_one_photo(root: Path) -> None:
    (root / "Training" / "train_id.txt").write_text("0000002\n0000001\n0000002\n")
    names = [sample.name for sample in open_cihp(root).samples("train")]
    assert names == ["0000002", "0000001"]


def test_validation_lies_in_its_own_folder(tmp_path: Path) -> None:
    write_cihp(tmp_path, [standing_person()], split="val")
    (sample,) = open_cihp(tmp_path).samples("val")
    assert sample.image == tmp_path / "Validation" / "Images" / "0000001.jpg"


@pytest.mark.parametrize("suffix", [".jpeg", ".png", ".JPG"])
def test_photos_may_have_another_suffix(root: Path, suffix: str) -> None:
    old = root / "Training" / "Images" / "0000001.jpg"
    new = write_photo(root / "Training" / "Images" / f"0000001{suffix}", (80, 60))
    old.unlink()
    sample = open_cihp(root).samples("train")[0]
    assert sample.image == new
    assert sample.read().pixels.shape == (80, 60, 3)


def test_testing_is_a_split_where_it_is_labelled(root: Path) -> None:
    write_photo(root / "Testing" / "Images" / "0000009.jpg")
    (root / "Testing" / "test_id.txt").write_text("0000009\n")
    assert open_cihp(root).splits == ("train",)
    write_ids(root / "Testing" / "Category_ids" / "0000009.png", ids_with(1))
    assert open_cihp(root).splits == ("train", "test")


def test_no_such_split(root: Path) -> None:
    with pytest.raises(DataError, match="no labelled split 'val'; it has: train"):
        open_cihp(root).samples("val")
    with pytest.raises(DataError, match="not in CIHP layout"):
        open_cihp(root / "Training")


@pytest.mark.parametrize("name", ["Images/0000002.jpg", "Category_ids/0000002.png"])
def test_a_listed_photo_that_is_missing_is_listed_all_the_same(root: Path, name: str) -> None:
    (root / "Training" / name).unlink()
    whole, broken = open_cihp(root).samples("train")
    assert whole.read().pixels.shape == (80, 60, 3)
    with pytest.raises(DataError, match=f"{name} is missing") as caught:
        broken.read()
    assert caught.value.path == str(root / "Training" / name)
    assert caught.value.code == "missing_file"


def test_labels_of_another_size(root: Path) -> None:
    Image.new("L", (60, 79)).save(root / "Training" / "Human_ids" / "0000001.png")
    sample = open_cihp(root).samples("train")[0]
    with pytest.raises(DataError, match=r"Human_ids.* 60 x 79, .*Category_ids.* 60 x 80") as caught:
        sample.read_labels()
    assert caught.value.code == "size_mismatch"


def test_scenes_are_named_in_a_list_of_their_own(root: Path) -> None:
    assert open_cihp(root).scenes("train") == []
    scenes = root / "Training" / "scene_id.txt"
    scenes.write_text("0000002\n")
    assert [scene.name for scene in open_cihp(root).scenes("train")] == ["0000002"]
    scenes.write_text("0000002\n0000007\n")
    with pytest.raises(DataError, match="not in the split: 0000007"):
        open_cihp(root).scenes("train")


@pytest.mark.parametrize(
    ("name", "people", "scheme"),
    [
        ("data", True, "cihp"),
        ("data", False, "lip"),
        ("lip", True, "lip"),
        ("CIHP", False, "cihp"),
        ("ATR", False, "atr"),
        ("pascal-person-part", True, "ppp"),
        ("ppp", True, "ppp"),
        ("mhpv2", True, "mhp-v2"),
        ("LV-MHP-v2", True, "mhp-v2"),
        ("lip-and-more", True, "cihp"),
    ],
)
def test_the_name_of_the_root_tells_the_scheme(
    tmp_path: Path, name: str, people: bool, scheme: str
) -> None:
    root = write_m2fp(tmp_path / name, people=people)
    assert open_dataset(root).scheme.name == scheme
    assert open_dataset(root, scheme="ccp14").scheme.name == "ccp14"


def test_an_id_beyond_the_scheme(tmp_path: Path) -> None:
    root = write_m2fp(tmp_path / "ppp")
    write_ids(root / "Validation/Category_ids/a.png", ids_with(6, 7, 12, 255))
    with pytest.raises(DataError, match=r"a\.png has the ids 7, 12; label scheme ppp") as caught:
        open_cihp(root).samples("val")[0].read()
    assert caught.value.code == "unknown_id"
    assert "--scheme" in caught.value.message
    labels = open_dataset(root, scheme="cihp").samples("val")[0].read_labels()
    assert labels.categories.max() == 255


def test_without_person_ids_all_that_is_labelled_is_one_person(tmp_path: Path) -> None:
    root = write_m2fp(tmp_path / "lip")
    write_ids(root / "Validation/Category_ids/a.png", ids_with(0, 5, 255, 19))
    labels = open_cihp(root).samples("val")[0].read_labels()
    assert labels.humans.ravel()[:5].tolist() == [0, 1, 0, 1, 0]
    assert labels.instances is None


def test_numbered_parts_of_fourteen_people_in_16_bits(tmp_path: Path) -> None:
    write_crowd(tmp_path, 14, bits=16)
    table = write_crowd_table(tmp_path, 14)
    (sample,) = open_cihp(tmp_path).samples("val")
    parts = sample.read_labels().instances
    assert parts is not None
    assert parts.ids.dtype == np.uint16
    assert parts.ids[:, 13].tolist() == [278, 279]
    assert (parts.classes[278], parts.humans[278]) == (18, 14)
    assert len(parts.classes) == len(parts.humans) == 28
    assert sample.label_files[-1] == table
    assert sample.read().humans.max() == 14


def test_without_tables_the_maps_say_what_the_numbers_are(tmp_path: Path) -> None:
    write_crowd(tmp_path, 14, bits=16)
    (sample,) = open_cihp(tmp_path).samples("val")
    parts = sample.read_labels().instances
    assert parts is not None
    assert parts.classes == {20 * (k - 1) + part: part for k in range(1, 15) for part in (18, 19)}
    assert parts.humans == {20 * (k - 1) + part: k for k in range(1, 15) for part in (18, 19)}


def test_a_table_that_is_missing_among_others(tmp_path: Path) -> None:
    write_crowd(tmp_path, 2, bits=8)
    (tmp_path / "Validation" / "Instance_ids" / "b.txt").touch()
    (sample,) = open_cihp(tmp_path).samples("val")
    assert sample.read().humans.max() == 2  # the photo and its maps do without
    with pytest.raises(DataError, match=r"a\.txt is missing"):
        sample.read_labels()


def test_numbers_of_another_size(tmp_path: Path) -> None:
    write_crowd(tmp_path, 2, bits=8)
    write_ids(tmp_path / "Validation" / "Instance_ids" / "a.png", ids_with(1))
    with pytest.raises(DataError, match=r"Instance_ids.* 6 x 4, .*Category_ids.* 2 x 2"):
        open_cihp(tmp_path).samples("val")[0].read_labels()


def test_the_root_may_be_named_from_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_m2fp(tmp_path / "mhpv2", people=True) / "Validation"
    monkeypatch.chdir(folder)
    assert open_dataset("..").scheme.name == "mhp-v2"
    monkeypatch.chdir(folder.parent)
    assert open_dataset(".").scheme.name == "mhp-v2"


def test_a_link_has_a_name_of_its_own(tmp_path: Path) -> None:
    write_m2fp(tmp_path / "archive17", people=True)
    (tmp_path / "mhpv2").symlink_to(tmp_path / "archive17", target_is_directory=True)
    assert open_dataset(tmp_path / "mhpv2").scheme.name == "mhp-v2"

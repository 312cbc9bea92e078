"""LIP, SCHP, ATR and PASCAL-Person-Part: where their files are and what their ids mean."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.datasets.layouts import write_atr, write_lip, write_pascal, write_schp
from tests.datasets.pictures import write_photo

from m2fp.datasets import atr, open_dataset, pascal_person_part
from m2fp.datasets.folder_dataset import FolderDataset
from m2fp.datasets.lip import open_lip, open_schp
from m2fp.errors import DataError


def opened(root: Path) -> FolderDataset:
    dataset = atr.LAYOUT.open(root, None)
    assert isinstance(dataset, FolderDataset)
    return dataset


@pytest.mark.parametrize("nested", [True, False])
def test_lip_as_released(tmp_path: Path, nested: bool) -> None:
    dataset = open_lip(write_lip(tmp_path / "data", nested=nested))
    assert [sample.name for sample in dataset.samples("val")] == ["a", "b"]
    assert dataset.unlisted("val") == []
    assert dataset.samples("val")[1].read().pixels.shape == (4, 6, 3)


@pytest.mark.parametrize(
    ("name", "scheme"),
    [("LIP", "lip"), ("mine", "lip"), ("ATR", "atr"), ("Pascal-Person-Part", "ppp-schp")],
)
def test_schp_has_several_data_sets_in_one_layout(tmp_path: Path, name: str, scheme: str) -> None:
    assert open_schp(write_schp(tmp_path / name)).scheme.name == scheme


def test_atr_lists_share_their_folders(tmp_path: Path) -> None:
    root = write_atr(tmp_path / "humanparsing")
    assert [path.name for path in opened(root).unlisted("val")] == ["b.jpg", "b.png"]
    (root / "train_id.txt").write_text("b\n")
    dataset = opened(root)
    assert dataset.splits == ("train", "val")
    assert [sample.name for sample in dataset.samples("train")] == ["b"]
    assert dataset.unlisted("train") == dataset.unlisted("val") == []


def test_atr_as_released_has_no_lists(tmp_path: Path) -> None:
    root = write_atr(tmp_path / "humanparsing")
    (root / "val_id.txt").unlink()
    dataset = opened(root)
    assert dataset.splits == ("all",)
    assert [sample.name for sample in dataset.samples("all")] == ["a", "b"]


def test_pascal_finds_its_lists(tmp_path: Path) -> None:
    root = write_pascal(tmp_path / "pascal")
    (root / "list" / "val_id.txt").rename(root / "list" / "train.txt")
    assert open_dataset(root).splits == ("train",)


@pytest.mark.parametrize(
    "open_it", [open_lip, open_schp, atr.LAYOUT.open, pascal_person_part.LAYOUT.open]
)
def test_photos_alone_are_no_data_set(tmp_path: Path, open_it: object) -> None:
    write_photo(tmp_path / "JPEGImages" / "a.jpg")
    write_photo(tmp_path / "train_images" / "a.jpg")
    write_photo(tmp_path / "TrainVal_images" / "train_images" / "a.jpg")
    assert callable(open_it)
    with pytest.raises(DataError, match="it needs"):
        open_it(tmp_path, None)

"""Reading a data set in CIHP's layout, and what is said when it is not one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.labelled_photos import standing_person, write_cihp

from m2fp.datasets import CihpDataset
from m2fp.datasets.label_picture import read_ids
from m2fp.errors import DataError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_cihp(tmp_path, [standing_person(), standing_person((60, 50))])


def test_reads_in_the_order_of_the_list(root: Path) -> None:
    (root / "Training" / "train_id.txt").write_text("0000002\n0000001\n")
    samples = CihpDataset(root).samples("train")
    assert [sample.name for sample in samples] == ["0000002", "0000001"]
    photo, want = samples[1].read(), standing_person()
    assert np.array_equal(photo.categories, want.categories)
    assert np.array_equal(photo.humans, want.humans)
    assert photo.pixels.shape == (80, 60, 3)
    assert photo.pixels.dtype == photo.categories.dtype == np.uint8
    assert photo.humans.dtype == np.uint16


def test_validation_lies_in_its_own_folder(tmp_path: Path) -> None:
    write_cihp(tmp_path, [standing_person()], split="val")
    (sample,) = CihpDataset(tmp_path).samples("val")
    assert sample.image == tmp_path / "Validation" / "Images" / "0000001.jpg"


def test_a_missing_list(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"not in CIHP layout: Validation/val_id\.txt is missing"):
        CihpDataset(tmp_path).samples("val")


@pytest.mark.parametrize("name", ["Images/0000002.jpg", "Category_ids/0000002.png"])
def test_a_listed_photo_that_is_missing(root: Path, name: str) -> None:
    (root / "Training" / name).unlink()
    with pytest.raises(DataError, match="0000002 is listed but"):
        CihpDataset(root).samples("train")


def test_labels_of_another_size(root: Path) -> None:
    Image.new("L", (60, 79)).save(root / "Training" / "Human_ids" / "0000001.png")
    sample = CihpDataset(root).samples("train")[0]
    with pytest.raises(DataError, match=r"0000001.*\(80, 60\).*\(79, 60\)"):
        sample.read()


def test_indexed_labels_hold_ids_not_colours(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 3], [20, 255]], np.uint8))
    image.putpalette([255 - value // 3 for value in range(768)])  # any colours
    assert image.mode == "P"
    image.save(tmp_path / "ids.png")
    assert read_ids(tmp_path / "ids.png").tolist() == [[0, 3], [20, 255]]


@pytest.mark.parametrize("mode", ["RGB", "1", "I;16"])
def test_other_kinds_of_label_pictures_are_refused(tmp_path: Path, mode: str) -> None:
    Image.new(mode, (4, 4)).save(tmp_path / "ids.png")
    with pytest.raises(DataError, match="8-bit grey or indexed"):
        read_ids(tmp_path / "ids.png")

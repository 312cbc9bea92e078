"""Going over folders in which something is wrong: all of it is found, nothing else is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.datasets.layouts import write_atr, write_crowd, write_crowd_table, write_m2fp
from tests.datasets.pictures import ids_with, write_ids, write_photo
from tests.labelled_photos import standing_person, write_cihp

from m2fp.datasets import CheckReport, FindingKind, Labels, check_dataset, open_dataset
from m2fp.errors import DataError
from m2fp.labels import LabelScheme, get_scheme


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_cihp(tmp_path / "data", [standing_person()] * 3)


def check(root: Path) -> CheckReport:
    return check_dataset(open_dataset(root))


def findings(root: Path) -> list[tuple[str, str | None, str | None]]:
    """Return kind, photo and file name of everything found."""
    report = check(root)
    assert sum(report.counts.values()) == len(report.examples)
    return [
        (each.kind.value, each.sample, each.file and each.file.name) for each in report.examples
    ]


def test_every_error_of_a_reader_has_a_kind() -> None:
    for code in ("data_error", "missing_file", "unreadable_file", "size_mismatch", "unknown_id"):
        assert FindingKind(code).severity == "error"


@pytest.mark.parametrize("kind", FindingKind)
def test_every_kind_says_what_it_means(kind: FindingKind) -> None:
    assert len(kind.meaning) > 10


def test_a_clean_folder(root: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    report = check_dataset(open_dataset(root), progress=lambda *each: seen.append(each))
    assert (report.errors, report.notes, report.counts, report.examples) == (0, 0, {}, ())
    assert [(each.name, each.photos, each.people) for each in report.splits] == [("train", 3, 3)]
    assert seen == [("train", 1, 3), ("train", 2, 3), ("train", 3, 3)]
    assert report.to_dict()["splits"] == [{"name": "train", "photos": 3, "people": 3}]


def test_all_that_is_missing_is_found(root: Path) -> None:
    for name in ("Images/0000001.jpg", "Category_ids/0000001.png", "Human_ids/0000003.png"):
        (root / "Training" / name).unlink()
    assert sorted(findings(root)) == [
        ("missing_file", "0000001", "0000001.jpg"),
        ("missing_file", "0000001", "0000001.png"),
        ("missing_file", "0000003", "0000003.png"),
    ]


def test_all_that_cannot_be_read_is_found(root: Path) -> None:
    folder = root / "Training"
    (folder / "Human_ids/0000001.png").rename(folder / "Human_ids/0000001.PNG")
    for name in ("Category_ids/0000001.png", "Human_ids/0000001.PNG"):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: len(content) // 2])
    Image.new("RGB", (60, 80)).save(folder / "Category_ids" / "0000002.png")
    (folder / "Images" / "0000003.jpg").write_bytes(b"")
    assert findings(root) == [
        ("unreadable_file", "0000001", "0000001.png"),
        ("unreadable_file", "0000001", "0000001.PNG"),
        ("unreadable_file", "0000002", "0000002.png"),
        ("unreadable_file", "0000003", "0000003.jpg"),
    ]


def test_sizes_that_differ(root: Path) -> None:
    write_ids(root / "Training" / "Human_ids" / "0000001.png", np.ones((80, 61)))
    write_photo(root / "Training" / "Images" / "0000002.jpg", (80, 61))
    assert findings(root) == [
        ("size_mismatch", "0000001", "0000001.png"),
        ("size_mismatch", "0000002", "0000002.jpg"),
    ]


def test_a_photo_that_lies_on_its_side_is_a_note(root: Path) -> None:
    write_photo(root / "Training" / "Images" / "0000002.jpg", (60, 80), orientation=6)
    assert findings(root) == [("photo_turned", "0000002", "0000002.jpg")]
    assert check(root).errors == 0


def test_an_unknown_id(root: Path) -> None:
    write_ids(root / "Training" / "Category_ids" / "0000001.png", np.full((80, 60), 20))
    (finding,) = check(root).examples
    assert finding.kind == "unknown_id"
    assert "label scheme cihp" in finding.message


def test_people_and_parts(tmp_path: Path) -> None:
    root = write_m2fp(tmp_path / "data", people=True)
    write_ids(root / "Validation/Human_ids/a.png", ids_with(0, 1, 3))
    assert sorted(findings(root)) == [
        ("part_of_nobody", "a", None),
        ("person_id_gap", "a", None),
        ("person_without_parts", "a", None),
    ]
    report = check(root)
    assert (report.errors, report.notes) == (2, 1)
    assert report.splits[0].people == 3  # persons 1 and 3 of a, person 1 of b


def test_lists(root: Path) -> None:
    folder = root / "Training"
    (folder / "train_id.txt").write_bytes(b"\xef\xbb\xbf0000001\r\n0000003\r\n0000001\r\n")
    report = check(root)
    assert report.splits[0].photos == 2
    assert report.counts == {FindingKind.REPEATED_NAME: 1, FindingKind.UNLISTED_FILE: 3}
    unlisted = {each.file for each in report.examples if each.kind == FindingKind.UNLISTED_FILE}
    assert unlisted == {
        folder / "Images" / "0000002.jpg",
        folder / "Category_ids" / "0000002.png",
        folder / "Human_ids" / "0000002.png",
    }


def test_an_empty_list(root: Path) -> None:
    (root / "Training" / "train_id.txt").write_text("\n")
    assert check(root).counts[FindingKind.EMPTY_SPLIT] == 1


def test_a_list_that_cannot_be_read_does_not_end_it(tmp_path: Path) -> None:
    root = write_atr(tmp_path / "data")
    (root / "train_id.txt").write_bytes(b"\xff")
    report = check(root)
    assert report.counts == {FindingKind.UNREADABLE_FILE: 2}  # each split asks what is in no list
    assert [(each.name, each.photos) for each in report.splits] == [("train", 0), ("val", 1)]


def test_numbered_parts(tmp_path: Path) -> None:
    write_crowd_table(write_crowd(tmp_path, 14, bits=16), 14)
    assert findings(tmp_path) == []
    write_crowd(tmp_path, 14, bits=8)
    assert FindingKind.PART_NUMBER_OVERFLOW in check(tmp_path).counts
    write_crowd_table(write_crowd(tmp_path, 12, bits=8), 11)
    assert findings(tmp_path) == [("part_table", "a", None)]


def test_a_table_that_is_missing(tmp_path: Path) -> None:
    write_crowd(tmp_path, 2, bits=8)
    assert findings(tmp_path) == []
    (tmp_path / "Validation" / "Instance_ids" / "b.txt").touch()
    assert findings(tmp_path) == [("missing_file", "a", "a.txt")]


def test_few_examples_are_kept_and_all_are_counted(tmp_path: Path) -> None:
    root = write_m2fp(tmp_path / "data")
    names = [f"n{number}" for number in range(40)]
    (root / "Validation" / "val_id.txt").write_text("\n".join(names))
    report = check_dataset(open_dataset(root), examples=2)
    assert report.counts == {FindingKind.MISSING_FILE: 80, FindingKind.UNLISTED_FILE: 4}
    assert len(report.examples) == 4
    assert report.examples[0].sample == "n0"


def test_chosen_splits(root: Path) -> None:
    write_cihp(root, [standing_person()], split="val")
    (root / "Training" / "Images" / "0000001.jpg").unlink()
    assert check_dataset(open_dataset(root), ["val"]).counts == {}
    with pytest.raises(DataError, match="no labelled split 'test'; it has: train, val"):
        check_dataset(open_dataset(root), ["val", "test"])


class PlainSample:
    """The least that a sample is: no file, its own numbers of parts."""

    name = "made"
    image = None
    label_files = ()

    def read_labels(self) -> Labels:
        raise DataError("made up, and wrong")

    def read(self) -> None:
        raise AssertionError


class PlainDataset:
    """The least that a data set is."""

    root = Path("nowhere")
    layout = "made"
    scheme: LabelScheme = get_scheme("cihp")
    splits = ("all",)

    def samples(self, split: str) -> list[PlainSample]:
        return [PlainSample()]

    def scenes(self, split: str) -> list[PlainSample]:
        return []


def test_any_data_set_can_be_checked() -> None:
    report = check_dataset(PlainDataset())
    assert [(each.kind, each.message) for each in report.examples] == [
        (FindingKind.DATA_ERROR, "made up, and wrong")
    ]

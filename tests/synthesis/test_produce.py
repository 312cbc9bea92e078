"""Sets on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Never

import numpy as np
import pytest
from PIL import Image
from tests.synthesis.capsule_person import capsule_person

from m2fp.datasets import LabelledPhoto, open_dataset
from m2fp.errors import ConfigError
from m2fp.synthesis.produce import produce
from m2fp.synthesis.worker import Recipe, assets_stamp
from m2fp.synthesis.write import part_instances

RECIPE = Recipe(seed=3, size=96, figures=capsule_person, wardrobe="capsules", fine=True, depth=True)
COUNT = 4


@pytest.fixture(scope="module")
def made(opengl: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a set of four pictures by two processes."""
    folder = tmp_path_factory.mktemp("set")
    produce(RECIPE, folder, COUNT, workers=2)
    return folder


def nobody(_: object) -> Never:
    raise ZeroDivisionError


def files_of(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_the_set_reads_as_cihp(made: Path) -> None:
    dataset = open_dataset(made)
    assert dataset.splits == ("train",)
    samples = dataset.samples("train")
    assert [sample.name for sample in samples] == ["0000001", "0000002", "0000003", "0000004"]
    for sample in samples:
        photo = sample.read()
        assert max(photo.humans.shape) == 96
        assert set(np.unique(photo.categories)) <= {*range(20), 255}


def test_sidecars_tell_the_same(made: Path) -> None:
    home = made / "Training"
    people = 0
    for sample in open_dataset(made).samples("train"):
        photo = sample.read()
        records = json.loads((home / "People" / f"{sample.name}.json").read_text())
        people += len(records)
        assert [one["person"] for one in records] == np.unique(photo.humans)[1:].tolist()
        assert all(one["traits"]["sex"] == "female" for one in records)
        fine = np.asarray(Image.open(home / "Fine_ids" / f"{sample.name}.png"))
        np.testing.assert_array_equal(fine, photo.categories)  # so the capsules are labelled
        depth = np.asarray(Image.open(home / "Depth" / f"{sample.name}.png"))
        assert (depth[photo.humans > 0] > 300).all()  # millimetres
        for one in records:
            for x, y, flag in one["joints"].values():
                if flag == 2:
                    assert photo.humans[int(y), int(x)] == one["person"]
    assert people > 0


def test_instances_are_numbered_as_in_cihp(made: Path) -> None:
    home = made / "Training"
    lines = 0
    for sample in open_dataset(made).samples("train"):
        photo = sample.read()
        ids = np.asarray(Image.open(home / "Instance_ids" / f"{sample.name}.png"))
        for line in (home / "Instance_ids" / f"{sample.name}.txt").read_text().splitlines():
            instance, part, person = map(int, line.split())
            assert instance == (person - 1) * 20 + part
            own = (photo.humans == person) & (photo.categories == part)
            np.testing.assert_array_equal(ids == instance, own)
            lines += 1
    assert lines > 10


def test_part_instances_of_two_people() -> None:
    categories = np.array([[0, 5, 5, 255], [0, 14, 5, 2]], np.uint8)
    humans = np.array([[0, 1, 2, 0], [0, 1, 2, 2]], np.uint16)
    photo = LabelledPhoto(np.zeros((2, 4, 3), np.uint8), categories, humans)
    ids, lines = part_instances(photo)
    assert ids.tolist() == [[0, 5, 25, 0], [0, 14, 25, 22]]
    assert lines == "5 5 1\n14 14 1\n22 2 2\n25 5 2\n"


def test_the_number_of_processes_and_of_pictures_changes_nothing(
    made: Path, tmp_path: Path
) -> None:
    produce(RECIPE, tmp_path, 2, workers=1)
    known, alone = files_of(made), files_of(tmp_path)
    pictures = [name for name in alone if "00000" in name]
    assert len(pictures) == 2 * 8
    assert all(alone[name] == known[name] for name in pictures)


def test_a_set_is_gone_on_with(made: Path) -> None:
    before = files_of(made)
    lost = made / "Training" / "Images" / "0000002.jpg"
    lost.unlink()
    kept = (made / "Training" / "Images" / "0000003.jpg").stat().st_mtime_ns
    told: list[tuple[int, int]] = []
    produce(RECIPE, made, COUNT, progress=lambda done, total: told.append((done, total)))
    assert told == [(3, 4), (4, 4)]
    assert files_of(made) == before
    assert (made / "Training" / "Images" / "0000003.jpg").stat().st_mtime_ns == kept


def test_a_set_of_another_recipe_is_left_alone(made: Path) -> None:
    before = files_of(made)
    with pytest.raises(ConfigError, match=r"other settings \(seed\)") as caught:
        produce(replace(RECIPE, seed=4), made, COUNT)
    assert caught.value.option == "seed"
    assert files_of(made) == before


def test_a_first_attempt_without_pictures_claims_nothing(opengl: None, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        produce(replace(RECIPE, figures=nobody), tmp_path, 1)
    produce(replace(RECIPE, seed=4), tmp_path, 1)
    stamp = json.loads((tmp_path / "Training" / "synthesis.json").read_text(encoding="utf-8"))
    assert stamp["seed"] == 4


def test_assets_are_told_apart_by_their_files(tmp_path: Path) -> None:
    stamps = [assets_stamp(None), assets_stamp(tmp_path)]
    for name, content in (("hat.obj", b"1"), ("shoe.obj", b"1"), ("hat.obj", b"12")):
        (tmp_path / name).write_bytes(content)
        stamps.append(assets_stamp(tmp_path))
    assert len(set(stamps)) == len(stamps)
    assert assets_stamp(tmp_path) == stamps[-1]


def test_splits(made: Path) -> None:
    with pytest.raises(ConfigError, match="train, val"):
        produce(RECIPE, made, 1, split="test")
    produce(RECIPE, made, 1, split="val")
    assert open_dataset(made).splits == ("train", "val")


def test_the_contact_sheet_shows_photos_and_labels(made: Path) -> None:
    with Image.open(made / "contact_sheet_train.png") as sheet:
        assert sheet.size == (8 * 256, 256)  # four pairs in a row
        assert len(sheet.getcolors(1 << 22) or []) > 1000

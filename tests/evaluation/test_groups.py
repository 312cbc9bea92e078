"""Composed group pictures."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from tests.toy_folder import write_folder

from m2fp import Parser
from m2fp.datasets import CihpDataset, Sample
from m2fp.errors import ConfigError, DataError, MissingExtra
from m2fp.evaluation import groups, run_val
from m2fp.evaluation.groups import compose_groups, evaluate_groups
from m2fp.labels import get_scheme

CIHP = get_scheme("cihp")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "toys", count=6)


@pytest.fixture
def people(root: Path) -> list[Sample]:
    return CihpDataset(root).samples("val")


def test_sizes_take_turns_and_labels_agree(people: list[Sample]) -> None:
    pictures = list(compose_groups(people, CIHP, count=5, seed=3))
    for wanted, picture in zip((2, 3, 4, 5, 6), pictures, strict=True):
        assert picture.pixels.shape == (768, 1024, 3)
        found = np.unique(picture.humans)
        assert 1 <= found.max() <= wanted
        assert found.tolist() == list(range(found.max() + 1))
        assert not (picture.humans[np.isin(picture.categories, (0, 255))] > 0).any()


def test_pictures_depend_on_seed_and_number_alone(people: list[Sample]) -> None:
    first, second = compose_groups(people, CIHP, count=2, seed=3)
    again = next(iter(compose_groups(people, CIHP, count=1, seed=3)))
    other = next(iter(compose_groups(people, CIHP, count=1, seed=4)))
    assert np.array_equal(first.pixels, again.pixels)
    assert np.array_equal(first.humans, again.humans)
    assert not np.array_equal(first.pixels, other.pixels)
    assert not np.array_equal(first.pixels, second.pixels)


def test_scenes_lend_their_background(
    people: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "_INVENTED_SHARE", 0.0)

    # The toy photos are black beside the person; made-up backgrounds are not.
    def darkness(scenes: list[Sample]) -> float:
        (picture,) = compose_groups(people, CIHP, count=1, seed=1, scenes=scenes)
        return float((picture.pixels[picture.humans == 0] == 0).mean())

    assert darkness([]) < 0.1
    assert darkness(people) > 0.9


def test_too_few_people(people: list[Sample]) -> None:
    with pytest.raises(DataError, match="up to 6 people"):
        compose_groups(people[:5], CIHP, count=1, seed=1)


def test_evaluation(people: list[Sample], fake_model: Path) -> None:
    with Parser(fake_model, threads=1) as parser:
        report = evaluate_groups(parser, people, CIHP, count=2, seed=1, scenes=people)
    assert report.photos == 2
    assert [count.people for count in report.people.by_count] == [2, 3]


def test_run_val(root: Path, fake_model: Path) -> None:
    (root / "Validation" / "scene_id.txt").write_text("p0\np3\n")
    seen: list[tuple[str, int, int]] = []
    photos, grouped = run_val(
        root, fake_model, groups=2, threads=1, progress=lambda *state: seen.append(state)
    )
    assert (photos.title, photos.photos) == ("toys val", 6)
    assert photos.table("cihp").pixel_accuracy > 0.99  # corners are rounded off
    assert photos.people.right_count == 1.0
    assert (grouped.title, grouped.photos) == ("2 groups composed from toys val", 2)
    assert seen[0] == ("toys val", 1, 6)
    assert seen[-1] == (grouped.title, 2, 2)


def test_run_val_without_groups_gives_one_report(root: Path, fake_model: Path) -> None:
    assert len(run_val(root, fake_model, threads=1)) == 1


def test_run_val_says_what_is_wrong(root: Path, fake_model: Path) -> None:
    with pytest.raises(ConfigError, match="groups is -1"):
        run_val(root, fake_model, groups=-1)
    with pytest.raises(DataError, match="CIHP layout"):
        run_val(root, fake_model, split="train")
    (root / "Validation" / "scene_id.txt").write_text("p0 nobody\n")
    with pytest.raises(DataError, match="not in the split: nobody"):
        run_val(root, fake_model, groups=1, threads=1)


def test_only_groups_need_opencv(
    root: Path, fake_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    for loaded in ("m2fp.augmentation.backgrounds", "m2fp.evaluation.groups"):
        monkeypatch.delitem(sys.modules, loaded)
    (report,) = run_val(root, fake_model, threads=1)
    assert report.photos == 6
    with pytest.raises(MissingExtra, match=r"pip install 'm2fp\[train\]'"):
        run_val(root, fake_model, groups=1, threads=1)

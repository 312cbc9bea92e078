"""Composed group pictures, as a data set."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from tests.toy_folder import write_folder

from m2fp.datasets import Dataset, Sample, open_dataset
from m2fp.errors import ConfigError, DataError
from m2fp.evaluation import groups
from m2fp.evaluation.groups import GroupDataset
from m2fp.labels import LabelScheme


@pytest.fixture
def base(tmp_path: Path) -> Dataset:
    return open_dataset(write_folder(tmp_path / "toys", count=6))


def test_sizes_take_turns_and_labels_agree(base: Dataset) -> None:
    samples = GroupDataset(base, 5, seed=3).samples("val")
    assert [sample.name for sample in samples[:2]] == ["group-0001", "group-0002"]
    for wanted, sample in zip((2, 3, 4, 5, 6), samples, strict=True):
        picture = sample.read()
        assert picture.pixels.shape == (768, 1024, 3)
        found = np.unique(picture.humans)
        assert 1 <= found.max() <= wanted
        assert found.tolist() == list(range(found.max() + 1))
        assert not (picture.humans[np.isin(picture.categories, (0, 255))] > 0).any()
        assert sample.read_labels().categories is picture.categories  # composed once


def test_pictures_depend_on_seed_and_number_alone(base: Dataset) -> None:
    first, second = (one.read() for one in GroupDataset(base, 2, seed=3).samples("val"))
    (again,) = GroupDataset(base, 1, seed=3).samples("val")
    (other,) = GroupDataset(base, 1, seed=4).samples("val")
    elsewhere = pickle.loads(pickle.dumps(again))  # noqa: S301 - as another process gets it
    assert np.array_equal(first.pixels, again.read().pixels)
    assert np.array_equal(first.humans, elsewhere.read().humans)
    assert not np.array_equal(first.pixels, other.read().pixels)
    assert not np.array_equal(first.pixels, second.pixels)


def test_what_was_composed_is_not_sent_along(base: Dataset) -> None:
    (sample,) = GroupDataset(base, 1, seed=3).samples("val")
    before = pickle.dumps(sample)
    sample.read()
    assert pickle.dumps(sample) == before


@dataclass(frozen=True)
class WithScenes:
    """The data set, with all its photos as scenes or none."""

    base: Dataset
    are_scenes: bool

    @property
    def scheme(self) -> LabelScheme:
        return self.base.scheme

    def samples(self, split: str) -> Sequence[Sample]:
        return self.base.samples(split)

    def scenes(self, split: str) -> Sequence[Sample]:
        return self.base.samples(split) if self.are_scenes else ()


def test_scenes_lend_their_background(base: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "_INVENTED_SHARE", 0.0)

    # The toy photos are black beside the person; made-up backgrounds are not.
    def darkness(*, are_scenes: bool) -> float:
        (sample,) = GroupDataset(WithScenes(base, are_scenes), 1, seed=1).samples("val")
        picture = sample.read()
        return float((picture.pixels[picture.humans == 0] == 0).mean())

    assert darkness(are_scenes=False) < 0.1
    assert darkness(are_scenes=True) > 0.9


def test_what_cannot_be_composed(tmp_path: Path, base: Dataset) -> None:
    few = open_dataset(write_folder(tmp_path / "few", count=5))
    with pytest.raises(DataError, match="up to 6 people need as many photos, got 5"):
        GroupDataset(few, 1, seed=1).samples("val")
    with pytest.raises(ConfigError, match="groups is 0"):
        GroupDataset(base, 0, seed=1)

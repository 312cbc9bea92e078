"""Splits by the names of files and folders."""

from __future__ import annotations

import pytest

from m2fp.datasets.splits import in_order, split_called, split_in


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("train", "train"),
        ("Training", "train"),
        ("instances_val2017", "val"),
        ("validation", "val"),
        ("valid", "val"),
        ("panoptic_TEST", "test"),
        ("testing_id", "test"),
        ("train_id", "train"),
        ("images", None),
        ("trainval", None),
        ("contest", None),
        ("restraint", None),
        ("", None),
    ],
)
def test_words_for_splits(name: str, split: str | None) -> None:
    assert split_in(name) == split


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("Validation", "val"),
        ("valid", "val"),
        ("train2017", "train"),
        ("test", "test"),
        ("test_run", None),
        ("my train", None),
        ("", None),
    ],
)
def test_names_that_are_nothing_but_a_word_for_a_split(name: str, split: str | None) -> None:
    assert split_called(name) == split


def test_order() -> None:
    assert in_order({"b", "test", "all", "val", "train"}) == ["train", "val", "test", "all", "b"]

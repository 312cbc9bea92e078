"""Which prediction is whose."""

from __future__ import annotations

import pytest

from m2fp.errors import DataError
from m2fp.evaluation.predictions.by_name import ByName


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("0000006.jpg", "0000006"),
        ("0000006", "0000006"),
        ("photos/val/0000006.png", "0000006"),
        ("C:\\photos\\0000006.png", "0000006"),
        ("photos/day1/a.jpg", "day1/a"),
        ("a.jpg", "day1/a"),
        ("photo.v2.jpg", "photo.v2"),
        ("photo.v2", "photo.v2"),
    ],
)
def test_found(path: str, name: str) -> None:
    assert ByName.of(["other.jpg", path]).find(name) == 1


@pytest.mark.parametrize(
    ("path", "name"),
    [("day2/a.jpg", "day1/a"), ("ba.jpg", "a"), ("a.jpg/b.jpg", "a"), ("a.jpg", "A")],
)
def test_not_found(path: str, name: str) -> None:
    assert ByName.of([path]).find(name) is None


def test_several_could_be_meant() -> None:
    index = ByName.of(["day1/a.jpg", "day2/a.jpg"])
    assert index.find("day2/a") == 1
    with pytest.raises(
        DataError, match=r"2 predictions could be that of a: day1/a.jpg, day2/a.jpg"
    ):
        index.find("a")


def test_what_is_missing_and_left_over() -> None:
    coverage = ByName.of(["a.jpg", "b.jpg", "c.jpg"]).coverage(["b", "d", "e"])
    assert (coverage.missing, coverage.unused) == (("d", "e"), 2)

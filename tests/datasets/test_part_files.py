"""Tables of numbered parts, and what stands in for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from m2fp.datasets.part_files import part_number, parts_by_maps, parts_by_table
from m2fp.errors import DataError

NONE = np.zeros((1, 1), np.uint16)


def test_the_rule() -> None:
    assert [part_number(1, 5, 20), part_number(2, 5, 20), part_number(13, 19, 20)] == [5, 25, 259]


def test_a_table(tmp_path: Path) -> None:
    table = tmp_path / "a.txt"
    table.write_bytes(b"\xef\xbb\xbf5 5 1\r\n\r\n259  19\t13\r\n")
    parts = parts_by_table(NONE, table)
    assert parts.classes == {5: 5, 259: 19}
    assert parts.humans == {5: 1, 259: 13}


@pytest.mark.parametrize(
    "line",
    [
        "5 5",
        "5 5 1 1",
        "5 five 1",
        "5 -5 1",
        "5 5.0 1",
        "65536 1 1",
        "²5 5 1",
        "9" * 5000,
        "0000000005 5 1",
    ],
)
def test_senseless_lines(tmp_path: Path, line: str) -> None:
    table = tmp_path / "a.txt"
    table.write_text(f"1 1 1\n{line}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"a\.txt: line 2: must be") as caught:
        parts_by_table(NONE, table)
    assert len(caught.value.message) < 300


def test_a_number_that_is_there_twice(tmp_path: Path) -> None:
    table = tmp_path / "a.txt"
    table.write_text("5 5 1\n5 6 1\n")
    with pytest.raises(DataError, match="line 2: part 5 is there twice"):
        parts_by_table(NONE, table)


def test_without_a_table_the_most_pixels_decide() -> None:
    ids = np.array([[7, 7, 7, 0, 9, 9, 9]], np.uint16)
    categories = np.array([[2, 2, 3, 4, 255, 255, 5]], np.uint8)
    humans = np.array([[1, 1, 2, 3, 2, 2, 0]], np.uint16)
    parts = parts_by_maps(ids, categories, humans)
    assert parts.classes == {7: 2, 9: 5}
    assert parts.humans == {7: 1, 9: 2}

"""Aligned tables."""

from __future__ import annotations

import pytest

from m2fp.text_table import per_cent, short_name, table_lines


def test_columns_are_aligned() -> None:
    assert list(table_lines(["class", "IoU"], [["hair", "7.1"], ["upper-clothes", "100.0"]])) == [
        "| class         |   IoU |",
        "| ------------- | ----: |",
        "| hair          |   7.1 |",
        "| upper-clothes | 100.0 |",
    ]


def test_chinese_signs_take_two_columns() -> None:
    lines = list(table_lines(["class", "n"], [["头发", "1"], ["hair ", "2"]]))
    assert lines[2:] == ["| 头发  | 1 |", "| hair  | 2 |"]


def test_cells_cannot_break_out() -> None:
    lines = list(table_lines(["name"], [["a|b"], ["\x1b[2J\n| c |"]]))
    assert lines[2:] == [r"| a\|b         |", r"| ?[2J?\| c \| |"]


@pytest.mark.parametrize(
    ("share", "text"), [(None, "-"), (0.0, "0.0"), (0.12345, "12.3"), (1.25, "125.0")]
)
def test_per_cent(share: float | None, text: str) -> None:
    assert per_cent(share) == text


def test_per_cent_of_small_differences() -> None:
    assert per_cent(0.12345, decimals=2) == "12.35"
    assert per_cent(None, decimals=2) == "-"


def test_long_names_keep_both_ends() -> None:
    assert short_name("a" * 44) == "a" * 44
    short = short_name("begin/" + "x" * 60 + "/end")
    assert len(short) == 44
    assert short.startswith("begin/xxx")
    assert short.endswith("xxx/end")
    assert "…" in short

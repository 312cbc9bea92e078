"""JSON files from anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from m2fp.datasets.json_file import Fields, read_json
from m2fp.errors import DataError


def fields(**values: Any) -> Fields:
    return Fields(values, Path("a.json"), "rows[2]")


def test_values_of_the_right_type() -> None:
    row = fields(name="x", number=3.0, flag=1, rows=[{"a": 1}])
    assert row.get("name", str) == "x"
    assert row.whole("number", 0, 3) == 3
    assert isinstance(row.whole("number", 0, 3), int)
    assert row.flag("flag") is True
    assert row.flag("missing") is False
    assert "name" in row
    assert "missing" not in row
    assert [each.where for each in row.rows("rows")] == ["rows[2].rows[0]"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "nothing"),
        (True, "true"),
        ("3", '"3"'),
        (2.5, "2.5"),
        (-1, "-1"),
        (4, "4"),
        (float("inf"), "Infinity"),
        ([3], "a list"),
        ({}, "an object"),
        ("\ud800", '"?"'),  # who prints the message has no sign for it
        ("x" * 1000, '"' + "x" * 59 + r"\.\.\."),
    ],
)
def test_no_whole_number_in_range(value: object, shown: str) -> None:
    with pytest.raises(DataError) as caught:
        fields(number=value).whole("number", 0, 3)
    message = caught.value.message
    assert message.startswith("a.json: rows[2].number: expected a whole number in 0..3, found ")
    assert message.endswith(shown.replace("\\", ""))
    assert caught.value.path == "a.json"


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda row: row.get("n", str), "n: expected a text, found 1"),
        (lambda row: row.get("n", list), "n: expected a list, found 1"),
        (lambda row: row.get("no", dict), "no: expected an object, found nothing"),
        (lambda row: row.get("half_sign", str), "half_sign: expected a text, found one with half"),
        (lambda row: row.flag("two"), "two: expected 0 or 1, found 2"),
        (lambda row: row.flag("text"), 'text: expected 0 or 1, found "1"'),
        (lambda row: row.key("yes"), "yes: expected an id, found true"),
        (lambda row: row.key("half"), "half: expected an id, found 0.5"),
        (lambda row: list(row.rows("n")), "n: expected a list"),
        (lambda row: list(row.rows("mixed")), r"mixed[1]: expected an object, found 1"),
    ],
)
def test_other_types(ask: Any, message: str) -> None:
    row = fields(half_sign="a\ud800", n=1, two=2, text="1", yes=True, half=0.5, mixed=[{}, 1])
    with pytest.raises(DataError) as caught:
        ask(row)
    assert caught.value.message.startswith(f"a.json: rows[2].{message}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"a": NaN}',
        '{"a": [Infinity]}',
        '{"a": -Infinity}',
        "[" * 200_000,
        '{"a":' * 200_000,
        '{"a": ' + "9" * 10_000 + "}",
        "[]",
        "7",
    ],
)
def test_files_that_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(DataError) as caught:
        read_json(path)
    assert caught.value.message.startswith(str(path))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.json is missing") as caught:
        read_json(tmp_path / "a.json")
    assert caught.value.code == "missing_file"


def test_messages_stay_short() -> None:
    with pytest.raises(DataError) as caught:
        fields().fail("id", "x" * 10**6)
    assert len(caught.value.message) < 600

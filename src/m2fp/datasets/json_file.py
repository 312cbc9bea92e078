"""JSON files that may come from anywhere: typed access, with errors that name file and field."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from m2fp.errors import DataError

_T = TypeVar("_T")
_LONGEST_SHOWN = 60
_LONGEST_PROBLEM = 500
_SURROGATE = re.compile("[\ud800-\udfff]")  # JSON can write them alone; no file name can


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """One JSON object.

    Attributes:
        values: what it holds.
        file: where it was read.
        where: its place in the file, for example "images[3]"; empty for the whole.
    """

    values: dict[str, Any]
    file: Path
    where: str = ""

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def get(self, name: str, kind: type[_T]) -> _T:
        """Return a field of exactly this type (a JSON true is not a number); texts are Unicode.

        Raises:
            DataError: the field is missing or of another type.
        """
        value = self.values.get(name)
        if type(value) is not kind:
            self.fail(name, f"expected {_NAMES.get(kind, kind.__name__)}, found {_shown(value)}")
        if isinstance(value, str) and _SURROGATE.search(value):
            self.fail(name, "expected a text, found one with half a character")
        return value

    def whole(self, name: str, low: int, high: int) -> int:
        """Return a whole number in a range, ends included; 3.0 counts as 3.

        Raises:
            DataError: the field is missing, no whole number or out of range.
        """
        value = self.values.get(name)
        if isinstance(value, float) and math.isfinite(value) and value.is_integer():
            value = int(value)
        if type(value) is not int or not low <= value <= high:
            self.fail(name, f"expected a whole number in {low}..{high}, found {_shown(value)}")
        return value

    def flag(self, name: str) -> bool:
        """Return a field that is 0, 1, true or false; False where it is missing or null.

        Raises:
            DataError: it is something else.
        """
        value = self.values.get(name)
        if value not in (None, 0, 1):
            self.fail(name, f"expected 0 or 1, found {_shown(value)}")
        return bool(value)

    def key(self, name: str) -> int | str:
        """Return a field that tells things apart: a whole number or a text.

        Raises:
            DataError: it is missing or of another type.
        """
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | str):
            self.fail(name, f"expected an id, found {_shown(value)}")
        return value

    def rows(self, name: str) -> Iterator[Fields]:
        """Return the objects of a list, one by one.

        Raises:
            DataError: the field is missing, no list, or holds something else than objects.
        """
        for index, row in enumerate(self.get(name, list)):
            if type(row) is not dict:
                self.fail(f"{name}[{index}]", f"expected an object, found {_shown(row)}")
            yield Fields(row, self.file, f"{self._at(name)}[{index}]")

    def fail(self, name: str, problem: str) -> NoReturn:
        """Raise DataError (``unreadable_file``) that names the file, the field and the problem."""
        raise DataError(
            f"{self.file}: {self._at(name)}: {problem[:_LONGEST_PROBLEM]}",
            path=str(self.file),
            code="unreadable_file",
        )

    def _at(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name


def read_json(path: Path) -> Fields:
    """Return the object in a JSON file.

    Raises:
        DataError: the file is missing, is not JSON (NaN and Infinity are none), or holds no object.
    """
    try:
        values = json.loads(path.read_bytes(), parse_constant=_refused)
    except FileNotFoundError:
        raise DataError(f"{path} is missing", path=str(path), code="missing_file") from None
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(
            f"{path} is not JSON that can be read: {error}",
            path=str(path),
            code="unreadable_file",
        ) from error
    if type(values) is not dict:
        raise DataError(
            f"{path} must hold one JSON object, not {_shown(values)}",
            path=str(path),
            code="unreadable_file",
        )
    return Fields(values, path)


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_NAMES: dict[type, str] = {dict: "an object", list: "a list", str: "a text", int: "a whole number"}


def _shown(value: object) -> str:
    """Return a value in a few words; lists and objects are not written out."""
    if isinstance(value, list | dict):
        return _NAMES[type(value)]
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    text = _SURROGATE.sub("?", text)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."

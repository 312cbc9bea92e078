"""Parts that a data set numbers: a picture of the numbers, and a table of what they are.

As CIHP releases them: `Instance_ids/0000006.png` and, beside it, `0000006.txt` with a line
"part_number class_id human_id" for each. Their numbers follow a rule, see `part_number`.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from m2fp.datasets.labelled_photo import IGNORE, PartInstances
from m2fp.errors import DataError

_HIGHEST = 2**16 - 1
_WHOLE = re.compile("[0-9]{1,9}")


def part_number(human: int, class_id: int, class_count: int) -> int:
    """Return the number of a person's part by CIHP's rule: (human - 1) * classes + class.

    Args:
        human: person id, from 1.
        class_id: of the part, from 1.
        class_count: number of part ids, background included: 20 in CIHP. So person 13 has numbers
            that do not fit into 8 bits.
    """
    return (human - 1) * class_count + class_id


def parts_by_table(ids: NDArray[np.uint16], table: Path) -> PartInstances:
    """Return numbered parts that are what a table says.

    Raises:
        DataError: the table is missing, or a line of it makes no sense.
    """
    return PartInstances(ids, *_read_table(table))


def parts_by_maps(
    ids: NDArray[np.uint16], categories: NDArray[np.uint8], humans: NDArray[np.uint16]
) -> PartInstances:
    """Return numbered parts without a table: each is what most of its pixels are in the maps."""
    known = categories != IGNORE
    classes = _most_frequent(ids[known], categories[known])
    return PartInstances(ids, classes, _most_frequent(ids, humans))


def _read_table(path: Path) -> tuple[dict[int, int], dict[int, int]]:
    """Return class and person of every part by its number."""
    classes: dict[int, int] = {}
    humans: dict[int, int] = {}
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise DataError(f"{path} is missing", path=str(path), code="missing_file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise _senseless(path, str(error)) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        part, class_id, human = _three_numbers(line, number, path)
        if part in classes:
            raise _senseless(path, f"line {number}: part {part} is there twice")
        classes[part], humans[part] = class_id, human
    return classes, humans


def _three_numbers(line: str, number: int, path: Path) -> tuple[int, int, int]:
    words = line.split()
    if len(words) == 3 and all(_WHOLE.fullmatch(word) for word in words):
        part, class_id, human = map(int, words)
        if max(part, class_id, human) <= _HIGHEST:
            return part, class_id, human
    raise _senseless(
        path, f'line {number}: must be "part_number class_id human_id", not {line[:60]!r}'
    )


def _senseless(path: Path, reason: str) -> DataError:
    return DataError(f"{path}: {reason}", path=str(path), code="unreadable_file")


def _most_frequent(
    ids: NDArray[np.uint16], values: NDArray[np.uint8] | NDArray[np.uint16]
) -> dict[int, int]:
    """Return for every id but 0 the value, 0 aside, that most of its pixels have."""
    counted = (ids > 0) & (values > 0)
    pairs = (ids[counted].astype(np.uint32) << 16) | values[counted]
    pairs, counts = np.unique(pairs, return_counts=True)
    ascending = np.argsort(counts, kind="stable")  # of equal counts the higher value is taken
    return {int(pair >> 16): int(pair & _HIGHEST) for pair in pairs[ascending]}

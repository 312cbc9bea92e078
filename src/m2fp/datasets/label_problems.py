"""What can be wrong with labels that could be read: people and parts that do not fit together."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from m2fp.datasets.findings import FindingKind, Problem
from m2fp.datasets.labelled_photo import IGNORE, Labels, PartInstances
from m2fp.datasets.part_files import part_number
from m2fp.labels import LabelScheme

_BYTE = 255


def people_problems(labels: Labels, scheme: LabelScheme) -> Iterator[Problem]:
    """Yield what is wrong between part ids and person ids. Unknown pixels (255) fit anybody."""
    cells = _cells(labels.humans, labels.categories)
    person, part, pixels = cells.T
    nobodys = (person == 0) & (part > 0) & (part != IGNORE)
    if nobodys.any():
        names = ", ".join(scheme.class_name(int(label_id)) for label_id in part[nobodys])
        count = int(pixels[nobodys].sum())
        yield Problem(
            FindingKind.PART_OF_NOBODY, f"{count:,} pixels of {names} belong to no person"
        )
    people = np.unique(person[person > 0])
    bare = np.setdiff1d(people, person[part > 0])
    if len(bare):
        yield Problem(
            FindingKind.PERSON_WITHOUT_PARTS, f"{_persons(bare)} without a pixel of any part"
        )
    if len(people) and people[-1] != len(people):
        absent = np.setdiff1d(np.arange(1, people[-1] + 1), people)
        yield Problem(FindingKind.PERSON_ID_GAP, f"{_persons(absent)} missing before {people[-1]}")


def part_problems(labels: Labels, parts: PartInstances, scheme: LabelScheme) -> Iterator[Problem]:
    """Yield what is wrong with parts that are numbered by CIHP's rule (see `part_number`).

    Pixels that are unknown or belong to nobody are passed over: the latter are found anyway.
    """
    count = scheme.num_parts_and_background
    cells = _cells(parts.ids, labels.humans, labels.categories)
    _, person, part, _ = cells.T
    cells = cells[(part != IGNORE) & ((person > 0) | (part == 0))]
    number, person, part, pixels = cells.T
    right = np.where(part > 0, part_number(person, part, count), 0)
    cut_off = (right > _BYTE) & (number == right % (_BYTE + 1)) & (parts.ids.max() <= _BYTE)
    if cut_off.any():
        yield Problem(
            FindingKind.PART_NUMBER_OVERFLOW,
            f"part numbers up to {right.max()} were cut off to 8 bits, from person "
            f"{person[cut_off].min()} on; save them in 16 bits",
        )
    wrong = (number != right) & ~cut_off
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        yield Problem(
            FindingKind.PART_NUMBER,
            f"{int(pixels[wrong].sum()):,} pixels break the rule number = (person - 1) x {count} + "
            f"class: {_thing(person[first], part[first])} has {number[first]}, not {right[first]}",
        )
    yield from _table_problems(cells[~cut_off], parts, count)


def _table_problems(
    cells: NDArray[np.int64], parts: PartInstances, count: int
) -> Iterator[Problem]:
    """Yield where the table says of a number what its pixels are not.

    Args:
        cells: rows of number, person, part and pixels.
        parts: the table.
        count: number of part ids.
    """
    for number, person, part, pixels in cells[cells[:, 0] > 0].tolist():
        if number not in parts.classes:
            yield Problem(FindingKind.PART_TABLE, f"part {number} is not in the table")
            return
        row = parts.humans.get(number, 0), parts.classes[number]
        if row != (person, part):
            yield Problem(
                FindingKind.PART_TABLE,
                f"part {number} is {_thing(*row)} by the table, and {_thing(person, part)} in "
                f"{pixels:,} pixels",
            )
            return
    for number, class_id in parts.classes.items():
        right = part_number(parts.humans[number], class_id, count)
        if number != right:
            what = _thing(parts.humans[number], class_id)
            yield Problem(
                FindingKind.PART_TABLE,
                f"the table numbers {what} {number}, by the rule it is {right}",
            )
            return
    absent = sorted(set(parts.classes) - set(np.unique(parts.ids).tolist()))
    if absent:
        yield Problem(
            FindingKind.PART_WITHOUT_PIXELS,
            f"parts without a pixel: {len(absent)}, the first of them {absent[0]}",
        )


def _cells(*maps: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return which values the maps have together, and in how many pixels.

    Returns:
        int64 (K, maps + 1), sorted: a value of each map, then the number of pixels.
    """
    values, ranks = zip(*(_ranked(each) for each in maps), strict=True)
    shape = tuple(len(each) for each in values)
    flat = np.ravel_multi_index(ranks, shape)
    if math.prod(shape) <= flat.size:  # nearly always, and much faster than sorting
        kept = np.flatnonzero(counts := np.bincount(flat))
        pixels = counts[kept]
    else:
        kept, pixels = np.unique(flat, return_counts=True)
    places = np.unravel_index(kept, shape)
    columns = [each[place] for each, place in zip(values, places, strict=True)]
    return np.stack([*columns, pixels], axis=1).astype(np.int64)


def _ranked(ids: NDArray[np.integer]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the ids that occur, ascending, and for every pixel the place of its id in them."""
    occurs = np.bincount(ids.ravel()) > 0
    place = np.cumsum(occurs) - 1
    return np.flatnonzero(occurs), place[ids.ravel()]


def _persons(ids: NDArray[np.integer]) -> str:
    shown = ", ".join(map(str, ids[:5].tolist())) + (", ..." if len(ids) > 5 else "")
    return f"person {shown}" if len(ids) == 1 else f"persons {shown}"


def _thing(person: int, part: int) -> str:
    return f"class {part} of person {person}" if part else "background"

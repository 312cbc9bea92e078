"""What is found in labels that contradict themselves, on maps of a few pixels."""

from __future__ import annotations

import numpy as np
import pytest

from m2fp.datasets import FindingKind, Labels, PartInstances
from m2fp.datasets.label_problems import part_problems, people_problems
from m2fp.labels import get_scheme

CIHP = get_scheme("cihp")


def people(humans: list[int], categories: list[int]) -> dict[FindingKind, str]:
    """Return what is found in one row of pixels, kind and message."""
    labels = Labels(np.array([categories], np.uint8), np.array([humans], np.uint16))
    return {problem.kind: problem.message for problem in people_problems(labels, CIHP)}


def parts(
    numbers: list[int],
    humans: list[int],
    categories: list[int],
    table: dict[int, tuple[int, int]] | None = None,
) -> dict[FindingKind, str]:
    """Return what is found; by default the table (number -> class, person) is the rule's."""
    rows = {n: (n % 20, n // 20 + 1) for n in numbers if n} if table is None else table
    instances = PartInstances(
        np.array([numbers], np.uint16),
        {number: row[0] for number, row in rows.items()},
        {number: row[1] for number, row in rows.items()},
    )
    labels = Labels(np.array([categories], np.uint8), np.array([humans], np.uint16), instances)
    return {problem.kind: problem.message for problem in part_problems(labels, instances, CIHP)}


@pytest.mark.parametrize(
    ("humans", "categories"),
    [
        ([0, 0, 0], [0, 0, 0]),
        ([0, 1, 2], [0, 5, 5]),
        ([0, 1, 1], [0, 5, 0]),  # a person's pixel without a part is common and harmless
        ([0, 1, 0], [0, 5, 255]),
        ([0, 1, 1], [0, 255, 255]),
    ],
)
def test_people_that_are_fine(humans: list[int], categories: list[int]) -> None:
    assert people(humans, categories) == {}


def test_parts_of_nobody() -> None:
    found = people([1, 0, 0, 0], [5, 5, 2, 2])
    assert found == {
        FindingKind.PART_OF_NOBODY: "3 pixels of hair, upper-clothes belong to no person"
    }


def test_people_without_parts_and_gaps() -> None:
    found = people([1, 4, 4, 7], [5, 0, 0, 9])
    assert found == {
        FindingKind.PERSON_WITHOUT_PARTS: "person 4 without a pixel of any part",
        FindingKind.PERSON_ID_GAP: "persons 2, 3, 5, 6 missing before 7",
    }


def test_person_ids_of_16_bits_are_no_burden() -> None:
    found = people([1, 65535], [5, 5])
    assert set(found) == {FindingKind.PERSON_ID_GAP}
    assert found[FindingKind.PERSON_ID_GAP].startswith("persons 2, 3, 4, 5, 6, ... missing")


@pytest.mark.parametrize(
    ("numbers", "humans", "categories"),
    [
        ([0, 0], [0, 0], [0, 0]),
        ([0, 5, 25], [0, 1, 2], [0, 5, 5]),
        ([0, 259, 278], [0, 13, 14], [0, 19, 18]),
        ([7, 5], [1, 1], [255, 5]),  # what is unknown may have any number
        ([5, 0], [1, 0], [5, 9]),  # a part of nobody is told of elsewhere
    ],
)
def test_numbers_by_the_rule(numbers: list[int], humans: list[int], categories: list[int]) -> None:
    assert parts(numbers, humans, categories) == {}


@pytest.mark.parametrize(
    ("number", "human", "category", "words"),
    [
        (5, 2, 5, "class 5 of person 2 has 5, not 25"),
        (25, 1, 5, "class 5 of person 1 has 25, not 5"),
        (0, 1, 5, "class 5 of person 1 has 0, not 5"),
        (5, 1, 0, "background has 5, not 0"),
    ],
)
def test_numbers_against_the_rule(number: int, human: int, category: int, words: str) -> None:
    table = {number: (category, human)} if number and category else {5: (0, 0)}
    found = parts([number, number], [human, human], [category, category], table)
    assert found[FindingKind.PART_NUMBER] == (
        f"2 pixels break the rule number = (person - 1) x 20 + class: {words}"
    )


def test_eight_bits_are_too_few_from_the_thirteenth_person_on() -> None:
    # 240 + 15 still fits; 240 + 19 = 259 is cut off to 3, and 260 + 5 to 9.
    found = parts([255, 259 % 256, 265 % 256], [13, 13, 14], [15, 19, 5], {255: (15, 13)})
    assert found == {
        FindingKind.PART_NUMBER_OVERFLOW: (
            "part numbers up to 265 were cut off to 8 bits, from person 13 on; save them in 16 bits"
        )
    }


def test_a_small_number_in_16_bits_was_not_cut_off() -> None:
    found = parts([3, 265], [13, 14], [19, 5], {3: (19, 13), 265: (5, 14)})
    assert FindingKind.PART_NUMBER in found
    assert FindingKind.PART_NUMBER_OVERFLOW not in found


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({}, "part 25 is not in the table"),
        ({25: (6, 2)}, "part 25 is class 6 of person 2 by the table, and class 5 of person 2 in 1"),
        ({25: (5, 1)}, "part 25 is class 5 of person 1 by the table, and class 5 of person 2 in 1"),
        ({25: (5, 2), 9: (8, 1)}, "the table numbers class 8 of person 1 9, by the rule it is 8"),
    ],
)
def test_tables_that_disagree(table: dict[int, tuple[int, int]], words: str) -> None:
    found = parts([25], [2], [5], table)
    assert set(found) == {FindingKind.PART_TABLE}
    assert found[FindingKind.PART_TABLE].startswith(words)


def test_a_part_without_a_pixel() -> None:
    found = parts([5], [1], [5], {5: (5, 1), 9: (9, 1)})
    assert found == {
        FindingKind.PART_WITHOUT_PIXELS: "parts without a pixel: 1, the first of them 9"
    }
    assert FindingKind.PART_WITHOUT_PIXELS.severity == "note"

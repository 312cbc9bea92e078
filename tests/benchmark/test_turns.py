"""The order of turns: nobody has the better place or the better neighbour."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise, permutations

import pytest

from m2fp.benchmark.turns import turns


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, [(0,), (0,)]),
        (2, [(0, 1), (1, 0), (0, 1)]),
        (3, [(0, 1, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0), (0, 2, 1), (1, 0, 2), (0, 1, 2)]),
        (4, [(0, 1, 3, 2), (1, 2, 0, 3), (2, 3, 1, 0), (3, 0, 2, 1), (0, 1, 3, 2)]),
    ],
)
def test_literal_orders(count: int, expected: list[tuple[int, ...]]) -> None:
    assert [turns(count, number) for number in range(len(expected))] == expected


@pytest.mark.parametrize("count", range(1, 9))
@pytest.mark.parametrize("first", [0, 2, 5])
def test_places_and_neighbours_are_shared_out_evenly(count: int, first: int) -> None:
    period = count * (1 + count % 2)
    rounds = [turns(count, number) for number in range(first, first + period)]
    places = Counter((place, who) for order in rounds for place, who in enumerate(order))
    assert places == {
        (place, who): period // count for place in range(count) for who in range(count)
    }
    neighbours = Counter(pair for order in rounds for pair in pairwise(order))
    assert neighbours == dict.fromkeys(permutations(range(count), 2), 1 + count % 2)

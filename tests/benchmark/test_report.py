"""From timings to figures."""

from __future__ import annotations

import pytest

from m2fp.benchmark.report import StageTimes, speed_against, stage_times
from m2fp.results import Timing


def totals(*seconds: float) -> list[Timing]:
    return [Timing(0.0, 0.0, 0.0, 0.0, total) for total in seconds]


def test_stages() -> None:
    timings = [
        Timing(0.5, 1.0, 8.0, 4.0, 14.0),
        Timing(0.25, 2.0, 2.0, 4.0, 9.0),
        Timing(4.0, 1.5, 3.0, 4.0, 10.0),
    ]
    assert stage_times(timings) == {
        "decode": StageTimes(0.5, 0.25, 4.0),
        "preprocess": StageTimes(1.5, 1.0, 2.0),
        "inference": StageTimes(3.0, 2.0, 8.0),
        "postprocess": StageTimes(4.0, 4.0, 4.0),
        "total": StageTimes(10.0, 9.0, 14.0),
    }


@pytest.mark.parametrize(
    ("reference", "own", "speed"),
    [
        ([8.0], [2.0], 4.0),
        ([2.0], [8.0], 0.25),
        ([8.0, 6.0], [2.0, 3.0], 3.0),  # between 4 and 2
        # The machine was five times slower in the second round: the ratio is not.
        ([8.0, 40.0, 8.0], [2.0, 10.0, 2.0], 4.0),
        # The median of the ratios 2, 1 and 8; that of the totals would give 8 / 4.
        ([8.0, 4.0, 8.0], [4.0, 4.0, 1.0], 2.0),
        ([2.0, 9.0, 4.0], [1.0, 3.0, 4.0], 2.0),  # the medians' ratio would be 4 / 3
    ],
)
def test_speed(reference: list[float], own: list[float], speed: float) -> None:
    assert speed_against(totals(*reference), totals(*own)) == speed


def test_speed_needs_whole_rounds() -> None:
    with pytest.raises(ValueError, match="argument 2"):
        speed_against(totals(1.0, 2.0), totals(1.0))

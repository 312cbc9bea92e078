"""Who stands where."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from tests.synthesis.capsule_person import capsule_person

from m2fp.synthesis.bystander import Bystander, Spot, spread_points
from m2fp.synthesis.crowd import COUNTS, arrange, how_many


def test_counts_of_people() -> None:
    assert sum(COUNTS) == pytest.approx(1)
    drawn = [how_many(np.random.default_rng(seed)) for seed in range(300)]
    assert set(drawn) == set(range(9))
    assert 2.5 < np.mean(drawn) < 4


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_trunks_do_not_cross(seed: int, count: int) -> None:
    rng = np.random.default_rng([seed, count])
    spots = arrange([spread_points(capsule_person(rng)) for _ in range(count)], rng)
    assert len(spots) == count
    gaps = [np.hypot(a.x - b.x, a.z - b.z) for a, b in combinations(spots, 2)]
    assert min(gaps, default=1.0) > 0.2
    assert max(gaps, default=0.0) < 15


def test_people_look_all_ways() -> None:
    turns = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        turns += [spot.turn for spot in arrange([spread_points(capsule_person(rng))] * 3, rng)]
    facing = np.cos(turns) > 0.5
    away = np.cos(turns) < -0.5
    assert facing.mean() > 0.4
    assert away.mean() > 0.08


def test_the_same_people_from_behind() -> None:
    def spots(seed: int, behind: float) -> list[Spot]:
        rng = np.random.default_rng(seed)
        return arrange([spread_points(capsule_person(rng))] * 3, rng, from_behind=behind)

    turned = []
    for seed in range(40):
        front, back = spots(seed, 0.0), spots(seed, 1.0)
        assert [(spot.x, spot.z) for spot in front] == [(spot.x, spot.z) for spot in back]
        turns = [b.turn - f.turn for f, b in zip(front, back, strict=True)]
        assert turns == pytest.approx([np.pi] * 3)
        turned.append(spots(seed, 0.5) == back)
        assert turned[-1] or spots(seed, 0.5) == front
    assert 10 < sum(turned) < 30


def test_points_are_spread_by_area() -> None:
    figure = capsule_person(np.random.default_rng(1))
    points = spread_points(figure)
    assert points.shape == (800, 3)
    # The shoes have as many triangles as the trunk, and a ninth of its area.
    assert 0.02 < (points[:, 1] < 0.1).mean() < 0.15
    inside = np.hypot(points[:, 0], points[:, 2]) < 0.2
    assert 0.2 < (inside & (points[:, 1] > 0.8) & (points[:, 1] < 1.4)).mean() < 0.5


def test_a_bystander_is_turned_and_moved() -> None:
    figure = capsule_person(np.random.default_rng(1))
    points = spread_points(figure)
    one = Bystander.at(Spot(3.0, -1.0, np.pi / 2), figure, points)
    assert one.joints.shape == figure.joints.shape
    # Who is turned by a quarter looks along x; the left is then towards -z.
    np.testing.assert_allclose(one.points[:, 0] - 3, points[:, 2], atol=1e-9)
    np.testing.assert_allclose(one.points[:, 2] + 1, -points[:, 0], atol=1e-9)

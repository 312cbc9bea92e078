"""Left and right, of pixels that are an arm on both sides."""

from __future__ import annotations

import numpy as np
import pytest

from m2fp.evaluation import ConfusionMatrix, SideScore, side_scores
from m2fp.labels import custom_scheme, get_scheme

CIHP = get_scheme("cihp")
LEFT_ARM, RIGHT_ARM, LEFT_LEG, RIGHT_LEG, LEFT_SHOE, RIGHT_SHOE = range(14, 20)


def scores(truth: list[int], guess: list[int]) -> dict[str, SideScore]:
    counts = ConfusionMatrix.of(np.array([truth], np.uint8), np.array([guess], np.uint8), 20)
    return {score.name: score for score in side_scores(counts, CIHP)}


def test_only_decided_pixels_count() -> None:
    found = scores(
        [LEFT_ARM, LEFT_ARM, LEFT_ARM, RIGHT_ARM, 0, 255],
        [LEFT_ARM, RIGHT_ARM, 0, RIGHT_ARM, LEFT_ARM, LEFT_ARM],
    )
    assert found["arm"] == SideScore("arm", decided=3, agreed=2)
    assert found["arm"].share == 2 / 3
    assert found["leg"].share is None


def test_an_arm_taken_for_a_leg_is_not_decided() -> None:
    assert scores([LEFT_ARM], [RIGHT_LEG])["all"].decided == 0


def test_together() -> None:
    found = scores(
        [LEFT_ARM, LEFT_LEG, RIGHT_LEG, LEFT_SHOE, RIGHT_SHOE],
        [LEFT_ARM, RIGHT_LEG, RIGHT_LEG, RIGHT_SHOE, LEFT_SHOE],
    )
    assert list(found) == ["arm", "leg", "shoe", "limbs", "all"]
    assert (found["shoe"].share, found["leg"].share) == (0.0, 0.5)
    assert found["limbs"] == SideScore("limbs", decided=3, agreed=2)
    assert found["all"] == SideScore("all", decided=5, agreed=2)


def test_schemes_without_sides_have_no_scores() -> None:
    assert side_scores(ConfusionMatrix.empty(7), get_scheme("ppp")) == ()


def test_every_pair_of_every_scheme_has_a_name() -> None:
    for name in ("lip", "atr", "mhp-v2"):
        scheme = get_scheme(name)
        found = side_scores(ConfusionMatrix.empty(len(scheme.names)), scheme)
        assert len({score.name for score in found}) == len(scheme.flip_pairs) + 2


@pytest.mark.parametrize(
    ("left", "right", "name"),
    [
        ("Left Arm", "right arm", "arm"),
        ("arm_left", "arm_right", "arm"),
        ("upper-left-arm", "upper-right-arm", "upper-arm"),
        ("left", "right", "left / right"),
    ],
)
def test_data_sets_write_sides_as_they_like(left: str, right: str, name: str) -> None:
    scheme = custom_scheme("toys", ["background", left, right])
    pair, limbs, every = side_scores(
        ConfusionMatrix(np.array([[9, 1, 1], [1, 5, 2], [1, 1, 4]])), scheme
    )
    assert pair == SideScore(name, decided=12, agreed=9)
    assert limbs.decided == (12 if name == "arm" else 0)
    assert (every.decided, every.agreed) == (12, 9)


def test_every_scheme_names_its_pairs() -> None:
    for scheme in map(get_scheme, ("cihp", "lip", "atr", "mhp-v1", "mhp-v2")):
        empty = ConfusionMatrix.empty(scheme.num_parts_and_background)
        names = [score.name for score in side_scores(empty, scheme)]
        assert len(names) == len(set(names)) == len(scheme.flip_pairs) + 2
        assert not [name for name in names if "left" in name or "right" in name]

"""Weights of levels and targets."""

import numpy as np
import pytest

from m2fp.synthesis.shape_factors import DESCENTS, FACTORS, LEVELS, level_weights, target_weights

_MIDDLE = dict.fromkeys(FACTORS, 0.5) | dict(zip(DESCENTS, (0.2, 0.3, 0.5), strict=True))


def _level(weights: np.ndarray, name: str) -> float:
    return float(weights[LEVELS.index(name)])


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (0.0, {"baby": 1.0, "child": 0.0}),
        (1 / 3, {"baby": 0.0, "child": 1.0, "young": 0.0}),
        (0.5, {"child": 0.5, "young": 0.5}),
        (1.0, {"young": 0.0, "old": 1.0}),
        (1.1, {"young": -0.3, "old": 1.3}),
    ],
)
def test_a_person_lies_between_two_levels(age: float, expected: dict[str, float]) -> None:
    weights = level_weights(_MIDDLE | {"age": age})
    for name, weight in expected.items():
        assert _level(weights, name) == pytest.approx(weight, abs=1e-6)


def test_levels_of_a_factor_sum_to_one() -> None:
    rng = np.random.default_rng(3)
    weights = level_weights(_MIDDLE | {factor: rng.random() for factor in FACTORS})
    for levels in FACTORS.values():
        assert sum(_level(weights, level) for level in levels) == pytest.approx(1, abs=1e-6)
    assert [_level(weights, descent) for descent in DESCENTS] == pytest.approx([0.2, 0.3, 0.5])


def test_a_target_weighs_the_product_of_its_levels() -> None:
    levels = level_weights(_MIDDLE | {"sex": 0.25, "age": 0.5})
    products = np.isin(LEVELS, ("female", "young"))[None]
    np.testing.assert_allclose(target_weights(levels, products), [0.25 * 0.5])
    np.testing.assert_allclose(target_weights(np.stack([levels] * 2), products), [[0.125]] * 2)

"""Random people."""

from collections import Counter

import numpy as np
import pytest

from m2fp.synthesis.shape_factors import DESCENTS, FACTORS
from m2fp.synthesis.traits import Traits, random_traits

_PEOPLE = [random_traits(np.random.default_rng(seed)) for seed in range(400)]


def test_all_ages_sexes_and_skin_tones_occur() -> None:
    ages = Counter(person.age_group() for person in _PEOPLE)
    tones = Counter(person.skin_group() for person in _PEOPLE)
    assert min(ages[group] for group in ("child", "young", "middle", "old")) > 20
    assert len(tones) == 6
    assert min(tones.values()) > 15
    assert 140 < sum(person.sex == "female" for person in _PEOPLE) < 260


def test_factors_are_those_of_the_shape_targets() -> None:
    for person in _PEOPLE:
        factors = person.factors()
        assert set(factors) == {*FACTORS, *DESCENTS}
        assert all(0 <= value <= 1 for name, value in factors.items() if name != "weight")
        assert 0 <= factors["weight"] <= 1.25
        assert sum(factors[descent] for descent in DESCENTS) == pytest.approx(1)


def test_grown_people_are_taller_than_small_children() -> None:
    small = [person.height_m for person in _PEOPLE if person.years < 6]
    grown = [person.height_m for person in _PEOPLE if person.adult]
    assert max(small) < min(grown)
    assert min(grown) > 1.35
    assert max(grown) < 2.05


def test_the_same_state_gives_the_same_person() -> None:
    assert random_traits(np.random.default_rng(5)) == random_traits(np.random.default_rng(5))


@pytest.mark.parametrize(
    ("years", "group"), [(12.9, "child"), (13, "young"), (30, "middle"), (85, "old")]
)
def test_age_groups(years: float, group: str) -> None:
    person: Traits = _PEOPLE[0]
    fields = {name: getattr(person, name) for name in Traits.__slots__}
    assert Traits(**(fields | {"years": years})).age_group() == group

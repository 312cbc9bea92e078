"""Tallies of parts and people: merging, storing, and going to other processes."""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeAlias

import numpy as np
import pytest
from tests.evaluation.metrics.random_photos import labels_of, masks_of, random_photo

from m2fp.errors import DataError
from m2fp.evaluation.metrics.parsing_ap import ParsingTally
from m2fp.evaluation.metrics.part_ap import PartTally
from m2fp.evaluation.metrics.person_ap import PersonTally

CLASSES = 4
Tally: TypeAlias = PartTally | PersonTally | ParsingTally
Make: TypeAlias = Callable[[int], Tally]


def parts(seed: int) -> PartTally:
    photo = random_photo(np.random.default_rng(seed), CLASSES)
    masks = masks_of(photo.parts, photo.guess.shape)
    return PartTally.of(labels_of(photo), masks, class_count=CLASSES)


def people(seed: int) -> PersonTally:
    photo = random_photo(np.random.default_rng(seed), CLASSES)
    return PersonTally.of(labels_of(photo), masks_of(photo.people, photo.guess.shape))


def parsing(seed: int) -> ParsingTally:
    photo = random_photo(np.random.default_rng(seed), CLASSES)
    masks = masks_of(photo.people, photo.guess.shape)
    return ParsingTally.of(labels_of(photo), photo.guess, masks, class_count=CLASSES)


def must_equal(one: Tally, other: Tally) -> None:
    first, second = one.to_arrays(), other.to_arrays()
    assert first.keys() == second.keys()
    for name, array in first.items():
        assert array.dtype == second[name].dtype, name
        assert np.array_equal(array, second[name]), name


@pytest.fixture(params=[parts, people, parsing])
def make(request: pytest.FixtureRequest) -> Make:
    return request.param


def test_how_photos_are_grouped_does_not_matter(make: Make) -> None:
    tallies = [make(seed) for seed in range(7)]
    kind = type(tallies[0])
    whole = kind.merged(tallies)
    halves = kind.merged([kind.merged(tallies[:3]), kind.merged(iter(tallies[3:]))])
    must_equal(whole, halves)
    must_equal(kind.merged([whole]), whole)


def test_photos_keep_their_order(make: Make) -> None:
    first, second = make(0), make(1)
    kind = type(first)
    merged, swapped = kind.merged([first, second]), kind.merged([second, first])
    for name in ("official_scores", "strict_scores", "strict_outcomes"):
        one, other = first.to_arrays()[name], second.to_arrays()[name]
        assert np.array_equal(merged.to_arrays()[name], np.concatenate([one, other]))
        assert np.array_equal(swapped.to_arrays()[name], np.concatenate([other, one]))


def test_arrays_tell_all(make: Make) -> None:
    tally = make(3)
    again = type(tally).from_arrays(tally.to_arrays())
    must_equal(tally, again)
    assert type(again) is type(tally)


def test_arrays_that_lack_something_are_an_error(make: Make) -> None:
    arrays = make(3).to_arrays()
    for name in arrays:
        with pytest.raises(DataError, match=name):
            type(make(3)).from_arrays({n: a for n, a in arrays.items() if n != name})


def test_arrays_of_different_tallies_are_an_error(make: Make) -> None:
    tally = make(3)
    arrays = tally.to_arrays()
    longer = {**arrays, "strict_scores": np.append(arrays["strict_scores"], 0.5)}
    with pytest.raises(DataError, match="differ in length"):
        type(tally).from_arrays(longer)


def test_parts_of_different_people_are_an_error() -> None:
    arrays = parsing(3).to_arrays()
    with pytest.raises(DataError, match="differ in length"):
        ParsingTally.from_arrays({**arrays, "strict_parts": np.zeros(99, np.uint8)})


def test_tallies_are_small(make: Make) -> None:
    tallies = [make(seed) for seed in range(20)]
    arrays = type(tallies[0]).merged(tallies).to_arrays()
    predictions = len(arrays["strict_scores"]) + len(arrays["official_scores"])
    truths = sum(len(array) for name, array in arrays.items() if name.endswith("_parts"))
    assert sum(array.nbytes for array in arrays.values()) <= 19 * predictions + 10 * truths + 64


def test_tallies_travel(make: Make) -> None:
    tally = make(5)
    must_equal(pickle.loads(pickle.dumps(tally)), tally)  # noqa: S301


def test_tallies_merge_in_a_process_of_their_own() -> None:
    tallies = [parsing(0), parsing(1)]
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        merged = pool.submit(ParsingTally.merged, tallies).result()
    must_equal(merged, ParsingTally.merged(tallies))


def test_nothing_can_not_be_merged(make: Make) -> None:
    with pytest.raises(ValueError, match="at least one"):
        type(make(0)).merged([])

"""Everything that is counted: one photo, many photos, and stored ones."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.evaluation.toy_results import ids

from m2fp.datasets import Labels
from m2fp.errors import DataError
from m2fp.evaluation import Prediction, Tally
from m2fp.evaluation.metrics.instance_truth import part_truth
from m2fp.evaluation.metrics.parsing_ap import ParsingScores
from m2fp.evaluation.metrics.part_ap import PartScores
from m2fp.evaluation.metrics.people import PeopleScores
from m2fp.evaluation.metrics.person_ap import PersonScores
from m2fp.evaluation.metrics.prediction import PaintedMasks
from m2fp.evaluation.metrics.semantic import mean_iou
from m2fp.labels import get_scheme

CIHP = get_scheme("cihp")
HAIR, FACE = 2, 13


def predicted(
    categories: NDArray[np.uint8], humans: NDArray[np.uint16], scores: list[float] | None = None
) -> Prediction:
    """Return a prediction of everything that such labels say."""
    count = int(humans.max(initial=0))
    truth = part_truth(Labels(categories, humans), 20)
    told = np.where(truth.regions == truth.unknown, 0, truth.regions)
    return Prediction(
        categories,
        PaintedMasks(humans, np.zeros(count, np.intp), np.array(scores or [0.9] * count)),
        PaintedMasks(
            told.astype(np.uint16), truth.class_ids, np.linspace(0.9, 0.5, len(truth.class_ids))
        ),
        seconds=0.25,
    )


def two_people() -> Labels:
    categories = np.zeros((12, 20), np.uint8)
    categories[2:5, 2:8] = categories[2:5, 11:17] = HAIR
    categories[5:10, 2:8] = categories[5:10, 11:17] = FACE
    humans = np.zeros((12, 20), np.uint16)
    humans[2:10, 2:8], humans[2:10, 11:17] = 7, 300  # neither without gaps nor in a byte
    return Labels(categories, humans)


def random_photo(seed: int) -> tuple[Labels, Prediction]:
    rng = np.random.default_rng(seed)
    size = (9, 11)
    categories = rng.choice(np.array([0, 1, 2, 13, 255], np.uint8), size)
    humans = np.where(categories == 0, 0, rng.integers(0, 4, size)).astype(np.uint16)
    guess = np.where(rng.random(size) < 0.3, rng.integers(0, 20, size), categories)
    guess = np.where(guess == 255, 0, guess).astype(np.uint8)
    prediction = predicted(guess, rng.integers(0, 3, size).astype(np.uint16), [0.7, 0.8])
    return Labels(categories, humans), prediction


def in_order(humans: NDArray[np.uint16]) -> NDArray[np.uint16]:
    return np.unique(humans, return_inverse=True)[1].reshape(humans.shape).astype(np.uint16)


def the_same(one: Tally, other: Tally) -> bool:
    arrays, others = one.to_arrays(), other.to_arrays()
    return arrays.keys() == others.keys() and all(
        np.array_equal(array, others[name], equal_nan=array.dtype.kind == "f")
        for name, array in arrays.items()
    )


def test_perfect() -> None:
    labels = two_people()
    tally = Tally.of("a", labels, predicted(labels.categories, in_order(labels.humans)), CIHP)
    assert mean_iou(tally.confusion, "d2") == 1.0
    assert tally.boundary.shared.tolist() == tally.boundary.labelled.tolist()
    (photo,) = tally.photos.worst(20)
    assert (photo.name, photo.miou, photo.people, photo.predicted) == ("a", 1.0, 2, 2)
    assert photo.seconds == 0.25
    assert tally.people is not None
    assert tally.person_masks is not None
    assert tally.person_parts is not None
    assert tally.part_masks is not None
    assert PeopleScores.of(tally.people).matched_iou == 1.0
    assert PersonScores.of(tally.person_masks).official.vol == 1.0
    parsed = ParsingScores.of(tally.person_parts)
    assert (parsed.official.vol, parsed.official.pcp[0.5], parsed.strict.vol) == (1.0, 1.0, 1.0)
    assert PartScores.of(tally.part_masks).strict.vol == 1.0


def test_nothing_found() -> None:
    labels = two_people()
    nothing = np.zeros_like(labels.categories)
    tally = Tally.of("a", labels, predicted(nothing, nothing.astype(np.uint16)), CIHP)
    assert tally.people is not None
    assert tally.person_parts is not None
    assert tally.part_masks is not None
    scores = PeopleScores.of(tally.people)
    assert (scores.people, scores.predicted, scores.recall, scores.precision) == (2, 0, 0.0, None)
    assert ParsingScores.of(tally.person_parts).official.vol == 0.0
    assert PartScores.of(tally.part_masks).official.vol == 0.0


def test_what_the_tool_does_not_say_is_not_counted() -> None:
    labels = two_people()
    tally = Tally.of("a", labels, Prediction(labels.categories), CIHP)
    assert tally.people is tally.person_masks is tally.person_parts is tally.part_masks is None
    (photo,) = tally.photos.worst(1)
    assert (photo.people, photo.predicted, photo.seconds) == (2, None, None)
    assert the_same(Tally.from_arrays(tally.to_arrays()), tally)


def test_people_who_own_parts_may_differ_from_people_as_masks() -> None:
    labels = two_people()
    masks = predicted(labels.categories, in_order(labels.humans))
    nobody = np.zeros_like(labels.humans)
    owners = PaintedMasks(nobody, np.empty(0, np.intp), np.empty(0))
    tally = Tally.of("a", labels, replace(masks, owners=owners), CIHP)
    assert tally.person_masks is not None
    assert tally.person_parts is not None
    assert PersonScores.of(tally.person_masks).official.vol == 1.0
    assert ParsingScores.of(tally.person_parts).official.vol == 0.0


def test_unknown_pixels_of_nobody_count_for_no_side() -> None:
    labels = two_people()
    categories = labels.categories.copy()
    categories[:, 11:17] = 255  # where person 300 stands, and above and below
    humans = np.where(labels.humans == 300, 0, labels.humans)
    open_labels = Labels(categories, humans)
    guess = predicted(labels.categories, in_order(labels.humans))
    tally = Tally.of("a", open_labels, guess, CIHP)
    assert mean_iou(tally.confusion, "d2") == 1.0
    assert tally.people is not None
    scores = PeopleScores.of(tally.people)
    assert (scores.people, scores.predicted, scores.precision) == (1, 1, 1.0)


def test_a_person_of_an_unknown_part_is_still_a_person() -> None:
    labels = two_people()
    categories = np.where(labels.humans == 300, 255, labels.categories).astype(np.uint8)
    guess = predicted(labels.categories, np.zeros_like(labels.humans))
    tally = Tally.of("a", Labels(categories, labels.humans), guess, CIHP)
    assert tally.people is not None
    assert tally.people.union == 96
    assert PeopleScores.of(tally.people).people == 2


def test_300_people() -> None:
    humans = np.zeros((40, 60), np.uint16)
    for person, (row, column) in enumerate(np.ndindex(10, 30)):
        humans[4 * row : 4 * row + 3, 2 * column] = person + 1
    categories = np.where(humans > 0, HAIR, 0).astype(np.uint8)
    labels = Labels(categories, humans * 200)
    tally = Tally.of("crowd", labels, predicted(categories, humans), CIHP)
    assert tally.people is not None
    assert tally.part_masks is not None
    assert dict(tally.people.photos) == {(300, 300): 1}
    assert (tally.people.found, tally.people.matched_iou) == (300, 300.0)
    assert PartScores.of(tally.part_masks).truths == 300


def test_merged_in_any_grouping_is_the_same_to_the_last_bit() -> None:
    singles = [Tally.of(f"photo {n}", *random_photo(n), CIHP) for n in range(12)]
    total = Tally.merged(singles)
    assert total.photos.names.tolist() == [f"photo {n}" for n in range(12)]
    for cuts in ([0, 5, 12], [0, 1, 2, 11, 12]):
        groups = [Tally.merged(singles[start:end]) for start, end in pairwise(cuts)]
        assert the_same(Tally.merged(groups), total)


def test_stored_without_pickle() -> None:
    tally = Tally.merged([Tally.of(name, *random_photo(3), CIHP) for name in ("a", "bc")])
    file = io.BytesIO()
    np.savez(file, **tally.to_arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as stored:
        again = Tally.from_arrays(stored)
    assert the_same(again, tally)
    assert the_same(Tally.merged([again, again]), Tally.merged([tally, tally]))


def test_a_stored_tally_that_is_not_complete() -> None:
    arrays = Tally.of("a", *random_photo(1), CIHP).to_arrays()
    for name in ("confusion", "boundary.shared", "photos.names", "people.found"):
        with pytest.raises(DataError, match=name.rpartition(".")[2]):
            Tally.from_arrays({key: array for key, array in arrays.items() if key != name})


def test_people_for_some_photos_only() -> None:
    labels, prediction = random_photo(1)
    with_people = Tally.of("a", labels, prediction, CIHP)
    for lacking, what in (
        (replace(prediction, people=None), "with people and others without, b for one"),
        (replace(prediction, parts=None), "with part instances and others without, b for one"),
    ):
        without = Tally.of("b", labels, lacking, CIHP)
        with pytest.raises(DataError, match=what):
            Tally.merged([with_people, without])


def test_no_photos() -> None:
    with pytest.raises(DataError, match="no labelled photos"):
        Tally.merged([])


@pytest.mark.parametrize(
    ("truth", "guess", "message"),
    [
        ([[33, 0]], [[0, 0]], "street/7: labels with class 33"),
        ([[0, 0]], [[0, 20]], "street/7: a prediction with class 20"),
        ([[0, 0]], [[0]], "street/7: labels of .* photo's size"),
    ],
)
def test_errors_name_the_photo(
    truth: list[list[int]], guess: list[list[int]], message: str
) -> None:
    labels = Labels(ids(truth), np.zeros((1, 2), np.uint16))
    with pytest.raises(DataError, match=message):
        Tally.of("street/7", labels, Prediction(ids(guess)), CIHP)

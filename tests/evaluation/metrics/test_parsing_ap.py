"""AP^p and PCP by hand, on rows of pixels."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from tests.evaluation.metrics.oracle import class_ious
from tests.evaluation.metrics.random_photos import labels_of, masks_of, random_photo

from m2fp.datasets import Labels
from m2fp.errors import DataError
from m2fp.evaluation.metrics.parsing_ap import PARSING_THRESHOLDS, ParsingScores, ParsingTally
from m2fp.evaluation.metrics.person_iou import Mode, PersonAgreement, PhotoGroups
from m2fp.evaluation.metrics.prediction import PaintedMasks
from m2fp.evaluation.metrics.stacked_masks import StackedMasks

CLASSES = 3


def tally(
    categories: list[int], humans: list[int], guess: list[int], *drawn: tuple[list[int], float]
) -> ParsingTally:
    truth = Labels(np.array([categories], np.uint8), np.array([humans], np.uint16))
    masks = [np.array([pixels], np.bool_) for pixels, _ in drawn]
    people = StackedMasks.of_masks(
        masks, [0] * len(masks), [score for _, score in drawn], size=(1, len(guess))
    )
    return ParsingTally.of(truth, np.array([guess], np.uint8), people, class_count=CLASSES)


def scores(
    categories: list[int], humans: list[int], guess: list[int], *drawn: tuple[list[int], float]
) -> ParsingScores:
    return ParsingScores.of(tally(categories, humans, guess, *drawn))


ONE = [1, 1, 2, 2, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0, 0]
TWO = [1, 2, 1, 2], [1, 1, 2, 2]


def test_perfect() -> None:
    found = scores(*ONE, ONE[0], (ONE[1], 0.9))
    for mode in (found.official, found.strict):
        assert mode.vol == 1
        assert set(mode.pcp.values()) == {1}
        assert list(mode.at) == list(mode.pcp) == list(PARSING_THRESHOLDS)
    assert (found.predicted, found.strict.truths) == (1, 1)


def test_nobody_predicted() -> None:
    found = scores(*ONE, ONE[0])
    assert found.official.vol == found.strict.vol == 0
    assert found.official.pcp[0.5] == found.strict.pcp[0.5] == 0


def test_nobody_labelled() -> None:
    found = scores([0, 0], [0, 0], [1, 0], ([1, 0], 0.9))
    for mode in (found.official, found.strict):
        assert mode.vol is mode.at[0.5] is mode.pcp[0.5] is None
        assert mode.truths == 0


def test_one_part_taken_for_the_other() -> None:
    # Background 1, part 1: 2/4, part 2: 0; the mean is 0.5.
    found = scores(*ONE, [1, 1, 1, 1, 0, 0, 0, 0], (ONE[1], 0.9))
    assert found.official.at[0.4] == found.strict.at[0.4] == 1
    assert (found.official.at[0.5], found.strict.at[0.5]) == (0, 1)
    assert found.official.pcp[0.4] == found.strict.pcp[0.4] == 0.5
    assert (found.official.pcp[0.5], found.strict.pcp[0.5]) == (0, 0.5)


def test_the_background_lifts_everybody() -> None:
    # Nothing in common, but 6 of 8 pixels are background in both: (6/8 + 0) / 2.
    found = scores([1, *[0] * 7], [1, *[0] * 7], [0] * 7 + [1], ([0] * 7 + [1], 0.9))
    assert list(found.official.at.values()) == [1, 1, 1, 0, 0, 0, 0, 0, 0]
    assert found.official.pcp[0.1] == found.strict.pcp[0.1] == 0


def test_a_person_without_parts_is_all_background() -> None:
    found = scores(*ONE, [0] * 8, (ONE[1], 0.9))  # (4/8 + 0 + 0) / 3
    assert (found.official.at[0.1], found.official.at[0.2]) == (1, 0)
    assert found.official.pcp[0.1] == 0


def test_a_labelled_person_without_parts_has_no_right_ones() -> None:
    found = scores([0, 0], [1, 0], [0, 0], ([1, 0], 0.9))
    assert found.official.at[0.9] == 1
    assert found.official.pcp[0.9] == found.strict.pcp[0.9] == 0


def test_two_people_merged_into_one() -> None:
    # With either: parts 1/2 each, no background agrees (2 pixels against none): mean 1/3.
    found = scores(*TWO, TWO[0], ([1, 1, 1, 1], 0.9))
    assert found.official.at[0.3] == 0.5
    assert found.strict.at[0.3] == pytest.approx(51 / 101)
    assert found.official.at[0.4] == found.strict.at[0.4] == 0
    assert found.official.pcp[0.3] == found.strict.pcp[0.3] == 0.5  # the other counts as 0


def test_somebody_found_twice_is_wrong_the_second_time() -> None:
    humans = [1, 1, 1, 1, 0, 0, 0, 0]
    halves = ([1, 1, 0, 0, 0, 0, 0, 0], 0.9), ([0, 0, 1, 1, 0, 0, 0, 0], 0.8)
    found = tally(humans, humans, humans, *halves)  # part 2/4, background 4/6: mean 7/12 both
    assert found.official.detections.outcomes[:, 4].tolist() == [1, 0]
    assert found.strict.detections.outcomes[:, 4].tolist() == [1, 0]


def test_a_duplicate_of_a_mask_is_seen_only_by_the_strict_rule() -> None:
    found = tally(*TWO, TWO[0], ([1, 1, 0, 0], 0.8), ([1, 1, 0, 0], 0.9), ([0, 0, 1, 1], 0.7))
    assert found.official.detections.scores.tolist() == [0.9, 0.7]  # the lower one is gone
    both = ParsingScores.of(found)
    assert both.official.vol == 1
    assert both.strict.vol == pytest.approx((51 + 50 * 2 / 3) / 101)
    assert (both.predicted, both.official.pcp[0.5], both.strict.pcp[0.5]) == (3, 1, 1)


def test_only_the_strict_rule_falls_back_on_the_second_best() -> None:
    # As above, and a second person. The right half agrees with that one in the background alone,
    # (0 + 0 + 5/8) / 3, which is enough at 0.2.
    categories, humans = [1, 1, 1, 1, 2, 0, 0, 0], [1, 1, 1, 1, 2, 0, 0, 0]
    halves = ([1, 1, 0, 0, 0, 0, 0, 0], 0.9), ([0, 0, 1, 1, 0, 0, 0, 0], 0.8)
    found = tally(categories, humans, categories, *halves)
    assert found.official.detections.outcomes[:, :3].tolist() == [[1, 1, 1], [0, 0, 0]]
    assert found.strict.detections.outcomes[:, :3].tolist() == [[1, 1, 1], [1, 1, 0]]


def test_people_below_a_hundredth_do_not_take_part_officially() -> None:
    low = scores(*ONE, ONE[0], (ONE[1], 0.0099))
    assert (low.official.vol, low.strict.vol) == (0, 1)
    assert (low.official.pcp[0.5], low.strict.pcp[0.5]) == (0, 1)
    assert scores(*ONE, ONE[0], (ONE[1], 0.01)).official.vol == 1


def test_a_score_that_is_no_number_is_zero() -> None:
    found = scores(*ONE, ONE[0], (ONE[1], float("nan")))
    assert (found.official.vol, found.strict.vol) == (0, 1)


def test_unknown_pixels_of_a_person_do_not_count() -> None:
    found = scores([1, 1, 255, 255, 0], [1, 1, 1, 1, 0], [1] * 4 + [0], ([1] * 4 + [0], 0.9))
    assert found.official.vol == found.strict.vol == 1


def test_unknown_pixels_of_nobody_are_background_officially() -> None:
    # Part 2/4, background 1/3: the mean is 5/12.
    found = scores([1, 1, 255, 255, 0], [1, 1, 0, 0, 0], [1] * 4 + [0], ([1] * 4 + [0], 0.9))
    assert (found.official.at[0.4], found.official.at[0.5]) == (1, 0)
    assert found.strict.vol == 1


def test_who_is_mostly_unknown_need_not_be_found() -> None:
    categories, humans = [1, 255, 255, 1, 0], [1, 1, 1, 2, 0]
    second = ([0, 0, 0, 1, 0], 0.5)
    assert scores(categories, humans, [1, 1, 1, 1, 0], second).official.vol == 0.5
    missed = scores(categories, humans, [1, 1, 1, 1, 0], second)
    assert (missed.strict.vol, missed.strict.truths) == (1, 1)
    # Who finds them is neither right nor wrong.
    found = scores(categories, humans, [1, 1, 1, 1, 0], ([1, 1, 1, 0, 0], 0.9), second)
    assert (found.strict.vol, found.strict.pcp[0.5]) == (1, 1)


def test_who_is_predicted_on_unknown_pixels_is_passed_over() -> None:
    categories, humans = [1, 1, 255, 255], [1, 1, 0, 0]
    found = tally(categories, humans, [1, 1, 1, 1], ([0, 0, 1, 1], 0.9), ([1, 1, 0, 0], 0.5))
    assert found.official.detections.outcomes[:, 8].tolist() == [0, 1]
    assert found.strict.detections.outcomes[:, 8].tolist() == [-1, 1]


def test_300_people() -> None:
    humans = np.arange(1, 301).repeat(4).reshape(30, 40).astype(np.uint16) * 200
    categories = np.tile([1, 1, 2, 0], 300).reshape(30, 40).astype(np.uint8)
    ids = np.arange(1, 301).repeat(4).reshape(30, 40).astype(np.uint16)
    people = PaintedMasks(ids, np.zeros(300, np.intp), np.linspace(0.01, 1, 300))
    truth = Labels(categories, humans)
    found = ParsingScores.of(ParsingTally.of(truth, categories, people, class_count=CLASSES))
    assert found.official.truths == 300
    assert found.official.vol == pytest.approx(1)
    assert found.strict.vol == pytest.approx(1)
    assert found.official.pcp[0.9] == found.strict.pcp[0.9] == 1
    # One part in two is right when 2 is taken for 1: part 1 with 2/3, part 2 with 0.
    coarse = np.minimum(categories, 1)
    half = ParsingScores.of(ParsingTally.of(truth, coarse, people, class_count=CLASSES))
    assert half.official.pcp[0.5] == pytest.approx(0.5)
    assert half.official.pcp[0.6] == 0  # the mean of 1, 2/3 and 0 is 5/9


@pytest.mark.parametrize("mode", ["official", "strict"])
@pytest.mark.parametrize("class_count", [4, 20])
def test_person_iou_is_numpys_nanmean_to_the_last_bit(
    class_count: int, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("m2fp.evaluation.metrics.person_iou._BATCH_NUMBERS", 100)  # several batches
    rng = np.random.default_rng(class_count)
    compared = 0
    for _ in range(30):
        photo = random_photo(rng, class_count)
        groups = PhotoGroups.of(labels_of(photo), photo.guess, class_count)
        people = masks_of(photo.people, photo.guess.shape)
        overlaps = people.overlaps(groups.regions, len(groups.pixels))
        agreement = PersonAgreement.of(groups, overlaps, (0.5,), mode=mode)
        for n, mask in enumerate(photo.people):
            for g, person in enumerate(photo.labelled_people()):
                slow = class_ious(photo, person.pixels, mask, class_count, strict=mode == "strict")
                if not np.isnan(slow).all():
                    assert agreement.ious[n, g] == np.nanmean(slow)
                    compared += 1
    assert compared > 50


def test_sizes_must_agree() -> None:
    with pytest.raises(DataError, match="photo's size"):
        tally([1, 1], [1, 1], [1], ([1], 0.9))
    row = np.ones((1, 2), np.uint8)
    small = StackedMasks.of_masks([np.ones((1, 1), np.bool_)], [0], [1], size=(1, 1))
    with pytest.raises(DataError, match="photo's size"):
        ParsingTally.of(Labels(row, row.astype(np.uint16)), row, small, class_count=CLASSES)


def test_scores_are_plain_values() -> None:
    found = scores(*ONE, ONE[0], (ONE[1], 0.9))
    values = json.loads(json.dumps(dataclasses.asdict(found), allow_nan=False))
    assert values["official"]["pcp"]["0.5"] == 1

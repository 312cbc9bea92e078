"""All instance metrics against the oracle, on random photos."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from tests.evaluation.metrics import oracle
from tests.evaluation.metrics.oracle import COCO, TENTHS, Mask, Photo
from tests.evaluation.metrics.random_photos import labels_of, mask_of, masks_of, random_photo

from m2fp.evaluation.metrics.average_precision import ApRule, all_point_ap, interpolated_ap
from m2fp.evaluation.metrics.detections import Detections
from m2fp.evaluation.metrics.parsing_ap import (
    ParsedPeople,
    ParsingApScores,
    ParsingScores,
    ParsingTally,
)
from m2fp.evaluation.metrics.part_ap import PartScores, PartTally
from m2fp.evaluation.metrics.person_ap import PersonScores, PersonTally

CLASSES = 4
SEEDS = range(60)
PHOTOS = 4


def photos(seed: int) -> list[Photo]:
    rng = np.random.default_rng(seed)
    return [random_photo(rng, CLASSES) for _ in range(PHOTOS)]


def outcomes_of(
    detections: Detections, thresholds: Sequence[float], expected: Callable[[float], list[int]]
) -> None:
    for column, threshold in enumerate(thresholds):
        assert detections.outcomes[:, column].tolist() == expected(threshold), threshold


@pytest.mark.parametrize("seed", SEEDS)
def test_parts(seed: int) -> None:
    tallies, official, strict, truth = [], [], [], []
    for photo in photos(seed):
        tally = PartTally.of(
            labels_of(photo), masks_of(photo.parts, photo.guess.shape), class_count=CLASSES
        )
        there, seen = photo.labelled_parts(CLASSES), oracle.painted(photo.parts)
        unknown = photo.unknown(there)
        outcomes_of(
            tally.official, TENTHS, lambda t, g=there, m=seen: oracle.official_masks(g, m, t)
        )
        outcomes_of(
            tally.strict,
            TENTHS,
            lambda t, g=there, p=photo, u=unknown: oracle.strict_masks(g, p.parts, u, t),
        )
        tallies.append(tally)
        official.append((there, seen, frozenset()))
        strict.append((there, photo.parts, unknown))
        truth += there
    scores = PartScores.of(PartTally.merged(tallies))
    assert scores.truths == len(truth)
    for threshold in TENTHS:
        assert scores.official.at[threshold] == pytest.approx(
            mean_over_classes(official, oracle.voc_ap, threshold), abs=1e-12
        )
        assert scores.strict.at[threshold] == pytest.approx(
            mean_over_classes(strict, oracle.coco_ap, threshold), abs=1e-12
        )


Triple = tuple[Sequence[Mask], Sequence[Mask], frozenset[oracle.Pixel]]


def mean_over_classes(
    found: Sequence[Triple], rule: Callable[..., float], threshold: float
) -> float | None:
    """Return the mean over the classes that occur, each scored over all photos."""
    values = []
    for class_id in range(CLASSES):
        number, scored = 0, []
        for truth, masks, unknown in found:
            there = [mask for mask in truth if mask.class_id == class_id]
            seen = [mask for mask in masks if mask.class_id == class_id]
            number += len(there)
            if rule is oracle.voc_ap:
                outcomes = oracle.official_masks(there, seen, threshold)
            else:
                outcomes = oracle.strict_masks(there, seen, unknown, threshold)
            scored += [(mask.score, what) for mask, what in zip(seen, outcomes, strict=True)]
        if number:
            values.append(rule(scored, number))
    return sum(values) / len(values) if values else None


@pytest.mark.parametrize("seed", SEEDS)
def test_people(seed: int) -> None:
    tallies, official, strict = [], [], []
    for photo in photos(seed):
        tally = PersonTally.of(labels_of(photo), masks_of(photo.people, photo.guess.shape))
        there, seen = photo.labelled_people(), oracle.painted(photo.people)
        unknown = photo.unknown(there)
        outcomes_of(tally.official, COCO, lambda t, g=there, m=seen: oracle.official_masks(g, m, t))
        outcomes_of(
            tally.strict,
            COCO,
            lambda t, g=there, p=photo, u=unknown: oracle.strict_masks(g, p.people, u, t),
        )
        tallies.append(tally)
        official.append((there, seen, frozenset()))
        strict.append((there, photo.people, unknown))
    scores = PersonScores.of(PersonTally.merged(tallies))
    for threshold in COCO:
        assert scores.official.at[threshold] == pytest.approx(
            mean_over_classes(official, oracle.voc_ap, threshold), abs=1e-12
        )
        assert scores.strict.at[threshold] == pytest.approx(
            mean_over_classes(strict, oracle.coco_ap, threshold), abs=1e-12
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_parsed_people(seed: int) -> None:
    tallies: list[ParsingTally] = []
    official: dict[float, list[tuple[oracle.Parsed, Sequence[Mask]]]] = {t: [] for t in TENTHS}
    strict: dict[float, list[tuple[oracle.Parsed, Sequence[Mask]]]] = {t: [] for t in TENTHS}
    for photo in photos(seed):
        people = masks_of(photo.people, photo.guess.shape)
        tally = ParsingTally.of(labels_of(photo), photo.guess, people, class_count=CLASSES)
        for column, t in enumerate(TENTHS):
            published = oracle.official_people(photo, CLASSES, t)
            coco = oracle.strict_people(photo, CLASSES, t)
            must_be(tally.official, published, column)
            must_be(tally.strict, coco, column)
            official[t].append((published, oracle.painted(photo.people)))
            strict[t].append((coco, photo.people))
        tallies.append(tally)
    scores = ParsingScores.of(ParsingTally.merged(tallies))
    for t in TENTHS:
        must_score(scores.official, t, official[t], oracle.voc_ap)
        must_score(scores.strict, t, strict[t], oracle.coco_ap)


def must_be(people: ParsedPeople, expected: oracle.Parsed, column: int) -> None:
    assert people.detections.outcomes[:, column].tolist() == expected.outcomes
    right = zip(people.right[:, column].tolist(), people.parts.tolist(), strict=True)
    assert list(right) == expected.parts


def must_score(
    scores: ParsingApScores,
    threshold: float,
    photos: Sequence[tuple[oracle.Parsed, Sequence[Mask]]],
    rule: Callable[..., float],
) -> None:
    parts = [part for parsed, _ in photos for part in parsed.parts]
    scored = [
        (mask.score, what)
        for parsed, masks in photos
        for mask, what in zip(masks, parsed.outcomes, strict=True)
    ]
    ap = rule(scored, len(parts)) if parts else None
    pcp = oracle.pcp(parts) if parts else None
    assert scores.at[threshold] == pytest.approx(ap, abs=1e-12)
    assert scores.pcp[threshold] == pytest.approx(pcp, abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_parts_that_the_data_set_numbers_itself(seed: int) -> None:
    rng = np.random.default_rng(seed)
    plain = random_photo(rng, CLASSES)
    # Two hands of one person, say: instances are more than (person, part) pairs, and some are of
    # classes that are not scored.
    ids = rng.integers(0, 7, plain.guess.shape)
    instances = tuple(
        mask_of(ids == number, int(rng.integers(0, CLASSES + 1)), 1.0)
        for number in range(1, 7)
        if (ids == number).any()
    )
    photo = Photo(plain.categories, plain.humans, plain.guess, plain.people, plain.parts, instances)
    tally = PartTally.of(labels_of(photo), masks_of(photo.parts, ids.shape), class_count=CLASSES)
    there = photo.labelled_parts(CLASSES)
    assert tally.truths.tolist() == [
        sum(mask.class_id == c for mask in there) for c in range(CLASSES)
    ]
    scored = photo.unknown(there)
    outcomes_of(tally.strict, TENTHS, lambda t: oracle.strict_masks(there, photo.parts, scored, t))


@pytest.mark.parametrize(
    ("rule", "slow"), [(all_point_ap, oracle.voc_ap), (interpolated_ap, oracle.coco_ap)]
)
def test_average_precision(rule: ApRule, slow: Callable[..., float]) -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        number, truths = int(rng.integers(0, 30)), int(rng.integers(1, 12))
        scores = rng.choice([0.1, 0.5, 0.7, 0.9], number)
        outcomes = rng.integers(-1, 2, (number, 3)).astype(np.int8)
        expected = (
            [
                slow(list(zip(scores.tolist(), column, strict=True)), truths)
                for column in outcomes.T.tolist()
            ]
            if number
            else [0.0] * 3
        )
        assert rule(scores, outcomes, truths) == pytest.approx(expected, abs=1e-12)

"""Evaluating a parser that answers from a list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.evaluation.toy_results import ids, make_result, make_sample
from tests.fake_model import FakePerson, draw_people

from m2fp import Parser
from m2fp.datasets import LabelledPhoto
from m2fp.errors import ConfigError, DataError
from m2fp.evaluation import evaluate
from m2fp.results import ModelStamp, Result

HAIR, FACE = 2, 13
PARTS = ids([[0, HAIR, HAIR, 0], [0, FACE, FACE, 0]])
PEOPLE = ids([[0, 1, 1, 0], [0, 1, 1, 0]])


class Script:
    """A parser that gives these results, one after the other."""

    def __init__(self, results: Sequence[Result]) -> None:
        self.results = iter(results)

    def __call__(self, source: NDArray[np.uint8], /) -> Result:
        return next(self.results)


def test_perfect() -> None:
    sample = make_sample(PARTS, PEOPLE)
    report = evaluate(Script([make_result(PARTS, PEOPLE)] * 3), [sample] * 3, title="three")
    assert (report.title, report.photos, report.seconds) == ("three", 3, 0.25)
    assert report.table("cihp").miou_d2 == pytest.approx(1.0)
    assert report.table("cihp").miou_m2fp == pytest.approx(3 / 20)
    assert report.people.person_iou == report.people.right_count == 1.0


def test_one_right_and_one_empty() -> None:
    sample = make_sample(PARTS, PEOPLE)
    nothing = make_result(np.zeros_like(PARTS), np.zeros_like(PEOPLE))
    done: list[int] = []
    report = evaluate(
        Script([make_result(PARTS, PEOPLE), nothing]), [sample] * 2, progress=done.append
    )
    # Background 8 of 8 + 4 extra; hair and face 2 of 4.
    assert report.table("cihp").miou_d2 == pytest.approx((8 / 12 + 1 / 2 + 1 / 2) / 3)
    assert report.people.person_iou == 0.5
    assert report.people.right_count == 0.5
    assert done == [1, 2]


def test_what_the_labels_leave_open_is_not_scored() -> None:
    parts = PARTS.copy()
    parts[:, 3] = 255  # nobody in the labels, and not known
    found = ids([[0, 1, 1, 2], [0, 1, 1, 2]])
    guess = PARTS.copy()
    guess[:, 3] = HAIR
    report = evaluate(Script([make_result(guess, found)]), [make_sample(parts, PEOPLE)])
    assert report.table("cihp").pixel_accuracy == 1.0
    assert report.people.person_iou == report.people.right_count == 1.0


def test_a_person_of_an_unknown_part_is_still_a_person() -> None:
    parts = PARTS.copy()
    parts[0, 1] = 255  # a bag, say: of the person, with no class
    report = evaluate(
        Script([make_result(np.zeros_like(PARTS), np.zeros_like(PEOPLE))]),
        [make_sample(parts, PEOPLE)],
    )
    assert report.people.person_iou == 0.0
    assert report.people.people == 1


def test_no_photos() -> None:
    with pytest.raises(DataError, match="no labelled photos"):
        evaluate(Script([]), [])


def test_labels_of_another_scheme() -> None:
    parts = PARTS.copy()
    parts[0, 0] = 33
    with pytest.raises(DataError, match="class 33"):
        evaluate(Script([make_result(PARTS, PEOPLE)]), [make_sample(parts, PEOPLE)])


def test_two_models_in_one_report() -> None:
    other = make_result(PARTS, PEOPLE, stamp=ModelStamp("other", None, "fp32"))
    with pytest.raises(ConfigError, match="several models"):
        evaluate(Script([make_result(PARTS, PEOPLE), other]), [make_sample(PARTS, PEOPLE)] * 2)


def test_a_real_parser_on_the_fake_model(fake_model: Path) -> None:
    pixels, parts, people = draw_people(
        (96, 128), [FakePerson(0, 8, 16, 32, 64), FakePerson(1, 72, 8, 40, 80)]
    )
    sample = LabelledPhoto(pixels, parts, people.astype(np.uint8))
    with Parser(fake_model, threads=1) as parser:
        report = evaluate(parser, [sample])
    assert report.subject.name == "fake"
    assert report.table("cihp").pixel_accuracy > 0.99  # corners are rounded off
    assert report.people.right_count == 1.0
    assert report.people.matched_iou > 0.99
    assert report.seconds > 0

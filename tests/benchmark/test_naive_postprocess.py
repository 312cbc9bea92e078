"""Naive post-processing on predictions whose outcome is known by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch import Tensor

from m2fp.benchmark.naive_postprocess import NaiveParsing, parse_naively
from m2fp.imaging import NetworkInput
from m2fp.labels import LabelScheme, get_scheme

CIHP, LIP = get_scheme("cihp"), get_scheme("lip")
HAIR, FACE, PERSON = 2, 13, 20
SURE = 20.0  # a mask logit whose sigmoid is 1 to eight digits

# A photo of 64 x 48 was scaled to 32 x 24 and padded to 32 x 32: a grid of 8 x 8 cells, six
# columns of which show the photo, at eight photo pixels each.
WIDE = NetworkInput(np.zeros((1, 3, 32, 32), np.float32), (32, 24), (64, 48))


def class_row(scheme: LabelScheme, shares: dict[int, float]) -> list[float]:
    """Return logits that give these probabilities; what is left is "no object"."""
    values = [shares.get(label, 1e-9) for label in range(scheme.class_count)]
    return [math.log(value) for value in [*values, max(1e-9, 1.0 - sum(shares.values()))]]


def rectangle(rows: slice, columns: slice, size: tuple[int, int] = (8, 8)) -> Tensor:
    """Return a mask that is sure on these cells and as sure of the opposite elsewhere."""
    mask = torch.full(size, -SURE)
    mask[rows, columns] = SURE
    return mask


def parse(
    scheme: LabelScheme,
    queries: Sequence[tuple[dict[int, float], Tensor]],
    network_input: NetworkInput = WIDE,
) -> NaiveParsing:
    classes = torch.tensor([class_row(scheme, shares) for shares, _ in queries])
    masks = torch.stack([mask for _, mask in queries])
    return parse_naively(classes, masks, network_input, scheme)


def test_a_person_with_hair() -> None:
    found = parse(
        CIHP,
        [
            ({0: 0.99}, rectangle(slice(4, 8), slice(0, 8))),
            ({PERSON: 0.75}, rectangle(slice(0, 8), slice(0, 3))),
            ({HAIR: 0.9}, rectangle(slice(0, 4), slice(0, 8))),
            ({}, rectangle(slice(0, 8), slice(0, 8))),
        ],
    )
    hair = np.zeros((64, 48), bool)
    hair[:32] = True
    body = np.zeros((64, 48), bool)
    body[:, :24] = True
    np.testing.assert_array_equal(found.semantic, np.where(hair, HAIR, 0))
    assert found.semantic.dtype == np.uint8
    (part,), (person,) = found.parts, found.people
    assert (part.label, person.label) == (HAIR, PERSON)
    np.testing.assert_array_equal(part.mask, hair)
    np.testing.assert_array_equal(person.mask, body)


def test_score_is_probability_times_mean_share_inside() -> None:
    mask = torch.full((8, 8), 2.0)
    found = parse(CIHP, [({HAIR: 0.6, FACE: 0.3, PERSON: 0.05}, mask)])
    share = 1 / (1 + math.exp(-2.0))
    # The query appears twice; its third class is below 0.1.
    assert [part.label for part in found.parts] == [HAIR, FACE]
    assert [part.score for part in found.parts] == pytest.approx([0.6 * share, 0.3 * share])
    assert found.people == ()
    # 0.6 x 0.88 x 0.88 = 0.47 is not enough for the semantic map, however low the threshold.
    assert not found.semantic.any()


@pytest.mark.parametrize(
    ("queries", "label"),
    [
        ([], 0),
        ([(HAIR, 0.45)], 0),
        ([(HAIR, 0.55)], HAIR),
        ([(HAIR, 0.9), (FACE, 0.8)], HAIR),
        ([(HAIR, 0.9), (HAIR, 0.6), (FACE, 0.8)], FACE),  # the mean of 0.9 and 0.6 is less
        ([(HAIR, 0.9), (HAIR, 0.45), (FACE, 0.8)], HAIR),  # 0.45 is not part of the mean
        ([(0, 0.9), (FACE, 0.8)], 0),
        ([(PERSON, 0.9)], 0),  # people are not in the map
    ],
)
def test_semantic_map_takes_the_best_mean(queries: list[tuple[int, float]], label: int) -> None:
    whole = torch.full((8, 8), SURE)
    found = parse(CIHP, [({}, whole), *[({one: share}, whole) for one, share in queries]])
    np.testing.assert_array_equal(found.semantic, np.full((64, 48), label))


def test_a_hundred_pairs_are_looked_at() -> None:
    """Of 101 equal queries the last pair in order of probability is not."""
    whole = torch.full((8, 8), SURE)
    queries = [({HAIR: 0.9 - number / 1000}, whole) for number in range(101)]
    scores = [part.score for part in parse(CIHP, queries).parts]
    assert scores == pytest.approx([0.9 - number / 1000 for number in range(100)])


def test_empty_masks_score_nothing() -> None:
    found = parse(CIHP, [({HAIR: 0.99}, torch.full((8, 8), -1.0))])
    assert found.parts == ()
    assert not found.semantic.any()


# A photo of 64 x 32 in the middle of a canvas of 32 x 32, whose left margin is eight pixels.
CANVAS = NetworkInput(np.zeros((1, 3, 32, 32), np.float32), (32, 16), (64, 32), (0, 8))


def test_one_person_sums_over_queries() -> None:
    left, whole = rectangle(slice(0, 8), slice(0, 4)), torch.full((8, 8), SURE)
    found = parse(LIP, [({1: 0.45}, left), ({1: 0.45}, left), ({HAIR: 0.5}, whole)], CANVAS)
    expected = np.full((64, 32), HAIR)
    expected[:, :16] = 1  # 0.45 + 0.45 > 0.5
    np.testing.assert_array_equal(found.semantic, expected)
    assert (found.parts, found.people) == ((), ())


def test_content_may_lie_between_two_cells() -> None:
    """The margin of the canvas is cropped at the padded size, not on the grid."""
    shifted = NetworkInput(np.zeros((1, 3, 32, 32), np.float32), (28, 32), (28, 32), (2, 0))
    lower, whole = rectangle(slice(4, 8), slice(0, 8)), torch.full((8, 8), SURE)
    found = parse(LIP, [({HAIR: 0.9}, lower), ({0: 0.5}, whole)], shifted)
    assert np.flatnonzero(found.semantic[:, 0]).tolist() == list(range(14, 28))

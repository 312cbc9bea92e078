"""Rectangles."""

from __future__ import annotations

import numpy as np
import pytest

from m2fp.imaging.box import Box


def test_boxes_are_cut_into_strips() -> None:
    box = Box(3, 10, 2, 12)
    pieces = list(box.strips(30))
    assert pieces == [Box(3, 6, 2, 12), Box(6, 9, 2, 12), Box(9, 10, 2, 12)]
    assert next(box.strips(1)) == Box(3, 4, 2, 12)
    assert list(Box(3, 3, 2, 12).strips(30)) == []


@pytest.mark.parametrize(
    ("other", "common"),
    [
        (Box(0, 20, 0, 20), Box(3, 10, 2, 12)),
        (Box(5, 20, 0, 7), Box(5, 10, 2, 7)),
        (Box(4, 6, 3, 5), Box(4, 6, 3, 5)),
    ],
)
def test_what_lies_in_both_boxes(other: Box, common: Box) -> None:
    assert Box(3, 10, 2, 12).crossing(other) == common
    assert other.crossing(Box(3, 10, 2, 12)) == common


def test_boxes_apart_have_nothing_in_common() -> None:
    assert Box(3, 10, 2, 12).crossing(Box(10, 20, 2, 12)).is_empty
    assert Box(3, 10, 2, 12).crossing(Box(3, 10, 15, 20)).is_empty


def test_a_box_seen_from_another_finds_the_same_pixels_in_its_window() -> None:
    pixels = np.arange(20 * 30).reshape(20, 30)
    outer, inner = Box(3, 15, 4, 25), Box(5, 9, 6, 20)
    window = pixels[outer.slices]
    assert window.shape == outer.shape
    np.testing.assert_array_equal(window[inner.seen_from(outer).slices], pixels[inner.slices])

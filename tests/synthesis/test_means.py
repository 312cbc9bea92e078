"""Points that are means of others."""

import numpy as np

from m2fp.synthesis.means import Means

_PLACES = np.array([[0, 0], [4, 0], [0, 8]], np.float32)
_TWO = Means.listed(np.array([0, 0, 1]), np.array([0, 1, 2]), np.array([0.25, 0.75, 1.0]), (2, 3))


def test_values_of_means() -> None:
    np.testing.assert_allclose(_TWO.of(_PLACES), [[3, 0], [0, 8]])
    np.testing.assert_allclose(_TWO.of(_PLACES[:, 1]), [0, 8])
    assert len(_TWO) == 2


def test_copies_rows_and_stacks() -> None:
    copies = Means.copies(np.array([2, 0]), 3)
    np.testing.assert_allclose(copies.of(_PLACES), [[0, 8], [0, 0]])
    both = Means.stacked([copies, _TWO])
    np.testing.assert_allclose(both.rows(np.array([3, 0])).of(_PLACES), [[0, 8], [0, 8]])


def test_means_of_means() -> None:
    middle = Means.listed(np.zeros(2, int), np.arange(2), np.full(2, 0.5), (1, 2))
    np.testing.assert_allclose(middle.after(_TWO).of(_PLACES), [[1.5, 4]])


def test_blends_and_new_points() -> None:
    other = Means.copies(np.array([0, 0]), 3)
    blended = _TWO.blended(other, np.array([0.0, 0.5], np.float32))
    np.testing.assert_allclose(blended.of(_PLACES), [[3, 0], [0, 4]])
    more = _TWO.with_new(np.array([[0, 1]]), np.array([0.25], np.float32))
    np.testing.assert_allclose(more.of(_PLACES), [[3, 0], [0, 8], [2.25, 2]])


def test_shares_made_positive_still_sum_to_one() -> None:
    beyond = Means.listed(np.zeros(2, int), np.arange(2), np.array([1.5, -0.5]), (1, 3))
    np.testing.assert_allclose(beyond.of(_PLACES), [[-2, 0]])
    np.testing.assert_allclose(beyond.positive().of(_PLACES), [[1, 0]])

"""One-dimensional interpolation against PyTorch, in one step and in two."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from hypothesis import given
from hypothesis import strategies as st

from m2fp.imaging.interpolation import Interpolation

counts = st.integers(1, 70)


def dense(interpolation: Interpolation, inputs: int, width: int = 16) -> npt.NDArray[np.float64]:
    """Return the matrix that the blocks make up, (outputs, inputs)."""
    matrix = np.zeros((len(interpolation.index), inputs))
    done = 0
    for block in interpolation.blocks(width):
        assert block.start == done
        assert block.weights.shape == (block.stop - block.start, block.last - block.first)
        matrix[block.start : block.stop, block.first : block.last] = block.weights
        done = block.stop
    assert done == len(matrix)
    return matrix


def torch_matrix(inputs: int, outputs: int) -> npt.NDArray[np.float64]:
    """Return what PyTorch multiplies with, (outputs, inputs)."""
    rows = torch.eye(inputs, dtype=torch.float64)[None]
    wide = torch.nn.functional.interpolate(rows, outputs, mode="linear", align_corners=False)
    return wide[0].T.numpy()


@given(counts, counts, st.integers(1, 20))
def test_one_step_is_that_of_pytorch(inputs: int, outputs: int, width: int) -> None:
    ours = dense(Interpolation.stretch(inputs, outputs), inputs, width)
    np.testing.assert_allclose(ours, torch_matrix(inputs, outputs), atol=1e-6)


@given(st.data(), counts, counts, counts)
def test_two_steps_are_the_product(
    data: st.DataObject, cells: int, padded: int, photo: int
) -> None:
    start = data.draw(st.integers(0, padded - 1))
    stop = data.draw(st.integers(start + 1, padded))
    first = Interpolation.stretch(cells, padded).crop(start, stop)
    both = Interpolation.stretch(stop - start, photo).after(first)
    want = torch_matrix(stop - start, photo) @ torch_matrix(cells, padded)[start:stop]
    np.testing.assert_allclose(dense(both, cells), want, atol=1e-6)


@given(st.data(), counts, counts)
def test_reach_and_reads_belong_together(data: st.DataObject, cells: int, photo: int) -> None:
    both = Interpolation.stretch(4 * cells, photo).after(Interpolation.stretch(cells, 4 * cells))
    matrix = dense(both, cells)
    first = data.draw(st.integers(0, cells - 1))
    last = data.draw(st.integers(first + 1, cells))
    start, stop = both.reach(first, last)
    outside = np.ones(photo, bool)
    outside[start:stop] = False
    assert not matrix[outside, first:last].any()
    if start < stop:
        low, high = both.reads(start, stop)
        np.testing.assert_allclose(matrix[start:stop, low:high].sum(axis=1), 1, atol=1e-6)

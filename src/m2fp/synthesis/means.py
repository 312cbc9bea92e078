"""Points that are weighted means of other points, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

_Matrix = Any  # scipy's stubs lose track of formats and types at every operation


class Means:
    """V points, each of them a mean of some of N others; the shares of a point sum to 1.

    Whatever lives on the N points (places, texture, weights) can be had on the V points.
    """

    def __init__(self, matrix: _Matrix) -> None:
        """Take a sparse matrix of shares (V, N)."""
        self._matrix: _Matrix = sparse.csr_array(matrix, dtype=np.float32)

    @classmethod
    def copies(cls, index: NDArray[np.integer[Any]], count: int) -> Means:
        """Return points that are the `index` (V,) of `count` points."""
        return cls.listed(np.arange(len(index)), index, np.ones(len(index)), (len(index), count))

    @classmethod
    def listed(
        cls,
        rows: NDArray[np.integer[Any]],
        columns: NDArray[np.integer[Any]],
        shares: NDArray[np.floating[Any]],
        shape: tuple[int, int],
    ) -> Means:
        """Return the points from a list: which point takes which share of which other one."""
        matrix: _Matrix = sparse.coo_array
        return cls(matrix((shares, (rows, columns)), shape=shape))

    @classmethod
    def stacked(cls, parts: Sequence[Means]) -> Means:
        """Return the points of all parts, one after the other."""
        return cls(sparse.vstack([part._matrix for part in parts]))

    def __len__(self) -> int:
        return int(self._matrix.shape[0])

    def of(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return values (N, ...) of the others at the points (V, ...)."""
        return np.asarray(self._matrix @ values, np.float32)

    def rows(self, index: NDArray[np.integer[Any]]) -> Means:
        """Return some of the points."""
        return Means(self._matrix[index])

    def after(self, first: Means) -> Means:
        """Return means of `first`'s points as means of what those are made of."""
        return Means(self._matrix @ first._matrix)

    def blended(self, other: Means, share: NDArray[np.float32]) -> Means:
        """Return the points between these and as many others; share (V,): of the others."""
        mine: _Matrix = sparse.diags_array(1 - share) @ self._matrix
        return Means(mine + sparse.diags_array(share) @ other._matrix)

    def with_new(self, pairs: NDArray[np.integer[Any]], share: NDArray[np.float32]) -> Means:
        """Return the points and then new ones between pairs (K, 2); share (K,): of the second."""
        first, second = self.rows(pairs[:, 0]), self.rows(pairs[:, 1])
        return Means.stacked([self, first.blended(second, share)])

    def positive(self) -> Means:
        """Return means with shares that are not negative: for points outside of their others."""
        size: _Matrix = abs(self._matrix)
        return Means(sparse.diags_array(1 / np.maximum(size.sum(axis=1), 1e-9)) @ size)

# ruff: noqa: ANN401, PLR0917 - arguments have Numba's types, and no names when they are passed
"""Deformable sampling compiled at run time by Numba.

No inference library has an operator for it. Composed of theirs it reads and writes a value for
every sample of every channel, 0.8 GB for a photo of 1024 x 768 with R101. In one loop the samples
of one token and head stay in registers, and neighbouring channels are one vector.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

Floats: TypeAlias = npt.NDArray[np.float32]
Integers: TypeAlias = npt.NDArray[np.int64]

# (values, offsets, logits, sizes, starts, attended, part), see `compile_kernel`.
Kernel: TypeAlias = Callable[
    [Floats, Floats, Floats, Integers, Integers, Floats, tuple[int, int]], None
]

# Faster arithmetic, but NaN stays NaN: what is not a number must not become an address.
_FAST = {"afn", "arcp", "contract", "nsz", "reassoc"}


def compile_kernel(heads: int, channels: int, levels: int, points: int) -> Kernel:
    """Return a function that computes `m2fp.model`'s `sample_levels` for some of the tokens.

    The sizes are constants in it, so that loops over channels become vector instructions. It is
    compiled at its first call, which takes about a second, and lets go of Python's lock.

    Its arguments: values float32 (N, heads, channels); offsets float32 (N, heads, levels, points,
    2) in cells; logits float32 (N, heads, levels * points); sizes int64 (levels, 2) as height,
    width; starts int64 (levels + 1,), the first token of every level, then N; attended float32
    (N, heads, channels), the output; part, the first token to write and the one to stop before.
    """
    samples = levels * points
    half, one, nothing = np.float32(0.5), np.float32(1.0), np.float32(0.0)

    @_compiled
    def softmax(logits: Any, share: Any) -> None:
        highest = logits[0]
        for k in range(1, samples):
            highest = max(highest, logits[k])
        total = nothing
        for k in range(samples):
            share[k] = math.exp(logits[k] - highest)
            total += share[k]
        for k in range(samples):
            share[k] /= total

    @_compiled
    def place(
        centre: Any, offsets: Any, share: Any, sizes: Any, starts: Any, cell: Any, weight: Any
    ) -> None:
        # The four cells around every sample and their weights.
        for k in range(samples):
            level, point = k // points, k % points
            height, width = sizes[level, 0], sizes[level, 1]
            y = centre[0] * np.float32(height) + offsets[level, point, 1] - half
            x = centre[1] * np.float32(width) + offsets[level, point, 0] - half
            if not (-one < x < width and -one < y < height):
                # Outside everything is zero; this also catches NaN.
                cell[k] = 0
                weight[k] = nothing
                continue
            left, top = math.floor(x), math.floor(y)
            to_right, to_bottom = x - np.float32(left), y - np.float32(top)
            at_left = one - to_right if left >= 0 else nothing
            at_right = to_right if left + 1 < width else nothing
            at_top = (one - to_bottom) * share[k] if top >= 0 else nothing
            at_bottom = to_bottom * share[k] if top + 1 < height else nothing
            # A corner outside has no weight; any cell will do for it.
            upper = starts[level] + max(top, 0) * width
            lower = starts[level] + min(top + 1, height - 1) * width
            left, right = max(left, 0), min(left + 1, width - 1)
            cell[k, 0], weight[k, 0] = upper + left, at_top * at_left
            cell[k, 1], weight[k, 1] = upper + right, at_top * at_right
            cell[k, 2], weight[k, 2] = lower + left, at_bottom * at_left
            cell[k, 3], weight[k, 3] = lower + right, at_bottom * at_right

    @_compiled
    def add(values: Any, head: Any, cell: Any, weight: Any, total: Any) -> None:
        for i in range(channels):
            total[i] = nothing
        for k in range(samples):
            a, b = values[cell[k, 0], head], values[cell[k, 1], head]
            c, d = values[cell[k, 2], head], values[cell[k, 3], head]
            wa, wb, wc, wd = weight[k, 0], weight[k, 1], weight[k, 2], weight[k, 3]
            for i in range(channels):
                total[i] += wa * a[i] + wb * b[i] + wc * c[i] + wd * d[i]

    @_compiled
    def sample(
        values: Any, offsets: Any, logits: Any, sizes: Any, starts: Any, attended: Any, part: Any
    ) -> None:
        first, last = part
        share, total = np.empty(samples, np.float32), np.empty(channels, np.float32)
        cell, weight = np.empty((samples, 4), np.int64), np.empty((samples, 4), np.float32)
        for level in range(levels):
            for token in range(max(first, starts[level]), min(last, starts[level + 1])):
                row, column = divmod(token - starts[level], sizes[level, 1])
                y = (np.float32(row) + half) / np.float32(sizes[level, 0])
                x = (np.float32(column) + half) / np.float32(sizes[level, 1])
                for head in range(heads):
                    softmax(logits[token, head], share)
                    place((y, x), offsets[token, head], share, sizes, starts, cell, weight)
                    add(values, head, cell, weight, total)
                    for i in range(channels):
                        attended[token, head, i] = total[i]

    kernel: Kernel = sample
    return kernel


def _compiled(function: Callable[..., None]) -> Any:
    # Inlined before anything else: as calls the pieces take twice as long together.
    return njit(nogil=True, fastmath=_FAST, error_model="numpy", inline="always")(function)

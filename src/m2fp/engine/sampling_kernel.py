# ruff: noqa: ANN401, PLR0915, PLR0917 - Numba's types have no names here, and all of it one home
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

    Its arguments: values float32 (N, heads, channels); offsets float32 (N, heads, levels * points,
    2) as x, y in cells; logits float32 (N, heads, levels * points); sizes int64 (levels, 2) as
    height, width; starts int64 (levels + 1,), the first token of every level, then N; attended
    float32 (N, heads, channels), the output; part, the first token to write and the one to stop
    before.
    """
    samples = levels * points
    half, one, nothing = np.float32(0.5), np.float32(1.0), np.float32(0.0)
    zero = np.int32(0)

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
        y: Any, x: Any, offsets: Any, share: Any, levels_of: Any, cells: Any, weights: Any
    ) -> None:
        # The four cells around every sample and their weights, without a branch, so that the
        # samples become the lanes of vector instructions. Outside of a level everything is zero; a
        # cell outside has no weight, and any other will do for it.
        height, width, start = levels_of[0], levels_of[1], levels_of[2]
        for k in range(samples):
            high, wide = np.float32(height[k]), np.float32(width[k])
            at_y = y * high + offsets[k, 1] - half
            at_x = x * wide + offsets[k, 0] - half
            # Written so that NaN is outside too.
            inside = (at_y > -one) & (at_y < high) & (at_x > -one) & (at_x < wide)
            at_y = at_y if inside else nothing
            at_x = at_x if inside else nothing
            scale = share[k] if inside else nothing
            top_y, left_x = np.floor(at_y), np.floor(at_x)
            to_bottom, to_right = at_y - top_y, at_x - left_x
            at_top = (one - to_bottom) * scale if top_y >= nothing else nothing
            at_bottom = to_bottom * scale if top_y + one < high else nothing
            at_left = one - to_right if left_x >= nothing else nothing
            at_right = to_right if left_x + one < wide else nothing
            top, left = np.int32(top_y), np.int32(left_x)
            upper = start[k] + max(top, zero) * width[k]
            lower = start[k] + min(top + np.int32(1), height[k] - np.int32(1)) * width[k]
            right = min(left + np.int32(1), width[k] - np.int32(1))
            left = max(left, zero)
            cells[0, k] = upper + left
            cells[1, k] = upper + right
            cells[2, k] = lower + left
            cells[3, k] = lower + right
            weights[0, k] = at_top * at_left
            weights[1, k] = at_top * at_right
            weights[2, k] = at_bottom * at_left
            weights[3, k] = at_bottom * at_right

    @_compiled
    def add(values: Any, head: Any, cells: Any, weights: Any, total: Any) -> None:
        for i in range(channels):
            total[i] = nothing
        for k in range(samples):
            a, b = values[cells[0, k], head], values[cells[1, k], head]
            c, d = values[cells[2, k], head], values[cells[3, k], head]
            wa, wb, wc, wd = weights[0, k], weights[1, k], weights[2, k], weights[3, k]
            for i in range(channels):
                total[i] += wa * a[i] + wb * b[i] + wc * c[i] + wd * d[i]

    @_compiled
    def sample(
        values: Any, offsets: Any, logits: Any, sizes: Any, starts: Any, attended: Any, part: Any
    ) -> None:
        first, last = part
        share, total = np.empty(samples, np.float32), np.empty(channels, np.float32)
        cells, weights = np.empty((4, samples), np.int32), np.empty((4, samples), np.float32)
        levels_of = np.empty((3, samples), np.int32)  # height, width and first token by sample
        for k in range(samples):
            levels_of[0, k], levels_of[1, k] = sizes[k // points]
            levels_of[2, k] = starts[k // points]
        for level in range(levels):
            for token in range(max(first, starts[level]), min(last, starts[level + 1])):
                row, column = divmod(token - starts[level], sizes[level, 1])
                y = (np.float32(row) + half) / np.float32(sizes[level, 0])
                x = (np.float32(column) + half) / np.float32(sizes[level, 1])
                for head in range(heads):
                    softmax(logits[token, head], share)
                    place(y, x, offsets[token, head], share, levels_of, cells, weights)
                    add(values, head, cells, weights, total)
                    for i in range(channels):
                        attended[token, head, i] = total[i]

    kernel: Kernel = sample
    return kernel


def _compiled(function: Callable[..., None]) -> Any:
    # Inlined before anything else: as calls the pieces take twice as long together.
    return njit(nogil=True, fastmath=_FAST, error_model="numpy", inline="always")(function)

"""Run lengths, against pycocotools and against hostile input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from m2fp.errors import InvalidRle
from m2fp.results.rle import Rle, decode, decode_counts, encode, encode_crop

SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, max_side=24)
MASKS = hnp.arrays(np.bool_, SHAPES)


def pycoco(mask: NDArray[np.bool_]) -> Rle:
    encoded = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    return {"size": list(encoded["size"]), "counts": encoded["counts"].decode("ascii")}


@given(MASKS)
def test_equals_pycocotools_and_comes_back(mask: NDArray[np.bool_]) -> None:
    rle = encode(mask)
    assert rle == pycoco(mask)
    assert np.array_equal(decode(rle), mask)


@given(MASKS, st.integers(1, 400), st.integers(1, 30))
def test_long_runs_equal_pycocotools(mask: NDArray[np.bool_], tall: int, wide: int) -> None:
    large = np.kron(mask[:8, :8], np.ones((tall, wide), dtype=np.bool_)).astype(np.bool_)
    rle = encode(large)
    assert rle == pycoco(large)
    assert np.array_equal(decode(rle), large)


@given(MASKS, st.tuples(*[st.integers(0, 9)] * 4))
def test_a_crop_equals_the_whole_mask(
    crop: NDArray[np.bool_], margins: tuple[int, int, int, int]
) -> None:
    left, top, right, bottom = margins
    whole = np.pad(crop, ((top, bottom), (left, right)))
    height, width = whole.shape
    assert encode_crop(crop, left=left, top=top, size=(height, width)) == encode(whole)


@pytest.mark.parametrize(
    ("mask", "counts"),
    [
        ([[0, 0], [0, 0]], [4]),
        ([[1, 1], [1, 1]], [0, 4]),
        ([[1, 0], [0, 0]], [0, 1, 3]),
        ([[0, 1], [0, 1]], [2, 2]),
        ([[0, 1], [1, 0]], [1, 2, 1]),
    ],
)
def test_counts_go_down_the_columns(mask: list[list[int]], counts: list[int]) -> None:
    assert decode_counts(encode(np.array(mask, dtype=np.bool_))).tolist() == counts


@pytest.mark.parametrize(
    ("size", "counts", "message"),
    [
        ([2, 2], "", "not run lengths"),
        ([2, 2], "\x00", "not run lengths"),
        ([2, 2], "~", "not run lengths"),
        ([2, 2], "é", "ASCII"),
        ([2, 2], "3", "sum up"),
        ([2, 2], "5", "longer than the mask"),
        ([2, 2], "T", "middle of a number"),
        ([2, 2], "0O", "sum up"),
        ([2, 2], "P" * 9 + "0", "too long"),
        ([2, 2], "0" * 99, "too many"),
        ([2, 2], [4], "ASCII"),
        ([2, 2], None, "ASCII"),
        ([2], "4", "size"),
        ([2, -2], "4", "size"),
        ([2, 2.0], "4", "size"),
        ([True, 4], "4", "size"),
        ("22", "4", "size"),
        (None, "4", "size"),
        ([10**9, 10**9], "4", "larger"),
    ],
)
def test_hostile_masks_are_refused(size: object, counts: object, message: str) -> None:
    with pytest.raises(InvalidRle, match=message) as caught:
        decode({"size": size, "counts": counts})  # type: ignore[typeddict-item]
    assert caught.value.code == "invalid_rle"


@given(st.text(st.characters(min_codepoint=40, max_codepoint=120), max_size=40))
def test_any_text_gives_a_mask_or_the_error(counts: str) -> None:
    try:
        mask = decode({"size": [5, 7], "counts": counts})
    except InvalidRle:
        return
    assert mask.shape == (5, 7)


def test_large_masks_are_refused_before_memory_is_taken() -> None:
    with pytest.raises(InvalidRle, match="larger than 99"):
        decode({"size": [10, 10], "counts": "T3"}, max_pixels=99)

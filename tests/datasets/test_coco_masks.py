"""The three forms of COCO's masks, against pycocotools, and what is refused."""

from __future__ import annotations

import json
import pickle
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco_masks

from m2fp.datasets.coco_masks import compact_mask, decode_mask
from m2fp.datasets.json_file import Fields
from m2fp.errors import DataError

Mask = np.ndarray[Any, Any]

SIZE = (4, 5)
BOX = [1, 1, 4, 1, 4, 3, 1, 3]
INSIDE = np.zeros(SIZE, dtype=bool)
INSIDE[1:3, 1:4] = True
RUNS = [5, 2, 2, 2, 2, 2, 5]


def annotation(segmentation: object) -> Fields:
    text = json.dumps({"segmentation": segmentation})  # as it comes out of a file
    return Fields(json.loads(text), Path("a.json"), "annotations[7]")


def runs(mask: Mask) -> list[int]:
    found = [(inside, len(list(pixels))) for inside, pixels in groupby(mask.T.ravel().tolist())]
    return [0] * found[0][0] + [length for _, length in found]


def compressed(mask: Mask) -> str:
    text: bytes = coco_masks.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"]
    return text.decode()


@pytest.mark.parametrize(
    "segmentation",
    [
        pytest.param([BOX], id="polygon"),
        pytest.param([[*BOX[:2], 2.5, 1, 2.5, 3, 1, 3], [2.5, 1, 4, 1, 4, 3, 2.5, 3]], id="two"),
        pytest.param([BOX, BOX], id="twice the same is no hole"),
        pytest.param({"size": list(SIZE), "counts": RUNS}, id="runs"),
        pytest.param({"size": list(SIZE), "counts": compressed(INSIDE)}, id="text"),
    ],
)
def test_all_forms_give_the_mask(segmentation: object) -> None:
    mask = compact_mask(annotation(segmentation), SIZE)
    for each in (mask, pickle.loads(pickle.dumps(mask))):  # noqa: S301
        inside = decode_mask(each, SIZE, owner="photo")
        assert inside.dtype == np.bool_
        np.testing.assert_array_equal(inside, INSIDE)


def test_any_mask_in_any_form_equals_pycocotools() -> None:
    random = np.random.default_rng(0)
    for _ in range(40):
        height, width = (int(side) for side in random.integers(1, 30, 2))
        mask = random.random((height, width)) < random.random()
        size = (height, width)
        for counts in (runs(mask), compressed(mask)):
            form = {"size": list(size), "counts": counts}
            got = decode_mask(compact_mask(annotation(form), size), size, owner="photo")
            np.testing.assert_array_equal(got, mask)


@pytest.mark.parametrize(
    ("segmentation", "message"),
    [
        (None, "segmentation: expected polygons or run lengths"),
        ([], "segmentation: expected polygons or run lengths"),
        ("abc", "segmentation: expected polygons or run lengths"),
        ([BOX, [1, 1, 2, 2]], r"segmentation\[1\]: .* at least three corners"),
        ([[1, 1, 2, 2, 3, 3, 4]], r"segmentation\[0\]: .* at least three corners"),
        ([7], r"segmentation\[0\]: .* at least three corners"),
        ([["1"] * 6], r"segmentation\[0\]: expected numbers only"),
        ([[10**400] * 6], r"segmentation\[0\]: expected numbers only"),
        ([[1e300] * 6], r"segmentation\[0\]: has a corner far outside"),
        ({"size": [4, 6], "counts": RUNS}, r"segmentation.size: expected \[4, 5\]"),
        ({"size": "45", "counts": RUNS}, r"segmentation.size: expected \[4, 5\]"),
        ({"counts": RUNS}, r"segmentation.size: expected \[4, 5\]"),
        ({"size": [4, 5]}, "segmentation.counts: expected text, or runs"),
        ({"size": [4, 5], "counts": []}, "segmentation.counts: expected text, or runs"),
        ({"size": [4, 5], "counts": [19]}, ".*sum up to height . width = 20"),
        ({"size": [4, 5], "counts": [25, -5]}, ".*sum up to height . width = 20"),
        ({"size": [4, 5], "counts": [19.5, 0.5]}, ".*sum up to height . width = 20"),
        ({"size": [4, 5], "counts": [True] * 20}, ".*sum up to height . width = 20"),
        ({"size": [4, 5], "counts": [10**400, 20 - 10**400]}, ".*sum up to height . width = 20"),
    ],
)
def test_other_forms_are_refused(segmentation: object, message: str) -> None:
    with pytest.raises(DataError, match=rf"a\.json: annotations\[7\]\.{message}") as caught:
        compact_mask(annotation(segmentation), SIZE)
    assert caught.value.path == "a.json"


@pytest.mark.parametrize("text", ["", "~~~", "é", "PPPPPPPPPPPPPP", "0" * 500])
def test_text_that_is_no_mask_is_refused_when_it_is_decoded(text: str) -> None:
    mask = compact_mask(annotation({"size": [4, 5], "counts": text}), SIZE)
    with pytest.raises(DataError, match="photo 3: segmentation: "):
        decode_mask(mask, SIZE, owner="photo 3")


def test_an_endless_outline_is_refused_when_it_is_decoded() -> None:
    mask = compact_mask(annotation([[0, 0, 9e5, 0] * 100]), SIZE)
    with pytest.raises(DataError, match="photo 3: segmentation: an outline is too long"):
        decode_mask(mask, SIZE, owner="photo 3")

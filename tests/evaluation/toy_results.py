"""Results and samples written out by hand, for the tests of this folder."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from m2fp.datasets import LabelledPhoto
from m2fp.imaging import Photo
from m2fp.labels import get_scheme
from m2fp.results import ModelStamp, Result, Timing

STAMP = ModelStamp("toy", None, "fp32")


def ids(rows: list[list[int]]) -> NDArray[np.uint8]:
    return np.array(rows, np.uint8)


def make_result(
    parts: NDArray[np.uint8],
    people: NDArray[np.uint8],
    *,
    scheme: str = "cihp",
    seconds: float = 0.25,
    stamp: ModelStamp = STAMP,
) -> Result:
    count = int(people.max(initial=0))
    pairs = {(int(p), int(c)) for p, c in zip(people.ravel(), parts.ravel(), strict=True)}
    return Result.from_maps(
        Photo(np.zeros((*parts.shape, 3), np.uint8)),
        parts,
        people.astype(np.uint16),
        person_scores=[0.9] * count,
        segment_scores=dict.fromkeys(pairs, 0.8),
        scheme=get_scheme(scheme),
        model=stamp,
        timing=Timing(0.0, 0.0, 0.0, 0.0, seconds),
    )


def make_sample(parts: NDArray[np.uint8], people: NDArray[np.uint8]) -> LabelledPhoto:
    return LabelledPhoto(np.zeros((*parts.shape, 3), np.uint8), parts, people)

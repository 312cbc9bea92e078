"""Results made by hand."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from m2fp.imaging import Photo, PhotoWarning
from m2fp.labels import get_scheme
from m2fp.results import ModelStamp, Result, Timing

MODEL = ModelStamp(name="made", sha256="ab" * 32, precision="fp32")
TIMING = Timing(0.01, 0.02, 0.3, 0.04, 0.38)

# Two persons: 1 wears a coat (7) and has a bag without a part; 2 is hair (2) over a face (13).
# The hat (1) in the corner is nobody's.
PARTS = [
    [1, 0, 0, 2, 2, 0],
    [0, 7, 7, 13, 13, 0],
    [0, 7, 0, 13, 0, 0],
    [0, 7, 0, 0, 0, 0],
]
PERSONS = [
    [0, 0, 0, 2, 2, 0],
    [0, 1, 1, 2, 2, 0],
    [0, 1, 1, 2, 0, 0],
    [0, 1, 1, 0, 0, 0],
]
SEGMENT_SCORES = {(1, 7): 0.9, (2, 2): 0.8, (2, 13): 0.7, (0, 1): 0.3}


def make_result(
    parts: object = PARTS,
    persons: object = PERSONS,
    *,
    person_scores: dict[int, float] | list[float] | None = None,
    segment_scores: dict[tuple[int, int], float] | None = None,
    scheme: str = "cihp",
    name: str | None = "group.jpg",
    warnings: tuple[PhotoWarning, ...] = (),
) -> Result:
    """Return a result on a flat photo; scores not given are 0.5."""
    part_map = np.array(parts, dtype=np.uint8)
    person_map = np.array(persons, dtype=np.uint16)
    height, width = part_map.shape
    if person_scores is None:
        person_scores = [0.5] * int(person_map.max(initial=0))
    if segment_scores is None:
        segment_scores = {
            (int(person), int(part)): 0.5
            for person, part in set(zip(person_map.ravel(), part_map.ravel(), strict=True))
        }
    return Result.from_maps(
        Photo(np.full((height, width, 3), 120, dtype=np.uint8), name=name, sha256="cd" * 32),
        part_map,
        person_map,
        person_scores=person_scores,
        segment_scores=segment_scores,
        scheme=get_scheme(scheme),
        model=MODEL,
        timing=TIMING,
        warnings=warnings,
    )


def empty_result(height: int = 20, width: int = 30) -> Result:
    """Return a result without anybody."""
    blank = np.zeros((height, width), dtype=np.uint8)
    return make_result(blank, blank)


def blobs(height: int, width: int, people: int) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """Return maps of upright persons in a row, each of six bands of parts."""
    parts = np.zeros((height, width), dtype=np.uint8)
    persons = np.zeros((height, width), dtype=np.uint16)
    for index in range(people):
        left, right = (int(width * (index + edge) / people) for edge in (0.2, 0.8))
        bounds = np.linspace(height * 0.1, height * 0.95, 7).astype(int)
        for part, top, bottom in zip((2, 13, 5, 9, 18, 0), bounds, bounds[1:], strict=False):
            parts[top:bottom, left:right] = part
            persons[top:bottom, left:right] = index + 1
    return parts, persons


@st.composite
def random_maps(draw: st.DrawFn) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """Return small maps in which every person 1..N has pixels."""
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=2, max_side=9))
    parts = draw(hnp.arrays(np.uint8, shape, elements=st.integers(0, 19)))
    ids = draw(hnp.arrays(np.uint16, shape, elements=st.integers(0, 4)))
    present = [value for value in np.unique(ids) if value]
    persons = np.searchsorted([0, *present], ids).astype(np.uint16)
    return parts, persons

"""The answer for one photo, whatever the rules that led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from m2fp.imaging.box import Box
from m2fp.postprocess.tally import Tally
from m2fp.results import Evidence


@dataclass(frozen=True, slots=True, eq=False)
class Maps:
    """Who and what is at every pixel.

    Attributes:
        part_map: uint8 (H, W), label ids, 0 = background.
        person_map: uint16 (H, W), 1..N from left to right by bounding box (then top to bottom),
            0 = nobody. A person's pixels need not carry a part, nor a part's pixels a person.
        person_scores: score of person 1, 2, .. N, each 0..1.
        segment_scores: score per (person_id, label_id) that occurs on a pixel with a part, 0..1.
        evidence: what the network said, for those who want more than one answer per pixel.
    """

    part_map: npt.NDArray[np.uint8]
    person_map: npt.NDArray[np.uint16]
    person_scores: tuple[float, ...]
    segment_scores: Mapping[tuple[int, int], float]
    evidence: Evidence


def number_people(person_map: npt.NDArray[np.uint16], tally: Tally) -> list[int]:
    """Return the people who have pixels, from left to right, and renumber the map in place.

    Args:
        person_map: uint16 (H, W), people as they are counted in the tally, 0 = nobody. Afterwards
            the first of the returned people is 1, the second 2, and so on.
        tally: of the whole map.
    """
    counts, corners = tally.counts, tally.corners
    visible = [person for person in range(1, len(counts)) if counts[person].any()]
    visible.sort(key=lambda person: (*corners[person], person))
    numbers = np.zeros(len(counts), np.uint16)
    numbers[visible] = np.arange(1, len(visible) + 1)
    height, width = person_map.shape
    for strip in Box(0, height, 0, width).strips():
        person_map[strip.rows] = numbers.take(person_map[strip.rows])
    return visible

"""The instances of several views as one list, merged as the official software merges them.

Per class, the best-scored instance takes in what overlaps it by half or more: the mask becomes the
mean of their mask logits, the score stays the best one. What is left of the class loses score for
overlapping it, and the best of that is next. Overlaps are of the masks as the views gave them, at
the photo's size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, groupby
from typing import Final

import numpy as np
import numpy.typing as npt

from m2fp.imaging.box import Box
from m2fp.imaging.grid_to_photo import GridPlacement, GridToPhoto, GridWindow
from m2fp.postprocess.answer import Answer, place_on_photo
from m2fp.postprocess.instances import Reading
from m2fp.postprocess.probabilities import LOGIT_LIMIT
from m2fp.results.evidence import Instance, Instances
from m2fp.results.modelscope import is_reported

SAME_IOU: Final = 0.5
DECAY: Final = 0.5  # scores shrink by the factor exp(-IoU^2 / DECAY)


@dataclass(frozen=True, slots=True, eq=False)
class _Sighting:
    """An instance of one view.

    Attributes:
        class_id: a label id other than the background, or the person class.
        probability: of the class, 0..1.
        score: probability x mean mask probability inside the mask, 0..1.
        mask: logits, float32 (grid height, grid width).
        window: of the mask.
    """

    class_id: int
    probability: float
    score: float
    mask: npt.NDArray[np.float32]
    window: GridWindow


def read_instances(answers: Sequence[Answer], person_class: int) -> Instances:
    """Return the instances of one photo; see `find_instances`.

    Args:
        answers: all on the same grid; at least one.
        person_class: of the scheme.
    """
    placement = place_on_photo(answers)
    reader = GridToPhoto(placement)
    readings = [Reading.of(answer.predictions, reader) for answer in answers]
    return find_instances(readings, person_class, reader, placement)


def find_instances(
    readings: Sequence[Reading], person_class: int, reader: GridToPhoto, placement: GridPlacement
) -> Instances:
    """Return the instances of one photo: of one answer as they are, of several merged.

    Those of one answer come most probable first, merged ones best score first.

    Args:
        readings: of the answers.
        person_class: of the scheme.
        reader: for the grid of all masks.
        placement: of that grid.
    """
    if len(readings) == 1:
        found = readings[0].instances()
        single = (Instance(pair.class_id, pair.probability, window) for pair, window in found)
        return Instances(tuple(single), placement)
    seen = [s for reading in readings for s in _sightings(reading, person_class)]
    seen.sort(key=_class_id)
    merged = [
        scored
        for _, of_class in groupby(seen, _class_id)
        for scored in _merged([*of_class], reader)
    ]
    merged.sort(key=lambda scored: -scored[0])
    return Instances(tuple(instance for _, instance in merged), placement)


def _class_id(sighting: _Sighting) -> int:
    return sighting.class_id


def _sightings(reading: Reading, person_class: int) -> Iterator[_Sighting]:
    """Yield what the official software would report of one answer, most probable first."""
    for pair, window in reading.instances():
        score = reading.masks.score(pair)
        if is_reported(score, is_person=pair.class_id == person_class):
            mask = reading.masks.logits[pair.query]
            yield _Sighting(pair.class_id, pair.probability, score, mask, window)


def _merged(sightings: list[_Sighting], reader: GridToPhoto) -> Iterator[tuple[float, Instance]]:
    """Yield (score, instance) for the sightings of one class, which are left best first."""
    overlaps = _overlaps([sighting.window for sighting in sightings], reader)
    scores = np.array([sighting.score for sighting in sightings])
    left = np.ones(len(sightings), np.bool_)
    while left.any():
        best = int(np.where(left, scores, -1.0).argmax())
        same = left & (overlaps[best] >= SAME_IOU)
        same[best] = True
        left &= ~same
        score = float(scores[best])
        window = _mean_window([sightings[i].mask for i in np.flatnonzero(same)], reader)
        chosen = sightings[best]
        # Masks that overlap the best one, but not each other, can cancel it out.
        window = window or chosen.window
        yield score, Instance(chosen.class_id, chosen.probability, window, score)
        scores[left] *= np.exp(-(overlaps[best, left] ** 2) / DECAY)


def _mean_window(
    masks: Sequence[npt.NDArray[np.float32]], reader: GridToPhoto
) -> GridWindow | None:
    """Return the window of the mean of some masks' logits; None if it is positive nowhere."""
    total = np.zeros(masks[0].shape, np.float32)
    for mask in masks:
        total += np.clip(mask, -LOGIT_LIMIT, LOGIT_LIMIT)
    return reader.window(total / np.float32(len(masks)))


def _overlaps(windows: Sequence[GridWindow], reader: GridToPhoto) -> npt.NDArray[np.float64]:
    """Return the IoU of all pairs of masks in the photo's pixels, float64 (K, K)."""
    shared = np.zeros((len(windows), len(windows)))
    height, width = reader.photo_size
    for strip in Box(0, height, 0, width).strips():
        masks = []
        for number, window in enumerate(windows):
            box = window.reach.crossing(strip)
            if not box.is_empty:
                masks.append((number, box, reader.read(window, box) > 0))
        for (i, box, mask), (j, other_box, other) in combinations_with_replacement(masks, 2):
            common = box.crossing(other_box)
            if not common.is_empty:
                mine, theirs = common.seen_from(box).slices, common.seen_from(other_box).slices
                shared[i, j] += np.count_nonzero(mask[mine] & other[theirs])
    areas = shared.diagonal()
    shared = np.maximum(shared, shared.T)  # only one triangle was filled
    return shared / np.maximum(areas[:, None] + areas - shared, 1.0)

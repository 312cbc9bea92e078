"""Labels and people at the photo's pixels by the official rules, strip by strip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
import numpy.typing as npt

from m2fp.imaging.box import Box
from m2fp.imaging.grid_to_photo import GridToPhoto, GridWindow
from m2fp.postprocess.tally import Tally

_ONE: Final = np.float32(1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """A mask with a class and a score.

    Attributes:
        class_id: a label id, or the person class.
        score: class probability x mean mask probability inside the mask, 0..1.
        half: the mask's window, its logits halved.
    """

    class_id: int
    score: float
    half: GridWindow


class Painting:
    """The maps and what is measured while they are made.

    Attributes:
        part_map: uint8 (H, W), label ids, 0 = background.
        person_map: uint16 (H, W), 1-based positions in the list of people, 0 = nobody.
        tally: pixels per person and label, and the people's corners.
        total: float64 (people + 1, labels), the sum of the winning values over those pixels.
        highest: float32 (people + 1, labels), per person the highest value of every class anywhere
            inside, also where another class won; 0 for the background.
    """

    def __init__(self, size: tuple[int, int], people: int, labels: int) -> None:
        self.part_map = np.empty(size, np.uint8)
        self.person_map = np.empty(size, np.uint16)
        self.tally = Tally(people, labels - 1)
        self.total = np.zeros((people + 1, labels), np.float64)
        self.highest = np.zeros((people + 1, labels), np.float32)


def paint(
    people: Sequence[Mask],
    parts: Sequence[Sequence[Mask]],
    labels: int,
    reader: GridToPhoto,
    min_evidence: float,
) -> Painting:
    """Return the maps.

    Args:
        people: in the order of painting: where masks overlap, the later one wins.
        parts: per view, masks of parts and background, by class id.
        labels: number of label ids.
        reader: for the masks' grid.
        min_evidence: see `OfficialRules`.
    """
    height, width = reader.photo_size
    painting = Painting((height, width), len(people), labels)
    for strip in Box(0, height, 0, width).strips():
        person = _paint_people(people, strip, reader)
        label = np.zeros(person.shape, np.uint8)
        best = np.zeros(person.shape, np.float32)
        for class_id, box, values in _view_means(parts, strip, reader, min_evidence):
            if class_id:
                inside = person[box.slices].ravel()
                np.maximum.at(painting.highest[:, class_id], inside, values.ravel())
            better = values > best[box.slices]  # of equal classes the first wins
            np.copyto(best[box.slices], values, where=better)
            np.copyto(label[box.slices], np.uint8(class_id), where=better)
        painting.part_map[strip.rows] = label
        painting.person_map[strip.rows] = person
        painting.tally.add(person, label, strip.top)
        group = person.astype(np.intp) * labels + label
        total = np.bincount(group.ravel(), best.ravel(), minlength=painting.total.size)
        painting.total += total.reshape(painting.total.shape)
    return painting


def _paint_people(
    people: Sequence[Mask], strip: Box, reader: GridToPhoto
) -> npt.NDArray[np.uint16]:
    """Return the last person whose mask covers the pixel, uint16 (strip rows, width)."""
    person = np.zeros(strip.shape, np.uint16)
    for number, mask in enumerate(people, start=1):
        box = mask.half.reach.crossing(strip)
        if not box.is_empty:
            inside = reader.read(mask.half, box) > 0
            np.copyto(person[box.seen_from(strip).slices], np.uint16(number), where=inside)
    return person


def _view_means(
    views: Sequence[Sequence[Mask]], strip: Box, reader: GridToPhoto, min_evidence: float
) -> Iterator[tuple[int, Box, npt.NDArray[np.float32]]]:
    """Yield what `_class_values` yields of one view; of several, the means over the views.

    A class that a view has nowhere in the strip has the value 0 there.
    """
    if len(views) == 1:
        yield from _class_values(views[0], strip, reader, min_evidence)
        return
    share = np.float32(1.0 / len(views))
    found: dict[int, list[tuple[Box, npt.NDArray[np.float32]]]] = {}
    for parts in views:
        for class_id, box, values in _class_values(parts, strip, reader, min_evidence):
            found.setdefault(class_id, []).append((box, values * share))
    for class_id in sorted(found):
        around = _around([box for box, _ in found[class_id]])
        mean = np.zeros(around.shape, np.float32)
        for box, values in found[class_id]:
            mean[box.seen_from(around).slices] += values
        yield class_id, around, mean


def _class_values(
    parts: Sequence[Mask], strip: Box, reader: GridToPhoto, min_evidence: float
) -> Iterator[tuple[int, Box, npt.NDArray[np.float32]]]:
    """Yield (class id, box counted from the strip's first row, values) for each class in the strip.

    Values are float32 (box rows, columns): the mean of score x mask probability over the masks of
    the class where that is above `min_evidence`; 0 where it is for none.
    """
    for class_id, masks in groupby(parts, lambda mask: mask.class_id):
        crossing = [(mask, mask.half.reach.crossing(strip)) for mask in masks]
        crossing = [(mask, box) for mask, box in crossing if not box.is_empty]
        if not crossing:
            continue
        union = _around([box for _, box in crossing])
        total = np.zeros(union.shape, np.float32)
        count = np.zeros(total.shape, np.float32)
        for mask, box in crossing:
            value = _evidence(mask, box, reader)
            counts = value > np.float32(min_evidence)
            value *= counts
            place = box.seen_from(union).slices
            total[place] += value
            count[place] += counts
        total /= np.maximum(count, _ONE, out=count)
        yield class_id, union.seen_from(strip), total


def _around(boxes: Sequence[Box]) -> Box:
    """Return the smallest box that holds all of these; none of them may be empty."""
    return Box(
        min(box.top for box in boxes),
        max(box.bottom for box in boxes),
        min(box.left for box in boxes),
        max(box.right for box in boxes),
    )


def _evidence(mask: Mask, box: Box, reader: GridToPhoto) -> npt.NDArray[np.float32]:
    """Return score x mask probability at the pixels of a box, float32 (rows, columns)."""
    value = reader.read(mask.half, box)
    np.tanh(value, out=value)
    value += _ONE
    value *= np.float32(0.5 * mask.score)
    return value

"""AP^r, AP^h, AP^p and PCP once more, pixel by pixel, written from the rules' words alone.

Slow on purpose: masks are sets of pixels, and every rule is a loop that reads like its text. It
shares no code with `m2fp.evaluation`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

Pixel = tuple[int, int]
TENTHS = tuple(k / 10 for k in range(1, 10))
COCO = tuple(k / 100 for k in range(50, 100, 5))
UNKNOWN = 255


@dataclass(frozen=True)
class Mask:
    """Pixels of one class with a score."""

    pixels: frozenset[Pixel]
    class_id: int
    score: float


@dataclass(frozen=True)
class Photo:
    """What is there and what is said. All maps are (H, W); `instances` is by part instance id."""

    categories: np.ndarray
    humans: np.ndarray
    guess: np.ndarray
    people: tuple[Mask, ...]
    parts: tuple[Mask, ...]
    instances: tuple[Mask, ...] | None = None

    def all_pixels(self) -> list[Pixel]:
        return [tuple(pixel) for pixel in np.argwhere(self.humans >= 0).tolist()]

    def labelled_people(self) -> list[Mask]:
        ids = sorted(set(self.humans.ravel().tolist()) - {0})
        return [Mask(self._where(lambda p, i=i: self.humans[p] == i), 0, 1.0) for i in ids]

    def labelled_parts(self, class_count: int) -> list[Mask]:
        if self.instances is not None:
            return [mask for mask in self.instances if 0 < mask.class_id < class_count]
        parts = []
        for person in self.labelled_people():
            for part in range(1, class_count):
                pixels = frozenset(p for p in person.pixels if self.categories[p] == part)
                if pixels:
                    parts.append(Mask(pixels, part, 1.0))
        return parts

    def unknown(self, truth: Iterable[Mask]) -> frozenset[Pixel]:
        """Return what is labelled 255 and belongs to none of these."""
        told = frozenset().union(*(mask.pixels for mask in truth))
        return self._where(lambda p: self.categories[p] == UNKNOWN) - told

    def _where(self, wanted: Callable[[Pixel], bool]) -> frozenset[Pixel]:
        return frozenset(p for p in self.all_pixels() if wanted(p))


def painted(masks: Sequence[Mask]) -> list[Mask]:
    """Paint by ascending score, the later one over its equals; drop what has vanished."""
    canvas: dict[Pixel, int] = {}
    for index in sorted(range(len(masks)), key=lambda i: (masks[i].score, i)):
        for pixel in masks[index].pixels:
            canvas[pixel] = index
    left = []
    for index, mask in enumerate(masks):
        pixels = frozenset(p for p, owner in canvas.items() if owner == index)
        if pixels:
            left.append(Mask(pixels, mask.class_id, mask.score))
    return left


def iou(a: frozenset[Pixel], b: frozenset[Pixel]) -> float:
    return len(a & b) / len(a | b) if a | b else 0.0


# Outcomes: 1 = right, 0 = wrong, -1 = neither.


def official_masks(truth: Sequence[Mask], masks: Sequence[Mask], t: float) -> list[int]:
    """Largest IoU with anything of the class above t; nothing is ever used up."""
    return [
        int(any(iou(m.pixels, g.pixels) > t for g in truth if g.class_id == m.class_id))
        for m in masks
    ]


def strict_masks(
    truth: Sequence[Mask], masks: Sequence[Mask], unknown: frozenset[Pixel], t: float
) -> list[int]:
    """COCO's greedy matching on the pixels that are known."""
    outcomes = [0] * len(masks)
    used: set[int] = set()
    for index in by_score(masks):
        mask = masks[index]
        match, best = None, min(t, 1 - 1e-10)
        for number, thing in enumerate(truth):
            if number in used or thing.class_id != mask.class_id:
                continue
            value = iou(mask.pixels - unknown, thing.pixels)
            if value >= best:
                match, best = number, value
        if match is not None:
            used.add(match)
            outcomes[index] = 1
        elif len(mask.pixels & unknown) > len(mask.pixels - unknown):
            outcomes[index] = -1
    return outcomes


def class_ious(
    photo: Photo, person: frozenset[Pixel], mask: Mask, class_count: int, *, strict: bool
) -> list[float]:
    """Return the IoU of every class between a labelled person's map and a predicted one's."""
    both, true, said = ([0] * class_count for _ in range(3))
    for pixel in photo.all_pixels():
        if strict and photo.categories[pixel] == UNKNOWN:
            continue
        g = int(photo.categories[pixel]) if pixel in person else 0
        p = int(photo.guess[pixel]) if pixel in mask.pixels else 0
        if not 0 <= g < class_count:
            continue
        true[g] += 1
        if p < class_count:
            said[p] += 1
            both[g] += g == p
    unions = [true[c] + said[c] - both[c] for c in range(class_count)]
    return [both[c] / unions[c] if unions[c] else math.nan for c in range(class_count)]


@dataclass(frozen=True)
class Parsed:
    """Outcomes of the predictions, and for every labelled person (right parts, parts)."""

    outcomes: list[int]
    parts: list[tuple[int, int]]


def official_people(photo: Photo, class_count: int, t: float) -> Parsed:
    people, masks = photo.labelled_people(), painted(photo.people)
    outcomes = [0] * len(masks)
    shares = [(0, len(_parts(photo, person, class_count))) for person in people]
    used: set[int] = set()
    for index in by_score(masks):
        if masks[index].score < 0.01:
            outcomes[index] = -1
            continue
        table = [
            class_ious(photo, person.pixels, masks[index], class_count, strict=False)
            for person in people
        ]
        means = [_nanmean(row) for row in table]
        if not means:
            continue
        best = means.index(max(means))
        if means[best] > t and best not in used:
            used.add(best)
            outcomes[index] = 1
            shares[best] = (sum(value > t for value in table[best][1:]), shares[best][1])
    return Parsed(outcomes, shares)


def strict_people(photo: Photo, class_count: int, t: float) -> Parsed:
    people, masks = photo.labelled_people(), photo.people
    unsure = []
    for person in people:
        hidden = sum(photo.categories[p] == UNKNOWN for p in person.pixels)
        unsure.append(hidden > len(person.pixels) - hidden)
    outcomes = [0] * len(masks)
    shares = [(0, len(_parts(photo, person, class_count))) for person in people]
    used: set[int] = set()
    for index in by_score(masks):
        mask = masks[index]
        table = [
            class_ious(photo, person.pixels, mask, class_count, strict=True) for person in people
        ]
        means = [_nanmean(row) for row in table]
        match = None
        for wanted in (False, True):  # those who must be found first
            best = min(t, 1 - 1e-10)
            for number, value in enumerate(means):
                if number not in used and unsure[number] == wanted and value >= best:
                    match, best = number, value
            if match is not None:
                break
        hidden = sum(photo.categories[p] == UNKNOWN for p in mask.pixels)
        if match is None:
            outcomes[index] = -1 if hidden > len(mask.pixels) - hidden else 0
            continue
        used.add(match)
        outcomes[index] = -1 if unsure[match] else 1
        shares[match] = (sum(value >= t for value in table[match][1:]), shares[match][1])
    return Parsed(outcomes, [s for s, skipped in zip(shares, unsure, strict=True) if not skipped])


def _parts(photo: Photo, person: Mask, class_count: int) -> set[int]:
    classes = {int(photo.categories[p]) for p in person.pixels}
    return {c for c in classes if 0 < c < class_count}


def _nanmean(values: Sequence[float]) -> float:
    return 0.0 if all(map(math.isnan, values)) else float(np.nanmean(values))


def by_score(masks: Sequence[Mask]) -> list[int]:
    return sorted(range(len(masks)), key=lambda i: -masks[i].score)


def pcp(parts: Sequence[tuple[int, int]]) -> float:
    return sum(right / number if number else 0.0 for right, number in parts) / len(parts)


def voc_ap(scored: Sequence[tuple[float, int]], truths: int) -> float:
    """Area under precision made monotone from the right, from (0, 0) to (1, 0)."""
    recall, precision = [0.0], [0.0]
    tp = fp = 0
    for _, outcome in sorted(scored, key=lambda pair: -pair[0]):
        tp += outcome == 1
        fp += outcome == 0
        recall.append(tp / truths)
        precision.append(tp / (tp + fp) if tp + fp else 0.0)
    recall.append(1.0)
    precision.append(0.0)
    for i in reversed(range(len(precision) - 1)):
        precision[i] = max(precision[i], precision[i + 1])
    return sum((recall[i] - recall[i - 1]) * precision[i] for i in range(1, len(recall)))


def coco_ap(scored: Sequence[tuple[float, int]], truths: int) -> float:
    """Mean over 101 recalls of the best precision at that recall or above."""
    curve = []
    tp = fp = 0
    for _, outcome in sorted(scored, key=lambda pair: -pair[0]):
        tp += outcome == 1
        fp += outcome == 0
        curve.append((tp / truths, tp / (tp + fp) if tp + fp else 0.0))
    recalls = np.linspace(0, 1, 101)
    return sum(max((p for r, p in curve if r >= want), default=0.0) for want in recalls) / 101

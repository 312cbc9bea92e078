"""How well parsed people agree with labelled ones: the similarity behind AP^p and PCP.

A person is a map of part ids over the whole photo, 0 where the person is not. The IoU of two
people is the mean of the IoUs of all classes that either map has, the background included (the rule
of MHP's evaluation). The background's is nearly 1 in most photos, so that people of few parts look
better than they are.

No such map is made here. Pixels are grouped by (labelled person, labelled class, predicted class);
the pixels of every predicted person in every group say all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from m2fp.datasets import Labels
from m2fp.evaluation.metrics.instance_truth import numbered
from m2fp.evaluation.metrics.overlaps import Overlaps
from m2fp.evaluation.metrics.prediction import must_be_as_large

Mode = Literal["official", "strict"]

# Numbers in a table of (predicted person, labelled person, class): 4 MiB.
_BATCH_NUMBERS = 1 << 19


@dataclass(frozen=True, slots=True, eq=False)
class PhotoGroups:
    """The pixels of a photo in R groups, with G labelled people and C classes.

    Attributes:
        regions: group of every pixel, intp (H, W), 0 .. R - 1.
        person: labelled person of every group, intp (R,), 1 .. G; 0 = nobody.
        truth: labelled class of every group, intp (R,), 0 .. C - 1; C = unknown.
        guess: predicted class of every group, intp (R,), 0 .. C - 1; C = none of them.
        pixels: size of every group, int64 (R,).
        people: G.
        classes: C.
    """

    regions: NDArray[np.intp]
    person: NDArray[np.intp]
    truth: NDArray[np.intp]
    guess: NDArray[np.intp]
    pixels: NDArray[np.int64]
    people: int
    classes: int

    @classmethod
    def of(cls, labels: Labels, categories: NDArray[np.uint8], class_count: int) -> PhotoGroups:
        """Return the groups.

        Raises:
            DataError: the sizes differ.
        """
        must_be_as_large(categories.shape, labels.categories.shape)
        people, ids = numbered(labels.humans)
        base = class_count + 1
        cells = people * base
        cells += np.minimum(labels.categories, class_count)
        cells *= base
        cells += np.minimum(categories, class_count)
        pixels = np.bincount(cells.ravel())
        met = np.flatnonzero(pixels)
        group = np.zeros(len(pixels), np.intp)
        group[met] = np.arange(len(met))
        rest, guess = np.divmod(met, base)
        person, truth = np.divmod(rest, base)
        return cls(
            group[cells], person, truth, guess, pixels[met], people=len(ids), classes=class_count
        )

    def labelled(self) -> NDArray[np.int64]:
        """Return the pixels of labelled people by class, int64 (G, C + 1), unknown ones last."""
        table = np.zeros((self.people + 1, self.classes + 1), np.int64)
        np.add.at(table, (self.person, self.truth), self.pixels)
        return table[1:]


@dataclass(frozen=True, slots=True, eq=False)
class PersonAgreement:
    """How N predicted people agree with G labelled ones.

    Attributes:
        ious: float64 (N, G).
        right: parts whose IoU passes (official) or reaches (strict) a threshold, uint8 (N, G, T).
    """

    ious: NDArray[np.float64]
    right: NDArray[np.uint8]

    @classmethod
    def of(
        cls, groups: PhotoGroups, overlaps: Overlaps, thresholds: Sequence[float], *, mode: Mode
    ) -> PersonAgreement:
        """Return the agreement of predicted people with the labelled ones.

        Official, a pixel of unknown class counts as unknown only for the person who is labelled
        there; the maps of all others are background there. Strict, it counts for nobody.

        Args:
            groups: of the photo.
            overlaps: of the predicted people with the groups.
            thresholds: T, for the parts.
            mode: the rule.
        """
        passes = np.greater if mode == "official" else np.greater_equal
        shape = (overlaps.shape[0], groups.people)
        ious = np.zeros(shape)
        right = np.zeros((*shape, len(thresholds)), np.uint8)
        for rows, shared, union in _class_counts(groups, overlaps, mode=mode):
            by_class = np.zeros(shared.shape)
            np.divide(shared, union, out=by_class, where=union > 0)
            present = (union > 0).sum(axis=-1)
            # The order in which numpy adds is that of numpy.nanmean, to the last bit.
            ious[rows] = by_class.sum(axis=-1) / np.maximum(present, 1)
            for place, threshold in enumerate(thresholds):
                right[rows, :, place] = passes(by_class[..., 1:], threshold).sum(axis=-1)
        return cls(ious, right)


def _class_counts(
    groups: PhotoGroups, overlaps: Overlaps, *, mode: Mode
) -> Iterator[tuple[slice, NDArray[np.int64], NDArray[np.int64]]]:
    """Yield some predicted people, their intersections and their unions, int64 (n, G, C) each."""
    labelled = groups.labelled()
    strict = mode == "strict"
    counts = groups.truth < groups.classes if strict else np.ones(len(groups.pixels), np.bool_)
    photo = groups.pixels[counts].sum() - (0 if strict else labelled[:, -1])
    truth = labelled[:, :-1]
    seen = truth[:, 1:].sum(axis=1)
    truth[:, 0] = photo - seen
    number = max(1, _BATCH_NUMBERS // max(labelled.size, 1))
    for first in range(0, overlaps.shape[0], number):
        rows = slice(first, min(first + number, overlaps.shape[0]))
        shared, predicted, both = _pair_counts(groups, overlaps, rows, counts)
        visible = predicted[..., 1:].sum(axis=-1)
        predicted[..., 0] = photo - visible
        shared[..., 0] = photo - seen - visible + both
        yield rows, shared, truth + predicted[..., :-1] - shared


def _pair_counts(
    groups: PhotoGroups, overlaps: Overlaps, rows: slice, counts: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return what some predicted people and all labelled ones have, the background left out.

    Args:
        groups: of the photo.
        overlaps: of the predicted people with the groups.
        rows: the predicted people, n of them.
        counts: groups that count, bool (R,).

    Returns:
        pixels where both have the same class, int64 (n, G, C); pixels of every predicted class
        where the labelled person is not unknown, int64 (n, G, C + 1); pixels where both have a
        class, int64 (n, G).
    """
    chosen = slice(*np.searchsorted(overlaps.masks, (rows.start, rows.stop)))
    groups_met = overlaps.regions[chosen]
    kept = counts[groups_met]
    met = groups_met[kept]
    mask, pixels = overlaps.masks[chosen][kept] - rows.start, overlaps.pixels[chosen][kept]
    person, truth, guess = groups.person[met] - 1, groups.truth[met], groups.guess[met]
    own, none = person >= 0, groups.classes
    shape = (rows.stop - rows.start, groups.people)

    sizes = np.zeros((shape[0], none + 1), np.int64)
    np.add.at(sizes, (mask, guess), pixels)
    predicted = np.repeat(sizes[:, None], groups.people, axis=1)
    hidden = own & (truth == none)
    predicted[mask[hidden], person[hidden], guess[hidden]] -= pixels[hidden]

    shared = np.zeros((*shape, none), np.int64)
    same = own & (truth == guess) & (truth > 0) & (truth < none)
    shared[mask[same], person[same], guess[same]] = pixels[same]

    both = np.zeros(shape, np.int64)
    seen = own & (truth > 0) & (truth < none) & (guess > 0)
    np.add.at(both, (mask[seen], person[seen]), pixels[seen])
    return shared, predicted, both

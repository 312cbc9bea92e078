"""The people and the parts that the labels of a photo show, one by one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from m2fp.datasets import IGNORE, Labels, PartInstances
from m2fp.errors import DataError


@dataclass(frozen=True, slots=True, eq=False)
class InstanceTruth:
    """G things in a photo, as a picture of regions.

    Attributes:
        regions: intp (H, W); 0 = none of them, k = the k-th (counted from 1), G + 1 = unknown.
        class_ids: class of everything, intp (G,); 0 for people.
        areas: pixels of everything, int64 (G,), 1 or more.
    """

    regions: NDArray[np.intp]
    class_ids: NDArray[np.intp]
    areas: NDArray[np.int64]

    @classmethod
    def of(
        cls, regions: NDArray[np.intp], class_ids: NDArray[np.intp], unknown: NDArray[np.bool_]
    ) -> InstanceTruth:
        """Return the truth where regions 1..G are told, and what is unknown among the rest."""
        areas = np.bincount(regions.ravel(), minlength=len(class_ids) + 1)[1:]
        told = np.where(unknown & (regions == 0), len(class_ids) + 1, regions)
        return cls(told, class_ids, areas)

    @property
    def unknown(self) -> int:
        """Return the number of the unknown region."""
        return len(self.class_ids) + 1

    @property
    def region_count(self) -> int:
        """Return the number of regions, G + 2."""
        return len(self.class_ids) + 2


def person_truth(labels: Labels) -> InstanceTruth:
    """Return the labelled people, by ascending id. Unknown is where 255 is labelled and nobody."""
    regions, ids = numbered(labels.humans)
    return InstanceTruth.of(regions, np.zeros(len(ids), np.intp), labels.categories == IGNORE)


def part_truth(labels: Labels, class_count: int) -> InstanceTruth:
    """Return the labelled parts: by ascending id, or by person and part.

    Only parts of class 1 .. class_count - 1 are there. Unknown is where 255 is labelled and none.

    Raises:
        DataError: an instance has no class.
    """
    if labels.instances is None:
        regions, class_ids = _parts_of_people(labels, class_count)
    else:
        regions, class_ids = _numbered_parts(labels.instances, class_count)
    return InstanceTruth.of(regions, class_ids, labels.categories == IGNORE)


def numbered(
    ids: NDArray[np.integer], wanted: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return ids without gaps.

    Args:
        ids: any shape, 0 = none.
        wanted: by id, from 0 to the highest at least; the others become 0. By default all but 0.

    Returns:
        1 .. n in place of the wanted ids that occur, intp, 0 elsewhere; and those ids, ascending,
        intp (n,).
    """
    present = np.bincount(ids.ravel(), minlength=1 if wanted is None else len(wanted)) > 0
    present[0] = False
    if wanted is not None:
        present &= wanted
    kept = np.flatnonzero(present)
    new_ids = np.zeros(len(present), np.intp)
    new_ids[kept] = np.arange(1, len(kept) + 1)
    return new_ids[ids], kept


def _parts_of_people(labels: Labels, class_count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the regions of all (person, part) pairs and their parts."""
    people, ids = numbered(labels.humans)
    base = class_count + 1  # what is no class shares one number
    cells = people * base + np.minimum(labels.categories, class_count)
    person, part = np.divmod(np.arange((len(ids) + 1) * base), base)
    regions, kept = numbered(cells, (person > 0) & (part > 0) & (part < class_count))
    return regions, part[kept]


def _numbered_parts(
    instances: PartInstances, class_count: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the regions of all instances that have a class to be scored, and those classes."""
    classes = np.zeros(1 + int(instances.ids.max(initial=0)), np.intp)
    for number in np.flatnonzero(np.bincount(instances.ids.ravel())):
        if number and int(number) not in instances.classes:
            raise DataError(f"part instance {number} is in the picture, but its class is not told")
        classes[number] = instances.classes.get(int(number), 0)
    regions, kept = numbered(instances.ids, (classes > 0) & (classes < class_count))
    return regions, classes[kept]

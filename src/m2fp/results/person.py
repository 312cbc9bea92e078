"""Persons and their parts, as rows of a table over the label maps."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from m2fp.results.label_maps import LabelMaps
from m2fp.results.measure import Box
from m2fp.results.rle import Rle


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """One part of one person.

    Attributes:
        id: 1..M within the result.
        person_id: the person's id; 0 for a part that belongs to nobody.
        label_id: id in the result's label scheme.
        label: English name of the part.
        score: 0..1.
        bbox: x, y, width, height in pixels.
        area: number of pixels.
    """

    id: int
    person_id: int
    label_id: int
    label: str
    score: float
    bbox: Box
    area: int
    _maps: LabelMaps = field(repr=False)

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Return the pixels of this part, bool (H, W); built anew on every access."""
        return self._maps.mask(self.bbox, person_id=self.person_id, label_id=self.label_id)

    @property
    def rle(self) -> Rle:
        """Return the mask as COCO run lengths."""
        return self._maps.rle(self.bbox, person_id=self.person_id, label_id=self.label_id)


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One person: all pixels with this id, those without a part (a bag, a phone) included.

    Attributes:
        id: 1..N within the result; the value in the person map.
        score: 0..1.
        bbox: x, y, width, height in pixels.
        area: number of pixels; at least the sum over the parts.
        parts: the person's segments, by label id.
    """

    id: int
    score: float
    bbox: Box
    area: int
    parts: tuple[Segment, ...]
    _maps: LabelMaps = field(repr=False)

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Return the pixels of this person, bool (H, W); built anew on every access."""
        return self._maps.mask(self.bbox, person_id=self.id, label_id=None)

    @property
    def rle(self) -> Rle:
        """Return the mask as COCO run lengths."""
        return self._maps.rle(self.bbox, person_id=self.id, label_id=None)

"""What a parser says about one photo."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from m2fp.drawing import Figure, Scene, draw_colours, draw_overlay
from m2fp.errors import InvalidMaps, NoEvidence
from m2fp.imaging import Photo, PhotoWarning
from m2fp.labels import LabelScheme
from m2fp.results.assemble import PersonScores, SegmentScores, assemble
from m2fp.results.coco import coco_dataset
from m2fp.results.document import to_document
from m2fp.results.evidence import Evidence
from m2fp.results.files import DEFAULT_WHAT, save_result
from m2fp.results.label_maps import LabelMaps
from m2fp.results.modelscope import ModelScopeDict, to_modelscope
from m2fp.results.person import Person, Segment
from m2fp.results.provenance import ModelStamp, Timing


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """The persons in a photo and their parts.

    Every pixel shows at most one person and at most one part. ``segments`` are exactly the groups
    of equal (person, part) in the maps, so areas and boxes agree with the maps by construction.
    Build one with ``Result.from_maps``.

    Attributes:
        photo: the picture as it was parsed.
        maps: the two label maps.
        persons: by id, 1..N.
        segments: by person and label; parts that belong to nobody come last.
        scheme: what the part ids mean.
        model: the model that was used.
        timing: how long it took.
        warnings: what was changed or guessed on the way.
        evidence: what the network said before it was made into maps; None where only maps were
            given.
    """

    photo: Photo
    maps: LabelMaps
    persons: tuple[Person, ...]
    segments: tuple[Segment, ...]
    scheme: LabelScheme
    model: ModelStamp
    timing: Timing
    warnings: tuple[PhotoWarning, ...]
    evidence: Evidence | None = None

    @classmethod
    def from_maps(
        cls,
        photo: Photo,
        part_map: NDArray[np.uint8],
        person_map: NDArray[np.uint16],
        *,
        person_scores: PersonScores,
        segment_scores: SegmentScores,
        scheme: LabelScheme,
        model: ModelStamp,
        timing: Timing,
        warnings: tuple[PhotoWarning, ...] = (),
        evidence: Evidence | None = None,
    ) -> Result:
        """Return the result that two label maps and their scores describe.

        The maps are kept, not copied: do not write to them afterwards.

        Args:
            photo: the picture, of the same size as the maps.
            part_map: uint8 (H, W), label ids, 0 = no part.
            person_map: uint16 (H, W), 1..N, 0 = nobody.
            person_scores: score of every person, by id 1..N, or in that order.
            segment_scores: score of every (person_id, label_id) in the maps; others are ignored.
            scheme: what the part ids mean.
            model: the model that was used.
            timing: how long it took.
            warnings: what was changed or guessed on the way.
            evidence: what `to_modelscope` answers from.

        Raises:
            InvalidMaps: shapes, dtypes, ids or scores do not fit together.
        """
        maps = LabelMaps(part_map, person_map)
        if maps.size != photo.size:
            raise InvalidMaps(
                f"part_map must have the photo's shape {photo.size}, but got {maps.size}",
                field="part_map",
            )
        persons, segments = assemble(maps, person_scores, segment_scores, scheme)
        return cls(photo, maps, persons, segments, scheme, model, timing, tuple(warnings), evidence)

    def __repr__(self) -> str:
        height, width = self.maps.size
        return (
            f"Result({len(self.persons)} persons, {len(self.segments)} segments, "
            f"{width} x {height} pixels, {self.scheme.name})"
        )

    @property
    def part_map(self) -> NDArray[np.uint8]:
        """Return label ids, uint8 (H, W), read-only; 0 = no part."""
        return self.maps.part

    @property
    def person_map(self) -> NDArray[np.uint16]:
        """Return person ids, uint16 (H, W), read-only; 0 = nobody."""
        return self.maps.person

    def person_mask(self, person_id: int) -> NDArray[np.bool_]:
        """Return all pixels of one person, bool (H, W).

        Raises:
            KeyError: there is no such person.
        """
        if not 1 <= person_id <= len(self.persons):
            raise KeyError(f"no person {person_id}; there are {len(self.persons)}, from 1 on")
        return self.persons[person_id - 1].mask

    def plot(self, *, max_side: int = 2048, legend: bool = True, names: bool = True) -> Image.Image:
        """Return the photo with coloured parts, outlined persons, name tags and a legend, RGB.

        Args:
            max_side: the longer side of the photo in the picture; larger photos are reduced.
            legend: add a panel that names the colours, beside tall photos and below wide ones.
            names: write "person 1" and the score at every person.
        """
        return draw_overlay(self._scene(), max_side=max_side, legend=legend, names=names)

    def colour_map(self) -> Image.Image:
        """Return the parts in the colours of the scheme, RGB, as large as the photo."""
        return draw_colours(self.part_map, self.scheme)

    def save(
        self,
        folder: str | Path,
        *,
        what: Collection[str] = DEFAULT_WHAT,
        stem: str | None = None,
    ) -> dict[str, Path]:
        """Return the paths of the files written, by kind; see ``m2fp.results.files`` for the kinds.

        Args:
            folder: made if it does not exist.
            what: any of "overlay", "parts", "persons", "json", "coco", "colours".
            stem: first part of the file names; by default the photo's name without its ending.

        Raises:
            ConfigError: a kind is unknown or the stem is not a plain file name.
            OSError: the folder cannot be written; no half file is left behind.
        """
        return save_result(self, Path(folder), what=what, stem=stem)

    def to_dict(self) -> dict[str, Any]:
        """Return the result document; see ``m2fp.results.document``."""
        return to_document(self)

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the result document as JSON text."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)

    def to_coco(self) -> dict[str, Any]:
        """Return a COCO data set of this one photo; see ``m2fp.results.coco``."""
        return coco_dataset([self])

    def to_modelscope(self, *, score_thr: float = 0.0) -> ModelScopeDict:
        """Return what ModelScope's pipeline returns for the same photo and checkpoint.

        That is {"masks", "labels", "scores"}, see ``m2fp.results.modelscope``. It does not depend
        on the rules that made the maps. The masks are made anew on every call, 4 or 8 bytes per
        pixel each: 3 MB at 1024 x 768, 48 MB at 12 megapixels.

        Args:
            score_thr: leave out what scores less, 0..1.

        Raises:
            NoEvidence: the result was made from maps, not by a parser.
        """
        if self.evidence is None:
            raise NoEvidence(
                "this result was made from maps, and overlapping masks cannot be read off maps; "
                "parse the photo again"
            )
        return to_modelscope(self.evidence, self.part_map, self.scheme, score_thr)

    def _scene(self) -> Scene:
        areas: Counter[int] = Counter()
        for segment in self.segments:
            areas[segment.label_id] += segment.area
        return Scene(
            pixels=self.photo.pixels,
            part_map=self.part_map,
            person_map=self.person_map,
            figures=tuple(Figure(item.id, item.score, item.bbox) for item in self.persons),
            shares=tuple((label, area / areas.total()) for label, area in areas.most_common()),
            scheme=self.scheme,
        )

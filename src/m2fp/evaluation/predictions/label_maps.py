"""A folder of label pictures, as segmentation tools write them and `m2fp parse` does.

    NAME.png or NAME.parts.png                  pixel = part id, 8 bits, grey or indexed
    NAME.persons.png or persons/NAME.png        pixel = person id, 8 or 16 bits; may lack

Such pictures have no scores; everything in them scores 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, Self

import numpy as np

from m2fp.datasets import Sample
from m2fp.errors import DataError
from m2fp.evaluation.file_stamp import file_stamp
from m2fp.evaluation.metrics.instance_truth import numbered
from m2fp.evaluation.metrics.prediction import PaintedMasks, Prediction
from m2fp.evaluation.predictions.from_maps import parts_of_people
from m2fp.evaluation.predictions.pictures import names_below, read_categories, read_numbers
from m2fp.evaluation.predictions.source import Coverage, Size, nothing
from m2fp.evaluation.predictions.subject import Subject
from m2fp.labels import LabelScheme

_PLAIN: Final = ".png"
_PARTS: Final = ".parts.png"
_PERSONS: Final = ".persons.png"
_PERSONS_FOLDER: Final = "persons"
# What `m2fp parse` writes beside them.
_OTHER: Final = (_PERSONS, ".overlay.png", ".colours.png")


@dataclass(frozen=True, slots=True)
class LabelMaps:
    """Part ids, and person ids if there are any, as pictures.

    Attributes:
        root: the folder.
        scheme: what the part ids mean.
        ending: what follows the name of a part map.
        persons: what a person map's path is made with: the folder, and what follows the name;
            None where there are no person maps.
        names: of all part maps.
    """

    kind: ClassVar[str] = "maps"
    root: Path
    scheme: LabelScheme
    ending: str
    persons: tuple[Path, str] | None
    names: frozenset[str]

    @classmethod
    def detect(cls, path: Path) -> bool:
        """Return whether a path looks like such a folder."""
        return path.is_dir() and next(path.rglob("*.png"), None) is not None

    @classmethod
    def at(cls, root: Path, scheme: LabelScheme) -> Self:
        """Return the predictions in a folder.

        Raises:
            DataError: it has no PNG.
        """
        if not cls.detect(root):
            raise DataError(f"{root} is not a folder of label pictures (PNG)", path=str(root))
        ending = _PARTS if next(root.rglob(f"*{_PARTS}"), None) else _PLAIN
        folder = root / _PERSONS_FOLDER
        persons: tuple[Path, str] | None = None
        if folder.is_dir():
            persons = folder, _PLAIN
        elif next(root.rglob(f"*{_PERSONS}"), None):
            persons = root, _PERSONS
        names = (
            name
            for name in names_below(root, ending)
            if not f"{name}{ending}".endswith(_OTHER) and not name.startswith(f"{folder.name}/")
        )
        return cls(root, scheme, ending, persons, frozenset(names))

    @property
    def subject(self) -> Subject:
        """Return the folder's name and the format."""
        return Subject(self.root.resolve().name, self.kind)

    def coverage(self, names: Sequence[str]) -> Coverage:
        """Return what is missing and left over; see `PredictionSource`."""
        return Coverage.of(names, self.names)

    def fingerprint(self) -> Mapping[str, str]:
        """Return where the pictures are and what tells that they are the same."""
        return {
            "predictions": str(self.root.resolve()),
            "files": file_stamp(self.root.rglob("*.png")),
        }

    def open(self) -> AbstractContextManager[Self]:
        """Return these predictions; nothing stays open."""
        return nullcontext(self)

    def predict(self, sample: Sample, size: Size) -> Prediction:
        """Return the prediction of one photo; see `Predictor`."""
        if sample.name not in self.names:
            return nothing(size, people=self.persons is not None, parts=self.persons is not None)
        categories = read_categories(self.root / f"{sample.name}{self.ending}", size, self.scheme)
        if self.persons is None:
            return Prediction(categories)
        folder, ending = self.persons
        people, found = numbered(read_numbers(folder / f"{sample.name}{ending}", size))
        numbers, count = people.astype(np.uint16), len(found)
        return Prediction(
            categories,
            people=PaintedMasks(numbers, np.zeros(count, np.intp), np.ones(count)),
            parts=parts_of_people(categories, numbers, np.ones((count + 1, 256))),
        )

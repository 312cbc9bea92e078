"""The layout in which the LIP and CIHP challenges take submissions.

    global_parsing/NAME.png             pixel = part id
    instance_parsing/NAME.png, .txt     pixel = number of a part; line n = "class score" of part n
    instance_segmentation/NAME.png, .txt    pixel = number of a person; line n ends with its score

The first two are those of the multi-person challenge (sysu-hcp.net/lip/mparsing_challenge.php), the
third is that of the video challenge, and may lack; so may the second. Numbers above 255 take 16
bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from m2fp.datasets import Sample
from m2fp.errors import DataError
from m2fp.evaluation.file_stamp import file_stamp
from m2fp.evaluation.metrics.prediction import PaintedMasks, Prediction
from m2fp.evaluation.predictions.pictures import names_below, read_categories, read_numbers
from m2fp.evaluation.predictions.source import Coverage, Size, nothing
from m2fp.evaluation.predictions.subject import Subject
from m2fp.labels import LabelScheme
from m2fp.whole_file import whole_file

_MAPS: Final = "global_parsing"
_PARTS: Final = "instance_parsing"
_PEOPLE: Final = "instance_segmentation"


@dataclass(frozen=True, slots=True)
class ChallengeFolder:
    """A submission.

    Attributes:
        root: the folder that holds the others.
        scheme: what the part ids mean.
        has_parts, has_people: whether it has the second and the third folder.
        names: of the photos.
    """

    kind: ClassVar[str] = "challenge"
    root: Path
    scheme: LabelScheme
    has_parts: bool
    has_people: bool
    names: frozenset[str]

    @classmethod
    def detect(cls, path: Path) -> bool:
        """Return whether a path looks like a submission."""
        return (path / _MAPS).is_dir()

    @classmethod
    def at(cls, root: Path, scheme: LabelScheme) -> Self:
        """Return the submission in a folder.

        Raises:
            DataError: it is none.
        """
        if not cls.detect(root):
            raise DataError(f"{root} is no submission: {_MAPS}/ is missing", path=str(root))
        return cls(
            root,
            scheme,
            has_parts=(root / _PARTS).is_dir(),
            has_people=(root / _PEOPLE).is_dir(),
            names=frozenset(names_below(root / _MAPS, ".png")),
        )

    @property
    def subject(self) -> Subject:
        """Return the folder's name and the format."""
        return Subject(self.root.resolve().name, self.kind)

    def coverage(self, names: Sequence[str]) -> Coverage:
        """Return what is missing and left over; see `PredictionSource`."""
        return Coverage.of(names, self.names)

    def fingerprint(self) -> Mapping[str, str]:
        """Return where the files are and what tells that they are the same."""
        folders = (self.root / name for name in (_MAPS, _PARTS, _PEOPLE))
        files = (path for folder in folders for path in folder.rglob("*.*"))
        return {"predictions": str(self.root.resolve()), "files": file_stamp(files)}

    def open(self) -> AbstractContextManager[Self]:
        """Return this submission; nothing stays open."""
        return nullcontext(self)

    def predict(self, sample: Sample, size: Size) -> Prediction:
        """Return the prediction of one photo; see `Predictor`."""
        name = sample.name
        if name not in self.names:
            return nothing(size, people=self.has_people, parts=self.has_parts)
        return Prediction(
            read_categories(self.root / _MAPS / f"{name}.png", size, self.scheme),
            people=self._people(name, size) if self.has_people else None,
            parts=self._parts(name, size) if self.has_parts else None,
        )

    def _parts(self, name: str, size: Size) -> PaintedMasks:
        path = self.root / _PARTS / f"{name}.txt"
        rows = _read_lines(path, fields=2)
        classes = np.array([row[0] for row in rows])
        highest = self.scheme.num_parts_and_background - 1
        if not np.isin(classes, np.arange(1, highest + 1)).all():
            raise DataError(f"{path}: classes must lie in 1..{highest}", path=str(path))
        scores = np.array([row[1] for row in rows])
        return _masks(path, size, classes.astype(np.intp), scores)

    def _people(self, name: str, size: Size) -> PaintedMasks:
        path = self.root / _PEOPLE / f"{name}.txt"
        scores = np.array([row[-1] for row in _read_lines(path, fields=1)])
        return _masks(path, size, np.zeros(len(scores), np.intp), scores)


def write_challenge(prediction: Prediction, folder: Path, name: str) -> None:
    """Write the prediction of one photo into a submission.

    Masks that overlap are painted by ascending score, as the layout has one number per pixel. There
    is one score per person: scores as `owners` are not kept, so that the AP^p of predictions by the
    official rules comes out as if people were ranked by their masks.

    Args:
        prediction: in the scheme of the challenge.
        folder: of the submission; made if it is not there.
        name: of the photo.

    Raises:
        OSError: it cannot be written.
    """
    _save(folder / _MAPS / f"{name}.png", prediction.categories)
    if prediction.parts is not None:
        parts = prediction.parts.painted()
        rows = zip(parts.class_ids.tolist(), parts.scores.tolist(), strict=True)
        _save_masks(folder / _PARTS, name, parts, (f"{label} {score!r}" for label, score in rows))
    if prediction.people is not None:
        people = prediction.people.painted()
        _save_masks(folder / _PEOPLE, name, people, map(repr, people.scores.tolist()))


def _save_masks(folder: Path, name: str, masks: PaintedMasks, lines: Iterable[str]) -> None:
    narrow = len(masks.scores) <= np.iinfo(np.uint8).max
    _save(folder / f"{name}.png", masks.ids.astype(np.uint8) if narrow else masks.ids)
    with whole_file(folder / f"{name}.txt") as draft:
        draft.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")


def _save(path: Path, ids: NDArray[np.uint8] | NDArray[np.uint16]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as draft:
        Image.fromarray(ids).save(draft, format="PNG")


def _masks(
    path: Path, size: Size, class_ids: NDArray[np.intp], scores: NDArray[np.float64]
) -> PaintedMasks:
    picture = path.with_name(f"{path.name.removesuffix('.txt')}.png")
    ids = read_numbers(picture, size)
    if ids.max(initial=0) > len(scores):
        raise DataError(
            f"{picture} has number {ids.max()}, but {path.name} has {len(scores)} lines",
            path=str(path),
        )
    return PaintedMasks(ids, class_ids, scores)


def _read_lines(path: Path, *, fields: int) -> list[list[float]]:
    """Return the numbers of every line that is not empty, at least so many in each."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = [[float(word) for word in line.split()] for line in lines if line.strip()]
    except FileNotFoundError:
        raise DataError(f"{path} is missing", path=str(path)) from None
    except ValueError as error:
        raise DataError(f"{path} has a line that is not numbers: {error}", path=str(path)) from None
    for number, row in enumerate(rows, start=1):
        if len(row) < fields:
            raise DataError(
                f"{path}: line {number} has fewer than {fields} numbers", path=str(path)
            )
    return rows

"""Our own result documents: one per line, as `m2fp parse --jsonl` prints them, or NAME.json each.

A line begins with "file", the photo that it is about. A line with "error" is no prediction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from m2fp.datasets import Sample
from m2fp.errors import DataError, InvalidDocument
from m2fp.evaluation.file_stamp import file_stamp
from m2fp.evaluation.metrics.prediction import Prediction
from m2fp.evaluation.predictions.by_name import ByName
from m2fp.evaluation.predictions.from_maps import ids_between, prediction_of_maps
from m2fp.evaluation.predictions.source import Coverage, Size, nothing
from m2fp.evaluation.predictions.subject import Subject
from m2fp.labels import LabelScheme
from m2fp.results import ParsedDocument, read_document

_LINE_ENDINGS: Final = (".jsonl", ".ndjson")
_COCO: Final = ".coco.json"
_HEAD_BYTES: Final = 4096
_MARK: Final = re.compile(rb'"(schema_version|file)"\s*:')

# How our own lines begin: what they are about is read without reading all their masks.
_BEGINNING: Final = re.compile(rb'\s*\{\s*"file"\s*:\s*("(?:[^"\\]|\\.)*")\s*,\s*"(\w+)"')


class _Place(NamedTuple):
    """Where a document is: a whole file, or the line that starts at an offset in bytes."""

    path: Path
    offset: int | None

    def read(self) -> bytes:
        if self.offset is None:
            return self.path.read_bytes()
        with self.path.open("rb") as file:
            file.seek(self.offset)
            return file.readline()


@dataclass(frozen=True, slots=True)
class Documents:
    """Result documents of many photos. They are found at once and read one by one.

    Attributes:
        path: of the file of lines, or the folder.
        ids: from the documents' label scheme to the data set's; see `ids_between`.
        people: whether the documents tell people apart.
        source: name of the documents' label scheme, the same for all.
        by_name: whose they are.
        places: where they are, in the same order.
    """

    kind: ClassVar[str] = "jsonl"
    path: Path
    ids: NDArray[np.uint8]
    people: bool
    source: str
    by_name: ByName
    places: tuple[_Place, ...]

    @classmethod
    def detect(cls, path: Path) -> bool:
        """Return whether a path looks like such a file or folder."""
        if path.is_dir():
            first = next(_documents_in(path), None)
            return first is not None and _is_ours(first)
        return path.is_file() and (path.suffix.lower() in _LINE_ENDINGS or _is_ours(path))

    @classmethod
    def at(cls, path: Path, scheme: LabelScheme) -> Self:
        """Return the documents in a file of lines or in a folder.

        Args:
            path: the file or the folder.
            scheme: the data set's.

        Raises:
            DataError: there is no document, or a line is not JSON.
            ConfigError: the documents' label scheme cannot become the data set's.
        """
        if path.is_dir():
            found = [
                (file.relative_to(path).as_posix(), _Place(file, None))
                for file in sorted(_documents_in(path))
            ]
        else:
            found = list(_lines(path))
        if not found:
            raise DataError(f"{path} has no result documents", path=str(path))
        first = _read(found[0][1])
        return cls(
            path,
            ids_between(first.scheme, scheme),
            people=first.scheme.person_class is not None,
            source=first.scheme.name,
            by_name=ByName.of(name for name, _ in found),
            places=tuple(place for _, place in found),
        )

    @property
    def subject(self) -> Subject:
        """Return the name and the format."""
        return Subject(self.path.resolve().name, self.kind)

    def coverage(self, names: Sequence[str]) -> Coverage:
        """Return what is missing and left over; see `PredictionSource`."""
        return self.by_name.coverage(names)

    def fingerprint(self) -> Mapping[str, str]:
        """Return where the documents are and what tells that they are the same."""
        files = file_stamp(place.path for place in self.places)
        return {"predictions": str(self.path.resolve()), "files": files}

    def open(self) -> AbstractContextManager[Self]:
        """Return these documents; nothing stays open."""
        return nullcontext(self)

    def predict(self, sample: Sample, size: Size) -> Prediction:
        """Return the prediction of one photo; see `Predictor`."""
        number = self.by_name.find(sample.name)
        if number is None:
            return nothing(size, people=self.people, parts=self.people)
        place = self.places[number]
        parsed = _read(place)
        if parsed.scheme.name != self.source:
            raise DataError(
                f"{place.path} has documents of two label schemes, {self.source} and "
                f"{parsed.scheme.name}",
                path=str(place.path),
            )
        if parsed.maps.size != size:
            raise DataError(
                f"the document of {sample.name} is about {parsed.maps.size} pixels, but the labels "
                f"have {size}",
                path=str(place.path),
            )
        seconds = parsed.timing.total_s
        return prediction_of_maps(parsed, self.ids, people=self.people, seconds=seconds)


def _documents_in(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*.json") if not file.name.endswith(_COCO))


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    return head.lstrip().startswith(b"{") and _MARK.search(head) is not None


def _lines(path: Path) -> Iterator[tuple[str, _Place]]:
    """Yield every line's photo and place; lines about failures are passed over."""
    offset = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    photo, failed = _subject(line, f"{path}, line {number}")
                    if not failed:
                        yield photo, _Place(path, offset)
                offset += len(line)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}", path=str(path)) from error


def _subject(line: bytes, where: str) -> tuple[str, bool]:
    """Return the photo that a line is about, and whether it could not be parsed."""
    beginning = _BEGINNING.match(line)
    try:
        if beginning:
            return str(json.loads(beginning[1])), beginning[2] == b"error"
        document: Any = json.loads(line)
        return str(document["file"]), "error" in document
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f'{where}: not a result document with a "file": {error!r}') from error


def _read(place: _Place) -> ParsedDocument:
    try:
        return read_document(place.read())
    except (OSError, InvalidDocument) as error:
        raise DataError(f"{place.path}: {error}", path=str(place.path)) from error

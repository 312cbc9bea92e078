"""What can be wrong with a data set, and how much of it was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

Severity = Literal["error", "note"]


class FindingKind(StrEnum):
    """The kinds, in the order of a report; the values are stable. Notes come last."""

    MISSING_FILE = "missing_file"
    UNREADABLE_FILE = "unreadable_file"
    SIZE_MISMATCH = "size_mismatch"
    UNKNOWN_ID = "unknown_id"
    DATA_ERROR = "data_error"
    EMPTY_SPLIT = "empty_split"
    REPEATED_NAME = "repeated_name"
    PART_OF_NOBODY = "part_of_nobody"
    PERSON_WITHOUT_PARTS = "person_without_parts"
    PART_NUMBER = "part_number"
    PART_NUMBER_OVERFLOW = "part_number_overflow"
    PART_TABLE = "part_table"
    PART_WITHOUT_PIXELS = "part_without_pixels"
    PERSON_ID_GAP = "person_id_gap"
    PHOTO_TURNED = "photo_turned"
    UNLISTED_FILE = "unlisted_file"

    @property
    def severity(self) -> Severity:
        """Return "error", or "note" for what is unusual and does no harm."""
        return "note" if self in _MEANINGS_OF_NOTES else "error"

    @property
    def meaning(self) -> str:
        """Return what the kind is, for people."""
        return _MEANINGS_OF_NOTES.get(self) or _MEANINGS_OF_ERRORS[self]


_MEANINGS_OF_ERRORS = {
    FindingKind.MISSING_FILE: "files that are missing",
    FindingKind.UNREADABLE_FILE: "files that cannot be read",
    FindingKind.SIZE_MISMATCH: "pictures of one photo that differ in size",
    FindingKind.UNKNOWN_ID: "part ids that the label scheme does not have",
    FindingKind.DATA_ERROR: "data that contradicts itself",
    FindingKind.EMPTY_SPLIT: "splits without a photo",
    FindingKind.REPEATED_NAME: "names that a list has more than once",
    FindingKind.PART_OF_NOBODY: "photos with parts outside all people",
    FindingKind.PERSON_WITHOUT_PARTS: "photos with people who have no part",
    FindingKind.PART_NUMBER: "photos whose part numbers break the rule",
    FindingKind.PART_NUMBER_OVERFLOW: "photos with more people than 8-bit part numbers can tell",
    FindingKind.PART_TABLE: "photos whose table of parts disagrees with the pictures",
}
_MEANINGS_OF_NOTES = {
    FindingKind.PART_WITHOUT_PIXELS: "photos whose table has parts without a pixel",
    FindingKind.PERSON_ID_GAP: "photos whose person ids have gaps",
    FindingKind.PHOTO_TURNED: "photos stored on their side, labelled upright",
    FindingKind.UNLISTED_FILE: "files that are in no list",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one photo or file, for people, before it is said whose it is."""

    kind: FindingKind
    message: str
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or unusual.

    Attributes:
        kind: what it is.
        split: where.
        sample: name of the photo; None where it is not about one.
        file: the file it is about, where there is one.
        message: what was found, for people.
    """

    kind: FindingKind
    split: str
    sample: str | None
    file: Path | None
    message: str

    @property
    def severity(self) -> Severity:
        """Return "error" or "note"."""
        return self.kind.severity

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain values."""
        return {
            "kind": self.kind.value,
            "severity": self.severity,
            "split": self.split,
            "sample": self.sample,
            "file": None if self.file is None else str(self.file),
            "message": self.message,
        }


@dataclass(slots=True)
class FindingLog:
    """Counts findings of every kind and keeps the first few of each, so that memory is bounded."""

    keep: int
    counts: Counter[FindingKind] = field(default_factory=Counter)
    _kept: dict[FindingKind, list[Finding]] = field(default_factory=dict)

    def add(self, problem: Problem, split: str, sample: str | None = None) -> None:
        """Count a problem, and keep it if few of its kind were met before."""
        self.counts[problem.kind] += 1
        kept = self._kept.setdefault(problem.kind, [])
        if len(kept) < self.keep:
            kept.append(Finding(problem.kind, split, sample, problem.file, problem.message))

    def examples(self) -> Iterator[Finding]:
        """Yield what was kept, kind by kind."""
        for kind in FindingKind:
            yield from self._kept.get(kind, ())

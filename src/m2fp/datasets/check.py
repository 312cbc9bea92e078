"""Going over a data set, every photo of it, to find what is wrong before a score is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from m2fp.datasets.dataset import Dataset, Sample, no_split
from m2fp.datasets.file_sample import FileSample
from m2fp.datasets.findings import Finding, FindingKind, FindingLog, Problem
from m2fp.datasets.label_picture import read_wide_ids
from m2fp.datasets.label_problems import part_problems, people_problems
from m2fp.datasets.labelled_photo import Labels
from m2fp.datasets.listing import LABEL_SUFFIXES
from m2fp.datasets.photo_file import in_words, read_header
from m2fp.errors import DataError
from m2fp.labels import LabelScheme

# Called with the split, the number of its photos done, and that of all.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class SplitCount:
    """How much a split holds; people only of photos whose labels could be read."""

    name: str
    photos: int
    people: int


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was found in a data set.

    Attributes:
        root, layout, scheme: as which data set it was read.
        splits: what was looked at.
        counts: number of findings of every kind that was met.
        examples: the first few of each kind.
    """

    root: Path
    layout: str
    scheme: str
    splits: tuple[SplitCount, ...]
    counts: dict[FindingKind, int]
    examples: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        """Return the number of findings that are errors."""
        return sum(count for kind, count in self.counts.items() if kind.severity == "error")

    @property
    def notes(self) -> int:
        """Return the number of findings that are notes."""
        return sum(self.counts.values()) - self.errors

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "root": str(self.root),
            "layout": self.layout,
            "scheme": self.scheme,
            "splits": [
                {"name": split.name, "photos": split.photos, "people": split.people}
                for split in self.splits
            ],
            "errors": self.errors,
            "notes": self.notes,
            "counts": {kind.value: count for kind, count in self.counts.items()},
            "examples": [finding.to_dict() for finding in self.examples],
        }


def check_dataset(
    dataset: Dataset,
    splits: Sequence[str] | None = None,
    *,
    examples: int = 5,
    progress: Progress | None = None,
) -> CheckReport:
    """Return what is wrong with a data set, without stopping at the first thing.

    Every label file is read, one photo at a time; of the photos only the heads of their files are.

    Args:
        dataset: as opened; nothing of it is changed.
        splits: names of those to check; None = all.
        examples: findings of a kind that are kept; all are counted.
        progress: told after every photo.

    Raises:
        DataError: there is no such split.
    """
    chosen = dataset.splits if splits is None else tuple(splits)
    strangers = [split for split in chosen if split not in dataset.splits]
    if strangers:
        raise no_split(dataset, strangers[0])
    log = FindingLog(examples)
    counts = tuple(_check_split(dataset, split, log, progress) for split in chosen)
    return CheckReport(
        root=dataset.root,
        layout=dataset.layout,
        scheme=dataset.scheme.name,
        splits=counts,
        counts={kind: log.counts[kind] for kind in FindingKind if log.counts[kind]},
        examples=tuple(log.examples()),
    )


@runtime_checkable
class _Listed(Protocol):
    """A data set that knows what does not fit between its lists and its folders."""

    def repeated(self, split: str) -> list[str]: ...
    def unlisted(self, split: str) -> list[Path]: ...


def _check_split(
    dataset: Dataset, split: str, log: FindingLog, progress: Progress | None
) -> SplitCount:
    try:
        samples = dataset.samples(split)
    except DataError as error:
        log.add(_problem(error), split)
        return SplitCount(split, 0, 0)
    for problem in _list_problems(dataset, split, len(samples)):
        log.add(problem, split)
    people = 0
    for done, sample in enumerate(samples, 1):
        labels = _read(sample, split, log)
        if labels is not None:
            people += len(np.flatnonzero(np.bincount(labels.humans.ravel())[1:]))
            for problem in _label_problems(sample, labels, dataset.scheme):
                log.add(problem, split, sample.name)
        if progress:
            progress(split, done, len(samples))
    return SplitCount(split, len(samples), people)


def _list_problems(dataset: Dataset, split: str, photos: int) -> Iterator[Problem]:
    if not photos:
        yield Problem(FindingKind.EMPTY_SPLIT, "there is no photo in it")
    if not isinstance(dataset, _Listed):
        return
    try:
        for name in dataset.repeated(split):
            yield Problem(FindingKind.REPEATED_NAME, f"{name} is more than once in the list")
        for path in dataset.unlisted(split):
            yield Problem(FindingKind.UNLISTED_FILE, f"{path} is in no list", path)
    except DataError as error:  # the list of another split that shares the folders
        yield _problem(error)


def _read(sample: Sample, split: str, log: FindingLog) -> Labels | None:
    """Return the labels of a photo, None where they cannot be read; what is wrong is logged."""
    files = sample.label_files
    missing = [path for path in files if not path.is_file()]
    problems = [Problem(FindingKind.MISSING_FILE, f"{path} is missing", path) for path in missing]
    labels = None
    if not missing:
        try:
            labels = sample.read_labels()
        except DataError as error:
            problems.append(_problem(error))
            # Other samples' pictures may hold ids in colours, which are not read like this.
            if error.code == "unreadable_file" and isinstance(sample, FileSample):
                problems.extend(_other_unreadable(files, error.path))
    problems.extend(_photo_problems(sample, labels))
    for problem in problems:
        log.add(problem, split, sample.name)
    return labels


def _other_unreadable(files: tuple[Path, ...], known: str | None) -> Iterator[Problem]:
    """Yield the label pictures that cannot be read either, beside the one that is known."""
    for path in files:
        if path.suffix.lower() in LABEL_SUFFIXES and str(path) != known:
            try:
                read_wide_ids(path)
            except DataError as error:
                yield _problem(error)


def _photo_problems(sample: Sample, labels: Labels | None) -> Iterator[Problem]:
    """Yield what the head of the photo's file shows."""
    if sample.image is None:
        return
    try:
        header = read_header(sample.image)
    except DataError as error:
        yield _problem(error)
        return
    if labels is None:
        return
    height, width = labels.categories.shape
    if header.must_turn((height, width)):
        message = f"{sample.image} is turned, as its EXIF data says, to fit its labels"
        yield Problem(FindingKind.PHOTO_TURNED, message, sample.image)
    elif header.size != (height, width):
        message = (
            f"{sample.image} is {in_words(header.size)}, its labels are {in_words((height, width))}"
        )
        yield Problem(FindingKind.SIZE_MISMATCH, message, sample.image)


def _label_problems(sample: Sample, labels: Labels, scheme: LabelScheme) -> Iterator[Problem]:
    """Yield what is wrong inside labels that could be read, each with the file to look at."""
    yield from people_problems(labels, scheme)
    # Numbers by CIHP's rule come from files only; other readers number parts as they like.
    if labels.instances is not None and isinstance(sample, FileSample):
        yield from part_problems(labels, labels.instances, scheme)


def _problem(error: DataError) -> Problem:
    """Return an error of a reader as a problem; codes of errors are kinds of findings."""
    kind = FindingKind(error.code)
    return Problem(kind, error.message, None if error.path is None else Path(error.path))

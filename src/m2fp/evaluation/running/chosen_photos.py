"""Which labelled photos of a data set are scored on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import m2fp
from m2fp.datasets import Dataset, Sample, open_dataset
from m2fp.errors import ConfigError, DataError
from m2fp.evaluation.file_stamp import file_stamp
from m2fp.evaluation.reporting.report import DataStamp

_PREFERRED: Final = "val"


@dataclass(frozen=True, slots=True)
class DataChoice:
    """Which labelled photos.

    Attributes:
        root: folder of the data set.
        layout, scheme: see `m2fp.datasets.open_dataset`; None = found by looking.
        split: None = "val", or the only one.
        limit: take only so many photos, evenly spread; None = all.
    """

    root: Path
    layout: str | None = None
    scheme: str | None = None
    split: str | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class ChosenPhotos:
    """The photos of one report.

    Attributes:
        dataset: what they are of.
        split: of the data set.
        samples: the photos, at least one.
        title: what they are called in reports.
        origins: the photos on disk that they are, or are composed of.
        seed: of the composition; None where nothing is composed.
    """

    dataset: Dataset
    split: str
    samples: Sequence[Sample]
    title: str
    origins: Sequence[Sample]
    seed: int | None = None

    @classmethod
    def of(cls, data: DataChoice) -> ChosenPhotos:
        """Return the photos that were chosen.

        Raises:
            DataError: the data set cannot be read, or has no such split or no photos in it.
            ConfigError: an option has no such value, or there are several splits to choose from.
        """
        if data.limit is not None and data.limit < 1:
            raise ConfigError(f"limit is {data.limit}; give 1 or more", option="limit")
        dataset = open_dataset(data.root, layout=data.layout, scheme=data.scheme)
        split = data.split or _only_split(dataset)
        samples = dataset.samples(split)
        if not samples:
            raise DataError(f"{dataset.root} has no photos in its split {split!r}")
        count = min(len(samples), data.limit or len(samples))
        chosen = [samples[i * len(samples) // count] for i in range(count)]
        name = dataset.root.resolve().name
        of_all = "" if count == len(samples) else f", {count} of {len(samples)} photos"
        return cls(dataset, split, chosen, f"{name} {split}{of_all}", origins=chosen)

    def composed(self, groups: Dataset, seed: int) -> ChosenPhotos:
        """Return the groups composed, with this seed, of all photos of the same split."""
        samples = groups.samples(self.split)
        name = self.dataset.root.resolve().name
        title = f"{len(samples)} groups composed from {name} {self.split}"
        origins = (*self.dataset.samples(self.split), *self.dataset.scenes(self.split))
        return ChosenPhotos(groups, self.split, samples, title, origins=origins, seed=seed)

    @property
    def stamp(self) -> DataStamp:
        """Return which photos they are, for reports."""
        return DataStamp(self.dataset.root.resolve().name, self.dataset.layout, self.split)

    def fingerprint(self) -> dict[str, str]:
        """Return what the scores depend on as far as photos and labels go.

        Their files are looked at, not read.
        """
        names = "\n".join(sample.name for sample in self.samples)
        return {
            "m2fp": m2fp.__version__,
            "data": str(self.dataset.root.resolve()),
            "layout": self.dataset.layout,
            "labels": repr(self.dataset.scheme.names),
            "split": self.split,
            "photos": f"{len(self.samples)}, {hashlib.sha256(names.encode()).hexdigest()}",
            "photo and label files": file_stamp(_files(self.origins)),
            "seed": str(self.seed),
        }


def _files(samples: Iterable[Sample]) -> Iterator[Path]:
    """Yield the files of photos and labels."""
    for sample in samples:
        if sample.image is not None:
            yield sample.image
        yield from sample.label_files


def _only_split(dataset: Dataset) -> str:
    splits = dataset.splits
    if _PREFERRED in splits:
        return _PREFERRED
    if len(splits) == 1:
        return splits[0]
    raise ConfigError(
        f"{dataset.root} has the splits {', '.join(splits) or 'none'}; choose one with --split",
        option="split",
    )

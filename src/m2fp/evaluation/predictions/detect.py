"""Which format predictions have, found by looking at them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from m2fp.datasets import Dataset
from m2fp.errors import ConfigError, DataError, SourceNotFound
from m2fp.evaluation.predictions.challenge import ChallengeFolder
from m2fp.evaluation.predictions.coco_results import CocoResults
from m2fp.evaluation.predictions.json_lines import Documents
from m2fp.evaluation.predictions.label_maps import LabelMaps
from m2fp.evaluation.predictions.source import PredictionSource


@dataclass(frozen=True, slots=True)
class _Format:
    """A row of the table: what it is known by, for people and for us, and what opens it."""

    name: str
    signs: str
    matches: Callable[[Path], bool]
    at: Callable[[Path, Dataset, str], PredictionSource]


# The first that matches is taken.
_FORMATS: Final = (
    _Format(
        "challenge",
        "a folder with global_parsing/ (the LIP and CIHP challenges' submissions)",
        ChallengeFolder.detect,
        lambda path, dataset, _: ChallengeFolder.at(path, dataset.scheme),
    ),
    _Format(
        "jsonl",
        "what `m2fp parse --jsonl` prints, or a folder of its NAME.json",
        Documents.detect,
        lambda path, dataset, _: Documents.at(path, dataset.scheme),
    ),
    _Format(
        "coco",
        "a JSON file of COCO results, or a COCO data set with scores",
        CocoResults.detect,
        CocoResults.at,
    ),
    _Format(
        "maps",
        "a folder of NAME.png or NAME.parts.png, and persons/NAME.png or NAME.persons.png",
        LabelMaps.detect,
        lambda path, dataset, _: LabelMaps.at(path, dataset.scheme),
    ),
)


def format_names() -> tuple[str, ...]:
    """Return the names of the formats that `open_predictions` knows, in the order it tries them."""
    return tuple(row.name for row in _FORMATS)


def open_predictions(
    path: Path, dataset: Dataset, split: str, *, format_name: str | None = None
) -> PredictionSource:
    """Return the predictions at a path; their files are looked at, not read through.

    Args:
        path: a file or a folder.
        dataset: what they are scored on; its label scheme and its ids count.
        split: which part of it.
        format_name: one of `format_names`; None = found by looking.

    Raises:
        SourceNotFound: there is nothing at the path.
        ConfigError: there is no such format, or the predictions' labels do not fit the data set's.
        DataError: the format is not known, or not the one asked for.
    """
    if format_name is not None and format_name not in format_names():
        raise ConfigError(
            f"unknown format {format_name!r}; choose one of: {', '.join(format_names())}",
            option="format",
        )
    if not path.exists():
        raise SourceNotFound(f"there are no predictions at {str(path)!r}", source=str(path))
    for row in _FORMATS:
        if row.name == format_name or (format_name is None and row.matches(path)):
            return row.at(path, dataset, split)
    known = "".join(f"\n  {row.name}: {row.signs}" for row in _FORMATS)
    raise DataError(
        f"{path} holds predictions in no known format. Known are:{known}", path=str(path)
    )

"""How far two models, or two precisions of one, say the same of the same photos."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from m2fp.errors import ConfigError, DataError
from m2fp.evaluation.metrics.confusion import ConfusionMatrix
from m2fp.evaluation.metrics.semantic import SemanticScores
from m2fp.parser import Parser
from m2fp.text_table import per_cent, table_lines

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two models.

    Attributes:
        name, precision, sha256: of the model file.
        bytes: its size.
        inference_s: median seconds in the network.
    """

    name: str
    precision: str
    sha256: str
    bytes: int
    inference_s: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a candidate changes against a reference, whose word counts as the truth here.

    Attributes:
        reference: usually the float model.
        candidate: usually the quantised one.
        photos: how many both have parsed, in turns.
        same_people: share of the photos with the same number of people.
        classes: IoU of every class between the two; None where neither sees it. The mean over
            classes that the reference sees is `classes.miou_d2`, the share of pixels with the same
            part `classes.pixel_accuracy`.
    """

    reference: Side
    candidate: Side
    photos: int
    same_people: float
    classes: SemanticScores

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dict."""
        return asdict(self)

    def to_markdown(self) -> str:
        """Return headings and tables for people."""
        return "\n".join(_lines(self)) + "\n"


def compare(
    reference: Parser, candidate: Parser, paths: tuple[Path, Path], photos: Sequence[Path]
) -> Agreement:
    """Return how far two parsers agree; every photo is parsed by one and then by the other.

    Args:
        reference: its word counts as the truth.
        candidate: with a model of the same label scheme.
        paths: their files, for the sizes.
        photos: at least one.

    Raises:
        DataError: there are no photos.
        ConfigError: the models have different labels.
        ImageError: a photo cannot be used.
    """
    if not photos:
        raise DataError("two models are compared on photos, but there are none")
    infos = reference.info, candidate.info
    scheme = infos[0].scheme
    if infos[1].scheme.name != scheme.name:
        raise ConfigError(
            f"the models have different labels, {scheme.name} and {infos[1].scheme.name}"
        )
    names = tuple(label.name for label in scheme.labels[: scheme.num_parts_and_background])
    confusion = ConfusionMatrix.empty(len(names))
    seconds: tuple[list[float], list[float]] = ([], [])
    equal = 0
    for photo in photos:
        results = reference(photo), candidate(photo)
        confusion += ConfusionMatrix.of(results[0].part_map, results[1].part_map, len(names))
        equal += len(results[0].persons) == len(results[1].persons)
        for times, result in zip(seconds, results, strict=True):
            times.append(result.timing.inference_s)
    sides = [
        Side(info.name, info.precision, info.sha256, path.stat().st_size, statistics.median(times))
        for info, path, times in zip(infos, paths, seconds, strict=True)
    ]
    return Agreement(
        reference=sides[0],
        candidate=sides[1],
        photos=len(photos),
        same_people=equal / len(photos),
        classes=SemanticScores.of(scheme.name, names, confusion),
    )


def _lines(agreement: Agreement) -> Iterator[str]:
    reference, candidate, scores = agreement.reference, agreement.candidate, agreement.classes
    yield f"# {candidate.name} ({candidate.precision}) against {reference.precision}"
    yield ""
    yield f"{agreement.photos} photos, parsed in turns by both."
    yield ""
    yield from table_lines(["", reference.precision, candidate.precision, ""], _sides(agreement))
    yield ""
    shares = [
        ["pixels with the same part", _per_cent(scores.pixel_accuracy)],
        ["mean IoU between the two", _per_cent(scores.miou_d2)],
        ["photos with the same number of people", _per_cent(agreement.same_people)],
    ]
    yield from table_lines(["agreement", "%"], shares)
    yield ""
    total = sum(score.pixels for score in scores.classes) or 1
    classes = [
        [score.name, _per_cent(score.pixels / total), _per_cent(score.iou)]
        for score in scores.classes
    ]
    yield from table_lines(["class", "share of pixels, %", "IoU between the two, %"], classes)


def _sides(agreement: Agreement) -> list[list[str]]:
    """Return the rows that show both models beside each other."""
    both = agreement.reference, agreement.candidate
    reference, candidate = both
    smaller = reference.bytes / candidate.bytes
    faster = reference.inference_s / candidate.inference_s
    return [
        [
            "file, MB",
            *(f"{side.bytes / _MEGABYTE:.1f}" for side in both),
            f"{smaller:.2f} times smaller",
        ],
        [
            "network, median ms",
            *(f"{side.inference_s * 1000:.0f}" for side in both),
            f"{faster:.2f} times faster",
        ],
        ["sha256", *(side.sha256[:12] for side in both), ""],
    ]


def _per_cent(share: float | None) -> str:
    """Return a share with two decimals: the two models differ by little."""
    return per_cent(share, decimals=2)

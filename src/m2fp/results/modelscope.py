"""Results in the shape of ModelScope's human parsing pipelines.

    {"masks": [(H, W) of 0 and 1], "labels": ["Hair", ..., "Human"], "scores": [0..1]}

Models for several people: float32 masks of the parts, then of the people, each in the order of the
class probability; masks overlap, and nothing says whose a part is. Models for one person: float64
masks of the classes present, in the order of their ids, the background among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from m2fp.imaging.grid_to_photo import GridToPhoto
from m2fp.labels import LabelScheme
from m2fp.results.evidence import ClassScores, Evidence, Instance, Instances

# Parts count from here on, people above it.
LOWEST_SCORE: Final = 0.1


class ModelScopeDict(TypedDict):
    """What a ModelScope pipeline returns for one photo; the lists run side by side."""

    masks: list[NDArray[np.float32] | NDArray[np.float64]]
    labels: list[str]
    scores: list[float]


class FoundMask(NamedTuple):
    """One mask of a pipeline's result: (H, W) of 0 and 1, its label, its score 0..1."""

    mask: NDArray[np.float32] | NDArray[np.float64]
    label: str
    score: float


def to_modelscope(
    evidence: Evidence, part_map: NDArray[np.uint8], scheme: LabelScheme, score_thr: float
) -> ModelScopeDict:
    """Return the pipeline's dict of one photo.

    Args:
        evidence: what the network said.
        part_map: uint8 (H, W), label ids.
        scheme: what the ids mean.
        score_thr: leave out what scores less, 0..1.
    """
    document = ModelScopeDict(masks=[], labels=[], scores=[])
    for found in found_masks(evidence, part_map, scheme, score_thr):
        document["masks"].append(found.mask)
        document["labels"].append(found.label)
        document["scores"].append(found.score)
    return document


def found_masks(
    evidence: Evidence,
    part_map: NDArray[np.uint8],
    scheme: LabelScheme,
    score_thr: float = 0.0,
) -> Iterator[FoundMask]:
    """Yield what the dict lists, each mask made when it is asked for.

    All of them together are gigabytes for a large photo with many people.
    """
    if isinstance(evidence, ClassScores):
        return _classes(evidence, part_map, scheme, score_thr)
    return _instances(evidence, scheme, score_thr)


def reported(evidence: Instances, person_class: int | None) -> Iterator[tuple[Instance, float]]:
    """Yield the instances that the official software reports, most probable class first.

    Each comes with its score: class probability x mean mask probability inside the mask, 0..1, or
    what the merging of several views made of it; merged instances come best score first.
    """
    reader = GridToPhoto(evidence.placement)
    for item in evidence.items:
        score = item.score
        if score is None:
            score = item.probability * reader.mean_inside(item.window)
        if is_reported(score, is_person=item.class_id == person_class):
            yield item, score


def is_reported(score: float, *, is_person: bool) -> bool:
    """Return whether the official software reports an instance with this score, 0..1."""
    return score > LOWEST_SCORE if is_person else score >= LOWEST_SCORE


def _instances(evidence: Instances, scheme: LabelScheme, score_thr: float) -> Iterator[FoundMask]:
    reader = GridToPhoto(evidence.placement)
    chosen = [item for item in reported(evidence, scheme.person_class) if item[1] >= score_thr]
    # Stable: parts, then people, each as reported.
    for item, score in sorted(chosen, key=lambda found: found[0].class_id == scheme.person_class):
        mask = np.zeros(evidence.placement.photo_size, np.float32)
        mask[item.window.reach.slices] = reader.inside(item.window)
        yield FoundMask(mask, scheme.official_name(item.class_id), score)


def _classes(
    evidence: ClassScores, part_map: NDArray[np.uint8], scheme: LabelScheme, score_thr: float
) -> Iterator[FoundMask]:
    for label, score in sorted(evidence.scores.items()):
        if score >= score_thr:
            mask = (part_map == label).astype(np.float64)
            yield FoundMask(mask, scheme.official_name(label), score)

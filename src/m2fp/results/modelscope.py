"""Results in the shape of ModelScope's human parsing pipelines.

    {"masks": [(H, W) of 0 and 1], "labels": ["Hair", ..., "Human"], "scores": [0..1]}

Models for several people: float32 masks of the parts, then of the people, each in the order of the
class probability; masks overlap, and nothing says whose a part is. Models for one person: float64
masks of the classes present, in the order of their ids, the background among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypedDict

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


def _instances(evidence: Instances, scheme: LabelScheme, score_thr: float) -> ModelScopeDict:
    reader = GridToPhoto(evidence.placement)
    parts = ModelScopeDict(masks=[], labels=[], scores=[])
    people = ModelScopeDict(masks=[], labels=[], scores=[])
    for item, score in reported(evidence, scheme.person_class):
        if score >= score_thr:
            mask = np.zeros(evidence.placement.photo_size, np.float32)
            mask[item.window.reach.slices] = reader.inside(item.window)
            found = people if item.class_id == scheme.person_class else parts
            found["masks"].append(mask)
            found["labels"].append(scheme.official_name(item.class_id))
            found["scores"].append(score)
    return ModelScopeDict(
        masks=parts["masks"] + people["masks"],
        labels=parts["labels"] + people["labels"],
        scores=parts["scores"] + people["scores"],
    )


def _classes(
    evidence: ClassScores, part_map: NDArray[np.uint8], scheme: LabelScheme, score_thr: float
) -> ModelScopeDict:
    chosen = [label for label, score in sorted(evidence.scores.items()) if score >= score_thr]
    return ModelScopeDict(
        masks=[(part_map == label).astype(np.float64) for label in chosen],
        labels=[scheme.official_name(label) for label in chosen],
        scores=[evidence.scores[label] for label in chosen],
    )

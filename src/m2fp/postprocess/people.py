"""Which candidates are people, and whose part is whose, decided at stride 4."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from m2fp.postprocess.components import large_regions
from m2fp.postprocess.config import PostprocessConfig
from m2fp.postprocess.probabilities import sigmoid
from m2fp.postprocess.queries import BACKGROUND, Candidates

NOBODY = 0


@dataclass(frozen=True, slots=True, eq=False)
class Owners:
    """The person behind each part, as 1-based positions in the list of people; 0 is nobody.

    Attributes:
        adopting: intp (K,), who takes the part's pixels that lie outside every person.
        exclusive: intp (K,), who alone the part belongs to; 0 where it may be shared.
    """

    adopting: npt.NDArray[np.intp]
    exclusive: npt.NDArray[np.intp]


def choose_people(candidates: Candidates, config: PostprocessConfig) -> Candidates:
    """Return the people among the candidates of the person class, duplicates removed.

    Candidates come best score first, so a duplicate always yields to the better one: it is dropped
    when it overlaps one kept person too much, or when nearly all of it lies inside the people kept
    so far (a fragment of one, or a mask smeared over several). Detached crumbs of the kept people
    are turned to "outside".
    """
    if not len(candidates):
        return candidates
    cleaned = np.stack(
        [_without_crumbs(mask, config.min_fragment_cells) for mask in candidates.logits]
    )
    masks = (cleaned > 0).reshape(len(cleaned), -1)
    areas = masks.sum(axis=1)
    flat = masks.astype(np.float32)
    overlaps = flat @ flat.T

    covered = np.zeros(masks.shape[1], np.bool_)
    kept: list[int] = []
    for number, mask in enumerate(masks):
        area = int(areas[number])
        if area < config.min_person_cells:
            continue
        shared = overlaps[number, kept]
        is_copy = bool((shared >= config.person_iou * (area + areas[kept] - shared)).any())
        is_covered = int((mask & covered).sum()) >= config.person_coverage * area
        if not kept or not (is_copy or is_covered):
            kept.append(number)
            covered |= mask
    chosen = np.array(kept, np.intp)
    return replace(candidates.take(chosen), logits=cleaned[chosen])


def with_parts(people: Candidates, parts: Candidates, config: PostprocessConfig) -> Candidates:
    """Return the people at least `min_part_share` of whose cells some part claims."""
    claimed = np.logical_or.reduce(parts.logits[parts.label != BACKGROUND] > 0, axis=0)
    inside = people.logits > 0
    shares = (inside & claimed).sum(axis=(1, 2)) / np.maximum(inside.sum(axis=(1, 2)), 1)
    return people.take(shares >= config.min_part_share)


def find_owners(parts: Candidates, people: Candidates, config: PostprocessConfig) -> Owners:
    """Return who owns each part: the person holding the largest share of the part's mask.

    The share is the mean, over the part's positive cells weighted by their probability, of the
    person's probability. Background has no owner. Equal shares go to the better-scored person.
    """
    nobody = np.full(len(parts), NOBODY, np.intp)
    if not len(people) or not len(parts):
        return Owners(nobody, nobody)
    weights = sigmoid(parts.logits)
    weights *= parts.logits > 0
    weights = weights.reshape(len(parts), -1)
    inside = sigmoid(people.logits).reshape(len(people), -1)
    shares = (weights @ inside.T) / weights.sum(axis=1, keepdims=True)

    owner = shares.argmax(axis=1) + 1
    share = shares.max(axis=1)
    share[parts.label == BACKGROUND] = -1.0
    return Owners(
        adopting=np.where(share >= config.adopt_share, owner, NOBODY),
        exclusive=np.where(share >= config.exclusive_share, owner, NOBODY),
    )


def _without_crumbs(logits: npt.NDArray[np.float32], min_cells: int) -> npt.NDArray[np.float32]:
    """Return the logits (h, w) with the sign of small detached regions turned negative."""
    inside = logits > 0
    crumbs = inside & ~large_regions(inside, min_cells)
    return np.where(crumbs, -logits, logits)

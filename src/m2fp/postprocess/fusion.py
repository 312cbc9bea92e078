"""Our own rules for several views: the same thing seen several times becomes one candidate.

Candidates of two views are the same thing when they have the same class and their masks overlap by
half. Of what is the same:

- the mask is the mean of the mask logits;
- a part's probability is the mean over all views, 0 for those that did not see it: what one of two
  views saw is half as sure, so the views vote on what a pixel shows;
- a person is there if at least half of the views saw them, and is as probable as these views say.
  People are not outvoted one pixel at a time: half as sure, a person seen once would be gone.

"Saw" means that the view alone would have kept the candidate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Final

import numpy as np
import numpy.typing as npt

from m2fp.labels import LabelScheme
from m2fp.postprocess.config import PostprocessConfig
from m2fp.postprocess.queries import Candidates, mean_inside, thresholds

SAME_IOU: Final = 0.5
LEAST_SHARE_OF_VIEWS: Final = 0.5  # that must have seen a person


def fuse(views: Sequence[Candidates], scheme: LabelScheme, config: PostprocessConfig) -> Candidates:
    """Return the candidates of all views as one list without repetitions, best score first.

    A candidate's `query` is that of its best-scored sighting.

    Args:
        views: candidates of every view, all masks on the same grid; at least one view.
        scheme: says which class is the person.
        config: what is left below its thresholds is dropped.
    """
    pooled, view = _pool(views)
    groups = [
        group
        for group in _same_things(pooled, view)
        if pooled.label[group[0]] != scheme.person_class
        or len(group) >= LEAST_SHARE_OF_VIEWS * len(views)
    ]
    best = pooled.take(np.array([group[0] for group in groups], np.intp))
    if not groups:
        return best
    seen = np.where(best.label == scheme.person_class, [len(g) for g in groups], len(views))
    total = [pooled.probability[group].sum() for group in groups]
    probability = (total / seen).astype(np.float32)
    logits = np.stack([pooled.logits[group].mean(axis=0) for group in groups])
    score = probability * mean_inside(logits)
    fused = Candidates(best.query, best.label, probability, score, logits)
    keep = np.flatnonzero((score >= thresholds(scheme, config)[best.label]) & (score > 0))
    return fused.take(keep[np.argsort(-score[keep], kind="stable")])


def _pool(views: Sequence[Candidates]) -> tuple[Candidates, npt.NDArray[np.intp]]:
    """Return the candidates of all views, best score first, and the view of each, intp (K,)."""
    view = np.repeat(np.arange(len(views)), [len(candidates) for candidates in views])
    pooled = Candidates(
        *(
            np.concatenate([getattr(candidates, field.name) for candidates in views])
            for field in fields(Candidates)
        )
    )
    order = np.argsort(-pooled.score, kind="stable")
    return pooled.take(order), view[order]


def _same_things(pooled: Candidates, view: npt.NDArray[np.intp]) -> Iterator[npt.NDArray[np.intp]]:
    """Yield the candidates that are one thing, best first, at most one of each view."""
    for label in np.unique(pooled.label):
        of_class = np.flatnonzero(pooled.label == label)
        overlaps = _overlaps(pooled.logits[of_class])
        for group in _groups(overlaps, view[of_class]):
            yield of_class[group]


def _groups(overlaps: npt.NDArray[np.float32], view: npt.NDArray[np.intp]) -> Iterator[list[int]]:
    """Yield groups of overlapping masks, by the best that is left and its best match per view.

    Args:
        overlaps: float32 (K, K), IoU of masks, which come best score first.
        view: intp (K,).
    """
    free = np.ones(len(view), np.bool_)
    for first in range(len(view)):
        if not free[first]:
            continue
        group = [first]
        for other in np.unique(view):
            candidates = free & (view == other) & (other != view[first])
            match = int(np.where(candidates, overlaps[first], 0.0).argmax())
            if candidates[match] and overlaps[first, match] >= SAME_IOU:
                group.append(match)
        free[group] = False
        yield group


def _overlaps(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the IoU of all pairs of masks in cells, float32 (K, K); 0 for empty masks."""
    inside = (logits > 0).reshape(len(logits), -1).astype(np.float32)
    shared = inside @ inside.T
    areas = shared.diagonal()
    ious: npt.NDArray[np.float32] = shared / np.maximum(areas[:, None] + areas - shared, 1.0)
    return ious

"""Which predictions of one photo are right, under the three rules there are.

All rules start from similarities, float64 (N, G): how well each of N predictions agrees with each
of G things that are there. A claim says which of the G a prediction found.

- `reaches_any`: a prediction is right if it agrees with anything. Several may be right about the
  same thing. This is the published rule for parts and for person masks.
- `first_come`: a prediction points at what it agrees with best, and is right if nobody who scores
  higher was right about that. It never falls back on its second best. This is the published rule
  for parsed people.
- `one_to_one`: a prediction takes the best of what nobody who scores higher has taken. This is
  COCO's rule.

The first two ask for more than a threshold, COCO's for at least that.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

NOTHING = -1

# COCO lets a perfect match pass at threshold 1 in spite of rounding.
_HIGHEST_THRESHOLD = 1 - 1e-10


def reaches_any(
    similarities: NDArray[np.float64], thresholds: Sequence[float]
) -> NDArray[np.bool_]:
    """Return whether a prediction agrees with anything by more than a threshold, bool (N, T)."""
    best = similarities.max(axis=1, initial=0)
    return np.asarray(best[:, None] > np.asarray(thresholds))


def first_come(
    similarities: NDArray[np.float64],
    scores: NDArray[np.float64],
    thresholds: Sequence[float],
    *,
    entered: NDArray[np.bool_] | None = None,
) -> NDArray[np.intp]:
    """Return what every prediction found at every threshold, intp (N, T), -1 for nothing.

    Of equal scores the earlier prediction comes first; of equal similarities the first counts.

    Args:
        similarities: (N, G).
        scores: (N,).
        thresholds: T, to be passed.
        entered: predictions that take part, bool (N,); by default all.
    """
    claims = np.full((len(scores), len(thresholds)), NOTHING, np.intp)
    if not similarities.size:
        return claims
    best = similarities.argmax(axis=1)
    agreement = similarities.max(axis=1)
    order = np.argsort(-scores, kind="stable")
    if entered is not None:
        order = order[entered[order]]
    for column, threshold in enumerate(thresholds):
        able = order[agreement[order] > threshold]
        found, first = np.unique(best[able], return_index=True)
        claims[able[first], column] = found
    return claims


def one_to_one(
    similarities: NDArray[np.float64],
    scores: NDArray[np.float64],
    thresholds: Sequence[float],
    *,
    passed: NDArray[np.bool_] | None = None,
) -> NDArray[np.intp]:
    """Return what every prediction found at every threshold, intp (N, T), -1 for nothing.

    Of equal scores the earlier prediction comes first; of equal similarities the last counts, as
    in pycocotools.

    Args:
        similarities: (N, G).
        scores: (N,).
        thresholds: T, to be reached.
        passed: what a prediction need not find and takes only if nothing else is left, bool (G,);
            by default nothing.
    """
    claims = np.full((len(scores), len(thresholds)), NOTHING, np.intp)
    if not similarities.size:
        return claims
    needed = np.minimum(thresholds, _HIGHEST_THRESHOLD)
    free = np.ones((len(thresholds), similarities.shape[1]), np.bool_)
    possible = similarities >= needed.min()
    order = np.argsort(-scores, kind="stable")
    for row in order[possible.any(axis=1)[order]]:
        near = np.flatnonzero(possible[row])
        here = similarities[row, near]
        fits = free[:, near] & (here >= needed[:, None])
        if passed is not None:
            must = fits & ~passed[near]
            fits = np.where(must.any(axis=1, keepdims=True), must, fits)
        last_best = len(near) - 1 - np.where(fits, here, -1)[:, ::-1].argmax(axis=1)
        able = np.flatnonzero(fits.any(axis=1))
        taken = near[last_best[able]]
        claims[row, able] = taken
        free[able, taken] = False
    return claims

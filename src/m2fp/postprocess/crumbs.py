"""Parts that are too small to be believed, decided at stride 4.

Where the network wavers between two classes, crumbs of a third win a few pixels: a hat in the hair,
a sock on the rim of a shoe. Each costs nobody a visible mistake, but a person who is said to wear
things that are not there. Without them the pixels go to the next best part.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from m2fp.postprocess.config import PostprocessConfig
from m2fp.postprocess.probabilities import sigmoid
from m2fp.postprocess.queries import BACKGROUND, Candidates

_NONE = -1


def without_crumbs(parts: Candidates, people: Candidates, config: PostprocessConfig) -> Candidates:
    """Return the parts without crumbs.

    The size of a part is the share of cells that it wins of all the cells of the person who has
    most of it, together with that person's other parts of the same class. Below `crumb_share` it
    is a crumb; below `small_share` if its score is less than `small_score`. What crumbs leave is
    shared out and the rest judged again, until all are large enough.
    """
    if not len(people) or not len(parts):
        return parts
    owner = _owners(people).ravel()
    areas = np.bincount(owner[owner != _NONE], minlength=len(people))
    evidence = parts.probability[:, None] * sigmoid(parts.logits.reshape(len(parts), -1))
    winner = _strongest(evidence, config.min_evidence)
    left = np.arange(len(parts))
    while True:
        shares = _shares(parts, winner, owner, areas)[left]
        faint = (shares < config.small_share) & (parts.score[left] < config.small_score)
        crumb = (parts.label[left] != BACKGROUND) & (faint | (shares < config.crumb_share))
        if not crumb.any():
            return parts.take(left)
        # Only the cells of crumbs change hands.
        free = np.flatnonzero(np.isin(winner, left[crumb]))
        left = left[~crumb]
        heir = _strongest(evidence[np.ix_(left, free)], config.min_evidence)
        winner[free] = np.append(left, _NONE)[heir]


def _strongest(evidence: npt.NDArray[np.float32], least: float) -> npt.NDArray[np.intp]:
    """Return the row with the most evidence per column, intp (cells,), -1 where none has enough.

    Row by row: of a few dozen planes that is several times faster than numpy's argmax.
    """
    best = np.full(evidence.shape[1], np.nextafter(np.float32(least), np.float32(-1.0)))
    winner = np.full(evidence.shape[1], _NONE)
    for number, values in enumerate(evidence):
        better = values > best
        np.copyto(best, values, where=better)
        np.copyto(winner, number, where=better)
    return winner


def _owners(people: Candidates) -> npt.NDArray[np.intp]:
    """Return the person of every cell by the highest score x sigmoid, intp (h, w)."""
    value = people.score[:, None, None] * sigmoid(people.logits)
    inside = (people.logits > 0).any(axis=0)
    return np.where(inside, value.argmax(axis=0), _NONE)


def _shares(
    parts: Candidates,
    winner: npt.NDArray[np.intp],
    owner: npt.NDArray[np.intp],
    areas: npt.NDArray[np.intp],
) -> npt.NDArray[np.float64]:
    """Return the size of every part as a share of its person, float64 (K,), see `without_crumbs`.

    Args:
        parts: K candidates.
        winner: intp (cells,), the part that has each, or -1.
        owner: intp (cells,), the person of each, or -1.
        areas: intp (P,), cells of each person.
    """
    count = len(parts)
    cells = ((owner + 1) * count + winner)[winner != _NONE]
    won = np.bincount(cells, minlength=(len(areas) + 1) * count).reshape(-1, count)
    home = won[1:].argmax(axis=0)
    same = parts.label[:, None] == parts.label
    together = (won[1:][home] * same).sum(axis=1)
    # A part outside of everybody is measured by the largest person.
    area = np.where(won[1:].any(axis=0), areas[home], areas.max())
    return np.asarray(np.maximum(together, won.sum(axis=0)) / np.maximum(area, 1))

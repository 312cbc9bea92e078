"""A body has one head: people whom one query took for a single person are told apart."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from m2fp.postprocess.components import number_regions
from m2fp.postprocess.config import PostprocessConfig
from m2fp.postprocess.queries import Candidates


def split_by_heads(
    people: Candidates, parts: Candidates, head_ids: tuple[int, ...], config: PostprocessConfig
) -> Candidates:
    """Return the people, those whose mask holds several detached bodies with a head each split.

    A young network likes to answer for two people who look alike with one query; their bodies are
    apart and each has a face or hair. A single person seen in pieces (behind a post, a bag, another
    person) has one head and stays whole. Pieces without a head follow the nearest body. The pieces
    of one person keep its score, so that the order by score holds.
    """
    head = np.logical_or.reduce(parts.logits[np.isin(parts.label, head_ids)] > 0, axis=0)
    index: list[int] = []
    logits: list[npt.NDArray[np.float32]] = []
    for number, mask in enumerate(people.logits):
        bodies = _bodies(mask > 0, head, config)
        index += [number] * len(bodies)
        logits += [np.where(body | (mask <= 0), mask, -mask) for body in bodies]
    if len(index) == len(people):
        return people
    repeated = np.array(index, np.intp)
    return Candidates(
        people.query[repeated],
        people.label[repeated],
        people.probability[repeated],
        people.score[repeated],
        np.stack(logits),
    )


def _bodies(
    mask: npt.NDArray[np.bool_], head: npt.NDArray[np.bool_], config: PostprocessConfig
) -> list[npt.NDArray[np.bool_]]:
    """Return the bodies in a person's mask, bool (h, w) each; together they are the mask."""
    regions = number_regions(mask)
    sizes = np.bincount(regions.ravel())
    sizes[0] = 0
    heads = np.bincount(regions[head & mask], minlength=len(sizes))
    is_body = (heads >= config.min_head_cells) & (sizes >= config.min_body_share * sizes.sum())
    chosen = np.flatnonzero(is_body)
    if len(chosen) < 2:
        return [mask]
    columns = np.broadcast_to(np.arange(mask.shape[1]), mask.shape)
    centres = np.bincount(regions.ravel(), weights=columns.ravel()) / np.maximum(sizes, 1)
    # People stand side by side: a piece without a head belongs to the body it is above or below.
    nearest = chosen[np.abs(centres[:, None] - centres[chosen]).argmin(axis=1)]
    nearest[0] = 0
    return [nearest[regions] == body for body in chosen]

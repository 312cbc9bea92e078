"""From one photo's predictions to its final maps."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from m2fp.engine.protocol import QueryPredictions
from m2fp.errors import IncompatibleModel
from m2fp.imaging.network_input import NetworkInput
from m2fp.labels import LabelScheme
from m2fp.postprocess.config import PostprocessConfig
from m2fp.postprocess.heads import split_by_heads
from m2fp.postprocess.instances import read_instances
from m2fp.postprocess.maps import Maps, number_people
from m2fp.postprocess.official import OfficialRules, official_maps
from m2fp.postprocess.painting import paint
from m2fp.postprocess.people import choose_people, find_owners, with_parts
from m2fp.postprocess.queries import BACKGROUND, Candidates, select
from m2fp.postprocess.resample import Resampler, content_cells
from m2fp.postprocess.semantic import semantic_maps

Rules: TypeAlias = PostprocessConfig | OfficialRules


def assemble(
    predictions: QueryPredictions, network_input: NetworkInput, scheme: LabelScheme, rules: Rules
) -> Maps:
    """Return the maps of one photo, at the photo's size.

    The rules are about telling people apart. With a scheme that has no person class (LIP, ATR: one
    person per photo) none of them applies; see `m2fp.postprocess.semantic`.

    Raises:
        IncompatibleModel: the predictions' shapes do not fit the scheme or the input.
    """
    _check_shapes(predictions, network_input, scheme)
    if scheme.person_class is None:
        return semantic_maps(predictions, network_input)
    if isinstance(rules, OfficialRules):
        return official_maps(predictions, network_input, scheme.person_class, rules)
    return _own_maps(predictions, network_input, scheme, rules)


def _own_maps(
    predictions: QueryPredictions,
    network_input: NetworkInput,
    scheme: LabelScheme,
    config: PostprocessConfig,
) -> Maps:
    """Return the maps by our own rules: people without duplicates, every part with its owner.

    A segment's score is the mean score of its winning candidates, weighted by their pixels.
    """
    candidates = select(predictions, network_input, scheme, config)
    is_person = candidates.label == scheme.person_class
    parts = candidates.take(~is_person)
    people = with_parts(candidates.take(is_person), parts, config)
    people = split_by_heads(people, parts, scheme.head_ids, config)
    people = choose_people(people, config)
    owners = find_owners(parts, people, config)
    painting = paint(parts, people, owners, Resampler.build(network_input), config)
    visible = number_people(painting.person_map, painting.tally)
    return Maps(
        part_map=painting.part_map,
        person_map=painting.person_map,
        person_scores=tuple(float(people.score[person - 1]) for person in visible),
        segment_scores={
            (number, label): score
            for number, person in enumerate([0, *visible])
            for label, score in _label_scores(painting.tally.counts[person], parts).items()
        },
        evidence=read_instances(predictions, network_input),
    )


def _label_scores(counts: npt.NDArray[np.int64], parts: Candidates) -> dict[int, float]:
    """Return the mean score per label over one person's pixels.

    Args:
        counts: int64 (K + 1,), the person's pixels per part candidate, 1-based.
        parts: the K candidates.
    """
    pixels = counts[1:]
    scores: dict[int, float] = {}
    for label in np.unique(parts.label[pixels > 0]):
        if label != BACKGROUND:
            weights = np.where(parts.label == label, pixels, 0)
            scores[int(label)] = float((weights * parts.score).sum() / weights.sum())
    return scores


def _check_shapes(
    predictions: QueryPredictions, network_input: NetworkInput, scheme: LabelScheme
) -> None:
    classes, masks = predictions.class_logits.shape, predictions.mask_logits.shape
    if len(classes) != 2 or classes[1] != scheme.class_count + 1:
        raise IncompatibleModel(
            f"the model's class logits have shape {classes}, but the label scheme "
            f"{scheme.name!r} needs (queries, {scheme.class_count + 1}); export the model again "
            "with the scheme it was trained on"
        )
    cells = content_cells(network_input)
    if (
        len(masks) != 3
        or masks[0] != classes[0]
        or masks[1] < cells.bottom
        or masks[2] < cells.right
    ):
        raise IncompatibleModel(
            f"the model's mask logits have shape {masks}, but {classes[0]} masks of at least "
            f"{(cells.bottom, cells.right)} cells (a quarter of the input) are needed; "
            "export the model again"
        )

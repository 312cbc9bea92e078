"""From one photo's predictions to its final maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from m2fp.cancellation import Cancellation
from m2fp.engine.protocol import QueryPredictions
from m2fp.imaging.network_input import NetworkInput
from m2fp.labels import LabelScheme
from m2fp.postprocess.answer import Answer, on_one_grid
from m2fp.postprocess.config import PostprocessConfig
from m2fp.postprocess.crumbs import without_crumbs
from m2fp.postprocess.fusion import fuse
from m2fp.postprocess.heads import split_by_heads
from m2fp.postprocess.maps import Maps, number_people
from m2fp.postprocess.merged_instances import read_instances
from m2fp.postprocess.official import OfficialRules, official_maps
from m2fp.postprocess.painting import paint
from m2fp.postprocess.people import choose_people, find_owners, with_parts
from m2fp.postprocess.queries import BACKGROUND, Candidates, select
from m2fp.postprocess.resample import Resampler
from m2fp.postprocess.semantic import semantic_maps
from m2fp.postprocess.shapes import check_shapes

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
    check_shapes(predictions, network_input, scheme)
    return merge([Answer(predictions, network_input)], scheme, rules)


def merge(
    answers: Sequence[Answer],
    scheme: LabelScheme,
    rules: Rules,
    cancellation: Cancellation | None = None,
) -> Maps:
    """Return the maps of one photo from what the network said about its views.

    One answer gives what `assemble` gives. Of several, models for one person average the scores of
    the classes at every pixel; the official rules do the same and merge instances, see
    `m2fp.postprocess.merged_instances`; our own fuse candidates, see `m2fp.postprocess.fusion`.

    Args:
        answers: at least one; their shapes must fit, see `View.turn_back`.
        scheme: of the model.
        rules: about telling people apart.
        cancellation: stops the work between two answers, and between two of its stages.

    Raises:
        Cancelled: it was cancelled.
    """
    cancellation = cancellation or Cancellation()
    if scheme.person_class is None:
        return semantic_maps(answers, cancellation)
    answers = on_one_grid(answers)
    if isinstance(rules, OfficialRules):
        return official_maps(answers, scheme.person_class, rules, cancellation)
    return _own_maps(answers, scheme, scheme.person_class, rules, cancellation)


def _own_maps(
    answers: Sequence[Answer],
    scheme: LabelScheme,
    person_class: int,
    config: PostprocessConfig,
    cancellation: Cancellation,
) -> Maps:
    """Return the maps by our own rules: people without duplicates, every part with its owner.

    A segment's score is the mean score of its winning candidates, weighted by their pixels.
    """
    candidates = _candidates(answers, scheme, config, cancellation)
    cancellation.check()
    is_person = candidates.label == person_class
    parts = candidates.take(~is_person)
    people = split_by_heads(candidates.take(is_person), parts, scheme.head_ids, config)
    people = choose_people(people, config)
    parts = without_crumbs(parts, people, config)
    people = with_parts(people, parts, config)
    owners = find_owners(parts, people, config)
    cancellation.check()
    resampler = Resampler.build(answers[0].network_input)
    painting = paint(parts, people, owners, resampler, config)
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
        evidence=read_instances(answers, person_class),
    )


def _candidates(
    answers: Sequence[Answer],
    scheme: LabelScheme,
    config: PostprocessConfig,
    cancellation: Cancellation,
) -> Candidates:
    """Return what is worth painting, whichever view saw it."""
    found = []
    for answer in answers:
        cancellation.check()
        found.append(select(answer.predictions, answer.network_input, scheme, config))
    return found[0] if len(found) == 1 else fuse(found, scheme, config)


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

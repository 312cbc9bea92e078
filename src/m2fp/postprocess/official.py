"""The official models' own rules: what they were published and measured with.

Unlike ours, they take every (mask, class) pair for what it says: no duplicate is removed, a part
belongs to whoever is painted over it, and all decisions fall at the photo's size. Here nothing is
ever enlarged but the window of one mask in one strip of the photo.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from m2fp.engine.protocol import QueryPredictions
from m2fp.errors import ConfigError
from m2fp.imaging.grid_to_photo import GridPlacement, GridToPhoto, GridWindow
from m2fp.imaging.network_input import NetworkInput
from m2fp.postprocess.instances import (
    PAIRS,
    Pair,
    cut_windows,
    find_instances,
    is_instance,
    top_pairs,
)
from m2fp.postprocess.maps import Maps, number_people
from m2fp.postprocess.official_painting import Mask, Painting, paint
from m2fp.postprocess.queries import BACKGROUND
from m2fp.results.evidence import Instances


@dataclass(frozen=True, slots=True)
class OfficialRules:
    """The thresholds of the official inference; the defaults are the published ones.

    Attributes:
        human_score: a person must score more, 0..1. Score = class probability x mean mask
            probability over the pixels inside the mask.
        min_evidence: a mask takes part in a pixel's label where its score x mask probability is
            more than this, 0.5..1. From 0.5 on, no pixel outside the mask ever counts.

    Raises:
        ConfigError: a value is outside its range.
    """

    human_score: float = 0.1
    min_evidence: float = 0.5

    def __post_init__(self) -> None:
        for name, least in (("human_score", 0.0), ("min_evidence", 0.5)):
            value = getattr(self, name)
            if not least <= value <= 1.0:  # also refuses NaN
                raise ConfigError(
                    f"rules.{name} is {value!r}; give a value between {least:g} and 1", option=name
                )


def official_maps(
    predictions: QueryPredictions,
    network_input: NetworkInput,
    person_class: int,
    rules: OfficialRules,
) -> Maps:
    """Return the maps of one photo by the official rules.

    Label of a pixel: for every class the mean of score x mask probability over those of its masks
    where that is above `min_evidence`; the highest class wins, the background where there is none.
    Person of a pixel: the highest-scored person whose mask covers it; people without a pixel left
    are gone. Parts outside every person are nobody's.

    A person's score is that of its mask x the mean, over the classes found inside the person, of
    the highest value of the class there; 0 if there is none. A segment's score is the mean value
    over its pixels.
    """
    placement = GridPlacement.of(network_input, predictions.mask_logits.shape[1:])
    reader = GridToPhoto(placement)
    pairs = top_pairs(predictions.class_logits, PAIRS)

    def least(class_id: int) -> float:
        return rules.human_score if class_id == person_class else rules.min_evidence

    strong = [pair for pair in pairs if pair.probability > least(pair.class_id)]
    weak = [pair for pair in pairs if is_instance(pair)]  # these matter to `to_modelscope` alone
    queries = {pair.query for pair in strong} | {pair.query for pair in weak}
    windows = cut_windows(predictions.mask_logits, queries, reader)
    # A score never exceeds its probability, so the pairs left out would score too little as well.
    masks = [mask for mask in _score(strong, windows, reader) if mask.score > least(mask.class_id)]
    people = [mask for mask in masks if mask.class_id == person_class]
    people.reverse()  # of equal scores the more probable class is painted last
    people.sort(key=lambda mask: mask.score)
    parts = [mask for mask in masks if mask.class_id != person_class]
    parts.sort(key=lambda mask: mask.class_id)
    painting = paint(people, parts, person_class, reader, rules.min_evidence)
    return _finish(painting, people, find_instances(pairs, windows, placement))


def _score(
    pairs: Iterable[Pair], windows: dict[int, GridWindow], reader: GridToPhoto
) -> list[Mask]:
    """Return the pairs whose mask is positive somewhere, with their scores, in the same order."""
    means: dict[int, float] = {}
    masks = []
    for pair in pairs:
        window = windows.get(pair.query)
        if window is not None:
            if pair.query not in means:
                means[pair.query] = reader.mean_inside(window)
            score = pair.probability * means[pair.query]
            masks.append(Mask(pair.class_id, score, window.halved()))
    return masks


def _finish(painting: Painting, people: list[Mask], evidence: Instances) -> Maps:
    """Return the maps with people numbered from left to right, and all scores."""
    visible = number_people(painting.person_map, painting.tally)
    counts = painting.tally.counts
    return Maps(
        part_map=painting.part_map,
        person_map=painting.person_map,
        person_scores=tuple(
            people[person - 1].score * _mean_of_found(painting.highest[person])
            for person in visible
        ),
        segment_scores={
            (number, int(label)): float(painting.total[person, label] / counts[person, label])
            for number, person in enumerate([0, *visible])
            for label in np.flatnonzero(counts[person])
            if label != BACKGROUND
        },
        evidence=evidence,
    )


def _mean_of_found(highest: npt.NDArray[np.float32]) -> float:
    """Return the mean of what is above 0; 0 where nothing is."""
    found = highest[highest > 0]
    return float(found.mean()) if len(found) else 0.0

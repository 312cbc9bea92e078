"""The official models' own rules: what they were published and measured with.

Unlike ours, they take every (mask, class) pair for what it says: no duplicate is removed, a part
belongs to whoever is painted over it, and all decisions fall at the photo's size. Here nothing is
ever enlarged but the window of one mask in one strip of the photo.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from m2fp.cancellation import Cancellation
from m2fp.errors import ConfigError
from m2fp.imaging.grid_to_photo import GridToPhoto
from m2fp.postprocess.answer import Answer, place_on_photo
from m2fp.postprocess.instances import Pair, QueryMasks, Reading
from m2fp.postprocess.maps import Maps, number_people
from m2fp.postprocess.merged_instances import find_instances
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
    answers: Sequence[Answer],
    person_class: int,
    rules: OfficialRules,
    cancellation: Cancellation,
) -> Maps:
    """Return the maps of one photo by the official rules.

    Label of a pixel: for every class the mean of score x mask probability over those of its masks
    where that is above `min_evidence`; the highest class wins, the background where there is none.
    Person of a pixel: the highest-scored person whose mask covers it; people without a pixel left
    are gone. Parts outside every person are nobody's.

    A person's score is that of its mask x the mean, over the classes found inside the person, of
    the highest value of the class there; 0 if there is none. A segment's score is the mean value
    over its pixels.

    Of several views, the values of a class are averaged, and the people are the merged instances,
    which score at least 0.1 each before they are merged; see `m2fp.postprocess.merged_instances`.

    Args:
        answers: all on the same grid; at least one.
        person_class: of the scheme.
        rules: the thresholds.
        cancellation: stops the work between two answers, and between two of its stages.

    Raises:
        Cancelled: it was cancelled.
    """
    placement = place_on_photo(answers)
    reader = GridToPhoto(placement)
    readings = []
    for answer in answers:
        cancellation.check()
        readings.append(Reading.of(answer.predictions, reader))
    cancellation.check()
    evidence = find_instances(readings, person_class, reader, placement)
    people = (
        _people(readings[0], person_class, rules.human_score)
        if len(readings) == 1
        else _merged_people(evidence, person_class, rules.human_score)
    )
    cancellation.check()
    people.reverse()  # of equal scores the one that came first is painted last
    people.sort(key=lambda mask: mask.score)
    parts = [_parts(reading, person_class, rules.min_evidence) for reading in readings]
    painting = paint(people, parts, person_class, reader, rules.min_evidence)
    return _finish(painting, people, evidence)


def _people(reading: Reading, person_class: int, least: float) -> list[Mask]:
    """Return the people of one answer that score more than `least`, most probable first."""
    pairs = (pair for pair in reading.pairs if pair.class_id == person_class)
    return list(_scored(pairs, reading.masks, least))


def _merged_people(evidence: Instances, person_class: int, least: float) -> list[Mask]:
    """Return the people among merged instances that score more than `least`, best first."""
    return [
        Mask(item.class_id, item.score, item.window.halved())
        for item in evidence.items
        if item.class_id == person_class and item.score is not None and item.score > least
    ]


def _parts(reading: Reading, person_class: int, least: float) -> list[Mask]:
    """Return the masks of parts and background that score more than `least`, by class id."""
    pairs = (pair for pair in reading.pairs if pair.class_id != person_class)
    return sorted(_scored(pairs, reading.masks, least), key=lambda mask: mask.class_id)


def _scored(pairs: Iterable[Pair], masks: QueryMasks, least: float) -> Iterator[Mask]:
    """Yield the masks of the pairs that score more than `least`, in the same order."""
    for pair in pairs:
        # A score never exceeds its probability: most pairs leave here, before any mask is read.
        window = masks.window(pair.query) if pair.probability > least else None
        if window is not None and masks.score(pair) > least:
            yield Mask(pair.class_id, masks.score(pair), window.halved())


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

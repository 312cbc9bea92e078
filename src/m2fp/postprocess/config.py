"""The thresholds of the post-processing, in one place."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from m2fp.errors import ConfigError

_RANGES: Final[dict[str, tuple[float, float]]] = {
    "person_threshold": (0.0, 1.0),
    "part_threshold": (0.0, 1.0),
    "background_threshold": (0.0, 1.0),
    "min_evidence": (0.0, 1.0),
    "person_iou": (0.0, 1.0),
    "person_coverage": (0.0, 1.0),
    "min_person_cells": (1, 100_000),
    "min_fragment_cells": (1, 100_000),
    "min_part_share": (0.0, 1.0),
    "min_head_cells": (1, 100_000),
    "min_body_share": (0.0, 1.0),
    "crumb_share": (0.0, 1.0),
    "small_share": (0.0, 1.0),
    "small_score": (0.0, 1.0),
    "adopt_share": (0.0, 1.0),
    "exclusive_share": (0.0, 1.0),
    "owner_margin": (0.0, 20.0),
}


@dataclass(frozen=True, slots=True)
class PostprocessConfig:
    """How predictions become maps. Shares, scores and probabilities lie in 0..1.

    Attributes:
        person_threshold: lowest score of a person. Score = class probability x mean mask
            probability inside the mask.
        part_threshold: lowest score of a part.
        background_threshold: lowest score of a background query.
        min_evidence: lowest probability x mask probability with which a part wins a pixel that
            no other query claims; below it the pixel is background.
        person_iou: of two people whose masks overlap at least this much (intersection over
            union), the lower-scored one is a duplicate.
        person_coverage: a person of whose mask at least this share lies inside higher-scored
            people is a duplicate or a fragment. 1.0 drops only completely covered ones.
        min_person_cells: people with fewer mask cells are noise. A cell is 4 x 4 network pixels.
        min_fragment_cells: detached pieces of a person with fewer cells are cut off.
        min_part_share: a person of whose cells fewer carry any part is not one: a network that has
            seen few pictures without people likes to call the whole picture a person.
        min_head_cells: a detached piece of a person with at least this many cells of face or hair
            has a head of its own.
        min_body_share: a piece is a body only with at least this share of the person's cells.
        crumb_share: a part that takes less of its person's cells is left out.
        small_share: a part that takes less needs a score of at least `small_score`.
        small_score: see `small_share`.
        adopt_share: a part outside every person goes to the person who holds at least this share
            of the part's mask, otherwise to nobody.
        exclusive_share: a part of whose mask one person holds at least this share belongs to that
            person alone; see `owner_margin`.
        owner_margin: a pixel of an exclusive part that falls to another person goes back to the
            owner when the owner's mask logit there is above -owner_margin.

    Raises:
        ConfigError: a value is outside its range.
    """

    person_threshold: float = 0.75
    part_threshold: float = 0.1
    background_threshold: float = 0.1
    min_evidence: float = 0.05
    person_iou: float = 0.6
    person_coverage: float = 0.9
    min_person_cells: int = 4
    min_fragment_cells: int = 4
    min_part_share: float = 0.2
    min_head_cells: int = 6
    min_body_share: float = 0.1
    crumb_share: float = 0.003
    small_share: float = 0.02
    small_score: float = 0.3
    adopt_share: float = 0.5
    exclusive_share: float = 0.8
    owner_margin: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            low, high = _RANGES[field.name]
            value = getattr(self, field.name)
            if not low <= value <= high:  # also refuses NaN
                raise ConfigError(
                    f"postprocess.{field.name} is {value!r}; "
                    f"give a value between {low:g} and {high:g}"
                )

"""What an evaluation found, as a value and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from m2fp.errors import ConfigError
from m2fp.evaluation.metrics.boundary import BoundaryScores
from m2fp.evaluation.metrics.parsing_ap import ParsingScores
from m2fp.evaluation.metrics.part_ap import PartScores
from m2fp.evaluation.metrics.people import PeopleScores
from m2fp.evaluation.metrics.person_ap import PersonScores
from m2fp.evaluation.metrics.photos import PhotoScore
from m2fp.evaluation.metrics.semantic import SemanticScores
from m2fp.evaluation.metrics.sides import SideScore, side_scores
from m2fp.evaluation.metrics.tables import score_tables
from m2fp.evaluation.metrics.tally import Tally
from m2fp.evaluation.predictions.subject import Subject
from m2fp.evaluation.reporting.notes import rules
from m2fp.labels import LabelScheme

SCHEMA_VERSION = "2.0"
WORST = 20


@dataclass(frozen=True, slots=True)
class DataStamp:
    """Which labelled photos it was scored on.

    Attributes:
        name: of the data set's folder.
        layout: short stable name of its layout.
        split: of it.
    """

    name: str
    layout: str
    split: str


@dataclass(frozen=True, slots=True)
class Report:
    """The scores of one subject on one set of photos.

    Attributes:
        title: which photos, for people.
        subject: what was scored.
        data: which photos; None where they were not read from a data set.
        scheme: name of the label scheme.
        photos: how many.
        missing: names of the photos without a prediction; they are scored as if nothing had been
            found in them.
        tables: scores by class, the scheme's own classes first, then coarser ones.
        boundary: boundary IoU of the scheme's own classes.
        people: who is found; None where the tool does not tell people apart.
        person_masks: AP^h; None likewise.
        person_parts: AP^p and PCP; None likewise.
        part_masks: AP^r; None where the tool gives no part instances.
        sides: scores of left and right; empty for schemes without.
        seconds: mean time for one photo, from pixels to result, without loading the model; None
            where nobody knows.
        worst: the photos with the lowest mIoU, at most 20, the lowest first.
    """

    title: str
    subject: Subject
    data: DataStamp | None
    scheme: str
    photos: int
    missing: tuple[str, ...]
    tables: tuple[SemanticScores, ...]
    boundary: BoundaryScores
    people: PeopleScores | None
    person_masks: PersonScores | None
    person_parts: ParsingScores | None
    part_masks: PartScores | None
    sides: tuple[SideScore, ...]
    seconds: float | None
    worst: tuple[PhotoScore, ...]

    @classmethod
    def of(
        cls,
        tally: Tally,
        *,
        title: str,
        scheme: LabelScheme,
        subject: Subject,
        data: DataStamp | None = None,
        missing: tuple[str, ...] = (),
    ) -> Report:
        """Return the report on what was counted.

        Args:
            tally: of all photos.
            title: which photos, for people.
            scheme: of the labels.
            subject: what was scored.
            data: which photos.
            missing: names of the photos without a prediction.
        """
        masks, parsed, parts = tally.person_masks, tally.person_parts, tally.part_masks
        return cls(
            title=title,
            subject=subject,
            data=data,
            scheme=scheme.name,
            photos=len(tally.photos),
            missing=missing,
            tables=score_tables(tally.confusion, scheme),
            boundary=BoundaryScores.of(tally.boundary),
            people=None if tally.people is None else PeopleScores.of(tally.people),
            person_masks=None if masks is None else PersonScores.of(masks),
            person_parts=None if parsed is None else ParsingScores.of(parsed),
            part_masks=None if parts is None else PartScores.of(parts),
            sides=side_scores(tally.confusion, scheme),
            seconds=tally.photos.mean_seconds(),
            worst=tally.photos.worst(WORST),
        )

    def table(self, name: str) -> SemanticScores:
        """Return the scores under this name, for example "ccp14".

        Raises:
            ConfigError: there is none; the message lists those there are.
        """
        for table in self.tables:
            if table.table == name:
                return table
        raise ConfigError(
            f"the report has no table {name!r}; it has: "
            f"{', '.join(table.table for table in self.tables)}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; shares lie in 0..1, None is "nothing to score"."""
        values = asdict(self)
        values["sides"] = [{**asdict(side), "share": side.share} for side in self.sides]
        document = {"schema_version": SCHEMA_VERSION, **values, "rules": rules()}
        return {key: _plain(value) for key, value in document.items()}

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return the same as JSON text."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)


def _plain(values: object) -> object:
    """Return the values with lists for tuples and text for thresholds that are keys."""
    if isinstance(values, Mapping):
        return {str(key): _plain(value) for key, value in values.items()}
    if isinstance(values, tuple | list):
        return [_plain(value) for value in values]
    return values

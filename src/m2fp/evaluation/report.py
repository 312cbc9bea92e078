"""What an evaluation found, as a value and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from m2fp.errors import ConfigError
from m2fp.evaluation.people import PeopleScores
from m2fp.evaluation.semantic import SemanticScores
from m2fp.evaluation.sides import SideScore
from m2fp.results import ModelStamp

SCHEMA_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class Report:
    """The scores of one model on one set of photos.

    Attributes:
        title: which photos, for people.
        model: the model that was scored.
        photos: how many.
        tables: scores by class, the model's own classes first, then coarser ones.
        people: scores of the people.
        sides: scores of left and right; empty for schemes without.
        seconds: mean time for one photo, from pixels to result, without loading the model.
    """

    title: str
    model: ModelStamp
    photos: int
    tables: tuple[SemanticScores, ...]
    people: PeopleScores
    sides: tuple[SideScore, ...]
    seconds: float

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
        return {"schema_version": SCHEMA_VERSION, **values}

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return the same as JSON text."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)

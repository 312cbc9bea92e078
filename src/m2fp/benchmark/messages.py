"""What a contender's process and the benchmark tell each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from m2fp.errors import M2FPError
from m2fp.results import Timing


@dataclass(frozen=True, slots=True)
class Ready:
    """The model is loaded.

    Attributes:
        model: name in the model's metadata.
        precision: likewise.
        engine: what runs it; never "auto".
        load_s: importing the engine, reading and preparing the model.
        loaded_bytes: memory of the process then; None where the system does not say.
    """

    model: str
    precision: str
    engine: str
    load_s: float
    loaded_bytes: int | None


@dataclass(frozen=True, slots=True)
class Parsed:
    """One photo is parsed: how long it took, and how many people are in it."""

    timing: Timing
    persons: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a contender says after its turn; the peak is that of its process so far, or None."""

    parsed: Parsed
    peak_bytes: int | None


@dataclass(frozen=True, slots=True)
class Failure:
    """An error of ours on its way to another process.

    Pickle would make it anew from its message alone, which most of our errors refuse.
    """

    kind: type[M2FPError]
    arguments: tuple[Any, ...]
    fields: Mapping[str, Any]

    @classmethod
    def of(cls, error: M2FPError) -> Failure:
        """Return the failure that `error` turns back into the error."""
        return cls(type(error), error.args, dict(vars(error)))

    def error(self) -> M2FPError:
        """Return the error as it was raised, with its code and context."""
        error = self.kind.__new__(self.kind)
        error.args = self.arguments
        vars(error).update(self.fields)
        return error

"""What a contender's process and the benchmark tell each other, beside errors."""

from __future__ import annotations

from dataclasses import dataclass

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

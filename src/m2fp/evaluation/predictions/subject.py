"""What is scored, for reports."""

from __future__ import annotations

from dataclasses import dataclass

from m2fp.results import ModelStamp


@dataclass(frozen=True, slots=True)
class Subject:
    """What was scored.

    Attributes:
        name: of the model, or of the file or folder of predictions.
        kind: "model", or the short stable name of the predictions' format.
        model: the model, where it is known.
        settings: how the model was run, as far as it changes what it says; None where it is not
            known.
    """

    name: str
    kind: str
    model: ModelStamp | None = None
    settings: str | None = None

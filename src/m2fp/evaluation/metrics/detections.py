"""Predictions of some photos, reduced to what average precision needs of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from m2fp.errors import DataError


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Scored predictions and what became of them; a few bytes each.

    Attributes:
        class_ids: uint8 (N,), 0 for people.
        scores: float64 (N,), not NaN.
        outcomes: int8 (N, T), RIGHT, WRONG or PASSED at every threshold; see `average_precision`.
    """

    class_ids: NDArray[np.uint8]
    scores: NDArray[np.float64]
    outcomes: NDArray[np.int8]

    @classmethod
    def merged(cls, parts: Iterable[Self]) -> Self:
        """Return all predictions, in the order of the parts; at least one part."""
        every = tuple(parts)
        return cls(
            np.concatenate([part.class_ids for part in every]),
            np.concatenate([part.scores for part in every]),
            np.concatenate([part.outcomes for part in every]),
        )

    def of_class(self, class_id: int) -> Self:
        """Return the predictions of one class."""
        chosen = self.class_ids == class_id
        return type(self)(self.class_ids[chosen], self.scores[chosen], self.outcomes[chosen])

    def to_arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, each beginning with the prefix."""
        return {
            f"{prefix}class_ids": self.class_ids,
            f"{prefix}scores": self.scores,
            f"{prefix}outcomes": self.outcomes,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], prefix: str) -> Self:
        """Return what `to_arrays` was called on.

        Raises:
            DataError: an array lacks, or they do not belong together.
        """
        class_ids, scores, outcomes = (
            tally_array(arrays, f"{prefix}{name}") for name in ("class_ids", "scores", "outcomes")
        )
        if not len(class_ids) == len(scores) == len(outcomes):
            raise DataError(
                f"the tally's arrays {prefix}... differ in length; they are not of one tally"
            )
        return cls(class_ids.astype(np.uint8), scores.astype(np.float64), outcomes.astype(np.int8))


def tally_array(arrays: Mapping[str, NDArray[Any]], name: str) -> NDArray[Any]:
    """Return the array of this name.

    Raises:
        DataError: there is none.
    """
    if name not in arrays:
        raise DataError(f"the tally has no array {name!r}; it is not complete, so make it anew")
    return arrays[name]

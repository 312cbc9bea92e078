"""From logits to probabilities, and what to do with numbers that are none."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

# Beyond it a sigmoid in float32 is exactly 0 or 1, and differences stay far from overflow.
LOGIT_LIMIT: Final = 50.0


def class_probabilities(class_logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the probability of every class but "no object", float32 (Q, C).

    A row with a NaN or infinite logit is "no object": all its probabilities are 0.

    Args:
        class_logits: float32 (Q, C + 1), the last column is "no object".
    """
    finite = np.logical_and.reduce(np.isfinite(class_logits), axis=1, keepdims=True)
    logits = np.where(finite, class_logits, 0.0).astype(np.float64)
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    weights *= finite
    probabilities: npt.NDArray[np.float32] = weights[:, :-1].astype(np.float32)
    return probabilities


def sigmoid(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the logistic function, float32. Through tanh, which cannot overflow."""
    result: npt.NDArray[np.float32] = np.tanh(logits * np.float32(0.5))
    result += np.float32(1.0)
    result *= np.float32(0.5)
    return result

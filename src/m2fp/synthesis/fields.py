"""Fields: one number for each of many points; where a field is positive, something is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.floating[Any]]


def all_of(*fields: Field) -> Field:
    """Return where every field is positive."""
    return np.asarray(np.minimum.reduce(fields), np.float32)


def any_of(*fields: Field) -> Field:
    """Return where some field is positive."""
    return np.asarray(np.maximum.reduce(fields), np.float32)


def ramp(values: Field, start: float, end: float) -> Field:
    """Return 0 up to `start`, 1 from `end` on and what is between; `end` may be the smaller."""
    return np.asarray(np.clip((values - start) / (end - start), 0, 1), np.float32)

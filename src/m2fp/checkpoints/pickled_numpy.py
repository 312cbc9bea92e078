"""Stand-ins for the NumPy types that training checkpoints hold, for reading them safely.

detectron2 keeps learning rates as NumPy numbers and its model zoo keeps weights as NumPy arrays.
PyTorch's safe reader knows neither. NumPy's own types were not made for data from strangers, so
the reader is given these instead, which accept plain numbers and their bytes and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pickle import UnpicklingError
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Booleans, integers and floats of one to eight bytes: no objects, text, records or times.
_NUMBER = re.compile(r"[<>=|]?[biuf][1248]")


class PickledType:
    """Stands for `numpy.dtype`; only types of plain numbers can be made."""

    def __init__(self, code: object, *flags: object) -> None:
        del flags  # they mean something to records only
        if not isinstance(code, str) or not _NUMBER.fullmatch(code):
            raise UnpicklingError(f"a NumPy type of {code!r} instead of numbers")
        self.dtype = np.dtype(code)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """Take the byte order, the second of the values that NumPy pickles."""
        order = state[1]
        if order not in ("<", ">", "|", "="):
            raise UnpicklingError(f"a NumPy type of byte order {order!r}")
        self.dtype = self.dtype.newbyteorder(order)


class PickledArray:
    """Stands for `numpy.ndarray`; `value` is read-only, of a number type."""

    value: NDArray[Any]

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """Take version, shape, type, whether columns come first, and the numbers' bytes."""
        _, shape, kind, columns_first, data = state
        numbers = np.frombuffer(data, _dtype_of(kind))
        self.value = numbers.reshape(shape, order="F" if columns_first else "C")


def _empty_array(kind: object, shape: object, code: object) -> PickledArray:
    del shape, code  # placeholders; the state that follows has the real ones
    if kind is not PickledArray:
        raise UnpicklingError(f"an array of {kind!r}")
    return PickledArray()


def _scalar(kind: object, data: bytes) -> float:
    (value,) = np.frombuffer(data, _dtype_of(kind)).tolist()
    number: float = value
    return number


def _dtype_of(kind: object) -> np.dtype[Any]:
    if not isinstance(kind, PickledType):
        raise UnpicklingError(f"a NumPy type of {kind!r}")
    return kind.dtype


# What pickles call these types; NumPy 2 moved its core.
STAND_INS: tuple[tuple[Callable[..., object], str], ...] = (
    (PickledType, "numpy.dtype"),
    (PickledArray, "numpy.ndarray"),
    (_empty_array, "numpy.core.multiarray._reconstruct"),
    (_empty_array, "numpy._core.multiarray._reconstruct"),
    (_scalar, "numpy.core.multiarray.scalar"),
    (_scalar, "numpy._core.multiarray.scalar"),
)

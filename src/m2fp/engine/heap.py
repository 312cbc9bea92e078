"""Giving memory back that was only needed for a moment."""

from __future__ import annotations

import ctypes


def give_back_memory() -> bool:
    """Return whether the C library was told to give its free memory back to the system.

    Loading a model needs more than once its size for a moment, in pieces that the GNU C library
    keeps for later: 300 MB after loading ResNet-101 (250 MB) in ONNX Runtime. Other C libraries
    keep less and cannot be told; then nothing happens.
    """
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError, TypeError):  # TypeError: Windows has no CDLL(None)
        return False
    trim.argtypes = (ctypes.c_size_t,)
    trim(0)
    return True

"""The stack that signal handlers run on, kept as it was."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def same_signal_stack() -> Iterator[None]:
    """Leave the calling thread its alternative signal stack, whatever code inside sets.

    OpenVINO sets one of its own when it loads its plugin for processors, and takes the memory away
    with the plugin. With two of them, closed in the order in which they were opened, or closed by
    another thread, Python's next signal handler would run on memory that is gone: Ctrl-C would be a
    segmentation fault. Only on Linux does OpenVINO do so; Python needs no such stack.
    """
    if sys.platform != "linux":
        yield
        return
    exchange = ctypes.CDLL(None).sigaltstack
    exchange.argtypes = (ctypes.POINTER(_SignalStack), ctypes.POINTER(_SignalStack))
    before = _SignalStack()
    exchange(None, ctypes.byref(before))
    try:
        yield
    finally:
        exchange(ctypes.byref(before), None)


class _SignalStack(ctypes.Structure):
    """`stack_t`, see sigaltstack(2)."""

    _fields_ = (("memory", ctypes.c_void_p), ("flags", ctypes.c_int), ("bytes", ctypes.c_size_t))

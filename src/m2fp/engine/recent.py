"""The values used last, of those that are costly to make and large to keep."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class RecentlyUsed(Generic[_Key, _Value]):
    """Keeps the values used last and makes the others again when they are wanted. Thread-safe."""

    def __init__(self, capacity: int, make: Callable[[_Key], _Value]) -> None:
        """Start with nothing.

        Args:
            capacity: values to keep, at least 1.
            make: returns the value of a key. Not called by two threads at once.
        """
        self._capacity = capacity
        self._make = make
        self._values: OrderedDict[_Key, _Value] = OrderedDict()  # the one used last at the end
        self._lock = threading.Lock()  # guards _values; held for moments
        self._making = threading.Lock()  # held while a value is made, which may take seconds

    def get(self, key: _Key) -> _Value:
        """Return the value of the key; whatever making it raises is passed on.

        Room is made before a value is made, so that there is never one more than `capacity`,
        unless a caller still holds one. Values that are there do not wait for one in the making.
        """
        try:
            return self._use(key)
        except KeyError:
            pass
        with self._making:
            try:
                return self._use(key)  # another thread made it while this one was waiting
            except KeyError:
                self._drop_to(self._capacity - 1)
            value = self._make(key)
            with self._lock:
                self._values[key] = value
            return value

    def _use(self, key: _Key) -> _Value:
        with self._lock:
            self._values.move_to_end(key)
            return self._values[key]

    def _drop_to(self, count: int) -> None:
        with self._lock:
            while len(self._values) > count:
                self._values.popitem(last=False)

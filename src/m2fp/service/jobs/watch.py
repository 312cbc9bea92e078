"""Telling lost claims from living ones without trusting any clock of the day."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from m2fp.service.jobs.job import ItemRef


class Beat(NamedTuple):
    """What a store says about a claim: whose it is and how often it was renewed."""

    ref: ItemRef
    token: str
    number: int
    lease_s: float


@dataclass(slots=True)
class _Seen:
    beat: Beat
    since: float  # of the monotonic clock


class LeaseWatch:
    """Finds claims that were not renewed for as long as their lease. Thread-safe.

    What counts is for how long this process has seen the same beat. A clock of the day that jumps
    would end living claims (forward) or keep dead ones for hours (backward), and those of several
    machines differ; the price is that a new watch waits for one lease before it finds anything.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start to watch; `clock` is monotonic."""
        self._clock = clock
        self._seen: dict[ItemRef, _Seen] = {}
        self._last: float | None = None
        self._lock = threading.Lock()  # guards both

    def stale(self, beats: Iterable[Beat]) -> list[Beat]:
        """Return those of the present claims that are lost; the others are watched on."""
        with self._lock:
            now = self._clock()
            # Who did not look for a whole lease (a machine that slept, a stopped process) may have
            # slept together with the worker, and so knows nothing.
            asleep = 0.0 if self._last is None else now - self._last
            self._last = now
            seen: dict[ItemRef, _Seen] = {}
            for beat in beats:
                before = self._seen.get(beat.ref)
                if before is None or before.beat != beat or asleep >= beat.lease_s:
                    before = _Seen(beat, now)
                seen[beat.ref] = before
            self._seen = seen
            return [one.beat for one in seen.values() if now - one.since >= one.beat.lease_s]

"""How a pool is doing, for readiness, metrics and the operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from m2fp.registry import ModelInfo
from m2fp.service.workers.messages import Priority


class WorkerPhase(StrEnum):
    """What a worker is at."""

    STARTING = "starting"  # the process starts and loads the model
    IDLE = "idle"
    BUSY = "busy"
    STOPPING = "stopping"  # it was told to stop what it does, or to end
    DOWN = "down"  # it did not start; another try follows


class RestartReason(StrEnum):
    """Why a process was replaced by a new one."""

    DIED = "died"  # on its own, or somebody else's hand
    STUCK = "stuck"  # did not stop when told, and was killed
    JOBS = "jobs"  # has done as many pictures as one process does
    MEMORY = "memory"  # held more than it may
    START_FAILED = "start_failed"  # the model was not loaded, or not in time


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerState:
    """One worker.

    Attributes:
        number: 0..workers - 1; stays when its process is replaced.
        phase: what it is at.
        pid: of its process; None while there is none.
        jobs: pictures that this process has done.
        resident_bytes: memory it held after the last of them; None where the system does not say.
    """

    number: int
    phase: WorkerPhase
    pid: int | None
    jobs: int
    resident_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolStates:
    """A pool at one moment; the counters only grow.

    Attributes:
        workers: every worker.
        waiting: requests that wait for a worker, by priority.
        capacity: synchronous requests that may be in the pool at once.
        accepting: whether new requests are taken; False before `start` and from `drain` on.
        restarts: by reason, all reasons.
        rejected: synchronous requests refused because the queue was full.
        served: pictures answered, errors about the picture included.
        load_s: seconds from the start of a process to its being warm, for the newest; None = none
            has come so far.
        model: the loaded model; None while none is.
        engine: the name of what runs it; None likewise.
        trouble: why the last process did not start; None when it did.
    """

    workers: tuple[WorkerState, ...]
    waiting: Mapping[Priority, int]
    capacity: int
    accepting: bool
    restarts: Mapping[RestartReason, int]
    rejected: int
    served: int
    load_s: float | None
    model: ModelInfo | None
    engine: str | None
    trouble: str | None

    def count(self, phase: WorkerPhase) -> int:
        """Return how many workers are in this phase."""
        return sum(worker.phase == phase for worker in self.workers)

    @property
    def ready(self) -> bool:
        """Return whether a request would find a worker that has the model loaded."""
        return self.accepting and any(
            worker.phase in (WorkerPhase.IDLE, WorkerPhase.BUSY, WorkerPhase.STOPPING)
            for worker in self.workers
        )

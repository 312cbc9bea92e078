"""A pool of processes that each hold one model; see `Pool`."""

from __future__ import annotations

from typing import Literal

from m2fp.service.workers.messages import Priority, WorkAnswer, WorkRequest
from m2fp.service.workers.settings import PoolSettings
from m2fp.service.workers.states import PoolStates


class Pool:
    """Parses pictures in processes of its own. Belongs to one event loop."""

    def __init__(self, settings: PoolSettings) -> None:
        """Prepare a pool; `start` makes the processes."""
        self.settings = settings

    async def start(self) -> None:
        """Return when every worker has its model loaded and warmed.

        Raises:
            M2FPError: the model cannot be loaded; no process is left.
        """
        raise NotImplementedError

    async def parse(
        self, request: WorkRequest, *, priority: Priority | Literal["sync", "job"]
    ) -> WorkAnswer:
        """Return the answer; cancelling the task that awaits this stops the work.

        Raises:
            QueueFull: sync only: all workers are taken and as many wait as may.
            Draining: the pool is shutting down.
            ModelNotFound: the options name a model other than the pool's.
            DeadlineExceeded: waited or ran past the deadline or the limit; the work is stopped.
            WorkerLost: the process died that worked on this.
            M2FPError: what the worker met: ImageError, EngineError, MissingExtra.
        """
        raise NotImplementedError

    async def drain(self, seconds: float) -> None:
        """Take nothing new, let what is in the pool finish for so long, stop it, end all."""
        raise NotImplementedError

    def states(self) -> PoolStates:
        """Return how the pool is doing."""
        raise NotImplementedError

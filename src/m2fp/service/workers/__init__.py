"""Processes that run the model, and who gets one of them."""

from m2fp.service.workers.messages import ImageFacts, Priority, WorkAnswer, WorkRequest
from m2fp.service.workers.pool import Pool
from m2fp.service.workers.settings import PoolSettings, default_threads, default_workers
from m2fp.service.workers.states import PoolStates, RestartReason, WorkerPhase, WorkerState

__all__ = [
    "ImageFacts",
    "Pool",
    "PoolSettings",
    "PoolStates",
    "Priority",
    "RestartReason",
    "WorkAnswer",
    "WorkRequest",
    "WorkerPhase",
    "WorkerState",
    "default_threads",
    "default_workers",
]

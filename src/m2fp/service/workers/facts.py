"""How a pool is doing, in the words of metrics."""

from __future__ import annotations

from m2fp.service.operation.snapshot import ModelFacts, WorkerFacts
from m2fp.service.workers.states import PoolStates, WorkerPhase


def worker_facts(states: PoolStates) -> WorkerFacts:
    """Return what metrics tell of the processes."""
    return WorkerFacts(
        phases={str(phase): states.count(phase) for phase in WorkerPhase},
        restarts={str(reason): count for reason, count in states.restarts.items()},
        resident_bytes={
            worker.number: worker.resident_bytes
            for worker in states.workers
            if worker.resident_bytes is not None
        },
        load_s=states.load_s,
    )


def model_facts(states: PoolStates) -> ModelFacts | None:
    """Return what metrics tell of the model; None while none is loaded."""
    if states.model is None:
        return None
    return ModelFacts(
        name=states.model.name,
        sha256=states.model.sha256,
        precision=states.model.precision,
        provider=states.engine or "",
    )

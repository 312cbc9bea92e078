"""How the service is at this moment, for metrics."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from m2fp.service.errors import StoreUnavailable
from m2fp.service.operation.snapshot import ModelFacts, QueueFacts, Snapshot, WorkerFacts
from m2fp.service.workers import WorkerPhase

if TYPE_CHECKING:
    from m2fp.service.http.parts import Parts


async def take_snapshot(parts: Parts) -> Snapshot:
    """Return the snapshot; what cannot be found out is left out."""
    states = parts.pool.states()
    queue = None
    with suppress(StoreUnavailable):
        stats = await asyncio.to_thread(parts.store.stats)
        queue = QueueFacts(
            depth=stats.depth,
            oldest_age_s=stats.oldest_age_s,
            jobs={str(state): count for state, count in stats.jobs.items()},
        )
    workers = WorkerFacts(
        phases={str(phase): states.count(phase) for phase in WorkerPhase},
        restarts={str(reason): count for reason, count in states.restarts.items()},
        resident_bytes={
            worker.number: worker.resident_bytes
            for worker in states.workers
            if worker.resident_bytes is not None
        },
        load_s=states.load_s,
    )
    model = None
    if states.model is not None:
        model = ModelFacts(
            name=states.model.name,
            sha256=states.model.sha256,
            precision=states.model.precision,
            provider=states.engine or "",
        )
    return Snapshot(queue=queue, workers=workers, model=model)

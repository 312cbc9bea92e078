"""How the service is at this moment, for metrics."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from m2fp.service.errors import StoreUnavailable
from m2fp.service.operation.snapshot import QueueFacts, Snapshot
from m2fp.service.workers.facts import model_facts, worker_facts

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
    return Snapshot(queue=queue, workers=worker_facts(states), model=model_facts(states))

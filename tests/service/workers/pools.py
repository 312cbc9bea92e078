"""Making requests of pools, and watching what becomes of them."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from m2fp.service.jobs import ParseOptions
from m2fp.service.workers import Pool, PoolSettings, WorkerPhase, WorkRequest

GROUP = Path(__file__).parents[3] / "examples" / "group.jpg"

# Ten seconds and more with the built-in model on one thread.
SLOWLY = ParseOptions(model="builtin", flip=True, scales=(2.0, 2.2, 2.4, 2.6))


def png(pixels: npt.NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def ask(pool: Pool, photo: bytes, *formats: str, deadline_s: float | None = None) -> WorkRequest:
    """Return a request that this pool can do."""
    options = ParseOptions(model=pool.settings.model, formats=formats or ("json",))
    deadline = None if deadline_s is None else time.monotonic() + deadline_s
    return WorkRequest(photo=photo, options=options, deadline=deadline)


def ask_slowly(photo: bytes, deadline_s: float | None = None) -> WorkRequest:
    """Return a request that takes the built-in model seconds."""
    deadline = None if deadline_s is None else time.monotonic() + deadline_s
    return WorkRequest(photo=photo, options=SLOWLY, deadline=deadline)


@asynccontextmanager
async def running(settings: PoolSettings, **changes: object) -> AsyncIterator[Pool]:
    """Run a pool; none of its processes is left afterwards."""
    pool = Pool(replace(settings, **changes))  # type: ignore[arg-type]
    await pool.start()
    try:
        yield pool
    finally:
        await pool.drain(0)


async def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Return when this is so; fail when it is not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.01)


def phase(pool: Pool) -> WorkerPhase:
    """Return what the only worker is at."""
    (state,) = pool.states().workers
    return state.phase


def pid(pool: Pool) -> int:
    """Return the process of the only worker."""
    (state,) = pool.states().workers
    assert state.pid is not None
    return state.pid


def alive(number: int) -> bool:
    """Return whether there is such a process, one that only waits to be collected excluded."""
    try:
        status = Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"

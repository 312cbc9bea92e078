"""Memory over many pictures of many sizes, in the worker and in the process of the pool."""

from __future__ import annotations

import asyncio
import io
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import pytest
from PIL import Image
from tests.service.workers.pools import GROUP, ask, running

from m2fp.memory import resident_bytes
from m2fp.service.workers import PoolSettings, RestartReason

MEGABYTES = 1_000_000
WIDTHS = (400, 640, 800, 1024, 1280, 1600, 2000)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how much a process holds")
def test_two_hundred_pictures_leave_memory_as_it_was(settings: PoolSettings) -> None:
    # In a process of its own: the one of the tests has seen thousands of others, and where its heap
    # is full of holes is not for this test to say.
    settings = replace(settings, model="builtin", threads=2)
    with ProcessPoolExecutor(1, get_context("spawn")) as alone:
        workers, here = alone.submit(memory_held, settings).result()
    # The first fifty bring every size several times; after that nothing may pile up.
    assert max(workers[150:]) < max(workers[:50]) + 25 * MEGABYTES
    assert max(here[150:]) < max(here[:50]) + 10 * MEGABYTES
    assert max(workers) < 600 * MEGABYTES
    assert max(here) < 150 * MEGABYTES


def memory_held(settings: PoolSettings) -> tuple[list[int], list[int]]:
    """Return how many bytes the worker and this process hold after each of 200 pictures."""
    original = Image.open(GROUP)
    photos = []
    for width in WIDTHS:
        buffer = io.BytesIO()
        original.resize((width, width * 3 // 5)).save(buffer, "JPEG")
        photos.append(buffer.getvalue())
    workers: list[int] = []
    here: list[int] = []

    async def main() -> None:
        async with running(settings) as pool:
            for number in range(200):
                photo = photos[number * 3 % len(photos)]
                await pool.parse(ask(pool, photo, "json", "overlay"), priority="sync")
                (worker,) = pool.states().workers
                workers.append(worker.resident_bytes or 0)
                here.append(resident_bytes() or 0)
            assert not any(pool.states().restarts[reason] for reason in RestartReason)

    asyncio.run(main())
    return workers, here

"""Memory over many pictures of many sizes, in the worker and in the process of the pool."""

from __future__ import annotations

import asyncio
import io
import sys
from dataclasses import replace

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
    original = Image.open(GROUP)
    photos = []
    for width in WIDTHS:
        buffer = io.BytesIO()
        original.resize((width, width * 3 // 5)).save(buffer, "JPEG")
        photos.append(buffer.getvalue())

    async def main() -> None:
        held: list[tuple[int, int]] = []
        async with running(replace(settings, model="builtin", threads=2)) as pool:
            for number in range(200):
                photo = photos[number * 3 % len(photos)]
                await pool.parse(ask(pool, photo, "json", "overlay"), priority="sync")
                (worker,) = pool.states().workers
                held.append((worker.resident_bytes or 0, resident_bytes() or 0))
            assert not any(pool.states().restarts[reason] for reason in RestartReason)
        workers, here = zip(*held, strict=True)
        # The first fifty bring every size several times; after that nothing may pile up.
        assert max(workers[150:]) < max(workers[:50]) + 25 * MEGABYTES
        assert max(here[150:]) < max(here[:50]) + 10 * MEGABYTES
        assert max(workers) < 600 * MEGABYTES

    asyncio.run(main())

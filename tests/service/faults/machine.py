"""One machine of a service, as a process: with real stores, a real pool and short leases.

    python -m tests.service.faults.machine embedded --data FOLDER --model FILE
    python -m tests.service.faults.machine worker --redis URL --blobs FOLDER --model FILE
    python -m tests.service.faults.machine sweeper --redis URL --blobs FOLDER --model FILE
    python -m tests.service.faults.machine http --data FOLDER --model FILE

It says "ready" on standard output, and ends on SIGTERM as the commands do. The last one is what
`m2fp serve` runs, and says its address in the next line.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import tests.service.faults.turned_clock  # noqa: F401 - before all that takes the time from Python

from m2fp.service.blobs import FolderBlobs
from m2fp.service.http.assembly import assemble
from m2fp.service.http.intake.upload import keep_uploads_in
from m2fp.service.http.server import Listener, serve
from m2fp.service.jobs.redis_store import RedisJobStore
from m2fp.service.jobs.sqlite_store import SqliteJobStore
from m2fp.service.operation.settings import HttpSettings, JobSettings, ServiceSettings
from m2fp.service.queue import EmbeddedQueue
from m2fp.service.queue.announcing import Announcer
from m2fp.service.queue.celery_app import make_app
from m2fp.service.queue.celery_queue import CeleryQueue
from m2fp.service.queue.celery_worker import run_worker
from m2fp.service.queue.runner import Runner
from m2fp.service.workers import Pool, PoolSettings, Priority, WorkAnswer, WorkerPhase, WorkRequest

# What is found after the end of a picture's own bytes, which no decoder reads.
DEADLY = b"--deadly--"
SLOW = b"--slow--"

SETTINGS = JobSettings(lease_s=2.0, renew_s=0.5, sweep_s=0.5)
SYNC_S = 4.0  # in which a request has to come, and to be answered


class OddPool(Pool):
    """Kills its process in the middle of a deadly picture, and takes its time over a slow one."""

    def __init__(self, settings: PoolSettings) -> None:
        super().__init__(settings)
        self._one = asyncio.Lock()  # who is killed works on that picture

    async def parse(self, request: WorkRequest, *, priority: Priority) -> WorkAnswer:  # type: ignore[override]
        if request.photo.endswith(SLOW):
            await asyncio.sleep(1.5)
        async with self._one:
            return await self._parse(request, priority)

    async def _parse(self, request: WorkRequest, priority: Priority) -> WorkAnswer:
        work = asyncio.create_task(super().parse(request, priority=priority))
        if request.photo.endswith(DEADLY):
            while not work.done():
                for worker in self.states().workers:
                    if worker.phase is WorkerPhase.BUSY and worker.pid is not None:
                        with suppress(ProcessLookupError):
                            os.kill(worker.pid, signal.SIGKILL)
                await asyncio.sleep(0.01)
        try:
            return await work
        finally:
            work.cancel()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("role", choices=["embedded", "worker", "sweeper", "http"])
    options.add_argument("--data", type=Path)
    options.add_argument("--redis")
    options.add_argument("--broker")
    options.add_argument("--blobs", type=Path)
    options.add_argument("--model", required=True)
    options.add_argument("--drain", type=float, default=10.0)
    chosen = options.parse_args()
    pool_settings = PoolSettings(model=chosen.model, workers=1, threads=1)
    if chosen.role == "http":
        asyncio.run(http(chosen.data, pool_settings, chosen.drain))
        return
    pool = OddPool(pool_settings)
    if chosen.role == "embedded":
        asyncio.run(embedded(chosen.data, pool, chosen.drain))
    elif chosen.role == "worker":
        sys.exit(worker(chosen, pool))
    else:
        asyncio.run(sweeper(chosen))


async def embedded(data: Path, pool: Pool, drain_s: float) -> None:
    store, blobs = SqliteJobStore(data / "jobs.sqlite"), FolderBlobs(data / "blobs")
    queue = EmbeddedQueue(store, blobs, pool, SETTINGS, slots=2)
    await pool.start()
    await queue.start()
    await until_told_to_end()
    await queue.drain(drain_s)
    await pool.drain(0)


async def http(data: Path, pool_settings: PoolSettings, drain_s: float) -> None:
    keep_uploads_in(data / "tmp")
    listener = Listener("127.0.0.1", 0)
    web = HttpSettings(port=0, sync_deadline_s=SYNC_S)
    settings = ServiceSettings(data=data, drain_s=drain_s, http=web, jobs=SETTINGS)

    def tell() -> None:
        say_ready()
        sys.stdout.write(f"{listener.url}\n")
        sys.stdout.flush()

    await serve(assemble(settings, pool_settings), listener, when_ready=tell)


def worker(chosen: argparse.Namespace, pool: Pool) -> int:
    store, blobs = RedisJobStore(chosen.redis), FolderBlobs(chosen.blobs)
    name = f"test-{os.getpid()}"
    with Runner(store, blobs, pool, SETTINGS, name=name) as runner:
        say_ready()
        app = make_app(chosen.broker)
        return run_worker(app, runner, slots=2, drain_s=chosen.drain, name=name)


async def sweeper(chosen: argparse.Namespace) -> None:
    store, blobs = RedisJobStore(chosen.redis), FolderBlobs(chosen.blobs)
    queue = CeleryQueue(store, blobs, Announcer(make_app(chosen.broker)), SETTINGS)
    await queue.start()
    await until_told_to_end()
    await queue.drain(0)


def say_ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


async def until_told_to_end() -> None:
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    say_ready()
    await told.wait()


if __name__ == "__main__":  # not in the processes that the pool spawns
    main()

"""Fill the disk under a service, make room again, and see that nothing was lost.

A process of its own, because a limit on the size of files holds for a whole process. Python ignores
the signal that comes with it, so that writes fail with EFBIG; to SQLite that is a full disk.
"""

from __future__ import annotations

import asyncio
import resource
import sys
from pathlib import Path

from tests.service.queue.fakes import GOOD, FakePool

from m2fp.service.blobs import FolderBlobs
from m2fp.service.errors import StoreUnavailable
from m2fp.service.jobs import ItemRef, Job, JobState, NewItem, ParseOptions, input_key, new_job_id
from m2fp.service.jobs.sqlite_store import SqliteJobStore
from m2fp.service.operation.settings import JobSettings
from m2fp.service.queue import EmbeddedQueue

FAST = JobSettings(lease_s=1.0, renew_s=0.2, sweep_s=0.2)


def limit(size: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))


def submit(store: SqliteJobStore, blobs: FolderBlobs) -> Job:
    job_id = new_job_id()
    items = []
    for index in range(5):
        key = input_key(ItemRef(job_id, index))
        blobs.put(key, GOOD)
        items.append(NewItem(display_name="a.jpg", input_key=key, size=4, sha256="0" * 64))
    return store.create(job_id, "anna", ParseOptions(model="fake"), items, keep_s=3600)


async def main(folder: Path) -> None:
    store, blobs = SqliteJobStore(folder / "jobs.sqlite"), FolderBlobs(folder / "blobs")
    accepted = [submit(store, blobs) for _ in range(3)]
    log = folder / "jobs.sqlite-wal"

    limit(log.stat().st_size)  # not a page more
    for refused in (
        store.healthy,
        lambda: submit(store, blobs),
        lambda: blobs.put("a", b"x" * 10**7),
    ):
        try:
            refused()
        except StoreUnavailable:
            continue
        raise AssertionError(f"{refused} was possible")
    pool = FakePool()
    queue = EmbeddedQueue(store, blobs, pool, FAST, slots=2)
    await queue.start()
    await asyncio.sleep(2)
    assert not any(store.get(job.id).done for job in accepted)
    assert pool.calls[GOOD] == 0  # nothing is begun that could not be claimed

    limit(resource.RLIM_INFINITY)
    async with asyncio.timeout(60):
        while not all(store.get(job.id).state.ended for job in accepted):
            await asyncio.sleep(0.05)
    await queue.drain(5)
    for job in accepted:
        assert store.get(job.id).state is JobState.SUCCEEDED
        assert {item.attempts for item in store.items(job.id)} == {1}
    assert pool.calls[GOOD] == 15
    store.healthy()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))

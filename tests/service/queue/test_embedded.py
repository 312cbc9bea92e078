"""Jobs through the embedded queue, with real stores and a pool that parses nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.service.queue.fakes import BROKEN, BUGGY, DEADLY, GOOD, LATE, SLOW, FakePool

from m2fp.service.blobs import FolderBlobs
from m2fp.service.errors import StoreUnavailable
from m2fp.service.jobs import (
    Claim,
    ItemRef,
    ItemState,
    Job,
    JobState,
    NewItem,
    Outcome,
    ParseOptions,
    input_key,
    job_prefix,
    new_job_id,
)
from m2fp.service.jobs.sqlite_store import SqliteJobStore
from m2fp.service.operation.settings import JobSettings
from m2fp.service.queue import EmbeddedQueue, WorkEnd

FAST = JobSettings(lease_s=1.0, renew_s=0.05, sweep_s=0.05, item_deadline_s=7.0)
OPTIONS = ParseOptions(model="lite", formats=("json", "overlay"))


class Blobs(FolderBlobs):
    """A folder whose disk can be full."""

    full = False

    def put(self, key: str, data: bytes) -> None:
        if self.full and data != SLOW:
            raise StoreUnavailable("no space left")
        super().put(key, data)


class Store(SqliteJobStore):
    """A store that can be away, and can be slow to answer after it has written."""

    away = False

    def finish(self, claim: Claim, outcome: Outcome) -> bool:
        if self.away:
            raise StoreUnavailable("away")
        return super().finish(claim, outcome)

    def renew(self, claim: Claim) -> bool:
        if self.away:
            raise StoreUnavailable("away")
        return super().renew(claim)


@dataclass
class Bench:
    """A queue and what it works with."""

    store: Store
    blobs: Blobs
    pool: FakePool
    queue: EmbeddedQueue
    ends: list[WorkEnd] = field(default_factory=list)

    def submit(self, *photos: bytes) -> Job:
        job_id = new_job_id()
        items = []
        for index, photo in enumerate(photos):
            key = input_key(ItemRef(job_id, index))
            self.blobs.put(key, photo)
            items.append(NewItem(display_name="a.jpg", input_key=key, size=1, sha256="0" * 64))
        job = self.store.create(job_id, "anna", OPTIONS, items, keep_s=3600)
        self.queue.announce(ItemRef(job_id, index) for index in range(len(items)))
        return job

    async def ended(self, job: Job) -> Job:
        return await until(lambda: self.store.get(job.id), lambda seen: seen.state.ended)

    def keys(self, job: Job) -> list[str]:
        return self.blobs.keys(job_prefix(job.id))


async def until(look: Callable[[], Job], wanted: Callable[[Job], bool], seconds: float = 15) -> Job:
    async with asyncio.timeout(seconds):
        while not wanted(seen := look()):
            await asyncio.sleep(0.01)
    return seen


@asynccontextmanager
async def bench(folder: Path, settings: JobSettings = FAST, slots: int = 2) -> AsyncIterator[Bench]:
    store, blobs, pool = Store(folder / "jobs.sqlite"), Blobs(folder / "blobs"), FakePool()
    ends: list[WorkEnd] = []
    queue = EmbeddedQueue(
        store, blobs, pool, settings, slots=slots, observer=lambda _, end: ends.append(end)
    )
    await queue.start()
    try:
        yield Bench(store, blobs, pool, queue, ends)
    finally:
        pool.let_go.set()
        await queue.drain(5)
        store.close()


def test_jobs_happen(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as b:
            job = await b.ended(b.submit(GOOD, GOOD, BROKEN))
            assert (job.state, job.done, job.failed) == (JobState.PARTIAL, 3, 1)
            one, _, broken = b.store.items(job.id)
            assert {name: b.blobs.get(key) for name, key in one.results.items()} == {
                "json": b"json of good",
                "overlay": b"overlay of good",
            }
            assert (one.persons, one.timing) == (3, {"total_s": 0.25})
            assert broken.error is not None
            assert (broken.error.code, broken.attempts) == ("undecodable_image", 1)
            # The photos are gone, and nothing but the results is there.
            await settle(lambda: len(b.keys(job)) == 4)
            await settle(lambda: len(b.ends) == 3)
            assert sorted(b.ends) == [WorkEnd.FAILED, WorkEnd.SUCCEEDED, WorkEnd.SUCCEEDED]

    asyncio.run(story())


def test_photos_are_kept_on_request(tmp_path: Path) -> None:
    async def story() -> None:
        settings = JobSettings(lease_s=1, renew_s=0.05, sweep_s=0.05, keep_inputs=True)
        async with bench(tmp_path, settings) as b:
            job = await b.ended(b.submit(GOOD))
            assert f"{job_prefix(job.id)}/0/input" in b.keys(job)

    asyncio.run(story())


def test_no_more_at_once_than_there_are_slots(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path, slots=3) as b:
            job = b.submit(*[SLOW] * 8)
            await until(lambda: b.store.get(job.id), lambda _: b.pool.running == 3)
            await asyncio.sleep(0.1)
            assert b.store.stats().running == 3
            b.pool.let_go.set()
            await b.ended(job)
            assert (b.pool.most_running, b.pool.calls[SLOW]) == (3, 8)

    asyncio.run(story())


def test_work_that_outlasts_its_lease_is_done_once(tmp_path: Path) -> None:
    async def story() -> None:
        settings = JobSettings(lease_s=0.3, renew_s=0.05, sweep_s=0.05)
        async with bench(tmp_path, settings) as b:
            job = b.submit(SLOW)
            await asyncio.sleep(1.2)
            b.pool.let_go.set()
            await b.ended(job)
            assert b.pool.calls[SLOW] == 1
            assert b.store.items(job.id)[0].attempts == 1

    asyncio.run(story())


def test_a_picture_that_kills_workers_fails_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as b:
            job, other = b.submit(GOOD, DEADLY, GOOD), b.submit(GOOD)
            job = await b.ended(job)
            assert (job.state, job.failed) == (JobState.PARTIAL, 1)
            poison = b.store.items(job.id)[1]
            assert poison.error is not None
            assert (poison.error.code, poison.attempts) == ("worker_lost", 3)
            assert b.pool.calls[DEADLY] == 3
            assert (await b.ended(other)).state is JobState.SUCCEEDED
            await settle(lambda: not any(key.endswith("/input") for key in b.keys(job)))

    asyncio.run(story())


@pytest.mark.parametrize(("photo", "code"), [(LATE, "deadline_exceeded"), (BUGGY, "internal")])
def test_what_is_not_tried_again(
    tmp_path: Path, photo: bytes, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with bench(tmp_path) as b:
            job = await b.ended(b.submit(photo))
            (item,) = b.store.items(job.id)
            assert item.error is not None
            assert (item.error.code, item.attempts) == (code, 1)
            assert b.pool.calls[photo] == 1
            if photo == LATE:
                assert item.error.message == "longer than 7.0 s"
            else:
                assert "a fault of ours" not in item.error.message

    with caplog.at_level(logging.CRITICAL if photo == LATE else logging.ERROR):
        asyncio.run(story())


def test_cancelling_stops_work_and_leaves_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as b:
            job = b.submit(SLOW, GOOD)
            await until(lambda: b.store.get(job.id), lambda seen: seen.done == 1)
            b.store.cancel(job.id)
            await settle(lambda: b.pool.stopped == 1)
            await settle(lambda: WorkEnd.LOST in b.ends)
            states = [item.state for item in b.store.items(job.id)]
            assert states == [ItemState.CANCELLED, ItemState.SUCCEEDED]
            assert not [key for key in b.keys(job) if "/0/" in key and "input" not in key]

    asyncio.run(story())


def test_deleting_a_running_job_leaves_no_blobs(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path, JobSettings(lease_s=9, renew_s=9, sweep_s=9)) as b:
            job = b.submit(SLOW)
            await settle(lambda: b.pool.running == 1)
            b.store.delete(job.id)
            b.blobs.delete_prefix(job_prefix(job.id))
            b.pool.let_go.set()  # no renewal comes before it is done
            await settle(lambda: b.ends == [WorkEnd.LOST])
            assert b.keys(job) == []

    asyncio.run(story())


def test_a_missing_photo_fails_its_item(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as b:
            job_id = new_job_id()
            item = NewItem(display_name="a", input_key=f"jobs/{job_id}/0/input", size=1, sha256="")
            job = await b.ended(b.store.create(job_id, "anna", OPTIONS, [item], keep_s=60))
            error = b.store.items(job.id)[0].error
            assert error is not None
            assert error.code == "blob_missing"

    asyncio.run(story())


def test_a_full_disk_only_delays(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as b:
            job = b.submit(SLOW)
            b.blobs.full = True
            b.pool.let_go.set()
            await settle(lambda: WorkEnd.RELEASED in b.ends)
            assert b.store.get(job.id).done == 0
            b.blobs.full = False
            job = await b.ended(job)
            assert job.state is JobState.SUCCEEDED
            assert b.store.items(job.id)[0].attempts == 1

    asyncio.run(story())


def test_a_model_that_is_not_there_yet_only_delays(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as b:
            b.pool.ready = False
            job = b.submit(GOOD)
            await settle(lambda: WorkEnd.RELEASED in b.ends)
            assert b.queue._pause.left() > 0  # it does not spin
            b.pool.ready = True
            assert (await b.ended(job)).state is JobState.SUCCEEDED

    asyncio.run(story())


def test_a_store_that_is_away_for_a_while_gets_the_outcome(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as b:
            job = b.submit(SLOW)
            await settle(lambda: b.pool.running == 1)
            b.store.away = True
            b.pool.let_go.set()
            await asyncio.sleep(0.5)
            b.store.away = False
            assert (await b.ended(job)).state is JobState.SUCCEEDED
            assert b.pool.calls[SLOW] == 1

    asyncio.run(story())


def test_draining_finishes_what_it_can_and_puts_back_the_rest(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as b:
            job = b.submit(SLOW, SLOW, GOOD)
            await settle(lambda: b.pool.running == 2)
            asyncio.get_running_loop().call_later(0.2, b.pool.let_go.set)
            await b.queue.drain(5)
            states = [item.state for item in b.store.items(job.id)]
            assert states == [ItemState.SUCCEEDED, ItemState.SUCCEEDED, ItemState.QUEUED]
        async with bench(tmp_path) as b:
            b.pool.let_go.set()
            assert (await b.ended(job)).state is JobState.SUCCEEDED

    asyncio.run(story())


def test_draining_waits_no_longer_than_it_may(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as b:
            job = b.submit(SLOW)
            await settle(lambda: b.pool.running == 1)
            async with asyncio.timeout(5):
                await b.queue.drain(0.1)
            (item,) = b.store.items(job.id)
            assert (item.state, item.attempts, b.pool.stopped) == (ItemState.QUEUED, 0, 1)
            assert b.ends == [WorkEnd.RELEASED]

    asyncio.run(story())


def test_it_drains_at_once_when_idle(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as b:
            async with asyncio.timeout(2):
                await b.queue.drain(30)

    asyncio.run(story())


def test_sweeping_goes_on_after_any_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls = []

    def sweep(self: Store) -> None:
        calls.append(1)
        raise StoreUnavailable("away") if len(calls) < 3 else RuntimeError("a bug")

    async def story() -> None:
        async with bench(tmp_path):
            await settle(lambda: len(calls) >= 5)

    monkeypatch.setattr(Store, "sweep", sweep)
    asyncio.run(story())


async def settle(wanted: Callable[[], bool], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not wanted():
            await asyncio.sleep(0.01)

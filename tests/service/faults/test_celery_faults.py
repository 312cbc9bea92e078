"""What happens to several machines: with a real Redis, real Celery workers and a real sweeper."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.service.faults.machine import DEADLY, SLOW
from tests.service.faults.stage import Machine, Stage, photo, until
from tests.service.faults.turned_clock import turn
from tests.service.redis_server import RedisServer

from m2fp.service.errors import StoreUnavailable
from m2fp.service.jobs import Job, JobState
from m2fp.service.jobs.redis_store import RedisJobStore
from m2fp.service.queue.announcing import Announcer
from m2fp.service.queue.celery_app import make_app

pytestmark = [pytest.mark.fault, pytest.mark.skipif(os.name != "posix", reason="signals")]

Start = Callable[..., Machine]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """Return a Redis of this test's own, which it may kill."""
    folder = tmp_path / "redis"
    folder.mkdir()
    server = RedisServer(folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def stage(redis: RedisServer, tmp_path: Path, fake_model: Path) -> Iterator[Stage]:
    store = RedisJobStore(redis.url)
    yield Stage(store, tmp_path / "blobs", fake_model)
    store.close()


@pytest.fixture
def announcer(redis: RedisServer) -> Iterator[Announcer]:
    announcer = Announcer(make_app(redis.broker_url))
    yield announcer
    announcer.close()


@pytest.fixture
def start(redis: RedisServer, tmp_path: Path, fake_model: Path) -> Iterator[Start]:
    """Return a function that starts a machine; whatever it started is gone afterwards."""
    machines: list[Machine] = []

    def start(role: str, *arguments: object, clock: Path | None = None) -> Machine:
        where = ("--redis", redis.url, "--broker", redis.broker_url)
        rest = ("--blobs", tmp_path / "blobs", "--model", fake_model)
        machines.append(Machine(role, *where, *rest, *arguments, clock=clock))
        return machines[-1]

    yield start
    for machine in machines:
        machine.kill()


def submit(stage: Stage, announcer: Announcer, *photos: bytes) -> Job:
    job = stage.submit(*photos)
    announcer.announce(item.ref for item in stage.items(job))
    return job


def test_a_message_that_comes_three_times(stage: Stage, announcer: Announcer, start: Start) -> None:
    job = stage.submit(*[photo(SLOW)] * 3)
    for _ in range(3):
        announcer.announce(item.ref for item in stage.items(job))
    start("worker")
    start("worker")
    assert stage.ended(job).state is JobState.SUCCEEDED
    until(lambda: announcer.waiting() == 0)
    time.sleep(1)
    assert {item.attempts for item in stage.items(job)} == {1}
    stage.check(job)


def test_messages_that_are_lost_or_were_never_sent(
    stage: Stage, announcer: Announcer, redis: RedisServer, start: Start
) -> None:
    job = submit(stage, announcer, *[photo()] * 3)
    assert announcer.waiting() == 3
    redis.ask("FLUSHDB", database=1)
    assert announcer.waiting() == 0
    silent = stage.submit(photo())
    start("worker")
    start("sweeper")
    assert stage.ended(job).state is JobState.SUCCEEDED
    assert stage.ended(silent).state is JobState.SUCCEEDED


def test_a_worker_killed_in_the_middle(stage: Stage, announcer: Announcer, start: Start) -> None:
    start("sweeper")
    job = submit(stage, announcer, *[photo(SLOW)] * 6)
    first = start("worker")
    until(lambda: stage.store.get(job.id).done >= 1 and bool(stage.running(job)))
    first.kill()
    killed = time.monotonic()
    interrupted = [item.index for item in stage.running(job)]
    assert interrupted
    start("worker")
    until(lambda: all(stage.items(job)[index].attempts == 2 for index in interrupted))
    assert time.monotonic() - killed < 30
    assert stage.ended(job).state is JobState.SUCCEEDED
    stage.check(job)
    assert max(item.attempts for item in stage.items(job)) == 2


def test_a_picture_that_kills_its_process_fails_alone(
    stage: Stage, announcer: Announcer, start: Start
) -> None:
    start("worker")
    job = submit(stage, announcer, photo(), photo(DEADLY, 3000), photo())
    job = stage.ended(job, 120)
    assert (job.state, job.failed) == (JobState.PARTIAL, 1)
    poison = stage.items(job)[1]
    assert poison.error is not None
    assert (poison.error.code, poison.attempts) == ("worker_lost", 3)
    stage.check(job)


def test_redis_killed_and_started_again(
    stage: Stage, announcer: Announcer, redis: RedisServer, start: Start
) -> None:
    start("worker")
    start("sweeper")
    job = submit(stage, announcer, *[photo(SLOW)] * 6)
    until(lambda: stage.store.get(job.id).done >= 1 and bool(stage.running(job)))
    redis.kill()
    with pytest.raises(StoreUnavailable):
        stage.store.get(job.id)
    with pytest.raises(StoreUnavailable):
        stage.submit(photo())
    announcer.announce([])
    time.sleep(3)  # longer than a lease
    redis.start()
    late = submit(stage, announcer, photo())
    assert stage.ended(job, 90).state is JobState.SUCCEEDED
    assert stage.ended(late, 90).state is JobState.SUCCEEDED
    stage.check(job)


def test_redis_full(stage: Stage, announcer: Announcer, redis: RedisServer, start: Start) -> None:
    """Redis takes no more (noeviction), with work in progress, and then there is room again."""
    first = start("worker")
    start("sweeper")
    job = submit(stage, announcer, *[photo(SLOW)] * 5)
    until(lambda: stage.store.get(job.id).done >= 1 and bool(stage.running(job)))
    redis.ask("CONFIG", "SET", "maxmemory", "1")
    with pytest.raises(StoreUnavailable):
        stage.submit(photo())
    with pytest.raises(StoreUnavailable):
        stage.store.healthy()
    announcer.announce(item.ref for item in stage.items(job))
    assert stage.store.get(job.id).total == 5, "what is there can be read"
    assert announcer.waiting() == -1
    time.sleep(3)  # longer than a lease
    redis.ask("CONFIG", "SET", "maxmemory", "0")
    late = submit(stage, announcer, photo())
    start("worker")  # as whoever runs workers does with one that has ended
    assert stage.ended(job, 90).state is JobState.SUCCEEDED
    assert stage.ended(late, 90).state is JobState.SUCCEEDED
    stage.check(job)
    if first.process.poll() is None:
        assert first.terminate() == 0
    else:
        assert first.process.returncode > 0


def test_the_clock_of_the_day_jumps(
    stage: Stage, announcer: Announcer, start: Start, tmp_path: Path
) -> None:
    """The sweeper's and the worker's, each at another moment and to another time."""
    worker, sweeper = tmp_path / "worker.clock", tmp_path / "sweeper.clock"
    turn(worker, 0)
    turn(sweeper, 0)
    start("sweeper", clock=sweeper)
    job = submit(stage, announcer, *[photo(SLOW)] * 5)
    start("worker", clock=worker)
    for done, clock, hours in ((1, sweeper, 1), (2, worker, -1), (3, sweeper, -2), (4, worker, -5)):
        until(lambda done=done: stage.store.get(job.id).done >= done)  # type: ignore[misc]
        turn(clock, 3600 * hours)
    job = stage.ended(job)
    assert job.state is JobState.SUCCEEDED
    assert job.finished is not None
    assert time.time() - job.finished > 4 * 3600, "the worker did not follow this clock"
    assert {item.attempts for item in stage.items(job)} == {1}
    stage.check(job)


def test_frozen_and_thawed(stage: Stage, announcer: Announcer, start: Start) -> None:
    start("sweeper")
    first = start("worker")
    job = submit(stage, announcer, *[photo(SLOW)] * 4)
    until(lambda: bool(stage.running(job)))
    os.killpg(first.process.pid, signal.SIGSTOP)
    start("worker")
    until(lambda: stage.store.get(job.id).done >= 3)
    os.killpg(first.process.pid, signal.SIGCONT)
    assert stage.ended(job).state is JobState.SUCCEEDED
    stage.check(job)


def test_sigterm_finishes_what_is_begun(stage: Stage, announcer: Announcer, start: Start) -> None:
    job = submit(stage, announcer, *[photo(SLOW)] * 6)
    worker = start("worker")
    until(lambda: bool(stage.running(job)))
    assert worker.terminate() == 0
    assert not stage.running(job)
    assert 1 <= stage.store.get(job.id).done < 6
    assert {i.attempts for i in stage.items(job)} == {0, 1}
    start("worker")
    start("sweeper")
    assert stage.ended(job).state is JobState.SUCCEEDED
    assert {i.attempts for i in stage.items(job)} == {1}


def test_sigterm_puts_back_what_takes_too_long(
    stage: Stage, announcer: Announcer, start: Start
) -> None:
    job = submit(stage, announcer, *[photo(SLOW)] * 4)
    worker = start("worker", "--drain", 0.2)
    until(lambda: bool(stage.running(job)))
    begun = time.monotonic()
    assert worker.terminate() == 0
    assert time.monotonic() - begun < 10
    assert not stage.running(job)
    start("worker")
    start("sweeper")
    assert stage.ended(job).state is JobState.SUCCEEDED
    assert {i.attempts for i in stage.items(job)} == {1}

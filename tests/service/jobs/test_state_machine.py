"""Any sequence of what clients, workers, sweepers and clocks do keeps the promises of a store.

A model in a few dictionaries does the same; every answer and every state must agree.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from tests.service.jobs.worlds import KEEP_S, LEASE_S, World, redis_world, sqlite_world
from tests.service.redis_server import RedisServer

from m2fp.service.errors import JobNotCancellable, JobNotFound, ResultExpired
from m2fp.service.jobs import Claim, ItemError, ItemRef, ItemState, JobState, Outcome

MAX_ATTEMPTS = 3


@dataclass
class ModelItem:
    """What is known of an item."""

    state: ItemState = ItemState.QUEUED
    attempts: int = 0
    token: str | None = None  # of the claim that holds, or that has finished it
    result: str | None = None
    unseen: float = 0.0  # seconds that a sweeper that never sleeps has seen no renewal


@dataclass
class ModelJob:
    """What is known of a job."""

    items: list[ModelItem]
    begun: bool = False
    cancelled: bool = False
    finished: float | None = None
    expired: bool = False
    results: dict[int, str] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        return all(item.state.ended for item in self.items)

    @property
    def state(self) -> JobState:
        if self.cancelled:
            return JobState.CANCELLED
        if not self.ended:
            return JobState.RUNNING if self.begun else JobState.QUEUED
        good = sum(item.state is ItemState.SUCCEEDED for item in self.items)
        if good == len(self.items):
            return JobState.SUCCEEDED
        return JobState.PARTIAL if good else JobState.FAILED


class Jobs(RuleBasedStateMachine):
    """Clients, workers and time; `world` is set by the tests below."""

    world: World
    claims = Bundle("claims")

    @initialize()
    def begin(self) -> None:
        self.jobs: dict[str, ModelJob] = {}

    # what clients do

    @rule(count=st.integers(1, 3))
    def submit(self, count: int) -> None:
        job = self.world.submit(count)
        self.jobs[job.id] = ModelJob([ModelItem() for _ in range(count)])

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        job_id = self.choose(data)
        if job_id is None:
            return
        job = self.jobs[job_id]
        if job.ended and not job.cancelled:
            with pytest.raises(ResultExpired if job.expired else JobNotCancellable):
                self.world.store.cancel(job_id)
        elif job.expired:
            with pytest.raises(ResultExpired):
                self.world.store.cancel(job_id)
        else:
            assert self.world.store.cancel(job_id).state is JobState.CANCELLED
            if not job.cancelled:
                job.cancelled = True
                job.finished = self.world.wall.now
                for item in job.items:
                    if not item.state.ended:
                        item.state, item.token = ItemState.CANCELLED, None

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        job_id = self.choose(data)
        if job_id is not None:
            self.world.store.delete(job_id)
            del self.jobs[job_id]
            with pytest.raises(JobNotFound):
                self.world.store.get(job_id)

    # what workers do

    @rule(target=claims)
    def claim(self) -> Claim | None:
        got = self.world.store.claim("w", lease_s=LEASE_S)
        waiting = self.waiting()
        assert (got.ref if got else None) == (waiting[0] if waiting else None)
        return self.taken(got)

    @rule(target=claims, data=st.data())
    def claim_one(self, data: st.DataObject) -> Claim | None:
        job_id = self.choose(data)
        if job_id is None:
            return None
        ref = ItemRef(job_id, data.draw(st.integers(0, 2)))
        got = self.world.store.claim("w", only=ref, lease_s=LEASE_S)
        assert (got is not None) == (ref in self.waiting())
        return self.taken(got)

    @rule(claim=claims)
    def renew(self, claim: Claim | None) -> None:
        if claim is not None:
            item = self.held(claim)
            assert self.world.store.renew(claim) == (item is not None)
            if item is not None:
                item.unseen = 0.0

    @rule(claim=claims, good=st.booleans())
    def finish(self, claim: Claim | None, good: bool) -> None:
        if claim is None:
            return
        item = self.held(claim)
        repeated = self.item(claim) is not None and self.item(claim).token == claim.token
        outcome = Outcome(results={"json": claim.token}) if good else _BAD
        assert self.world.store.finish(claim, outcome) == (item is not None or repeated)
        if item is not None:
            item.state = ItemState.SUCCEEDED if good else ItemState.FAILED
            item.result = claim.token if good else None
            self.note_end(claim.job_id)

    @rule(claim=consumes(claims))
    def release(self, claim: Claim | None) -> None:
        if claim is not None:
            item = self.held(claim)
            self.world.store.release(claim)
            if item is not None:
                item.state, item.token = ItemState.QUEUED, None
                item.attempts -= 1

    @rule(claim=consumes(claims))
    def retry(self, claim: Claim | None) -> None:
        if claim is not None:
            item = self.held(claim)
            again = item is not None and item.attempts < MAX_ATTEMPTS
            assert self.world.store.retry(claim) == again
            if item is not None:
                self.lose(claim.job_id, item)

    # what time does

    @rule()
    def sweep(self) -> None:
        swept = self.world.store.sweep()
        again, failed = set(), set()
        for job_id, job in self.jobs.items():
            for place, item in enumerate(job.items):
                if item.state is ItemState.RUNNING and item.unseen >= LEASE_S:
                    lost = again if item.attempts < MAX_ATTEMPTS else failed
                    lost.add(ItemRef(job_id, place))
                    self.lose(job_id, item)
            if job.finished is not None and self.world.wall.now >= job.finished + KEEP_S:
                job.expired = True
        assert (set(swept.requeued), set(swept.failed)) == (again, failed)
        assert set(swept.expired) == {name for name, job in self.jobs.items() if job.expired}

    @rule(seconds=st.sampled_from([1.0, LEASE_S / 2]))
    def pass_time(self, seconds: float) -> None:
        # Swept before and after, as a sweeper that never sleeps does; its first look at a claim
        # is what its lease counts from.
        self.sweep()
        self.world.pass_time(seconds)
        for job in self.jobs.values():
            for item in job.items:
                if item.state is ItemState.RUNNING:
                    item.unseen += seconds
        self.sweep()

    @rule(seconds=st.sampled_from([-1e6, -30.0, 30.0, KEEP_S]))
    def turn_the_clock(self, seconds: float) -> None:
        self.world.wall.now += seconds

    @rule()
    def restart(self) -> None:
        self.world.restart()
        for job in self.jobs.values():
            for item in job.items:
                item.unseen = 0.0
        self.sweep()

    # what always holds

    @invariant()
    def every_job_is_as_it_should_be(self) -> None:
        for job_id, job in getattr(self, "jobs", {}).items():
            if job.expired:
                with pytest.raises(ResultExpired):
                    self.world.store.get(job_id)
                continue
            seen = self.world.store.get(job_id)
            ended = [item for item in job.items if item.state.ended]
            failed = [item for item in job.items if item.state is ItemState.FAILED]
            assert (seen.state, seen.total) == (job.state, len(job.items))
            assert (seen.done, seen.failed) == (len(ended), len(failed))
            assert (seen.finished is None) == (not job.ended) == (seen.expires is None)
            rows = self.world.store.items(job_id)
            assert [(i.state, i.attempts) for i in rows] == [
                (i.state, i.attempts) for i in job.items
            ]
            assert [i.results.get("json") for i in rows] == [i.result for i in job.items]

    @invariant()
    def the_queue_is_as_it_should_be(self) -> None:
        if not hasattr(self, "jobs"):
            return
        assert self.world.store.queued(100) == self.waiting()
        stats = self.world.store.stats()
        running = [i for job in self.jobs.values() for i in job.items if i.token]
        live = [i for i in running if i.state is ItemState.RUNNING]
        assert (stats.depth, stats.running) == (len(self.waiting()), len(live))
        assert sum(stats.jobs.values()) == len(self.jobs)

    # the model

    def choose(self, data: st.DataObject) -> str | None:
        return data.draw(st.sampled_from(sorted(self.jobs))) if self.jobs else None

    def waiting(self) -> list[ItemRef]:
        return [
            ItemRef(job_id, place)
            for job_id, job in self.jobs.items()
            for place, item in enumerate(job.items)
            if item.state is ItemState.QUEUED
        ]

    def taken(self, claim: Claim | None) -> Claim | None:
        if claim is not None:
            item = self.item(claim)
            item.state, item.token, item.unseen = ItemState.RUNNING, claim.token, 0.0
            item.attempts += 1
            assert claim.attempt == item.attempts <= MAX_ATTEMPTS
            self.jobs[claim.job_id].begun = True
            self.sweep()
        return claim

    def item(self, claim: Claim) -> ModelItem | None:
        job = self.jobs.get(claim.job_id)
        return job.items[claim.index] if job and not job.expired else None

    def held(self, claim: Claim) -> ModelItem | None:
        item = self.item(claim)
        if item is None or item.state is not ItemState.RUNNING or item.token != claim.token:
            return None
        return item

    def lose(self, job_id: str, item: ModelItem) -> None:
        item.token = None
        item.state = ItemState.QUEUED
        if item.attempts >= MAX_ATTEMPTS:
            item.state = ItemState.FAILED
            self.note_end(job_id)

    def note_end(self, job_id: str) -> None:
        if self.jobs[job_id].ended:
            self.jobs[job_id].finished = self.world.wall.now


_BAD = Outcome(error=ItemError(code="undecodable_image", message="no"))

_SETTINGS = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_sqlite(tmp_path: Path) -> None:
    class Machine(Jobs):
        def __init__(self) -> None:
            super().__init__()
            self.folder = Path(tempfile.mkdtemp(dir=tmp_path))
            self.world = sqlite_world(self.folder)

        def teardown(self) -> None:
            self.world.store.close()
            shutil.rmtree(self.folder)

    run_state_machine_as_test(Machine, settings=_SETTINGS)


def test_redis(redis_server: RedisServer) -> None:
    class Machine(Jobs):
        def __init__(self) -> None:
            super().__init__()
            redis_server.ask("FLUSHALL")
            self.world = redis_world(redis_server.url)

        def teardown(self) -> None:
            self.world.store.close()

    run_state_machine_as_test(Machine, settings=_SETTINGS)

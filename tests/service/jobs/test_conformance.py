"""What every store of jobs does."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from tests.service.jobs.worlds import KEEP_S, LEASE_S, OPTIONS, World, new_items

from m2fp.service.errors import (
    IdempotencyConflict,
    JobNotCancellable,
    JobNotFound,
    ResultExpired,
)
from m2fp.service.jobs import (
    Claim,
    Idempotency,
    ItemError,
    ItemRef,
    ItemState,
    Job,
    JobState,
    Outcome,
)
from m2fp.service.jobs.store import TOMBSTONE_S, Swept

GOOD = Outcome(results={"json": "jobs/x/0/t.json"}, persons=2, timing={"total_s": 0.5})
BAD = Outcome(error=ItemError(code="undecodable_image", message="no"), timing={"total_s": 0.1})


def claim(world: World, only: ItemRef | None = None) -> Claim:
    got = world.store.claim("w1", only=only, lease_s=LEASE_S)
    assert got is not None
    return got


def nothing_to_claim(world: World) -> bool:
    return world.store.claim("w9", lease_s=LEASE_S) is None


def test_a_job_is_as_it_was_submitted(world: World) -> None:
    job = world.submit(3)
    assert job == Job(
        id=job.id,
        owner="anna",
        options=OPTIONS,
        state=JobState.QUEUED,
        created=world.wall.now,
        total=3,
    )
    assert world.store.get(job.id) == job
    items = world.store.items(job.id)
    assert [item.ref for item in items] == [ItemRef(job.id, n) for n in range(3)]
    wanted = [(new.display_name, new.input_key, new.size, new.sha256) for new in new_items(3)]
    assert [(i.display_name, i.input_key, i.size, i.sha256) for i in items] == wanted
    assert {(i.state, i.attempts, i.error, i.persons) for i in items} == {
        (ItemState.QUEUED, 0, None, None)
    }


def test_items_come_in_pages(world: World) -> None:
    job = world.submit(12)
    assert [item.index for item in world.store.items(job.id, 9, 2)] == [9, 10]
    assert [item.index for item in world.store.items(job.id, 10)] == [10, 11]
    assert world.store.items(job.id, 12) == []


def test_what_is_submitted_outlives_the_process(world: World) -> None:
    job = world.submit(2)
    first = claim(world)
    world.restart()
    assert world.store.get(job.id).state is JobState.RUNNING
    assert world.store.finish(first, GOOD)
    assert claim(world).index == 1


def test_unknown_jobs(world: World) -> None:
    world.submit()
    for ask in (world.store.get, world.store.items, world.store.position, world.store.cancel):
        with pytest.raises(JobNotFound) as caught:
            ask("nobody")
        assert caught.value.job_id == "nobody"
    with pytest.raises(JobNotFound):
        world.store.delete("nobody")


def test_the_same_key_gives_the_first_job(world: World) -> None:
    key = Idempotency(key="k: 1", digest="d1")
    first = world.submit(2, idempotency=key)
    again = world.submit(2, idempotency=key)
    assert again == first
    assert world.submit(2, owner="bert", idempotency=key).id != first.id
    assert world.submit(2).id != first.id
    assert world.store.stats().depth == 6


def test_the_same_key_with_another_request_is_a_conflict(world: World) -> None:
    world.submit(idempotency=Idempotency(key="k", digest="d1"))
    with pytest.raises(IdempotencyConflict):
        world.submit(idempotency=Idempotency(key="k", digest="d2"))
    assert world.store.stats().depth == 1


def test_creating_may_be_repeated_when_the_answer_was_lost(world: World) -> None:
    job = world.submit(2)
    assert world.submit(2, job_id=job.id) == job
    assert world.store.stats().depth == 2


def test_a_deleted_job_leaves_its_key(world: World) -> None:
    key = Idempotency(key="k", digest="d1")
    first = world.submit(idempotency=key)
    world.store.delete(first.id)
    assert world.submit(idempotency=Idempotency(key="k", digest="d2")).id != first.id


def test_a_job_has_an_item(world: World) -> None:
    with pytest.raises(ValueError, match="one item"):
        world.submit(0)


def test_items_are_claimed_in_the_order_of_submission(world: World) -> None:
    a, b = world.submit(2), world.submit(11)
    got = [claim(world).ref for _ in range(13)]
    assert got == [ItemRef(a.id, 0), ItemRef(a.id, 1), *(ItemRef(b.id, n) for n in range(11))]
    assert nothing_to_claim(world)


def test_a_claim_says_what_to_do(world: World) -> None:
    job = world.submit()
    got = claim(world)
    assert (got.job_id, got.index, got.attempt, got.lease_s) == (job.id, 0, 1, LEASE_S)
    assert (got.input_key, got.display_name, got.options) == ("in/0", "照片 0.jpg", OPTIONS)
    job = world.store.get(job.id)
    assert (job.state, job.current) == (JobState.RUNNING, "照片 0.jpg")
    (item,) = world.store.items(job.id)
    assert (item.state, item.attempts) == (ItemState.RUNNING, 1)


def test_one_item_can_be_asked_for(world: World) -> None:
    a, b = world.submit(2), world.submit(2)
    wanted = ItemRef(b.id, 1)
    assert claim(world, wanted).ref == wanted
    assert world.store.claim("w2", only=wanted, lease_s=LEASE_S) is None
    assert world.store.claim("w2", only=ItemRef(b.id, 7), lease_s=LEASE_S) is None
    assert world.store.claim("w2", only=ItemRef("nobody", 0), lease_s=LEASE_S) is None
    assert claim(world).ref == ItemRef(a.id, 0)


def test_a_finished_item_is_not_claimed_again(world: World) -> None:
    job = world.submit()
    world.store.finish(claim(world), GOOD)
    assert world.store.claim("w2", only=ItemRef(job.id, 0), lease_s=LEASE_S) is None
    assert nothing_to_claim(world)


@pytest.mark.parametrize(
    ("outcomes", "state", "failed"),
    [
        ([GOOD, GOOD], JobState.SUCCEEDED, 0),
        ([GOOD, BAD], JobState.PARTIAL, 1),
        ([BAD, BAD], JobState.FAILED, 2),
    ],
)
def test_how_jobs_end(world: World, outcomes: list[Outcome], state: JobState, failed: int) -> None:
    job = world.submit(2)
    claims = [claim(world), claim(world)]
    world.pass_time(10)
    assert world.store.finish(claims[1], outcomes[1])
    half = world.store.get(job.id)
    assert (half.state, half.done, half.finished) == (JobState.RUNNING, 1, None)
    world.pass_time(10)
    assert world.store.finish(claims[0], outcomes[0])
    job = world.store.get(job.id)
    assert (job.state, job.done, job.failed, job.current) == (state, 2, failed, None)
    assert job.finished == pytest.approx(world.wall.now)
    assert job.expires == pytest.approx(world.wall.now + KEEP_S)


def test_the_outcome_is_kept(world: World) -> None:
    job = world.submit(2)
    world.store.finish(claim(world), GOOD)
    world.store.finish(claim(world), BAD)
    good, bad = world.store.items(job.id)
    assert (good.state, good.results, good.error) == (ItemState.SUCCEEDED, GOOD.results, None)
    assert (good.persons, good.timing) == (2, GOOD.timing)
    assert (bad.state, bad.results, bad.error) == (ItemState.FAILED, {}, BAD.error)
    assert (bad.persons, bad.timing) == (None, BAD.timing)


def test_finishing_may_be_repeated_when_the_answer_was_lost(world: World) -> None:
    job = world.submit()
    got = claim(world)
    assert world.store.finish(got, GOOD)
    assert world.store.finish(got, GOOD)
    assert world.store.get(job.id).done == 1


def test_only_the_last_claim_finishes(world: World) -> None:
    job = world.submit()
    lost = claim(world)
    world.lose_leases()
    assert world.store.sweep().requeued == (lost.ref,)
    won = claim(world)
    assert (won.attempt, won.token != lost.token) == (2, True)
    assert not world.store.renew(lost)
    assert not world.store.finish(lost, BAD)
    assert world.store.finish(won, GOOD)
    assert not world.store.finish(lost, BAD)
    (item,) = world.store.items(job.id)
    assert (item.state, item.attempts) == (ItemState.SUCCEEDED, 2)


def test_a_renewed_claim_is_kept(world: World) -> None:
    world.submit()
    got = claim(world)
    for _ in range(10):
        world.store.sweep()
        world.pass_time(LEASE_S * 0.9)
        assert world.store.renew(got)
    assert world.store.sweep().requeued == ()
    assert world.store.finish(got, GOOD)


def test_a_claim_that_is_renewed_during_the_sweep_is_kept(world: World) -> None:
    world.submit()
    got = claim(world)
    world.lose_leases()
    # The sweep has read the rows by the time it looks at the clock.
    world.steady.meanwhile = lambda: world.store.renew(got)
    assert world.store.sweep() == Swept()
    assert world.store.finish(got, GOOD)


def test_a_claim_that_ends_during_the_sweep_has_ended(world: World) -> None:
    job = world.submit()
    got = claim(world)
    world.lose_leases()
    world.steady.meanwhile = lambda: world.store.finish(got, GOOD)
    assert world.store.sweep() == Swept()
    assert world.store.get(job.id).state is JobState.SUCCEEDED


@pytest.mark.parametrize("jump", [1e7, -1e7])
def test_the_clock_of_the_day_decides_no_claim(world: World, jump: float) -> None:
    world.submit(2)
    living, dead = claim(world), claim(world)
    world.store.sweep()
    world.wall.now += jump
    assert world.store.sweep().requeued == ()
    world.pass_time(LEASE_S / 2)
    assert world.store.renew(living)
    assert world.store.sweep().requeued == ()
    world.pass_time(LEASE_S / 2)
    assert world.store.sweep().requeued == (dead.ref,)
    assert world.store.renew(living)


@pytest.mark.parametrize("jump", [1e7, -1e7])
def test_the_clock_of_the_day_drops_no_job_that_has_not_ended(world: World, jump: float) -> None:
    job = world.submit(2)
    claim(world)
    world.wall.now += jump
    assert world.store.sweep().expired == ()
    assert world.store.get(job.id).expires is None
    assert len(world.store.items(job.id)) == 2


def test_after_three_lost_workers_an_item_has_failed_and_others_go_on(world: World) -> None:
    job = world.submit(2)
    poison = ItemRef(job.id, 0)
    for attempt in (1, 2, 3):
        late = claim(world, poison)
        assert late.attempt == attempt
        world.lose_leases()
        swept = world.store.sweep()
        assert (swept.requeued, swept.failed) == (
            ((), (poison,)) if attempt == 3 else ((poison,), ())
        )
    item = world.store.items(job.id)[0]
    assert item.error is not None
    assert (item.state, item.error.code) == (ItemState.FAILED, "worker_lost")
    assert world.store.claim("w", only=poison, lease_s=LEASE_S) is None
    assert not world.store.finish(late, GOOD)
    assert world.store.items(job.id)[0].results == {}
    assert world.store.finish(claim(world), GOOD)
    assert world.store.get(job.id).state is JobState.PARTIAL


def test_who_knows_that_its_worker_died_says_so(world: World) -> None:
    job = world.submit()
    assert world.store.retry(claim(world))
    got = claim(world)
    assert got.attempt == 2
    assert world.store.retry(got)
    assert not world.store.retry(got)
    assert not world.store.retry(claim(world))
    (item,) = world.store.items(job.id)
    assert item.error is not None
    assert (item.attempts, item.error.code) == (3, "worker_lost")
    assert world.store.get(job.id).state is JobState.FAILED


def test_what_is_given_back_was_never_tried(world: World) -> None:
    job = world.submit()
    for _ in range(5):
        got = claim(world)
        assert got.attempt == 1
        world.store.release(got)
        assert not world.store.renew(got)
    assert world.store.items(job.id)[0].attempts == 0
    world.store.release(got)  # lost already
    assert world.store.finish(claim(world), GOOD)
    world.store.release(got)
    assert world.store.get(job.id).state is JobState.SUCCEEDED


def test_given_back_items_keep_their_turn(world: World) -> None:
    a, b = world.submit(), world.submit()
    got = claim(world)
    assert got.job_id == a.id
    world.store.release(got)
    assert [claim(world).job_id, claim(world).job_id] == [a.id, b.id]


def test_cancelling_stops_everything(world: World) -> None:
    job = world.submit(3)
    world.store.finish(claim(world), GOOD)
    running = claim(world)
    cancelled = world.store.cancel(job.id)
    assert (cancelled.state, cancelled.done) == (JobState.CANCELLED, 3)
    assert cancelled.expires == pytest.approx(world.wall.now + KEEP_S)
    assert not world.store.renew(running)
    assert not world.store.finish(running, GOOD)
    assert not world.store.retry(running)
    world.store.release(running)
    assert nothing_to_claim(world)
    states = [item.state for item in world.store.items(job.id)]
    assert states == [ItemState.SUCCEEDED, ItemState.CANCELLED, ItemState.CANCELLED]
    assert world.store.cancel(job.id) == cancelled


def test_what_has_ended_cannot_be_cancelled(world: World) -> None:
    job = world.submit()
    world.store.finish(claim(world), GOOD)
    with pytest.raises(JobNotCancellable):
        world.store.cancel(job.id)


def test_deleting_forgets(world: World) -> None:
    job, other = world.submit(2), world.submit()
    running = claim(world)
    world.store.delete(job.id)
    with pytest.raises(JobNotFound):
        world.store.get(job.id)
    assert not world.store.renew(running)
    assert not world.store.finish(running, GOOD)
    assert claim(world).job_id == other.id
    stats = world.store.stats()
    assert (stats.depth, stats.running, sum(stats.jobs.values())) == (0, 1, 1)


def test_results_expire(world: World) -> None:
    key = Idempotency(key="k", digest="d")
    job = world.submit(idempotency=key)
    world.store.finish(claim(world), GOOD)
    world.pass_time(KEEP_S - 1)
    assert world.store.sweep().expired == ()
    world.pass_time(1)
    assert world.store.sweep().expired == (job.id,)
    for ask in (world.store.get, world.store.items, world.store.position, world.store.cancel):
        with pytest.raises(ResultExpired):
            ask(job.id)
    assert world.store.stats().jobs[JobState.EXPIRED] == 1
    assert world.submit(idempotency=Idempotency(key="k", digest="other")).id != job.id


def test_jobs_whose_time_is_over_are_due_until_a_sweep(world: World) -> None:
    kept, ended = world.submit(), world.submit()
    world.store.cancel(ended.id)
    assert world.store.due() == ()
    world.pass_time(KEEP_S)
    assert world.store.due() == world.store.due() == (ended.id,)
    world.store.sweep()
    assert world.store.due() == ()
    assert world.store.get(kept.id).state is JobState.QUEUED


def test_expired_jobs_are_named_until_they_are_purged(world: World) -> None:
    job = world.submit()
    world.store.finish(claim(world), GOOD)
    world.pass_time(KEEP_S)
    assert world.store.sweep().expired == (job.id,)
    world.restart()
    assert world.store.sweep().expired == (job.id,)
    world.store.purged(job.id)
    assert world.store.sweep().expired == ()
    world.pass_time(TOMBSTONE_S - 1)
    world.store.sweep()
    with pytest.raises(ResultExpired):
        world.store.get(job.id)
    world.pass_time(2)
    world.store.sweep()
    with pytest.raises(JobNotFound):
        world.store.get(job.id)
    assert sum(world.store.stats().jobs.values()) == 0


def test_an_expired_job_can_be_deleted(world: World) -> None:
    job = world.submit()
    world.store.finish(claim(world), GOOD)
    world.pass_time(KEEP_S)
    world.store.sweep()
    world.store.delete(job.id)
    assert world.store.sweep().expired == ()
    with pytest.raises(JobNotFound):
        world.store.get(job.id)


def test_which_blobs_are_wanted(world: World) -> None:
    kept, expired = world.submit(), world.submit()
    world.store.finish(claim(world, ItemRef(expired.id, 0)), GOOD)
    world.pass_time(KEEP_S)
    world.store.sweep()
    assert world.store.known([kept.id, expired.id, "nobody"]) == {kept.id}
    assert world.store.known([]) == set()


def test_position(world: World) -> None:
    a, b = world.submit(3), world.submit(2)
    assert (world.store.position(a.id), world.store.position(b.id)) == (0, 3)
    claim(world)
    assert (world.store.position(a.id), world.store.position(b.id)) == (0, 2)
    world.store.cancel(a.id)
    assert world.store.position(b.id) == 0


def test_the_queue_in_order(world: World) -> None:
    a, b = world.submit(2), world.submit(1)
    assert world.store.queued(10) == [ItemRef(a.id, 0), ItemRef(a.id, 1), ItemRef(b.id, 0)]
    assert world.store.queued(2) == [ItemRef(a.id, 0), ItemRef(a.id, 1)]
    assert world.store.queued(0) == []


def test_stats(world: World) -> None:
    empty = world.store.stats()
    assert (empty.depth, empty.running, empty.oldest_age_s) == (0, 0, 0.0)
    assert set(empty.jobs) == set(JobState)
    world.submit(2)
    world.pass_time(30)
    world.submit(1)
    world.pass_time(10)
    claim(world)
    stats = world.store.stats()
    assert (stats.depth, stats.running) == (2, 1)
    assert stats.oldest_age_s == pytest.approx(40)
    assert (stats.jobs[JobState.QUEUED], stats.jobs[JobState.RUNNING]) == (1, 1)
    world.wall.now -= 1000  # an age is never negative
    assert world.store.stats().oldest_age_s == 0


def test_healthy(world: World) -> None:
    world.store.healthy()


def test_many_claim_at_once_and_nobody_gets_the_same(world: World) -> None:
    world.submit(60)
    got: list[Claim] = []
    start = threading.Barrier(6)

    def work() -> None:
        start.wait()
        while (one := world.store.claim("w", lease_s=LEASE_S)) is not None:
            got.append(one)
            assert world.store.finish(one, GOOD)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(one.index for one in got) == dict.fromkeys(range(60), 1)
    assert len({one.token for one in got}) == 60
    assert world.store.stats().jobs[JobState.SUCCEEDED] == 1

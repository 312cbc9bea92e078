from __future__ import annotations

from tests.service.jobs.worlds import Clock

from m2fp.service.jobs import ItemRef
from m2fp.service.jobs.watch import Beat, LeaseWatch

A, B = ItemRef("a", 0), ItemRef("b", 1)


def beat(ref: ItemRef = A, claim: str = "t", number: int = 0, lease_s: float = 10.0) -> Beat:
    return Beat(ref, claim, number, lease_s)


def test_a_claim_is_stale_once_its_lease_was_watched() -> None:
    clock = Clock(100.0)
    watch = LeaseWatch(clock)
    for now, stale in [(100, []), (105, []), (109.9, []), (110, [beat()]), (111, [beat()])]:
        clock.now = now
        assert watch.stale([beat()]) == stale


def test_a_renewal_or_another_claim_starts_the_lease_again() -> None:
    clock = Clock(0.0)
    watch = LeaseWatch(clock)
    for now, one in [(0, beat()), (6, beat(number=1)), (12, beat(claim="u")), (18, beat())]:
        clock.now = now
        assert watch.stale([one]) == []
    clock.now = 27.9
    assert watch.stale([beat()]) == []
    clock.now = 28
    assert watch.stale([beat()]) == [beat()]


def test_claims_are_watched_one_by_one() -> None:
    clock = Clock(0.0)
    watch = LeaseWatch(clock)
    watch.stale([beat(A)])
    clock.now = 5
    watch.stale([beat(A), beat(B)])
    clock.now = 10
    assert watch.stale([beat(A), beat(B)]) == [beat(A)]
    clock.now = 15
    assert watch.stale([beat(B)]) == [beat(B)]


def test_a_claim_that_was_gone_in_between_is_new() -> None:
    clock = Clock(0.0)
    watch = LeaseWatch(clock)
    watch.stale([beat()])
    clock.now = 5
    watch.stale([])
    clock.now = 10
    assert watch.stale([beat()]) == []


def test_who_slept_knows_nothing() -> None:
    clock = Clock(0.0)
    watch = LeaseWatch(clock)
    watch.stale([beat()])
    clock.now = 5000  # as after SIGSTOP and SIGCONT, which workers had too
    assert watch.stale([beat()]) == []
    clock.now = 5005
    assert watch.stale([beat()]) == []
    clock.now = 5010
    assert watch.stale([beat()]) == [beat()]

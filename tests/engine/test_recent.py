"""Keeping what was used last, also when several threads want it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from m2fp.engine.recent import RecentlyUsed


@given(capacity=st.integers(1, 4), keys=st.lists(st.integers(0, 6), max_size=40))
def test_exactly_the_last_few_are_kept(capacity: int, keys: list[int]) -> None:
    made: list[int] = []

    def make(key: int) -> str:
        made.append(key)
        return f"value of {key}"

    values = RecentlyUsed(capacity, make)
    recent: list[int] = []
    expected: list[int] = []
    for key in keys:
        assert values.get(key) == f"value of {key}"
        if key not in recent:
            expected.append(key)
        recent = [*(other for other in recent if other != key), key][-capacity:]
        assert made == expected


def test_room_is_made_before_a_value_is() -> None:
    class Network:
        alive = 0

        def __init__(self, key: int) -> None:
            type(self).alive += 1
            self.most = type(self).alive

        def __del__(self) -> None:
            type(self).alive -= 1

    values = RecentlyUsed(2, Network)
    assert [values.get(key).most for key in (1, 2, 3, 4)] == [1, 2, 2, 2]


def test_what_could_not_be_made_is_tried_again() -> None:
    attempts: list[int] = []

    def make(key: int) -> int:
        attempts.append(key)
        if len(attempts) == 1:
            raise RuntimeError("not now")
        return key

    values = RecentlyUsed(1, make)
    with pytest.raises(RuntimeError, match="not now"):
        values.get(5)
    assert values.get(5) == 5


def test_several_threads_make_a_value_once() -> None:
    made: list[int] = []
    barrier = threading.Barrier(4)

    def make(key: int) -> object:
        made.append(key)
        return object()

    values = RecentlyUsed(2, make)

    def get() -> object:
        barrier.wait()
        return values.get(7)

    with ThreadPoolExecutor(4) as pool:
        found = [call.result() for call in [pool.submit(get) for _ in range(4)]]
    assert made == [7]
    assert all(value is found[0] for value in found)


def test_a_value_that_is_there_does_not_wait_for_one_in_the_making() -> None:
    begun, may_finish = threading.Event(), threading.Event()

    def make(key: str) -> str:
        if key == "slow":
            begun.set()
            assert may_finish.wait(10)
        return key

    values = RecentlyUsed(2, make)
    values.get("there")
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(values.get, "slow")
        assert begun.wait(10)
        assert values.get("there") == "there"
        assert not slow.done()
        may_finish.set()
        assert slow.result() == "slow"

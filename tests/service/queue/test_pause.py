from __future__ import annotations

from tests.service.jobs.worlds import Clock

from m2fp.service.queue.pause import Pause


def test_pauses_grow_until_something_works() -> None:
    clock = Clock(100.0)
    pause = Pause(clock)
    assert pause.left() <= 0
    lengths = []
    for _ in range(7):
        lengths.append(pause.begin())
        clock.now += lengths[-1]
    assert lengths == [1, 2, 4, 8, 16, 30, 30]
    pause.begin()
    pause.end()
    assert pause.left() <= 0
    assert pause.begin() == 1


def test_failures_at_once_make_one_pause() -> None:
    clock = Clock(0.0)
    pause = Pause(clock)
    assert pause.begin() == 1
    clock.now = 0.25
    assert pause.begin() == 0.75

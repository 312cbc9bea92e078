"""Whose turn it is, without any process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from m2fp.service.errors import Draining, ModelNotReady, QueueFull
from m2fp.service.jobs import ParseOptions
from m2fp.service.workers import Priority, WorkRequest
from m2fp.service.workers.line import Line
from m2fp.service.workers.ticket import Ticket

REQUEST = WorkRequest(photo=b"", options=ParseOptions(model="builtin"))
MakeTicket = Callable[[Priority], Ticket]


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture
def ticket(loop: asyncio.AbstractEventLoop) -> MakeTicket:
    return lambda priority: Ticket(REQUEST, priority, loop.create_future())


def open_line(workers: int = 1, queue_size: int = 100) -> Line:
    line = Line(workers, queue_size, lambda: 0.0)
    line.open()
    return line


def test_requests_go_before_jobs_and_each_in_its_order(ticket: MakeTicket) -> None:
    line = open_line()
    jobs = [ticket(Priority.JOB) for _ in range(2)]
    syncs = [ticket(Priority.SYNC) for _ in range(3)]
    for item in (*jobs, *syncs):
        line.admit(item)
    assert [line.next() for _ in range(6)] == [*syncs, *jobs, None]


def test_a_load_that_never_ends_starves_no_job(ticket: MakeTicket) -> None:
    line = open_line()
    line.admit(ticket(Priority.JOB))
    turns = []
    for _ in range(30):
        line.admit(ticket(Priority.SYNC))
        turns.append(line.next())
    assert [turn.priority for turn in turns if turn].index(Priority.JOB) == 8


def test_who_is_at_work_takes_room_until_the_worker_is_free(ticket: MakeTicket) -> None:
    line = open_line(workers=1, queue_size=1)
    line.admit(ticket(Priority.SYNC))
    line.admit(ticket(Priority.SYNC))
    first = line.next()
    assert first is not None
    first.outcome.cancel()  # nobody waits for it any more, but its worker has not stopped yet
    with pytest.raises(QueueFull):
        line.admit(ticket(Priority.SYNC))
    line.leave(first, 1.0)
    line.admit(ticket(Priority.SYNC))
    assert line.rejected == 1


def test_what_is_settled_while_it_waits_leaves_at_once(
    loop: asyncio.AbstractEventLoop, ticket: MakeTicket
) -> None:
    line = open_line(workers=1, queue_size=0)
    waiting = ticket(Priority.SYNC)
    line.admit(waiting)
    waiting.outcome.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    assert line.waiting() == {Priority.SYNC: 0, Priority.JOB: 0}
    assert line.next() is None
    line.admit(ticket(Priority.SYNC))


def test_who_has_just_given_up_is_passed_over(ticket: MakeTicket) -> None:
    line = open_line(workers=1, queue_size=1)
    first, second = ticket(Priority.SYNC), ticket(Priority.SYNC)
    line.admit(first)
    line.admit(second)
    first.outcome.cancel()  # the line has not been told yet
    assert line.next() is second
    assert list(line.inside()) == [second]


def test_what_is_put_back_is_next_and_still_counts(ticket: MakeTicket) -> None:
    line = open_line(workers=1, queue_size=1)
    first, second = ticket(Priority.SYNC), ticket(Priority.SYNC)
    line.admit(first)
    line.admit(second)
    assert line.next() is first
    line.put_back(first)
    line.leave(first, 0.1)
    with pytest.raises(QueueFull):
        line.admit(ticket(Priority.SYNC))
    assert [line.next(), line.next()] == [first, second]


def test_when_to_come_back_grows_with_the_queue_and_the_pictures(ticket: MakeTicket) -> None:
    def told(queue_size: int, worked_s: float) -> float:
        line = open_line(1, queue_size)
        done = ticket(Priority.SYNC)
        for _ in range(100):
            line.leave(done, worked_s)
        for _ in range(queue_size + 1):
            line.admit(ticket(Priority.SYNC))
        with pytest.raises(QueueFull) as caught:
            line.admit(ticket(Priority.SYNC))
        return caught.value.retry_after_s

    assert told(0, 0.01) == 1
    assert 2 <= told(7, 0.5) <= 3
    assert 19 <= told(7, 5.0) <= 21


def test_a_closed_line_says_why(ticket: MakeTicket) -> None:
    line = Line(1, 1, lambda: 0.0)
    with pytest.raises(ModelNotReady):
        line.admit(ticket(Priority.JOB))
    line.open()
    line.admit(ticket(Priority.JOB))
    line.close(Draining("bye"))
    for priority in Priority:
        with pytest.raises(Draining, match="bye"):
            line.admit(ticket(priority))
    assert len(list(line.inside())) == 1

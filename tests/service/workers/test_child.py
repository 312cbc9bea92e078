"""The process's own side, without a process: its reports, and which task a stop is meant for."""

from __future__ import annotations

from collections.abc import Iterator
from multiprocessing import Pipe

import pytest

from m2fp.cancellation import Cancellation
from m2fp.errors import Cancelled, InferenceFailed, UndecodableImage
from m2fp.service.errors import InvalidParameter
from m2fp.service.jobs import ParseOptions
from m2fp.service.workers import PoolSettings, WorkAnswer, WorkRequest
from m2fp.service.workers.child import CurrentTask, _do
from m2fp.service.workers.wire import (
    Done,
    Failed,
    GoHome,
    Task,
    receive_order,
    receive_report,
    send_order,
    send_report,
)
from m2fp.service.workers.workbench import Workbench

TASK = Task(1, ParseOptions(model="fake", formats=("json", "label-maps")))


@pytest.fixture
def bench(settings: PoolSettings) -> Iterator[Workbench]:
    with Workbench(settings, 3) as bench:
        yield bench


class _Broken:
    """A workbench on which every picture fails."""

    engine = "toy"

    def __init__(self, error: Exception) -> None:
        self.error = error

    def parse(self, request: WorkRequest, cancellation: Cancellation) -> WorkAnswer:
        raise self.error


def test_a_picture_becomes_a_report(bench: Workbench, photo: bytes) -> None:
    report = _do(bench, TASK, photo, CurrentTask())
    assert isinstance(report, Done)
    assert (report.number, report.answer.worker, report.answer.persons) == (1, 3, 2)


def test_nothing_is_warm_before_everything_has_run(bench: Workbench) -> None:
    bench.warm()


@pytest.mark.parametrize(
    ("error", "kind", "spent"),
    [
        (UndecodableImage("broken"), UndecodableImage, False),
        (Cancelled("stopped"), Cancelled, False),
        (MemoryError("4 GB"), InferenceFailed, True),
        (ZeroDivisionError("a bug"), ZeroDivisionError, False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_what_goes_wrong_is_reported(
    error: Exception, kind: type[Exception], spent: bool, photo: bytes
) -> None:
    report = _do(_Broken(error), TASK, photo, CurrentTask())
    assert isinstance(report, Failed)
    assert type(report.error) is kind
    assert report.spent is spent
    here, there = Pipe()
    send_report(here, report)
    received = receive_report(there)
    assert isinstance(received, Failed)
    assert str(received.error) == str(report.error)


def test_a_bug_says_where_it_is(photo: bytes) -> None:
    report = _do(_Broken(ZeroDivisionError("a bug")), TASK, photo, CurrentTask())
    assert isinstance(report, Failed)
    assert "in parse" in "".join(report.error.__notes__)


def test_a_stop_finds_its_own_task_only() -> None:
    current = CurrentTask()
    first = current.begin(1)
    second = current.begin(2)
    current.stop(1)  # too late: the first has ended
    assert not second.cancelled
    current.stop(2)
    assert second.cancelled
    assert not first.cancelled
    current.stop(3)  # too early: the third is still on its way
    assert current.begin(3).cancelled
    assert not current.begin(4).cancelled


def test_a_stopped_task_is_not_begun(bench: Workbench, photo: bytes) -> None:
    current = CurrentTask()
    current.stop(1)
    report = _do(bench, TASK, photo, current)
    assert isinstance(report, Failed)
    assert isinstance(report.error, Cancelled)


def test_unknown_formats_and_views_are_refused(bench: Workbench, photo: bytes) -> None:
    for options in (
        ParseOptions(model="fake", formats=("gif",)),
        ParseOptions(model="fake", scales=(1.0, 1.0)),
    ):
        with pytest.raises(InvalidParameter):
            bench.parse(WorkRequest(photo=photo, options=options))


@pytest.mark.parametrize("photo", [b"", b"x", bytes(range(256)) * 100], ids=len)
def test_orders_come_out_as_they_went_in(photo: bytes) -> None:
    here, there = Pipe()
    send_order(here, TASK, photo)
    send_order(here, GoHome())
    assert receive_order(there) == (TASK, photo)
    assert receive_order(there) == (GoHome(), b"")
    here.close()
    with pytest.raises(EOFError):
        receive_order(there)


def test_reports_come_out_as_they_went_in(bench: Workbench, photo: bytes) -> None:
    report = _do(bench, TASK, photo, CurrentTask())
    here, there = Pipe()
    send_report(here, report)
    assert receive_report(there) == report


def test_facts_about_a_picture_hold_nothing_of_it(bench: Workbench, photo: bytes) -> None:
    answer = bench.parse(WorkRequest(photo=photo, options=TASK.options))
    assert (answer.image.format, answer.image.width, answer.image.height) == ("PNG", 128, 96)
    assert len(repr(answer)) < 1000
    assert len(repr(WorkRequest(photo=photo * 99, options=TASK.options))) < 200

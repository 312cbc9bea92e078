"""What happens to one machine: killed, out of disk space, with a clock that jumps."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.service.faults.machine import DEADLY, SLOW
from tests.service.faults.stage import ROOT, Machine, Stage, photo, until
from tests.service.faults.turned_clock import turn

from m2fp.service.jobs import ItemState, JobState
from m2fp.service.jobs.sqlite_store import SqliteJobStore

pytestmark = [pytest.mark.fault, pytest.mark.skipif(os.name != "posix", reason="signals")]


@pytest.fixture
def stage(tmp_path: Path, fake_model: Path) -> Iterator[Stage]:
    store = SqliteJobStore(tmp_path / "jobs.sqlite")
    yield Stage(store, tmp_path / "blobs", fake_model)
    store.close()


@pytest.fixture
def start(tmp_path: Path, fake_model: Path) -> Iterator[object]:
    """Return a function that starts the machine; whatever it started is gone afterwards."""
    machines: list[Machine] = []

    def start(*arguments: object, clock: Path | None = None) -> Machine:
        where = ("--data", tmp_path, "--model", fake_model)
        machines.append(Machine("embedded", *where, *arguments, clock=clock))
        return machines[-1]

    yield start
    for machine in machines:
        machine.kill()


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    return [int(child) for child in text.split()]


def test_killed_in_the_middle_and_started_again(stage: Stage, start: type[Machine]) -> None:
    job = stage.submit(*[photo(SLOW)] * 6)
    machine = start()
    until(lambda: stage.store.get(job.id).done >= 1 and bool(stage.running(job)))
    machine.kill()
    interrupted = [item.index for item in stage.running(job)]
    done = {item.index: item.results for item in stage.items(job) if item.state.ended}
    assert interrupted
    start()
    assert stage.ended(job).state is JobState.SUCCEEDED
    stage.check(job)
    items = stage.items(job)
    assert {index: items[index].results for index in done} == done
    assert [item.attempts for item in items] == [
        2 if item.index in interrupted else 1 for item in items
    ]


def test_a_picture_that_kills_its_process_fails_alone(stage: Stage, start: type[Machine]) -> None:
    job = stage.submit(photo(), photo(DEADLY, 3000), photo())
    other = stage.submit(photo(), photo())
    start()
    job = stage.ended(job, 120)
    assert (job.state, job.done, job.failed) == (JobState.PARTIAL, 3, 1)
    poison = stage.items(job)[1]
    assert poison.error is not None
    assert (poison.state, poison.error.code) == (ItemState.FAILED, "worker_lost")
    assert poison.attempts == 3
    assert stage.ended(other).state is JobState.SUCCEEDED
    stage.check(job)
    stage.check(other)


def test_the_model_process_killed_once(stage: Stage, start: type[Machine]) -> None:
    machine = start()
    job = stage.submit(*[photo(side=3000)] * 3)
    until(lambda: bool(stage.running(job)))
    # All but the tracker of resources that Python itself starts.
    for child in children(machine.process.pid):
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(child, signal.SIGKILL)
    assert stage.ended(job).state is JobState.SUCCEEDED
    stage.check(job)


def test_frozen_and_thawed(stage: Stage, start: type[Machine]) -> None:
    """A machine that sleeps, another that takes over, and the first one that wakes up again."""
    job = stage.submit(*[photo(SLOW)] * 4)
    first = start()
    until(lambda: bool(stage.running(job)))
    os.killpg(first.process.pid, signal.SIGSTOP)
    start()
    until(lambda: stage.store.get(job.id).done >= 3)
    os.killpg(first.process.pid, signal.SIGCONT)
    assert stage.ended(job).state is JobState.SUCCEEDED
    stage.check(job)


def test_sigterm_puts_back_what_is_not_finished(stage: Stage, start: type[Machine]) -> None:
    job = stage.submit(*[photo(SLOW)] * 6)
    machine = start("--drain", 0.2)
    until(lambda: bool(stage.running(job)))
    assert machine.terminate() == 0
    assert not stage.running(job)
    assert {item.attempts for item in stage.items(job) if not item.state.ended} == {0}
    start()
    assert stage.ended(job).state is JobState.SUCCEEDED
    assert {item.attempts for item in stage.items(job)} == {1}


def test_the_clock_of_the_day_jumps(stage: Stage, start: type[Machine], tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    turn(clock, 0)
    job = stage.submit(*[photo(SLOW)] * 5)
    start(clock=clock)
    for done, hours in ((1, 1), (2, -1), (3, -5)):
        until(lambda done=done: stage.store.get(job.id).done >= done and bool(stage.running(job)))  # type: ignore[misc]
        turn(clock, 3600 * hours)
    job = stage.ended(job)
    assert job.state is JobState.SUCCEEDED
    assert job.finished is not None
    assert time.time() - job.finished > 4 * 3600, "the machine did not follow this clock"
    assert {item.attempts for item in stage.items(job)} == {1}
    stage.check(job)


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_FSIZE on SQLite's files")
def test_a_full_disk(tmp_path: Path, fake_model: Path) -> None:
    """Every write past a limit fails, in jobs and in blobs; then there is space again."""
    program = ROOT / "tests" / "service" / "faults" / "full_disk.py"
    done = subprocess.run(
        [sys.executable, program, tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stdout + done.stderr

"""Processes that die, hang, grow or do not start, and pools that end. All processes are real."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.service.workers.pools import (
    GROUP,
    alive,
    ask,
    ask_slowly,
    phase,
    pid,
    running,
    until,
)

from m2fp.errors import IncompatibleModel, ModelNotFound
from m2fp.service.errors import Draining, ModelNotReady, WorkerLost
from m2fp.service.workers import (
    Pool,
    PoolSettings,
    Priority,
    RestartReason,
    WorkAnswer,
    WorkerPhase,
)
from m2fp.service.workers.process import WorkerProcess

pytestmark = pytest.mark.fault
posix = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(main, 120))


@pytest.fixture
def builtin(settings: PoolSettings) -> PoolSettings:
    """One worker with a model that takes its time."""
    return replace(settings, model="builtin")


@posix
def test_a_worker_killed_in_mid_request_costs_that_request_only(
    builtin: PoolSettings, group: bytes
) -> None:
    async def main() -> None:
        async with running(builtin) as pool:
            harmed = asyncio.create_task(pool.parse(ask_slowly(group), priority="sync"))
            await until(lambda: phase(pool) is WorkerPhase.BUSY)
            others = [
                asyncio.create_task(pool.parse(ask(pool, group), priority=priority))
                for priority in (Priority.SYNC, Priority.SYNC, Priority.JOB)
            ]
            await asyncio.sleep(0.3)
            before = pid(pool)
            os.kill(before, signal.SIGKILL)
            with pytest.raises(WorkerLost, match="SIGKILL"):
                await harmed
            assert all(answer.persons == 3 for answer in await asyncio.gather(*others))
            assert pid(pool) != before
            assert pool.states().restarts[RestartReason.DIED] == 1

    run(main())


@posix
def test_a_worker_killed_while_it_is_idle_costs_nothing(
    settings: PoolSettings, photo: bytes
) -> None:
    async def main() -> None:
        async with running(settings) as pool:
            for wait_s in (0.0, 0.0, 0.05):  # before the death is noticed, and after
                before = pid(pool)
                os.kill(before, signal.SIGKILL)
                await asyncio.sleep(wait_s)
                answer = await pool.parse(ask(pool, photo), priority="sync")
                assert answer.persons == 2
                assert pid(pool) != before
            assert pool.states().restarts[RestartReason.DIED] == 3

    run(main())


@posix
def test_a_worker_that_does_not_stop_is_killed(settings: PoolSettings, photo: bytes) -> None:
    async def main() -> None:
        async with running(settings) as pool:
            frozen = pid(pool)
            os.kill(frozen, signal.SIGSTOP)
            # More than a pipe holds: it cannot even be handed over.
            task = asyncio.create_task(pool.parse(ask(pool, photo * 9000), priority="sync"))
            await until(lambda: phase(pool) is WorkerPhase.BUSY)
            task.cancel()
            longest = await _longest_pause(1.5)
            assert longest < 0.5, "the event loop was blocked"
            await until(lambda: not alive(frozen), 3)
            answer = await pool.parse(ask(pool, photo), priority="sync")
            assert answer.persons == 2
            assert pool.states().restarts[RestartReason.STUCK] == 1

    run(main())


async def _longest_pause(seconds: float) -> float:
    longest, before = 0.0, time.monotonic()
    end = before + seconds
    while before < end:
        await asyncio.sleep(0.01)
        longest, before = max(longest, time.monotonic() - before), time.monotonic()
    return longest


@posix
def test_workers_are_deaf_to_what_a_terminal_and_a_service_manager_send(
    settings: PoolSettings, photo: bytes
) -> None:
    async def main() -> None:
        async with running(settings) as pool:
            before = pid(pool)
            os.kill(before, signal.SIGINT)
            os.kill(before, signal.SIGTERM)
            await pool.parse(ask(pool, photo), priority="sync")
            assert pid(pool) == before

    run(main())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"jobs_per_worker": 3}, RestartReason.JOBS),
        ({"max_worker_bytes": 1}, RestartReason.MEMORY),
    ],
    ids=["jobs", "memory"],
)
def test_processes_are_replaced_between_requests(
    settings: PoolSettings, photo: bytes, changes: dict[str, int], reason: RestartReason
) -> None:
    if reason is RestartReason.MEMORY and sys.platform != "linux":
        pytest.skip("only Linux says how much a process holds")

    async def main() -> None:
        async with running(settings, workers=2, queue_size=10, **changes) as pool:
            first = {state.pid for state in pool.states().workers}
            requests = [pool.parse(ask(pool, photo), priority="sync") for _ in range(8)]
            answers = await asyncio.gather(*requests)
            assert all(answer.persons == 2 for answer in answers)
            states = pool.states()
            assert states.restarts[reason] >= 2
            assert sum(states.restarts.values()) == states.restarts[reason]
            assert states.served == 8
            await until(lambda: pool.states().count(WorkerPhase.IDLE) == 2)
            assert {state.pid for state in pool.states().workers} != first

    run(main())


def test_a_process_has_a_number_from_its_start_to_its_end(settings: PoolSettings) -> None:
    async def main() -> None:
        with ThreadPoolExecutor() as threads:
            process = WorkerProcess(settings, 0, threads)
            assert process.pid is None
            await process.start(60)
            assert process.pid is not None
            await process.end(politely=True)
            # Asked about before its worker has the next process.
            assert process.pid is None
            await process.end(politely=True)

    run(main())


@linux
def test_replaced_processes_leave_nothing_behind(settings: PoolSettings, photo: bytes) -> None:
    async def main() -> None:
        async with running(settings, jobs_per_worker=1) as pool:
            counts = []
            for _ in range(4):
                await pool.parse(ask(pool, photo), priority="sync")
                await until(lambda: phase(pool) is WorkerPhase.IDLE)
                counts.append(len(list(Path("/proc/self/fd").iterdir())))
            assert counts[-1] <= counts[0]

    run(main())


def test_a_model_that_is_not_there_is_told_at_the_start(settings: PoolSettings) -> None:
    async def main() -> None:
        pool = Pool(replace(settings, model="no-such-model", workers=2))
        with pytest.raises(ModelNotFound, match="no-such-model"):
            await pool.start()
        assert not pool.states().ready
        assert [state.pid for state in pool.states().workers] == [None, None]
        # This one, and in Python 3.11 the one that `run` waits with.
        assert len(asyncio.all_tasks()) <= 2, "something still tries"
        with pytest.raises(ModelNotReady):
            await pool.parse(ask(pool, b""), priority="sync")

    run(main())


def test_a_model_that_is_none_is_told_at_the_start(settings: PoolSettings, tmp_path: Path) -> None:
    bad = tmp_path / "bad.onnx"
    bad.write_bytes(b"no model")

    async def main() -> None:
        with pytest.raises(IncompatibleModel, match=r"bad\.onnx"):
            await Pool(replace(settings, model=str(bad))).start()

    run(main())


@posix
def test_a_model_that_goes_and_comes_back(
    settings: PoolSettings, fake_model: Path, tmp_path: Path, photo: bytes
) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(fake_model.read_bytes())

    async def main() -> None:
        async with running(settings, model=str(model)) as pool:
            assert pool.states().ready
            model.rename(tmp_path / "away.onnx")
            os.kill(pid(pool), signal.SIGKILL)
            await until(lambda: phase(pool) is WorkerPhase.DOWN)
            assert not pool.states().ready
            assert "there is no model" in (pool.states().trouble or "")
            with pytest.raises(ModelNotReady, match="there is no model"):
                await pool.parse(ask(pool, photo), priority="sync")
            (tmp_path / "away.onnx").rename(model)
            await until(lambda: pool.states().ready)
            assert (await pool.parse(ask(pool, photo), priority="sync")).persons == 2
            assert pool.states().trouble is None

    run(main())


def test_a_process_that_does_not_get_ready_is_given_up(settings: PoolSettings) -> None:
    async def main() -> None:
        with pytest.raises(WorkerLost, match=r"0\.01 s"):
            await Pool(replace(settings, start_limit_s=0.01)).start()

    run(main())


def test_a_drain_lets_work_finish_and_takes_nothing_new(
    builtin: PoolSettings, group: bytes
) -> None:
    async def main() -> None:
        async with running(builtin) as pool:
            tasks = [
                asyncio.create_task(pool.parse(ask(pool, group), priority=priority))
                for priority in (Priority.SYNC, Priority.JOB)
            ]
            await until(lambda: phase(pool) is WorkerPhase.BUSY)
            draining = asyncio.create_task(pool.drain(60))
            await asyncio.sleep(0)
            assert not pool.states().accepting
            with pytest.raises(Draining):
                await pool.parse(ask(pool, group), priority="sync")
            await draining
            assert all(isinstance(task.result(), WorkAnswer) for task in tasks)

    run(main())


@linux
def test_a_drain_stops_what_does_not_finish(builtin: PoolSettings, group: bytes) -> None:
    async def main() -> None:
        async with running(builtin) as pool:
            tasks = [
                asyncio.create_task(pool.parse(ask_slowly(group), priority=priority))
                for priority in (Priority.SYNC, Priority.JOB)
            ]
            await until(lambda: phase(pool) is WorkerPhase.BUSY)
            number = pid(pool)
            start = time.monotonic()
            await pool.drain(0.3)
            assert time.monotonic() - start < 2
            for task in tasks:
                with pytest.raises(Draining):
                    await task
            assert not alive(number)

    run(main())


_SERVICE = """
import asyncio, sys
from tests.service.workers.pools import GROUP, ask_slowly, pid
from m2fp.service.workers import Pool, PoolSettings

async def main():
    pool = Pool(PoolSettings(workers=1, threads=1))
    await pool.start()
    task = asyncio.create_task(pool.parse(ask_slowly(GROUP.read_bytes()), priority="sync"))
    await asyncio.sleep(0.3)
    print(pid(pool), flush=True)
    await task

if __name__ == "__main__":
    asyncio.run(main())
"""


@linux
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_workers_end_with_the_process_that_started_them(tmp_path: Path, how: int) -> None:
    script = tmp_path / "service.py"
    script.write_text(_SERVICE)
    service = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(GROUP.parents[1]), *sys.path])},
    )
    try:
        assert service.stdout is not None
        worker = int(service.stdout.readline())
        assert alive(worker)
        service.send_signal(how)
        service.wait(10)
        deadline = time.monotonic() + 2
        while alive(worker) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not alive(worker), "the worker goes on without anybody to work for"
    finally:
        with suppress(ProcessLookupError):
            service.kill()
        service.wait()
        service.stdout.close()

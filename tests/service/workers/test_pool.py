"""What a pool answers, whom it lets in, how work is stopped: one process, left as it was found."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
from tests.service.workers.pools import ask, ask_slowly, phase, pid, until

from m2fp.errors import EmptyImage, ImageTooLarge, ModelNotFound, UnsupportedImageFormat
from m2fp.parser import Parser
from m2fp.service.errors import DeadlineExceeded, InvalidParameter, QueueFull
from m2fp.service.jobs import ParseOptions
from m2fp.service.rendering import FORMATS, render
from m2fp.service.workers import (
    Pool,
    Priority,
    RestartReason,
    WorkAnswer,
    WorkerPhase,
    WorkRequest,
)

STAGES = ["queue_s", "decode_s", "preprocess_s", "inference_s", "postprocess_s", "encode_s"]


def answer(runner: asyncio.Runner, pool: Pool, request: WorkRequest) -> WorkAnswer:
    return runner.run(pool.parse(request, priority="sync"))


def test_all_formats_are_what_the_parser_gives(
    runner: asyncio.Runner, pool: Pool, group: bytes
) -> None:
    found = answer(runner, pool, ask(pool, group, *FORMATS))
    with Parser(threads=1) as parser:
        result = parser(group)
    assert list(found.bodies) == list(FORMATS)
    for name in ("overlay", "coco", "hf", "modelscope"):
        assert found.bodies[name] == render(result, name), name
    document = json.loads(found.bodies["json"])
    del document["timing"]
    expected = result.to_dict()
    del expected["timing"]
    assert document == expected
    assert found.persons == len(result.persons) == 3
    assert found.model == result.model
    assert (found.image.width, found.image.height, found.image.format) == (1280, 768, "JPEG")
    assert found.image.sha256 == result.photo.sha256
    assert found.image.size == len(group)
    assert sorted(found.timing) == sorted([*STAGES, "total_s"])
    assert found.timing["total_s"] >= found.timing["inference_s"] > 0


def test_formats_come_in_the_order_asked_for_and_once(
    runner: asyncio.Runner, pool: Pool, group: bytes
) -> None:
    found = answer(runner, pool, ask(pool, group, "coco", "json", "coco"))
    assert list(found.bodies) == ["coco", "json"]


def test_a_mirrored_view_changes_the_answer(
    runner: asyncio.Runner, pool: Pool, group: bytes
) -> None:
    plain = ask(pool, group, "label-maps")
    options = ParseOptions(model="m2fp-lite", formats=("label-maps",), flip=True)
    mirrored = WorkRequest(photo=group, options=options)
    assert answer(runner, pool, plain).bodies != answer(runner, pool, mirrored).bodies


@pytest.mark.parametrize(
    ("photo", "error", "code"),
    [
        (b"", EmptyImage, "empty_image"),
        (b"not a picture", UnsupportedImageFormat, "unsupported_image_format"),
        (b"\xff\xd8\xff" * 7_000_000, ImageTooLarge, "body_too_large"),
    ],
    ids=["empty", "text", "21 MB"],
)
def test_what_a_worker_meets_is_raised_here_and_costs_nothing(
    runner: asyncio.Runner, pool: Pool, photo: bytes, error: type[Exception], code: str
) -> None:
    before = pid(pool)
    with pytest.raises(error) as caught:
        answer(runner, pool, ask(pool, photo))
    assert caught.value.code == code  # type: ignore[attr-defined]
    assert pid(pool) == before


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (ParseOptions(model="builtin", formats=("gif",)), InvalidParameter),
        (ParseOptions(model="builtin", formats=()), InvalidParameter),
        (ParseOptions(model="builtin", scales=(99.0,)), InvalidParameter),
        (ParseOptions(model="m2fp-r101"), ModelNotFound),
    ],
    ids=["format", "no format", "scale", "model"],
)
def test_what_cannot_be_done_is_refused_before_a_worker_sees_it(
    runner: asyncio.Runner, pool: Pool, options: ParseOptions, error: type[Exception]
) -> None:
    served = pool.states().served
    with pytest.raises(error):
        answer(runner, pool, WorkRequest(photo=b"", options=options))
    assert pool.states().served == served


def test_a_deadline_interrupts_the_work(runner: asyncio.Runner, pool: Pool, group: bytes) -> None:
    async def main() -> None:
        before = pid(pool)
        start = time.monotonic()
        with pytest.raises(DeadlineExceeded):
            await pool.parse(ask_slowly(group, deadline_s=0.5), priority="sync")
        assert time.monotonic() - start < 1.5
        await until(lambda: phase(pool) is WorkerPhase.IDLE, 4)
        await pool.parse(ask(pool, group), priority="sync")
        assert pid(pool) == before

    runner.run(main())


def test_a_limit_counts_from_when_the_work_begins(
    runner: asyncio.Runner, pool: Pool, group: bytes
) -> None:
    async def main() -> None:
        patient = WorkRequest(photo=group, options=ask_slowly(group).options, limit_s=0.5)
        first = asyncio.create_task(pool.parse(ask_slowly(group, deadline_s=1.5), priority="sync"))
        await until(lambda: phase(pool) is WorkerPhase.BUSY)
        start = time.monotonic()
        with pytest.raises(DeadlineExceeded, match=r"0\.5 s"):
            await pool.parse(patient, priority="job")
        assert time.monotonic() - start > 1.5
        with pytest.raises(DeadlineExceeded):
            await first
        await until(lambda: phase(pool) is WorkerPhase.IDLE, 4)

    runner.run(main())


def test_a_deadline_that_has_passed_costs_nothing(
    runner: asyncio.Runner, pool: Pool, group: bytes
) -> None:
    with pytest.raises(DeadlineExceeded):
        answer(runner, pool, ask(pool, group, deadline_s=-1.0))
    assert phase(pool) is WorkerPhase.IDLE


def test_cancelling_who_waits_stops_the_work(
    runner: asyncio.Runner, pool: Pool, group: bytes
) -> None:
    async def main() -> None:
        before = pid(pool)
        task = asyncio.create_task(pool.parse(ask_slowly(group), priority="sync"))
        await until(lambda: phase(pool) is WorkerPhase.BUSY)
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        start = time.monotonic()
        await until(lambda: phase(pool) is WorkerPhase.IDLE)
        assert time.monotonic() - start < 2
        assert pid(pool) == before
        assert pool.states().restarts[RestartReason.STUCK] == 0

    runner.run(main())


def test_whoever_gives_up_waiting_makes_room_and_is_never_begun(
    runner: asyncio.Runner, pool: Pool, group: bytes
) -> None:
    async def main() -> None:
        served = pool.states().served
        first = asyncio.create_task(pool.parse(ask(pool, group), priority="sync"))
        await asyncio.sleep(0)
        second = asyncio.create_task(pool.parse(ask(pool, group), priority="sync"))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        assert pool.states().waiting[Priority.SYNC] <= 1
        await pool.parse(ask(pool, group), priority="sync")
        await first
        assert pool.states().served == served + 2

    runner.run(main())


def test_more_than_may_wait_are_turned_away_and_jobs_are_not(
    runner: asyncio.Runner, pool: Pool, group: bytes
) -> None:
    async def main() -> None:
        rejected = pool.states().rejected
        assert pool.states().capacity == 2
        inside = [
            asyncio.create_task(pool.parse(ask(pool, group), priority="sync")) for _ in range(2)
        ]
        await asyncio.sleep(0)
        with pytest.raises(QueueFull, match="1 requests are waiting") as caught:
            await pool.parse(ask(pool, group), priority="sync")
        assert caught.value.retry_after_s >= 1
        job = asyncio.create_task(pool.parse(ask(pool, group), priority="job"))
        await asyncio.gather(*inside)
        assert not job.done()  # it came before nobody
        await pool.parse(ask(pool, group), priority="sync")
        await job
        assert pool.states().rejected == rejected + 1

    runner.run(main())

"""What is logged and counted of items."""

from __future__ import annotations

import asyncio
import logging

import pytest
from prometheus_client.parser import text_string_to_metric_families

from m2fp.errors import UndecodableImage
from m2fp.results import ModelStamp
from m2fp.service.errors import Draining, WorkerLost
from m2fp.service.jobs.job import Claim, ParseOptions
from m2fp.service.operation.build import build_facts
from m2fp.service.operation.events import FIELDS_OF_RECORD
from m2fp.service.operation.metrics import ATTEMPTS, Metrics
from m2fp.service.queue.protocol import WorkEnd
from m2fp.service.queue.telling import CountedPool, telling
from m2fp.service.workers import ImageFacts, Priority, WorkAnswer, WorkRequest

_OPTIONS = ParseOptions(model="builtin")
_REQUEST = WorkRequest(photo=b"x", options=_OPTIONS)
_ANSWER = WorkAnswer(
    bodies={},
    persons=2,
    timing={"decode_s": 0.25, "total_s": 1.0},
    image=ImageFacts(sha256="0" * 64, size=1, format="JPEG", width=20, height=30),
    model=ModelStamp("m", "0", "fp32"),
    warnings=(),
    worker=0,
)


class _Pool:
    def __init__(self, answer: WorkAnswer | BaseException) -> None:
        self._answer = answer

    async def start(self) -> None:
        pass

    async def drain(self, seconds: float) -> None:
        pass

    async def parse(self, request: WorkRequest, *, priority: Priority) -> WorkAnswer:
        if isinstance(self._answer, BaseException):
            raise self._answer
        return self._answer


def _samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(metrics.exposition().decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def _parse(answer: WorkAnswer | BaseException) -> dict[tuple[str, ...], float]:
    metrics = Metrics([], build_facts())
    pool = CountedPool(_Pool(answer), metrics)
    if isinstance(answer, BaseException):
        with pytest.raises(type(answer)):
            asyncio.run(pool.parse(_REQUEST, priority=Priority.JOB))
    else:
        assert asyncio.run(pool.parse(_REQUEST, priority=Priority.JOB)) is answer
    return _samples(metrics)


def test_a_picture_that_was_parsed() -> None:
    samples = _parse(_ANSWER)
    assert samples["m2fp_parse_requests_total", "succeeded"] == 1
    assert samples["m2fp_parse_stage_duration_seconds_sum", "decode"] == 0.25
    assert samples["m2fp_parse_persons_sum",] == 2
    assert samples["m2fp_image_pixels_sum",] == 600


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (UndecodableImage("no"), "bad_image"),
        (WorkerLost("gone"), "worker_lost"),
        (asyncio.CancelledError(), "cancelled"),
    ],
)
def test_a_picture_that_was_not(error: BaseException, outcome: str) -> None:
    assert _parse(error)["m2fp_parse_requests_total", outcome] == 1


def test_a_picture_that_nobody_looked_at_is_not_counted() -> None:
    samples = _parse(Draining("ending"))
    assert not any(n for key, n in samples.items() if key[0] == "m2fp_parse_requests_total")


@pytest.mark.parametrize("end", WorkEnd)
def test_every_end_is_counted_and_logged_without_names(
    end: WorkEnd, caplog: pytest.LogCaptureFixture
) -> None:
    metrics = Metrics([], build_facts())
    claim = Claim(
        job_id="j1",
        index=3,
        token="t",  # noqa: S106
        attempt=2,
        lease_s=1.0,
        input_key="k",
        display_name="my holiday.jpg",
        options=_OPTIONS,
    )
    with caplog.at_level(logging.INFO):
        telling(metrics, "w1")(claim, end)
    (record,) = caplog.records
    fields = getattr(record, FIELDS_OF_RECORD)
    expected = {"job_id": "j1", "item": 3, "outcome": end.value, "attempt": 2, "worker": "w1"}
    assert (record.getMessage(), fields) == ("item", expected)
    counted = {key[1] for key, n in _samples(metrics).items() if "attempts_total" in key[0] and n}
    assert len(counted) == 1
    assert counted <= set(ATTEMPTS)

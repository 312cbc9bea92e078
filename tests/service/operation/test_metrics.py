"""Metrics: every one of them, closed labels, what is not known is left out."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from m2fp.service.operation.metrics import Metrics
from m2fp.service.operation.snapshot import (
    BuildFacts,
    ModelFacts,
    QueueFacts,
    Snapshot,
    WorkerFacts,
)

_EVERY = [
    "http_requests",
    "http_request_duration_seconds",
    "http_requests_in_progress",
    "parse_requests",
    "parse_stage_duration_seconds",
    "parse_persons",
    "image_pixels",
    "queue_depth",
    "queue_oldest_age_seconds",
    "queue_rejections",
    "jobs",
    "job_attempts",
    "workers",
    "worker_restarts",
    "model_load_duration_seconds",
    "model_info",
    "build_info",
]


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(
        ["/v1/parse", "/v1/jobs/{job_id}"],
        BuildFacts(version="1", python="3.13", onnxruntime="1.31"),
    )


def _samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(metrics.exposition().decode())
    return {
        (sample.name, *(f"{key}={value}" for key, value in sorted(sample.labels.items()))): (
            sample.value
        )
        for family in families
        for sample in family.samples
    }


def _snapshot() -> Snapshot:
    return Snapshot(
        queue=QueueFacts(depth=3, oldest_age_s=1.5, jobs={"queued": 2, "running": 0}),
        workers=WorkerFacts(
            phases={"idle": 1, "busy": 1},
            restarts={"died": 4},
            resident_bytes={0: 300, 1: 400},
            load_s=0.7,
        ),
        model=ModelFacts(
            name="m2fp-lite", sha256="0123456789abcdef", precision="int8", provider="CPU"
        ),
    )


def test_every_metric_of_the_documentation(metrics: Metrics) -> None:
    metrics.take(_snapshot())
    metrics.request("/v1/parse", "POST", 200, 0.5)
    families = {
        family.name.removeprefix("m2fp_")
        for family in text_string_to_metric_families(metrics.exposition().decode())
    }
    assert set(_EVERY) <= families


def test_requests_are_counted_by_pattern(metrics: Metrics) -> None:
    metrics.request("/v1/parse", "POST", 200, 0.5)
    metrics.request("/v1/parse", "POST", 200, 70)
    metrics.request("/v1/jobs/{job_id}", "GET", 404, 0.001)
    metrics.request("/wp-admin.php", "GET", 404, 0.001)
    metrics.request(None, "BREW", 405, 0.001)
    samples = _samples(metrics)
    found = {
        key[1:]: value for key, value in samples.items() if key[0] == "m2fp_http_requests_total"
    }
    assert found == {
        ("method=POST", "route=/v1/parse", "status=200"): 2,
        ("method=GET", "route=/v1/jobs/{job_id}", "status=404"): 1,
        ("method=GET", "route=other", "status=404"): 1,
        ("method=other", "route=other", "status=405"): 1,
    }
    seconds = "m2fp_http_request_duration_seconds"
    assert samples[f"{seconds}_bucket", "le=60.0", "method=POST", "route=/v1/parse"] == 1
    assert samples[f"{seconds}_sum", "method=POST", "route=/v1/parse"] == 70.5


def test_requests_in_progress(metrics: Metrics) -> None:
    with metrics.in_progress():
        assert _samples(metrics)["m2fp_http_requests_in_progress",] == 1
    assert _samples(metrics)["m2fp_http_requests_in_progress",] == 0


def test_pictures(metrics: Metrics) -> None:
    metrics.parsed(
        "succeeded",
        timing={"queue_s": 0.1, "inference_s": 0.5, "total_s": 0.7},
        persons=3,
        pixels=12_000_000,
    )
    metrics.parsed("bad_image")
    metrics.parsed("something_new")
    samples = _samples(metrics)
    assert samples["m2fp_parse_requests_total", "outcome=succeeded"] == 1
    assert samples["m2fp_parse_requests_total", "outcome=bad_image"] == 1
    assert samples["m2fp_parse_requests_total", "outcome=failed"] == 1
    assert samples["m2fp_parse_requests_total", "outcome=cancelled"] == 0
    stage = "m2fp_parse_stage_duration_seconds_sum"
    assert samples[stage, "stage=inference"] == 0.5
    assert (stage, "stage=total") not in samples
    assert samples["m2fp_parse_persons_bucket", "le=2.0"] == 0
    assert samples["m2fp_parse_persons_bucket", "le=3.0"] == 1
    assert samples["m2fp_image_pixels_bucket", "le=1.2e+07"] == 1


def test_rejections_and_attempts(metrics: Metrics) -> None:
    for code in ("queue_full", "queue_full", "rate_limited", "undecodable_image"):
        metrics.rejected(code)
    metrics.attempted("lost")
    metrics.attempted("odd")
    samples = _samples(metrics)
    assert samples["m2fp_queue_rejections_total", "reason=queue_full"] == 2
    assert samples["m2fp_queue_rejections_total", "reason=rate_limited"] == 1
    assert ("m2fp_queue_rejections_total", "reason=undecodable_image") not in samples
    assert samples["m2fp_job_attempts_total", "outcome=lost"] == 1
    assert samples["m2fp_job_attempts_total", "outcome=failed"] == 1


def test_how_things_are(metrics: Metrics) -> None:
    metrics.take(_snapshot())
    samples = _samples(metrics)
    assert samples["m2fp_queue_depth",] == 3
    assert samples["m2fp_queue_oldest_age_seconds",] == 1.5
    assert samples["m2fp_jobs", "state=queued"] == 2
    assert samples["m2fp_jobs", "state=running"] == 0
    assert samples["m2fp_workers", "state=busy"] == 1
    assert samples["m2fp_worker_restarts_total", "reason=died"] == 4
    assert samples["m2fp_worker_resident_memory_bytes", "worker=1"] == 400
    assert samples["m2fp_model_load_duration_seconds",] == 0.7
    model = ("name=m2fp-lite", "precision=int8", "provider=CPU", "sha256=0123456789ab")
    assert samples["m2fp_model_info", *model] == 1
    assert samples["m2fp_build_info", "onnxruntime=1.31", "python=3.13", "version=1"] == 1


def test_what_is_not_known_is_left_out_rather_than_stale(metrics: Metrics) -> None:
    metrics.take(_snapshot())
    metrics.take(Snapshot(workers=WorkerFacts(phases={"starting": 1}, restarts={})))
    names = {key[0] for key in _samples(metrics)}
    assert "m2fp_workers" in names
    assert not names & {"m2fp_queue_depth", "m2fp_jobs", "m2fp_model_info"}
    assert "m2fp_model_load_duration_seconds" not in names


def test_two_registries_do_not_share_anything(metrics: Metrics) -> None:
    other = Metrics([], BuildFacts(version="2", python="3", onnxruntime="1"))
    metrics.rejected("queue_full")
    assert _samples(other)["m2fp_queue_rejections_total", "reason=queue_full"] == 0

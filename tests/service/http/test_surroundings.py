"""What holds of every request: problem documents, ids, headers, limits, metrics."""

from __future__ import annotations

import json
import re
from pathlib import Path

from starlette.routing import BaseRoute
from starlette.testclient import TestClient
from tests.service.http.checks import is_problem
from tests.service.http.world import FakePool, World, make_world, picture, send

from m2fp.errors import M2FPError
from m2fp.imaging.limits import IntakeLimits
from m2fp.service import errors
from m2fp.service.http import ROUTES, build_metrics_app
from m2fp.service.http.problems import KINDS, problem_of
from m2fp.service.operation.settings import JobSettings

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_addresses_and_methods_that_are_not_there(client: TestClient) -> None:
    for path in ("/nothing", "/v1/jobs/", "/v1/parse/", "/v1/../etc", "/v2/models/x/y"):
        is_problem(client.get(path), "not_found")
    for method, path, allowed in (
        ("GET", "/v1/parse", "POST"),
        ("PUT", "/v1/parse", "POST"),
        ("POST", "/v1/models", "GET"),
        ("PATCH", "/livez", "GET"),
    ):
        answer = client.request(method, path)
        is_problem(answer, "method_not_allowed")
        assert answer.headers["allow"] == allowed
    is_problem(client.get("/v1/jobs"), "method_not_allowed")
    both = client.put("/v1/jobs/" + 26 * "a")
    assert both.headers["allow"] == "DELETE, GET", "of two routes"


def test_bodies_that_are_too_large(tmp_path: Path) -> None:
    world = make_world(
        tmp_path / "data",
        limits=IntakeLimits(max_bytes=100_000),
        jobs=JobSettings(max_job_bytes=300_000, max_items=10),
    )
    client = world.client()

    def chunks():
        for _ in range(50):
            yield bytes(10_000)

    for path, limit in (
        ("/v1/parse", 100_000),
        ("/v1/jobs", 300_000),
        ("/v2/models/builtin/infer", 150_000),
    ):
        told = client.post(path, content=bytes(500_000))
        is_problem(told, "body_too_large", within="100,000 bytes")
        streamed = client.post(path, content=chunks())
        is_problem(streamed, "body_too_large", within="100,000")
        form = client.post(path, files={"file": bytes(500_000)})
        is_problem(form, "body_too_large")
        assert client.post(path, content=bytes(limit // 4)).status_code != 413
    over = client.post("/v1/parse", content=picture() + bytes(120_000))
    is_problem(over, "body_too_large", within="the limit is 100,000")
    assert world.pool.seen == []


def test_request_ids(client: TestClient) -> None:
    mine = client.get("/livez", headers={"x-request-id": "Order-17.b_2"})
    assert mine.headers["x-request-id"] == "Order-17.b_2"
    made = set()
    for bad in ("", "a b", "x" * 129, "<script>", "a\tb"):
        answer = client.get("/nothing", headers={"x-request-id": bad})
        found = answer.headers["x-request-id"]
        assert re.fullmatch("[0-9a-f]{32}", found)
        assert answer.json()["instance"] == f"/requests/{found}"
        made.add(found)
    assert len(made) == 5


def test_traceparent(client: TestClient) -> None:
    assert client.get("/livez", headers={"traceparent": TRACE}).headers["traceparent"] == TRACE
    for bad in ("", "x", TRACE.upper(), TRACE.replace("00-", "ff-"), TRACE + "\r\nx: y"[:0] + "z"):
        assert "traceparent" not in client.get("/livez", headers={"traceparent": bad}).headers


def test_safe_headers_everywhere(client: TestClient, world: World) -> None:
    world.pool.error = RuntimeError("bug")
    for answer in (
        client.get("/livez"),
        client.get("/nothing"),
        client.post("/v1/parse", content=picture()),
        client.post("/v1/parse", content=bytes(30_000_000)),
        client.get("/docs"),
        client.get("/openapi.json"),
    ):
        headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert "server" not in headers
    assert client.get("/v1/models").headers["cache-control"] == "no-store"


def test_cors_is_off_and_can_be_turned_on(tmp_path: Path, client: TestClient) -> None:
    origin = {"origin": "https://app.example"}
    assert "access-control-allow-origin" not in client.get("/v1/models", headers=origin).headers
    shared = make_world(tmp_path / "other", cors=("https://app.example",)).client()
    answer = shared.get("/v1/models", headers=origin)
    assert answer.headers["access-control-allow-origin"] == "https://app.example"
    assert "X-Request-ID" in answer.headers["access-control-expose-headers"]
    asked = shared.options(
        "/v1/jobs",
        headers={
            "origin": "https://evil.example",
            "access-control-request-method": "POST",
        },
    )
    is_problem(asked, "malformed_request")
    fine = shared.options(
        "/v1/jobs",
        headers=origin
        | {
            "access-control-request-method": "POST",
            "access-control-request-headers": "idempotency-key",
        },
    )
    assert fine.status_code == 200


def test_readiness(client: TestClient, world: World, tmp_path: Path) -> None:
    for path in ("/livez", "/healthz", "/v2/health/live"):
        assert client.get(path).status_code == 200
    for path in ("/readyz", "/v2/health/ready", "/v2/models/builtin/ready"):
        assert client.get(path).status_code == 200
    world.pool.ready = False
    for path in ("/readyz", "/v2/health/ready"):
        is_problem(client.get(path), "model_not_ready")
    assert client.get("/livez").status_code == 200
    assert client.get("/v1/models").json()["models"] == []


def test_readiness_looks_at_the_disk(tmp_path: Path) -> None:
    now = [0.0]
    world = make_world(tmp_path / "data", clock=lambda: now[0])
    client = world.client()
    assert client.get("/readyz").status_code == 200
    blobs = tmp_path / "data" / "blobs"
    (blobs / "health" / "probe").unlink()
    (blobs / "health").rmdir()
    (blobs / "health").write_text("in the way")
    assert client.get("/readyz").status_code == 200, "looked at a moment ago"
    now[0] = 5.0
    answer = client.get("/readyz")
    is_problem(answer, "store_unavailable")
    assert str(tmp_path) not in answer.text
    (blobs / "health").unlink()
    now[0] = 10.0
    assert client.get("/readyz").status_code == 200


def test_draining(client: TestClient, world: World) -> None:
    world.parts.lifecycle.draining.set()
    for answer in (
        client.get("/readyz"),
        client.post("/v1/parse", content=picture()),
        client.post("/v1/jobs", files={"file": picture()}),
    ):
        is_problem(answer, "draining")
        assert answer.headers["retry-after"] == "5"
    assert client.get("/livez").status_code == 200


def test_metrics(client: TestClient, world: World) -> None:
    client.post("/v1/parse", content=picture())
    client.get("/v1/jobs/" + 26 * "a")
    client.get("/nothing/" + "x" * 50)
    client.post("/v1/jobs", files={"file": picture()})
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    text = answer.text
    for line in (
        'm2fp_http_requests_total{method="POST",route="/v1/parse",status="200"} 1.0',
        'm2fp_http_requests_total{method="GET",route="/v1/jobs/{job_id}",status="404"} 1.0',
        'm2fp_http_requests_total{method="GET",route="other",status="404"} 1.0',
        'm2fp_parse_requests_total{outcome="succeeded"} 1.0',
        "m2fp_queue_depth 1.0",
        'm2fp_jobs{state="queued"} 1.0',
        'm2fp_workers{state="idle"} 1.0',
        "m2fp_image_pixels_count 1.0",
        'm2fp_parse_stage_duration_seconds_count{stage="inference"} 1.0',
    ):
        assert line in text, line
    assert "x" * 50 not in text


def test_metrics_on_a_port_of_their_own(tmp_path: Path) -> None:
    world = make_world(tmp_path / "data", metrics_port=9100)
    is_problem(world.client().get("/metrics"), "not_found")
    own = TestClient(build_metrics_app(world.parts), base_url="http://localhost")
    assert "m2fp_build_info" in own.get("/metrics").text
    is_problem(own.get("/v1/models"), "not_found")


def _paths(routes: list[BaseRoute]) -> set[str]:
    found = set()
    for route in routes:
        if hasattr(route, "path"):
            found.add(route.path)
        inner = getattr(route, "original_router", None)
        if inner is not None:
            found |= _paths(inner.routes)
    return found


def test_the_list_of_routes_is_that_of_the_application(world: World) -> None:
    assert _paths(world.app.routes) == set(ROUTES)


def _all_errors(kind: type[M2FPError]) -> set[type[M2FPError]]:
    return {kind}.union(*(_all_errors(child) for child in kind.__subclasses__()))


def test_every_error_of_the_service_has_a_status() -> None:
    abstract = {"service_error", "request_error", "busy", "blob_missing"}
    for kind in _all_errors(errors.ServiceError):
        assert kind.code in KINDS or kind.code in abstract, kind


def test_codes_that_have_no_status_are_faults_of_ours() -> None:
    problem = problem_of(M2FPError("/srv/x"))
    assert (problem.code, problem.status) == ("internal", 500)
    assert "/srv" not in problem.detail


def test_a_body_that_does_not_come(tmp_path: Path) -> None:
    world = make_world(tmp_path / "data", sync_deadline_s=0.05)
    for headers in ([], [(b"content-type", b"multipart/form-data; boundary=x")]):
        status, body = send(world, "/v1/parse", headers, seconds=5)
        assert status == 408
        assert json.loads(body)["code"] == "request_timeout"


def test_a_pool_that_waits_keeps_its_deadline(tmp_path: Path) -> None:
    world = make_world(tmp_path / "data", pool=FakePool(), sync_deadline_s=7)
    world.client().post("/v1/parse", content=picture())
    (seen,) = world.pool.seen
    assert seen.deadline is not None
    assert 0 < seen.deadline - world.parts.monotonic() <= 7

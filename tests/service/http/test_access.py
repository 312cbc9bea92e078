"""API keys, scopes, rate limits, and names of this machine."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.service.http.checks import is_problem
from tests.service.http.world import make_world, picture, send

from m2fp.errors import ConfigError
from m2fp.service.errors import RateLimited
from m2fp.service.http import KeyRing, Scope
from m2fp.service.http.access.addresses import is_loopback, without_port
from m2fp.service.http.access.keys import new_key
from m2fp.service.http.access.rate import RateLimit
from m2fp.service.operation.settings import AccessSettings, JobSettings

SECRETS = {name: f"secret of {name}" for name in ("one", "two", "prom", "root")}
SCOPES = {"one": "parse,jobs", "two": "jobs", "prom": "metrics", "root": "admin"}
KEYS = "# who\n" + "\n".join(
    f"{name} {hashlib.sha256(secret.encode()).hexdigest()} {SCOPES[name]}"
    for name, secret in SECRETS.items()
)


def bearer(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer {SECRETS[name]}"}


@pytest.fixture
def guarded(tmp_path: Path) -> TestClient:
    return make_world(tmp_path / "data", keys=KEYS).client()


def test_every_route_asks_for_its_scope(guarded: TestClient) -> None:
    job = "/v1/jobs/" + 26 * "a"
    routes = [
        ("POST", "/v1/parse", "parse"),
        ("POST", "/v2/models/builtin/infer", "parse"),
        ("POST", "/v1/jobs", "jobs"),
        ("GET", job, "jobs"),
        ("GET", f"{job}/items", "jobs"),
        ("GET", f"{job}/items/0", "jobs"),
        ("GET", f"{job}/items/0/result", "jobs"),
        ("GET", f"{job}/result", "jobs"),
        ("GET", f"{job}/events", "jobs"),
        ("POST", f"{job}/cancel", "jobs"),
        ("DELETE", job, "jobs"),
        ("GET", "/metrics", "metrics"),
    ]
    for method, path, scope in routes:
        nobody = guarded.request(method, path)
        is_problem(nobody, "unauthenticated")
        assert nobody.headers["www-authenticate"].startswith("Bearer")
        wrong = guarded.request(method, path, headers={"x-api-key": "secret of nobody"})
        is_problem(wrong, "unauthenticated")
        for name, scopes in SCOPES.items():
            answer = guarded.request(method, path, headers=bearer(name))
            if scope in scopes.split(",") or scopes == "admin":
                assert answer.status_code not in (401, 403), (method, path, name)
            else:
                is_problem(answer, "forbidden", within=scope)
    for path in ("/livez", "/readyz", "/v1/models", "/v1/labels", "/docs", "/v2", "/openapi.json"):
        assert guarded.get(path).status_code == 200, f"{path} tells no secrets"


def test_both_headers(guarded: TestClient) -> None:
    for headers in (
        bearer("one"),
        {"x-api-key": SECRETS["one"]},
        {"authorization": f"bEARER   {SECRETS['one']} "},
        {"authorization": "Basic abc", "x-api-key": SECRETS["one"]},
    ):
        assert guarded.post("/v1/parse", content=picture(), headers=headers).status_code == 200


def test_the_key_is_asked_for_before_the_body(tmp_path: Path) -> None:
    world = make_world(tmp_path / "data", keys=KEYS)
    for path in ("/v1/parse", "/v1/jobs", "/v2/models/builtin/infer"):
        status, _ = send(world, path, [(b"content-type", b"multipart/form-data; boundary=x")])
        assert status == 401


def test_jobs_of_others_do_not_exist(tmp_path: Path) -> None:
    world = make_world(tmp_path / "data", keys=KEYS)
    client = world.client()
    files = {"file": picture()}
    key = {"idempotency-key": "same"}
    url = client.post("/v1/jobs", files=files, headers=bearer("one") | key).headers["location"]
    world.work()
    for path in ("", "/items", "/items/0", "/items/0/result", "/result", "/events"):
        assert client.get(url + path, headers=bearer("one")).status_code == 200
        assert client.get(url + path, headers=bearer("root")).status_code == 200
        is_problem(client.get(url + path, headers=bearer("two")), "not_found")
    is_problem(client.post(url + "/cancel", headers=bearer("two")), "not_found")
    is_problem(client.delete(url, headers=bearer("two")), "not_found")
    other = client.post("/v1/jobs", files=files, headers=bearer("two") | key)
    assert other.headers["location"] != url, "a key of one's own"
    assert client.delete(url, headers=bearer("root")).status_code == 204


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "holds no key"),
        ("one abc parse", "a line is"),
        (f"one {64 * 'a'} parse,everything", "'everything'"),
        (f"o/ne {64 * 'a'} parse", "a line is"),
        (f"one {64 * 'a'}", "a line is"),
        (f"one {64 * 'a'} parse\none {64 * 'b'} parse", "two keys of one name"),
    ],
)
def test_files_that_are_no_files_of_keys(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "keys"
    path.write_text(text)
    with pytest.raises(ConfigError, match=what):
        KeyRing.from_file(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        KeyRing.from_file(tmp_path / "keys")


def test_new_keys() -> None:
    secret, line = new_key("me", [Scope.PARSE, Scope.JOBS])
    assert secret not in line
    ring = KeyRing.from_text(line, "here")
    key = ring.find(secret)
    assert key is not None
    assert key.may(Scope.JOBS)
    assert not key.may(Scope.ADMIN)
    assert ring.find(secret[:-1]) is None
    assert key.digest not in repr(key)
    assert new_key("me", [Scope.PARSE])[0] != secret


def test_rate_limit(tmp_path: Path) -> None:
    now = [0.0]
    world = make_world(tmp_path / "data", clock=lambda: now[0], rate_per_minute=3)
    client = world.client()
    for left in ("2", "1", "0"):
        answer = client.post("/v1/parse", content=picture())
        assert answer.headers["ratelimit-remaining"] == left
    assert answer.headers["ratelimit-limit"] == "3"
    assert answer.headers["ratelimit-reset"] == "60"
    refused = client.post("/v1/parse", content=picture())
    is_problem(refused, "rate_limited", within="3 pictures a minute")
    assert refused.headers["retry-after"] == "20"
    assert len(world.pool.seen) == 3
    assert client.get("/v1/models").status_code == 200, "reading is not counted"
    now[0] = 20.0
    assert client.post("/v1/parse", content=picture()).status_code == 200
    is_problem(client.post("/v1/jobs", files={"file": picture()}), "rate_limited")
    metrics = client.get("/metrics").text
    assert 'm2fp_queue_rejections_total{reason="rate_limited"} 2.0' in metrics


def test_a_job_counts_by_its_pictures(tmp_path: Path) -> None:
    now = [0.0]
    world = make_world(
        tmp_path / "data", clock=lambda: now[0], rate_per_minute=6, jobs=JobSettings()
    )
    client = world.client()
    files = [("file", picture()) for _ in range(12)]
    assert client.post("/v1/jobs", files=files).status_code == 202
    now[0] = 59.0
    refused = client.post("/v1/parse", content=picture())
    is_problem(refused, "rate_limited")
    now[0] += float(refused.headers["retry-after"])
    assert client.post("/v1/parse", content=picture()).status_code == 200


def test_buckets_are_each_clients_own_and_bounded() -> None:
    now = [0.0]
    rate = RateLimit(1, lambda: now[0])
    rate.take("a")
    rate.take("b")
    with pytest.raises(RateLimited) as caught:
        rate.take("a")
    assert caught.value.retry_after_s == pytest.approx(60.0)
    for number in range(20_000):
        rate.take(f"client {number}")
    assert len(rate._buckets) == 10_000


def test_names_of_this_machine() -> None:
    here = ["localhost", "127.0.0.1", "127.8.9.1", "::1", "app.localhost"]
    there = [
        "192.168.1.5",
        "example.org",
        "10.0.0.1",
        "",
        "localhost.example.org",
        "127.0.0.1.nip.io",
    ]
    assert all(is_loopback(host) for host in here)
    assert not any(is_loopback(host) for host in there)
    assert without_port("[::1]:7860") == "::1"
    assert without_port("LocalHost:7860") == "localhost"


def test_pages_of_other_sites_do_not_reach_a_service_without_keys(tmp_path: Path) -> None:
    world = make_world(tmp_path / "data")
    client = world.client()
    for host in ("evil.example:7860", "127.0.0.1.evil.example", ""):
        is_problem(client.get("/v1/models", headers={"host": host}), "forbidden")
    for host in ("localhost:7860", "127.0.0.1", "[::1]:7860"):
        assert client.get("/v1/models", headers={"host": host}).status_code == 200
    declared = make_world(tmp_path / "other", access=AccessSettings(declared=True)).client()
    other = {"sec-fetch-site": "cross-site"}
    assert declared.post("/v1/parse", content=picture(), headers=other).status_code == 200
    assert declared.get("/v1/models", headers={"host": "my.example"}).status_code == 200
    keyed = make_world(tmp_path / "third", keys=KEYS).client()
    assert keyed.get("/v1/models", headers={"host": "my.example"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({}, True),
        ({"origin": "http://localhost"}, True),
        ({"origin": "http://localhost:3000"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://friend.example"}, True),
        ({"origin": "http://friend.example", "sec-fetch-site": "cross-site"}, True),
        ({"origin": "http://evil.example", "sec-fetch-site": "cross-site"}, False),
        ({"origin": "http://localhost:3000", "sec-fetch-site": "same-site"}, False),
        ({"origin": "https://its.proxy", "sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
    ],
)
def test_pages_of_other_sites_send_nothing_to_a_service_without_keys(
    tmp_path: Path, headers: dict[str, str], taken: bool
) -> None:
    client = make_world(tmp_path / "data", cors=("http://friend.example",)).client()
    answer = client.post("/v1/parse", content=picture(), headers=headers)
    if taken:
        assert answer.status_code == 200
    else:
        is_problem(answer, "forbidden", within="serve.cors")
    assert client.get("/livez", headers=headers).status_code == 200


def test_everybodys_pages_where_cors_says_so(tmp_path: Path) -> None:
    client = make_world(tmp_path / "data", cors=("*",)).client()
    other = {"origin": "http://evil.example", "sec-fetch-site": "cross-site"}
    assert client.post("/v1/parse", content=picture(), headers=other).status_code == 200

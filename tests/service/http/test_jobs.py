"""/v1/jobs and all below."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.service.http.checks import is_problem
from tests.service.http.world import RESULT, World, make_world, picture
from tests.service.http.zips import make_zip

from m2fp.service.errors import StoreUnavailable
from m2fp.service.jobs import JobState
from m2fp.service.operation.settings import JobSettings


def submit(client: TestClient, count: int = 1, **more: object) -> dict[str, object]:
    files = [("file", (f"p{index}.png", picture((32 + index, 24)))) for index in range(count)]
    answer = client.post("/v1/jobs", files=files, **more)  # type: ignore[arg-type]
    assert answer.status_code == 202, answer.text
    document: dict[str, object] = answer.json()
    return document


def blobs(world: World) -> list[str]:
    return world.parts.blobs.keys("jobs")


def test_a_job_from_start_to_end(client: TestClient, world: World) -> None:
    answer = client.post(
        "/v1/jobs?format=json,overlay",
        files=[("file", ("C:\\a\\ä b.jpg", picture())), ("file", ("x\u2028.png", picture()))],
    )
    assert answer.status_code == 202
    job = answer.json()
    url = answer.headers["location"]
    assert url == f"/v1/jobs/{job['id']}" == job["links"]["self"]
    assert answer.headers["retry-after"].isdigit()
    assert [ref.index for ref in world.queue.announced] == [0, 1]
    assert job["status"] == "queued"
    assert job["queue_position"] == 0
    assert len(blobs(world)) == 2
    is_problem(client.get(f"{url}/result"), "result_not_ready")
    waiting = client.get(f"{url}/items/0/result")
    is_problem(waiting, "result_not_ready")
    assert waiting.headers["retry-after"] == "1"
    assert client.get(url).headers["retry-after"]

    world.work()
    job = client.get(url).json()
    assert job["status"] == "succeeded"
    assert job["progress"] == {"total": 2, "done": 2, "failed": 0, "current": None}
    assert job["queue_position"] is None
    assert job["expires_at"] > job["finished_at"]
    page = client.get(f"{url}/items").json()
    assert [item["name"] for item in page["items"]] == ["ä b.jpg", "x.png"]
    first = page["items"][0]
    assert (first["status"], first["persons"], first["timing"]) == (
        "succeeded",
        2,
        {"total_s": 0.12346},
    )
    assert client.get(first["results"]["json"]).json() == RESULT.to_dict()
    assert client.get(first["results"]["overlay"]).headers["content-type"] == "image/png"
    assert client.get(f"{url}/items/1/result").json() == RESULT.to_dict(), "the job's first format"
    assert client.get(f"{url}/items/1").json() == page["items"][1]

    assert client.delete(url).status_code == 204
    assert blobs(world) == []
    is_problem(client.get(url), "not_found")
    is_problem(client.delete(url), "not_found")


def test_all_results_in_a_zip(client: TestClient, world: World) -> None:
    job = submit(client, 3, params={"format": ["json", "label-maps"]})
    world.work(fail=lambda index: index == 1)
    answer = client.get(f"/v1/jobs/{job['id']}/result")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            "0-p0.json",
            "0-p0.label-maps.zip",
            "2-p2.json",
            "2-p2.label-maps.zip",
            "report.json",
        ]
        assert json.loads(archive.read("2-p2.json")) == RESULT.to_dict()
        report = json.loads(archive.read("report.json"))
    assert [item["status"] for item in report["items"]] == ["succeeded", "failed", "succeeded"]
    assert client.get(f"/v1/jobs/{job['id']}").json()["status"] == "partial"
    failed = client.get(f"/v1/jobs/{job['id']}/items/1/result")
    is_problem(failed, "item_failed", within="undecodable_image")


def test_hostile_names_are_only_text(client: TestClient, world: World) -> None:
    names = ["../../../etc/passwd", "/etc/passwd", "..", "a\x00b.png", "\u202egnp.exe", "x" * 999]
    for name in names:
        answer = client.post("/v1/jobs", files={"file": (name, picture())})
        assert answer.status_code == 202
        world.work()
        url = answer.headers["location"]
        shown = client.get(f"{url}/items/0").json()["name"]
        assert "/" not in shown
        assert shown.isprintable()
        assert len(shown) <= 200
        with zipfile.ZipFile(io.BytesIO(client.get(f"{url}/result").content)) as archive:
            assert not any("/" in name or name.startswith(".") for name in archive.namelist())
        assert client.get(f"{url}/items/0/result").headers["content-disposition"].isascii()
    assert all(key.startswith("jobs/") for key in blobs(world))


def test_zip_files_and_pictures_in_one_job(client: TestClient, world: World) -> None:
    zipped = make_zip({"a/one.png": picture(), "two.png": picture(), "notes.txt": b"hello"})
    files = [("file", ("p.zip", zipped)), ("file", ("three.png", picture()))]
    answer = client.post("/v1/jobs", files=files)
    assert answer.json()["progress"]["total"] == 4
    names = client.get(answer.headers["location"] + "/items").json()["items"]
    assert [item["name"] for item in names] == ["one.png", "two.png", "notes.txt", "three.png"]
    raw = client.post("/v1/jobs", content=zipped, headers={"content-type": "application/zip"})
    assert raw.json()["progress"]["total"] == 3
    is_problem(
        client.post("/v1/jobs", content=make_zip({"a.txt": b"no picture"})),
        "unsupported_image_format",
    )
    is_problem(client.post("/v1/jobs", content=zipped[:-30]), "malformed_request")
    is_problem(client.post("/v1/jobs", content=make_zip({"../a": b""})), "malformed_request")


def test_nothing_is_kept_of_what_is_refused(client: TestClient, world: World) -> None:
    bad = make_zip({"one.png": picture(), "two.png": bytes(30_000_000)})
    is_problem(client.post("/v1/jobs", content=bad), "body_too_large")
    is_problem(client.post("/v1/jobs", content=b"no picture"), "unsupported_image_format")
    files = [("file", picture()), ("file", b"")]
    is_problem(client.post("/v1/jobs", files=files), "empty_image")
    assert blobs(world) == []
    assert world.queue.announced == []
    assert world.parts.store.stats().depth == 0


def test_too_many_pictures(tmp_path: Path) -> None:
    world = make_world(tmp_path / "data", jobs=JobSettings(max_items=3))
    with world.client() as client:
        submit(client, 3)
        files = [("file", picture()) for _ in range(4)]
        is_problem(client.post("/v1/jobs", files=files), "malformed_request", within="Too many")
        two = make_zip({"a": picture(), "b": picture()})
        files = [("file", two), ("file", two)]
        is_problem(client.post("/v1/jobs", files=files), "invalid_parameter", within="2 files")
        files = [("file", two), ("file", picture()), ("file", picture())]
        is_problem(client.post("/v1/jobs", files=files), "invalid_parameter", within="more than 3")
    assert len(blobs(world)) == 3


def test_idempotency(client: TestClient, world: World) -> None:
    key = {"idempotency-key": "order-17"}
    first = submit(client, 2, headers=key)
    again = submit(client, 2, headers=key)
    assert again["id"] == first["id"]
    assert len(world.queue.announced) == 2, "nothing new to do"
    assert len(blobs(world)) == 2, "the second upload is gone"
    other = client.post("/v1/jobs", files={"file": picture()}, headers=key)
    is_problem(other, "idempotency_conflict")
    options = client.post(
        "/v1/jobs?flip=true",
        files=[("file", (f"p{i}.png", picture((32 + i, 24)))) for i in range(2)],
        headers=key,
    )
    is_problem(options, "idempotency_conflict")
    assert submit(client, 2)["id"] != first["id"]
    for bad in ("", "a b", "x" * 201):
        answer = client.post(
            "/v1/jobs", files={"file": picture()}, headers={"idempotency-key": bad}
        )
        is_problem(answer, "invalid_parameter")


def test_stopping_and_deleting(client: TestClient, world: World) -> None:
    job = submit(client, 2)
    claim = world.parts.store.claim("w", lease_s=60)
    assert claim is not None
    cancelled = client.post(f"/v1/jobs/{job['id']}/cancel")
    assert cancelled.json()["status"] == "cancelled"
    assert not world.parts.store.renew(claim), "whoever works on it is told to stop"
    assert blobs(world) == [], "nobody needs the pictures any more"
    item = client.get(f"/v1/jobs/{job['id']}/items/1/result")
    is_problem(item, "item_failed", within="cancelled")
    done = submit(client)
    world.work()
    is_problem(client.post(f"/v1/jobs/{done['id']}/cancel"), "job_not_cancellable")
    running = submit(client)
    claim = world.parts.store.claim("w", lease_s=60)
    assert claim is not None
    assert client.delete(f"/v1/jobs/{running['id']}").status_code == 204
    assert not world.parts.store.renew(claim)
    assert not any(str(running["id"]) in key for key in blobs(world))


def test_pictures_of_a_cancelled_job_are_kept_on_request(tmp_path: Path) -> None:
    world = make_world(tmp_path / "data", jobs=JobSettings(keep_inputs=True))
    client = world.client()
    client.post(f"/v1/jobs/{submit(client, 2)['id']}/cancel")
    assert len(blobs(world)) == 2


def test_pages_of_items(client: TestClient) -> None:
    job = submit(client, 5)
    url = f"/v1/jobs/{job['id']}/items?count=2"
    seen = []
    while url:
        page = client.get(url).json()
        assert page["total"] == 5
        seen += [item["index"] for item in page["items"]]
        url = page["next"]
    assert seen == [0, 1, 2, 3, 4]
    beyond = client.get(f"/v1/jobs/{job['id']}/items?start=9").json()
    assert beyond["items"] == []
    assert beyond["next"] is None
    is_problem(client.get(f"/v1/jobs/{job['id']}/items?count=0"), "invalid_parameter")
    is_problem(client.get(f"/v1/jobs/{job['id']}/items/5"), "not_found")
    is_problem(client.get(f"/v1/jobs/{job['id']}/items/x"), "invalid_parameter")
    is_problem(client.get(f"/v1/jobs/{job['id']}/items/0/result?format=hf"), "not_found")


@pytest.mark.parametrize("name", ["a" * 26, "..%2f..%2fetc", "UPPER", "a" * 27, "%00"])
def test_ids_that_nobody_has(client: TestClient, name: str) -> None:
    for path in ("", "/items", "/result", "/events", "/items/0/result"):
        answer = client.get(f"/v1/jobs/{name}{path}")
        assert answer.status_code in (404, 422), answer.text
        assert answer.json()["code"] in ("not_found", "invalid_parameter")


def test_events(client: TestClient, world: World) -> None:
    job = submit(client)
    world.work()
    with client.stream("GET", f"/v1/jobs/{job['id']}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        text = answer.read().decode()
    _, event = text.split("\n\n")[:2]
    name, data = event.split("\n")
    assert name == "event: end"
    assert json.loads(data.removeprefix("data: "))["status"] == "succeeded"


def test_a_result_that_is_gone(client: TestClient, world: World) -> None:
    job = submit(client)
    world.work()
    world.parts.blobs.delete_prefix("jobs")
    is_problem(client.get(f"/v1/jobs/{job['id']}/items/0/result"), "result_expired")
    with zipfile.ZipFile(io.BytesIO(client.get(f"/v1/jobs/{job['id']}/result").content)) as archive:
        assert archive.namelist() == ["report.json"]


def test_a_store_that_is_away(client: TestClient, world: World) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise StoreUnavailable("/srv/data is full", retry_after_s=7)

    store = world.parts.store
    for name in ("get", "create"):
        store.__dict__[name] = refuse
    answer = client.post("/v1/jobs", files={"file": picture()})
    is_problem(answer, "store_unavailable")
    assert answer.headers["retry-after"] == "7"
    assert "/srv" not in answer.text
    is_problem(client.get("/v1/jobs/" + "a" * 26), "store_unavailable")


def test_pictures_are_not_kept_for_a_job_that_cannot_be(
    client: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = world.parts.blobs.put

    def put_first(key: str, data: bytes) -> None:
        if "/1/" in key:
            raise StoreUnavailable("the disk is full", retry_after_s=7)
        put(key, data)

    monkeypatch.setattr(world.parts.blobs, "put", put_first)
    two = [("file", picture()), ("file", picture())]
    is_problem(client.post("/v1/jobs", files=two), "store_unavailable")
    assert blobs(world) == []


def test_a_store_that_falls_silent_after_writing(
    client: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = world.parts.store.create

    def create_and_fall_silent(*arguments: object, **options: object) -> None:
        create(*arguments, **options)  # type: ignore[arg-type]
        raise StoreUnavailable("no answer", retry_after_s=7)

    send = {"files": {"file": picture()}, "headers": {"Idempotency-Key": "k1"}}
    with monkeypatch.context() as silent:
        silent.setattr(world.parts.store, "create", create_and_fall_silent)
        is_problem(client.post("/v1/jobs", **send), "store_unavailable")
    again = client.post("/v1/jobs", **send)
    assert again.status_code == 202
    job = again.json()["id"]
    assert [key.split("/")[1] for key in blobs(world)] == [job], "its picture, and no other"


def test_the_states_of_the_api_are_those_of_the_store() -> None:
    assert {str(state) for state in JobState} == {
        *("queued", "running", "succeeded", "partial", "failed", "cancelled", "expired")
    }

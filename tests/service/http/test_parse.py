"""POST /v1/parse."""

from __future__ import annotations

import errno
import io
import logging
import tempfile
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient
from tests.service.http.checks import is_problem
from tests.service.http.world import RESULT, SHA, World, picture

from m2fp.errors import EngineError, ImageTooLarge, UndecodableImage
from m2fp.service.errors import DeadlineExceeded, ModelNotReady, QueueFull, WorkerLost
from m2fp.service.rendering import FORMATS


def test_a_form_and_a_body_are_the_same(client: TestClient, world: World) -> None:
    photo = picture()
    for answer in (
        client.post("/v1/parse", files={"file": ("../../etc/x.png", photo)}),
        client.post("/v1/parse", content=photo),
        client.post("/v1/parse", content=photo, headers={"content-type": "image/whatever"}),
    ):
        assert answer.status_code == 200
        assert answer.json() == RESULT.to_dict()
    assert [request.photo for request in world.pool.seen] == 3 * [photo]


def test_a_large_body_goes_through_a_file(client: TestClient, world: World) -> None:
    photo = picture() + bytes(3_000_000)
    assert client.post("/v1/parse", content=photo).status_code == 200
    assert client.post("/v1/parse", files={"file": photo}).status_code == 200
    assert [request.photo for request in world.pool.seen] == 2 * [photo]


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format(client: TestClient, name: str) -> None:
    answer = client.post("/v1/parse", params={"format": name}, content=picture())
    assert answer.status_code == 200
    assert answer.headers["content-type"] == FORMATS[name].media_type
    assert FORMATS[name].suffix in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("image/png", "image/png"),
        ("text/html, image/*;q=0.8", "image/png"),
        ("application/zip", "application/zip"),
        ("*/*", "application/json"),
        ("text/html", "application/json"),
        ("image/png;q=0, application/zip", "application/zip"),
        ("image/*;q=0.1, application/json;q=0.9", "application/json"),
        ("application/zip;q=0.5,image/png;q=0.5", "application/zip"),
        ("image/png;q=of course", "image/png"),
    ],
)
def test_accept_chooses_the_format(client: TestClient, accept: str, media_type: str) -> None:
    answer = client.post("/v1/parse", content=picture(), headers={"accept": accept})
    assert answer.headers["content-type"] == media_type
    named = client.post("/v1/parse?format=coco", content=picture(), headers={"accept": accept})
    assert named.headers["content-type"] == "application/json"


def test_options_of_address_and_form(client: TestClient, world: World) -> None:
    client.post("/v1/parse?flip=true&scales=0.5,1&model=builtin", content=picture())
    client.post(
        "/v1/parse?flip=true",
        files={"file": picture()},
        data={"flip": "false", "scales": "1, 1.5", "model": "m2fp-test", "format": "overlay"},
    )
    first, second = (request.options for request in world.pool.seen)
    assert (first.flip, first.scales, first.formats) == (True, (0.5, 1.0), ("json",))
    assert (second.flip, second.scales, second.formats) == (False, (1.0, 1.5), ("overlay",))
    assert first.model == second.model == "builtin", "the pool knows it by one name"


@pytest.mark.parametrize(
    "query",
    [
        *("format=jpeg", "flip=perhaps", "colour=red", "url=http://127.0.0.1/x.png"),
        *("scales=0", "scales=nan", "scales=", "scales=9", "scales=0.49", "scales=2.01"),
        *("scales=inf", "scales=-1", "scales=1e-300", "scales=0.6,0.7,0.8,0.9,1"),
    ],
)
def test_parameters_that_cannot_be(client: TestClient, world: World, query: str) -> None:
    name = query.partition("=")[0]
    document = is_problem(client.post(f"/v1/parse?{query}", content=picture()), "invalid_parameter")
    assert document["errors"]
    key, _, value = query.partition("=")
    form = client.post("/v1/parse", files={"file": picture()}, data={key: value})
    document = is_problem(form, "invalid_parameter")
    assert name in str(document["errors"])
    assert world.pool.seen == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("scales=2,1.9,1.8,1.7", None),
        ("scales=2,1.99,1.98,2", "once"),
        ("scales=2,2", "once"),
        ("flip=true&scales=2,1.9", None),
        ("flip=true&scales=2,1.9,1", "17.2 times"),
        ("flip=true&scales=0.5,0.75,1,1.25", None),
    ],
)
def test_how_much_work_may_be_asked_for(
    client: TestClient, world: World, query: str, words: str | None
) -> None:
    for path in ("/v1/parse", "/v1/jobs"):
        answer = client.post(f"{path}?{query}", content=picture())
        if words is None:
            assert answer.status_code in (200, 202)
        else:
            is_problem(answer, "invalid_parameter", within=words)
    assert bool(world.pool.seen) == (words is None)


def test_the_bounds_are_in_the_reference(client: TestClient) -> None:
    for path in ("/v1/parse", "/v1/jobs"):
        operation = client.get("/openapi.json").json()["paths"][path]["post"]
        scales = next(each for each in operation["parameters"] if each["name"] == "scales")
        schema = scales["schema"]
        assert (schema["minItems"], schema["maxItems"]) == (1, 4)
        assert (schema["items"]["minimum"], schema["items"]["maximum"]) == (0.5, 2.0)
        assert "at most 16" in scales["description"]


def test_addresses_are_not_fetched(client: TestClient, world: World) -> None:
    address = "http://127.0.0.1:1/photo.jpg"
    for path in ("/v1/parse", "/v1/jobs"):
        text = client.post(path, data={"file": address}, files={"other": b""})
        is_problem(text, "invalid_parameter")
        form = client.post(path, files={"file": (None, address)})
        is_problem(form, "invalid_parameter", within="nothing is fetched")
        document = is_problem(client.post(path, json={"url": address}), "unsupported_image_format")
        assert "127.0.0.1" not in str(document)
        unknown = client.post(path, files={"file": picture()}, data={"url": address})
        is_problem(unknown, "invalid_parameter", within="no such parameter")
    assert world.pool.seen == []


def test_a_model_that_is_not_there(client: TestClient) -> None:
    for name in ("other", "../../etc/passwd", "/etc/passwd"):
        answer = client.post("/v1/parse", params={"model": name}, content=picture())
        is_problem(answer, "model_not_found", within="/v1/models")


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"", "image/png", "empty_image"),
        (b"GIF8", "image/gif", "unsupported_image_format"),
        (b"<svg/>", "image/svg+xml", "unsupported_image_format"),
        (b"%PDF-1.4", "application/pdf", "unsupported_image_format"),
        (b"nonsense", "multipart/form-data; boundary=x", "malformed_request"),
        *(
            (
                b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
                f"multipart/form-data; charset={charset}; boundary=x",
                "malformed_request",
            )
            for charset in ("undefined", "nonsense")
        ),
        (b"nonsense", "multipart/form-data", "malformed_request"),
        (
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
            "malformed_request",
        ),
    ],
)
def test_bodies_that_are_no_pictures(
    client: TestClient, world: World, content: bytes, kind: str, code: str
) -> None:
    is_problem(client.post("/v1/parse", content=content, headers={"content-type": kind}), code)
    assert world.pool.seen == []


def test_forms_that_are_not_as_expected(client: TestClient) -> None:
    is_problem(
        client.post("/v1/parse", files={"photo": picture()}), "invalid_parameter", within="'file'"
    )
    two = [("file", picture()), ("file", picture())]
    is_problem(client.post("/v1/parse", files=two), "malformed_request", within="Too many files")
    is_problem(client.post("/v1/parse", files={"file": b""}), "empty_image")
    is_problem(
        client.post("/v1/parse", files={"file": picture()}, data={"nonsense": "1"}),
        "invalid_parameter",
    )


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UndecodableImage("cut short"), "undecodable_image"),
        (ImageTooLarge("too many", actual=1, limit=0), "too_many_pixels"),
        (QueueFull("full", retry_after_s=2.3), "queue_full"),
        (DeadlineExceeded("late"), "deadline_exceeded"),
        (WorkerLost("gone"), "worker_lost"),
    ],
)
def test_errors_of_the_pool(client: TestClient, world: World, error: Exception, code: str) -> None:
    world.pool.error = error
    answer = client.post("/v1/parse", content=picture())
    is_problem(answer, code, within=str(error))
    if code == "queue_full":
        assert answer.headers["retry-after"] == "3", "not before it makes sense"


def test_what_the_operator_may_know_and_clients_may_not(
    client: TestClient, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    for error, code in (
        (ModelNotReady("cannot open /srv/models/x.onnx"), "model_not_ready"),
        (EngineError("/srv/secret is no graph"), "internal"),
        (RuntimeError("/srv/secret"), "internal"),
    ):
        world.pool.error = error
        caplog.clear()
        with caplog.at_level(logging.INFO):
            answer = client.post("/v1/parse", content=picture())
        document = is_problem(answer, code)
        assert "/srv" not in answer.text
        told = [record for record in caplog.records if record.exc_info]
        assert bool(told) == (code == "internal"), "a traceback, of faults of ours only"
        fields = caplog.records[-1].m2fp_fields  # type: ignore[attr-defined]
        if code != "internal":
            assert fields["reason"] == str(error)
        assert str(document["instance"]).endswith(fields["request_id"])


def test_headers_and_log_say_what_was_done(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "m2fp"):
        answer = client.post("/v1/parse", files={"file": ("secret-name.png", picture())})
    assert answer.headers["x-model-id"] == f"m2fp-test@{SHA[:12]}"
    timing = answer.headers["server-timing"]
    assert timing == "queue;dur=1.0, decode;dur=2.0, inference;dur=250.0, total;dur=300.0"
    (record,) = [each for each in caplog.records if each.message == "request"]
    fields = record.m2fp_fields  # type: ignore[attr-defined]
    assert fields["route"] == "/v1/parse"
    assert fields["status"] == 200
    assert fields["persons"] == len(RESULT.persons)
    assert fields["image"]["format"] == "PNG"
    assert "secret-name" not in str(fields)


def test_pixels_are_not_looked_at_here(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("only workers decode")

    photo = io.BytesIO(picture()).getvalue()
    monkeypatch.setattr(Image, "open", refuse)
    assert client.post("/v1/parse", content=photo).status_code == 200


@pytest.mark.parametrize(
    "content", [{"content": picture((900, 900))}, {"files": {"file": picture()}}]
)
def test_a_full_disk_while_a_body_comes(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, content: dict[str, Any]
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", "/srv/data")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "write", full)
    answer = client.post("/v1/parse", **content)
    is_problem(answer, "store_unavailable")
    assert answer.headers["retry-after"] == "5"
    assert "/srv" not in answer.text

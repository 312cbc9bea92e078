"""KServe's protocol."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from starlette.testclient import TestClient
from tests.service.http.checks import is_problem
from tests.service.http.world import RESULT, World, picture

URL = "/v2/models/builtin/infer"
LENGTH = "inference-header-content-length"


def ask(photo: bytes, **more: object) -> dict[str, object]:
    data = [base64.b64encode(photo).decode()]
    tensor = {"name": "image", "shape": [1], "datatype": "BYTES", "data": data}
    return {"inputs": [tensor], **more}


def test_metadata(client: TestClient) -> None:
    assert client.get("/v2").json()["extensions"] == ["binary_tensor_data"]
    document = client.get("/v2/models/m2fp-test").json()
    assert [tensor["name"] for tensor in document["outputs"]] == [
        *("part_map", "person_map", "segments")
    ]
    assert document["inputs"] == [{"name": "image", "datatype": "BYTES", "shape": [1]}]


def test_json(client: TestClient, world: World) -> None:
    photo = picture()
    document = client.post(URL, json=ask(photo, id="7")).json()
    assert document["id"] == "7"
    assert document["model_name"] == "builtin"
    part_map, person_map, segments = document["outputs"]
    assert part_map["datatype"] == "UINT8"
    assert person_map["datatype"] == "UINT16"
    for tensor, truth in ((part_map, RESULT.part_map), (person_map, RESULT.person_map)):
        assert tensor["shape"] == list(truth.shape)
        np.testing.assert_array_equal(np.reshape(tensor["data"], truth.shape), truth)
    assert json.loads(segments["data"][0])["scheme"] == "cihp"
    assert world.pool.seen[0].photo == photo


def test_only_what_is_asked_for(client: TestClient) -> None:
    request = ask(picture(), outputs=[{"name": "segments"}])
    (output,) = client.post(URL, json=request).json()["outputs"]
    assert (output["name"], output["shape"], output["datatype"]) == ("segments", [1], "BYTES")


@pytest.mark.parametrize("everywhere", [True, False])
def test_bytes_in_and_out(client: TestClient, world: World, everywhere: bool) -> None:
    photo = picture()
    element = len(photo).to_bytes(4, "little") + photo
    tensor = {
        "name": "image",
        "shape": [1, 1],
        "datatype": "BYTES",
        "parameters": {"binary_data_size": len(element)},
    }
    request: dict[str, object] = {"inputs": [tensor]}
    if everywhere:
        request["parameters"] = {"binary_data_output": True}
    else:
        request["outputs"] = [
            {"name": name, "parameters": {"binary_data": True}}
            for name in ("part_map", "person_map", "segments")
        ]
    head = json.dumps(request).encode()
    answer = client.post(
        URL,
        content=head + element,
        headers={LENGTH: str(len(head)), "content-type": "application/octet-stream"},
    )
    assert answer.status_code == 200, answer.text
    assert world.pool.seen[0].photo == photo
    length = int(answer.headers[LENGTH])
    document, rest = json.loads(answer.content[:length]), answer.content[length:]
    values = []
    for output in document["outputs"]:
        size = output["parameters"]["binary_data_size"]
        values.append(rest[:size])
        rest = rest[size:]
    assert rest == b""
    np.testing.assert_array_equal(np.frombuffer(values[0], "<u1"), RESULT.part_map.ravel())
    np.testing.assert_array_equal(np.frombuffer(values[1], "<u2"), RESULT.person_map.ravel())
    assert int.from_bytes(values[2][:4], "little") == len(values[2]) - 4
    assert json.loads(values[2][4:])["schema_version"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"inputs": []}, "invalid_parameter"),
        ({"inputs": 5}, "invalid_parameter"),
        ({"outputs": [{"name": "logits"}]}, "invalid_parameter"),
        ({"inputs": [{"name": "image", "shape": [1], "datatype": "FP32"}]}, "invalid_parameter"),
        ({"inputs": [{"name": "image", "shape": [2], "datatype": "BYTES"}]}, "invalid_parameter"),
        ({"inputs": [{"name": "x", "shape": [1], "datatype": "BYTES"}]}, "invalid_parameter"),
        ({"inputs": [{"name": "image", "shape": [1], "datatype": "BYTES"}]}, "invalid_parameter"),
        (
            {"inputs": [{"name": "image", "shape": [1], "datatype": "BYTES", "data": ["%%"]}]},
            "invalid_parameter",
        ),
        (
            {"inputs": [{"name": "image", "shape": [1], "datatype": "BYTES", "data": [""]}]},
            "empty_image",
        ),
        (
            {"inputs": [{"name": "image", "shape": [1], "datatype": "BYTES", "data": ["aGk="]}]},
            "unsupported_image_format",
        ),
    ],
)
def test_requests_that_cannot_be(client: TestClient, change: dict[str, object], code: str) -> None:
    answer = client.post(URL, json=ask(picture()) | change)
    document = is_problem(answer, code)
    assert document["error"] == document["detail"], "as KServe's clients read it"


def test_bodies_that_are_no_requests(client: TestClient) -> None:
    is_problem(client.post(URL, content=b"{"), "malformed_request")
    is_problem(client.post(URL, content=b"\xff\xfe"), "malformed_request")
    is_problem(client.post(URL, content=b"{}", headers={LENGTH: "5"}), "malformed_request")
    is_problem(client.post(URL, content=b"{}", headers={LENGTH: "-1"}), "malformed_request")
    is_problem(client.post(URL, content=b"{}", headers={LENGTH: 5000 * "9"}), "malformed_request")
    is_problem(client.post(URL, content=b""), "empty_image")
    for size, length in ((10, 6), (9, 6), ("x", 5), (True, 5), (3, 0)):
        tensor = {
            "name": "image",
            "shape": [1],
            "datatype": "BYTES",
            "parameters": {"binary_data_size": size},
        }
        head = json.dumps({"inputs": [tensor]}).encode()
        body = head + length.to_bytes(4, "little") + b"12345"
        answer = client.post(URL, content=body, headers={LENGTH: str(len(head))})
        is_problem(answer, "malformed_request")
    is_problem(client.post("/v2/models/other/infer", json=ask(picture())), "model_not_found")

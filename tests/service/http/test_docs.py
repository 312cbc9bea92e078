"""/openapi.json and /docs."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.service.http.checks import is_problem
from tests.service.http.world import make_world

from m2fp.service.http import ROUTES
from m2fp.service.http.problems import KINDS


@pytest.fixture
def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def test_every_route_is_described(document: dict[str, Any]) -> None:
    hidden = {"/openapi.json", "/docs", "/docs/style.css", "/", "/page/{name:path}"}
    assert set(document["paths"]) == set(ROUTES) - hidden
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert operation["description"], path
            assert "500" in operation["responses"]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    names = set(re.findall(r"#/components/schemas/([A-Za-z]+)", str(document)))
    assert names <= set(document["components"]["schemas"])
    assert "HTTPValidationError" not in str(document)
    assert "ValidationError" not in names


def test_errors_are_problem_documents(document: dict[str, Any]) -> None:
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert list(response["content"]) == ["application/problem+json"]
    codes = document["components"]["schemas"]["ProblemDocument"]["properties"]["code"]["enum"]
    assert codes == sorted(KINDS)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.targets: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            assert not name.startswith("on")
            assert name != "style"
            if name in ("href", "src"):
                self.targets.append(value or "")
            if name == "id":
                self.ids.add(value or "")


def test_the_page_needs_nothing_from_elsewhere(client: TestClient) -> None:
    answer = client.get("/docs")
    assert answer.headers["content-type"].startswith("text/html")
    assert "script-src" not in answer.headers["content-security-policy"]
    page = _Links()
    page.feed(answer.text)
    assert "script" not in page.tags
    outside = {target for target in page.targets if not target.startswith("#")}
    assert outside == {"docs/style.css", "openapi.json"}
    assert {target[1:] for target in page.targets if target.startswith("#")} <= page.ids
    assert client.get("/docs/style.css").headers["content-type"].startswith("text/css")


def test_they_can_be_turned_off(tmp_path: Path) -> None:
    client = make_world(tmp_path / "data", docs=False).client()
    for path in ("/docs", "/openapi.json", "/docs/style.css"):
        is_problem(client.get(path), "not_found")

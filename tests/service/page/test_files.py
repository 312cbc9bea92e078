"""The page's files, without a browser: what is loaded from where, and that it is there."""

from __future__ import annotations

import posixpath
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.service.http.checks import is_problem
from tests.service.http.world import World, make_world

from m2fp.service.http.page.files import INDEX, page_files

_EXAMPLE = Path(__file__).parents[3] / "examples" / "group.jpg"
_TEXTS = sorted(name for name in page_files() if name.endswith((".html", ".css", ".js", ".svg")))
_SCRIPTS = [name for name in _TEXTS if name.endswith(".js")]


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    world: World = make_world(tmp_path / "data")
    assert isinstance(world.app, Starlette)
    return TestClient(world.app, base_url="http://localhost")


def test_the_page_is_at_the_root_and_allows_itself_nothing_from_elsewhere(
    client: TestClient,
) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(
        rule.split(" ", 1) for rule in response.headers["content-security-policy"].split("; ")
    )
    assert policy["default-src"] == "'self'"
    assert policy["img-src"] == "'self' blob: data:"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
    assert "unsafe" not in str(policy)
    assert "camera=(self)" in response.headers["permissions-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", sorted(page_files()))
def test_every_file_is_served_once_and_then_known(client: TestClient, name: str) -> None:
    response = client.get(f"/page/{name}")
    assert response.status_code == 200
    assert response.content == page_files()[name].content
    assert "default-src 'self'" in response.headers["content-security-policy"]
    again = client.get(f"/page/{name}", headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["nothing.js", "../routes.py", "..%2froutes.py", "strings/../../routes.py", "strings"]
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    is_problem(client.get(f"/page/{path}"), "not_found")


class _Index(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open = tag
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.faults.append(f"<{tag} {name}>")
            if value and (name == "src" or (tag == "link" and name == "href")):
                self.loads.append(value)
            if value and name == "id":
                self.ids.append(value)

    def handle_data(self, data: str) -> None:
        if self._open in ("script", "style") and data.strip():
            self.faults.append(f"<{self._open}>{data}")

    def handle_endtag(self, tag: str) -> None:
        self._open = ""


def _index() -> _Index:
    parser = _Index()
    parser.feed(page_files()[INDEX].content.decode())
    return parser


def test_the_document_has_no_inline_code_and_all_that_it_loads_exists() -> None:
    index = _index()
    assert index.faults == []
    assert len(index.loads) > 5
    assert {name.removeprefix("page/") for name in index.loads} <= set(page_files())
    assert len(index.ids) == len(set(index.ids))


@pytest.mark.parametrize("name", _SCRIPTS)
def test_imports_lead_to_files_and_ids_to_elements(name: str) -> None:
    text = page_files()[name].content.decode()
    for target in re.findall(r'(?:from |import\()"([^"]+)"', text):
        assert posixpath.normpath(posixpath.join(posixpath.dirname(name), target)) in page_files()
    ids = set(_index().ids)
    assert set(re.findall(r'byId\("([^"]+)"', text)) <= ids
    assert "innerHTML" not in text
    assert "insertAdjacentHTML" not in text


@pytest.mark.parametrize("name", _TEXTS)
def test_no_address_of_another_server(name: str) -> None:
    text = page_files()[name].content.decode()
    found = set(re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]+", text))
    assert found <= {"http://www.w3.org"}  # the namespace of SVG, which nobody fetches


def test_the_example_is_that_of_the_readme() -> None:
    assert page_files()["example.jpg"].content == _EXAMPLE.read_bytes()


def test_scripts_have_the_types_that_they_say() -> None:
    folder = Path(__file__).parent
    compiler = shutil.which(folder / "node_modules" / ".bin" / "tsc")
    if compiler is None:
        pytest.skip("TypeScript is not installed (npm ci --prefix tests/service/page)")
    ended = subprocess.run(
        [compiler, "-p", folder / "jsconfig.json"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout

"""A real service, and a real browser that looks at it.

Screenshots of the tests lie in the folder that PAGE_SCREENSHOTS names, else in pytest's own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import playwright.sync_api as playwright_api
import pytest
from tests.service.page.server import Server

from m2fp import Parser, Result

playwright_api.expect.set_options(timeout=60_000)  # a model may be trained beside the tests

EXAMPLE = Path(__file__).parents[3] / "examples" / "group.jpg"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("page"), "--workers", "1", "--threads", "2")
    yield started
    started.stop()


# Not for the session: while Playwright is there its event loop counts as running, and tests of
# other folders could not start their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[playwright_api.Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("chromium is not installed")
    camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with playwright_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *camera])
        yield started
        started.close()


@pytest.fixture
def complaints() -> list[str]:
    """Return what pages complained about: errors, and what their policy kept them from."""
    return []


@pytest.fixture
def new_page(
    browser: playwright_api.Browser, server: Server, complaints: list[str]
) -> Iterator[Callable[..., playwright_api.Page]]:
    """Return a function that opens a page; a test in which pages complain fails."""
    contexts = []

    def open_page(address: str = server.url, **options: object) -> playwright_api.Page:
        options = {"locale": "en-GB", "viewport": {"width": 1440, "height": 900}} | options
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(new_page: Callable[..., playwright_api.Page]) -> playwright_api.Page:
    return new_page()


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("PAGE_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def result() -> Result:
    """Return what a parser of our own finds in the example."""
    return Parser()(EXAMPLE)

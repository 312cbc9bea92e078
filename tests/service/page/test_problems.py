"""What visitors are told when something goes wrong."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect
from tests.service.page.server import Server
from tests.service.page.visitor import (
    NewPage,
    choose,
    only_complaints,
    parse_example,
    photo_file,
    problem_answer,
)


def test_names_and_details_are_text(page: Page, screenshots: Path, complaints: list[str]) -> None:
    name = "<img src=x onerror=alert(1)>.jpg"
    choose(page, photo_file(name, b"GIF87a nothing"))
    expect(page.locator("#photo-name")).to_have_text(name)
    expect(page.locator(".notice h2")).to_be_visible()
    assert page.locator("#photo-name img, .notice img").count() == 0
    page.screenshot(path=screenshots / "error.png")
    only_complaints(complaints, "422", "415")


def test_a_busy_server_is_waited_for(page: Page, complaints: list[str]) -> None:
    answers = [problem_answer("queue_full", 429, **{"Retry-After": "2"})]

    def answer(route: Route) -> None:
        if answers:
            route.fulfill(**answers.pop())
        else:
            route.continue_()

    page.route("**/v1/parse*", answer)
    page.click("#example")
    expect(page.locator(".notice.busy p")).to_contain_text("Trying again in")
    expect(page.locator("#people .row").first).to_be_visible()
    only_complaints(complaints, "429")


def test_a_fault_of_the_server_can_be_tried_again(page: Page, complaints: list[str]) -> None:
    page.route("**/v1/parse*", lambda route: route.fulfill(**problem_answer("worker_lost", 500)))
    page.click("#example")
    expect(page.locator(".notice h2")).to_have_text("The server stumbled over this photo")
    expect(page.locator(".server-words")).to_have_text("<b>detail of worker_lost</b>")
    expect(page.locator(".notice")).to_contain_text("Request abc123")
    page.unroute("**/v1/parse*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#people .row").first).to_be_visible()
    only_complaints(complaints, "500")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (problem_answer("new_code_of_tomorrow", 418), "Something went wrong"),
        ({"status": 502, "body": "<h1>nginx</h1>"}, "Something went wrong"),
        ({"status": 413, "body": "<h1>nginx</h1>"}, "This file is too large"),
        ({"status": 200, "body": "not json"}, "Something went wrong"),
    ],
)
def test_answers_that_nobody_foresaw(
    page: Page, complaints: list[str], answer: dict[str, Any], said: str
) -> None:
    page.route("**/v1/parse*", lambda route: route.fulfill(**answer))
    page.click("#example")
    expect(page.locator(".notice h2")).to_have_text(said)
    only_complaints(complaints, str(answer["status"]))


def test_a_server_that_is_gone(page: Page, complaints: list[str]) -> None:
    page.route("**/v1/parse*", lambda route: route.abort("connectionrefused"))
    page.click("#example")
    expect(page.locator(".notice h2")).to_have_text("The server does not answer")
    only_complaints(complaints, "CONNECTION_REFUSED")


def test_an_example_that_cannot_be_loaded(page: Page, complaints: list[str]) -> None:
    page.route("**/example.jpg", lambda route: route.abort("connectionrefused"))
    page.click("#example")
    expect(page.locator("#toast")).to_contain_text("could not be loaded")
    expect(page.locator("#example")).to_be_enabled()
    only_complaints(complaints, "CONNECTION_REFUSED")


def test_nobody_in_the_photo(page: Page, screenshots: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), (120, 150, 190)).save(buffer, "PNG")
    choose(page, {"name": "sky.png", "mimeType": "image/png", "buffer": buffer.getvalue()})
    expect(page.locator(".notice h2")).to_have_text("Nobody found in this photo")
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator("#compare")).to_be_hidden()
    expect(page.locator(".notice")).to_be_in_viewport(ratio=1)
    page.screenshot(path=screenshots / "nobody.png")


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[tuple[Server, str]]:
    """Return a service that asks for a key, and the key."""
    file = tmp_path / "keys"
    command = [sys.executable, "-m", "m2fp", "keys", "new", "page", "--file", file]
    made = subprocess.run(command, capture_output=True, text=True, check=True)
    server = Server(tmp_path / "data", "--workers", "1", "--api-keys", str(file))
    yield server, made.stdout.strip()
    server.stop()


def test_a_key_is_asked_for_and_kept_in_the_tab(
    locked: tuple[Server, str], new_page: NewPage, complaints: list[str], screenshots: Path
) -> None:
    server, key = locked
    page = new_page(server.url)
    page.click("#example")
    field = page.get_by_label("API key")
    for wrong in ("wrong", f"{key}\u200b"):  # the second as some programs paste it
        field.fill(wrong)
        field.press("Enter")
        expect(field).to_have_value("")  # asked for again
    page.screenshot(path=screenshots / "key.png")
    field.fill(key)
    field.press("Enter")
    expect(page.locator("#people .row").first).to_be_visible()
    curl = page.locator("#snippet").text_content()
    assert curl
    assert "$API_KEY" in curl
    assert key not in page.content()
    page.reload()
    parse_example(page)
    only_complaints(complaints, "401")

"""What a visitor of the page does and sees."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect
from tests.service.page.conftest import EXAMPLE

from m2fp import Result

NewPage = Callable[..., Page]
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}


def photo_file(name: str, content: bytes | None = None) -> dict[str, Any]:
    content = EXAMPLE.read_bytes() if content is None else content
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def example_photo() -> Image.Image:
    return Image.open(io.BytesIO(EXAMPLE.read_bytes()))


def rgba(content: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGBA"))


def choose(page: Page, *photos: dict[str, Any]) -> None:
    page.set_input_files("#files", list(photos))


def parse_example(page: Page) -> Page:
    page.click("#example")
    expect(page.locator("#people .row").first).to_be_visible()
    return page


def show_example(page: Page, result: Result) -> Page:
    """Show the example with a result that is known already: for tests of what follows from it."""
    answer = {"content_type": "application/json", "body": result.to_json()}
    page.route("**/v1/parse?format=json", lambda route: route.fulfill(**answer))
    return parse_example(page)


def save(page: Page, kind: str) -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.click(f'#downloads button[data-kind="{kind}"]')
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def row_names(page: Page, name: str) -> list[str]:
    return page.locator(f"#{name} .row-name").all_text_contents()


def axe_findings(page: Page) -> list[str]:
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {node['html'][:120]} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def point_in(page: Page, result: Result, person: int, label: int) -> dict[str, float]:
    """Return where on the canvas a pixel is that lies well within a part, near its middle.

    At the picture's right edge lies the handle of the slider.
    """
    mask = (result.person_map == person) & (result.part_map == label)
    for size in (15, 7, 3, 1):
        sums = np.pad(mask, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
        inside = (
            sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
        )
        ys, xs = np.nonzero(inside == size * size)
        if len(ys):
            break
    middle = ((ys - ys.mean()) ** 2 + (xs - xs.mean()) ** 2).argmin()
    box = page.locator("#layers-canvas").bounding_box()
    assert box
    height, width = mask.shape
    return {
        "x": box["x"] + (xs[middle] + size // 2) / width * box["width"],
        "y": box["y"] + (ys[middle] + size // 2) / height * box["height"],
    }


def biggest_part(result: Result, person: int) -> Any:
    return max(
        (segment for segment in result.segments if segment.person_id == person),
        key=lambda segment: segment.area,
    )


def only_complaints(complaints: list[str], *statuses: str) -> None:
    """Check that the browser noted nothing but answers of these statuses, and forget them."""
    assert all("Failed to load" in text or "net::" in text for text in complaints)
    assert all(any(status in text for status in statuses) for text in complaints)
    complaints.clear()


def problem_answer(code: str, status: int, **headers: str) -> dict[str, Any]:
    document = {"code": code, "detail": f"<b>detail of {code}</b>", "status": status}
    return {
        "status": status,
        "content_type": "application/problem+json",
        "headers": {"X-Request-ID": "abc123", **headers},
        "body": json.dumps(document),
    }

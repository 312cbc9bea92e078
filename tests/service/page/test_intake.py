"""Ways for photos to come in, one and many."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from tests.service.page.conftest import EXAMPLE
from tests.service.page.visitor import (
    NewPage,
    choose,
    example_photo,
    only_complaints,
    parse_example,
    photo_file,
    save,
)

_TRANSFER = """([type, name, data]) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
    const event = type === "paste"
        ? new ClipboardEvent(type, { clipboardData: transfer, bubbles: true })
        : new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
    return event.defaultPrevented;
}"""


def test_dropping(page: Page, screenshots: Path) -> None:
    data = base64.b64encode(EXAMPLE.read_bytes()).decode()
    page.evaluate(_TRANSFER, ["dragenter", "a.jpg", data])
    expect(page.locator("#drop-veil")).to_be_visible()
    page.screenshot(path=screenshots / "dropping.png")
    assert page.evaluate(_TRANSFER, ["dragover", "a.jpg", data])
    assert page.evaluate(_TRANSFER, ["drop", "dropped.jpg", data])
    expect(page.locator("#drop-veil")).to_be_hidden()
    expect(page.locator("#photo-name")).to_have_text("dropped.jpg")
    expect(page.locator("#people .row").first).to_be_visible()


def test_dropping_a_folder(page: Page, tmp_path: Path) -> None:
    """By the browser's own drag and drop: only there a folder is one."""
    inner = tmp_path / "holiday" / "day 1"
    inner.mkdir(parents=True)
    (tmp_path / "holiday" / "a.jpg").write_bytes(EXAMPLE.read_bytes())
    (inner / "b.jpg").write_bytes(EXAMPLE.read_bytes())
    (inner / ".DS_Store").write_bytes(b"notes of a file manager")
    (inner / "plan.txt").write_text("museum")
    devtools = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(tmp_path / "holiday")], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        event = {"type": kind, "x": 300, "y": 300, "data": data}
        devtools.send("Input.dispatchDragEvent", event)
    expect(page.locator("#progress-text")).to_have_text("2 of 2 done")
    expect(page.locator("#toast")).to_have_text("plan.txt is not a picture and was left out.")
    titles = page.locator(".thumb").evaluate_all("thumbs => thumbs.map(thumb => thumb.title)")
    assert sorted(titles) == ["a.jpg", "b.jpg"]


def test_pasting(page: Page) -> None:
    data = base64.b64encode(EXAMPLE.read_bytes()).decode()
    page.evaluate(_TRANSFER, ["paste", "pasted.jpg", data])
    expect(page.locator("#photo-name")).to_have_text("pasted.jpg")
    expect(page.locator("#people .row").first).to_be_visible()


def test_the_camera(new_page: NewPage) -> None:
    page = new_page(permissions=["camera"])
    page.click("#camera")
    page.locator("#camera-shoot:enabled").click()
    expect(page.locator("#camera-dialog")).to_be_hidden()
    expect(page.locator("#photo-name")).to_have_text("camera.jpg")
    expect(page.locator("#photo-facts")).not_to_be_empty()  # a test picture: nobody in it


def test_what_is_no_picture_is_left_out(page: Page) -> None:
    choose(page, {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"})
    expect(page.locator("#toast")).to_have_text("a.pdf is not a picture and was left out.")
    expect(page.locator("#welcome")).to_be_visible()


def test_photos_are_shown_upright(page: Page, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    turned = example_photo().rotate(90, expand=True)
    buffer = io.BytesIO()
    turned.save(buffer, "JPEG", exif=exif)
    choose(page, photo_file("turned.jpg", buffer.getvalue()))
    expect(page.locator("#people .row").first).to_be_visible()
    size = page.locator("#photo-canvas").evaluate("canvas => [canvas.width, canvas.height]")
    assert size == list(example_photo().size)
    data = page.evaluate("() => document.querySelector('#photo-canvas').toDataURL()")
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))).convert("L"))
    photo = np.asarray(example_photo().convert("L")).astype(int)
    assert np.abs(shown - photo).mean() < 6


def test_a_format_that_the_browser_cannot_show(page: Page) -> None:
    buffer = io.BytesIO()
    example_photo().save(buffer, "TIFF")
    choose(page, {"name": "a.tif", "mimeType": "image/tiff", "buffer": buffer.getvalue()})
    expect(page.locator("#people .row").first).to_be_visible()
    expect(page.locator("#hint")).to_contain_text("cannot show the photo")
    page.click('#downloads button[data-kind="cutouts"]')
    expect(page.locator("#toast")).to_contain_text("cannot show the photo")
    name, content = save(page, "overlay")
    assert name == "a.overlay.png"
    assert Image.open(io.BytesIO(content)).format == "PNG"


def test_many_photos_of_which_one_is_bad(
    page: Page, screenshots: Path, complaints: list[str]
) -> None:
    good = [photo_file(f"photo-{number}.jpg") for number in range(1, 6)]
    choose(page, *good[:2], photo_file("bad.jpg", b"\xff\xd8\xff\xe0 broken"), *good[2:])
    expect(page.locator("#progress-text")).to_have_text("5 of 6 done, 1 failed", timeout=60_000)
    states = page.locator(".thumb").evaluate_all("thumbs => thumbs.map(t => t.dataset.state)")
    assert states == ["done", "done", "failed", "done", "done", "done"]
    expect(page.locator(".thumb").first).to_be_in_viewport(ratio=1)
    page.screenshot(path=screenshots / "many.png")
    page.get_by_role("button", name="bad.jpg, Failed").click()
    expect(page.locator(".notice h2")).to_have_text("This picture is damaged")
    page.get_by_role("button", name=re.compile(r"^photo-4\.jpg, \d people")).click()
    expect(page.locator("#photo-name")).to_have_text("photo-4.jpg")
    expect(page.locator("#notice")).to_be_hidden()
    page.click("#remove-all")
    expect(page.locator("#welcome")).to_be_visible()
    only_complaints(complaints, "422")


def test_stopping(page: Page, screenshots: Path) -> None:
    page.route("**/v1/parse*", lambda route: None)  # no answer
    choose(page, *(photo_file(f"{number}.jpg") for number in range(4)))
    expect(page.locator(".notice.busy p")).to_have_text("Finding people")
    page.screenshot(path=screenshots / "busy.png")
    page.click("#stop")
    expect(page.locator('.thumb[data-state="stopped"]')).to_have_count(4)
    page.unroute("**/v1/parse*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#people .row").first).to_be_visible()


def test_small_pictures_are_drawn_when_they_come_into_sight(page: Page) -> None:
    page.route("**/v1/parse*", lambda route: None)
    choose(page, *(photo_file(f"{number}.jpg") for number in range(60)))
    drawn = """canvases => canvases.map(canvas =>
        canvas.getContext("2d").getImageData(84, 64, 1, 1).data[3] === 255)"""
    page.wait_for_function(f"""() => ({drawn})([...document.querySelectorAll(".thumb canvas")])
        .slice(0, 8).every(Boolean)""")
    canvases = page.locator(".thumb canvas")
    assert not canvases.evaluate_all(drawn)[-1]
    page.locator(".thumb").last.scroll_into_view_if_needed()
    page.wait_for_function(f"""() => ({drawn})([...document.querySelectorAll(".thumb canvas")])
        .at(-1)""")


# --- places ---


def test_back_and_forward_lead_between_the_welcome_and_the_photos(page: Page) -> None:
    parse_example(page)
    page.go_back()
    expect(page.locator("#welcome")).to_be_visible()
    expect(page.locator("#work")).to_be_hidden()
    page.go_forward()
    expect(page.locator("#people .row").first).to_be_visible()
    page.click("#brand")
    expect(page.locator("#welcome")).to_be_visible()
    page.get_by_role("button", name="Back to the photos").click()
    expect(page.locator("#people .row").first).to_be_visible()
    page.reload()
    expect(page.locator("#welcome")).to_be_visible()
    expect(page.get_by_role("button", name="Back to the photos")).to_be_hidden()
    parse_example(page)


@pytest.mark.parametrize("unfinished", [True, False])
def test_leaving_is_asked_about_while_photos_are_worked_on(page: Page, unfinished: bool) -> None:
    if unfinished:
        page.route("**/v1/parse*", lambda route: None)
        page.click("#example")
        expect(page.locator(".notice.busy p")).to_have_text("Finding people")
    else:
        parse_example(page)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("about:blank")
    assert asked == (["beforeunload"] if unfinished else [])

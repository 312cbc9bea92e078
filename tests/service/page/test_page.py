"""What a visitor does, in a real browser against a real service."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect
from tests.service.page.conftest import EXAMPLE
from tests.service.page.server import Server

from m2fp import Result
from m2fp.service.http.page.files import page_files

NewPage = Callable[..., Page]
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}


def _photo(name: str, content: bytes | None = None) -> dict[str, Any]:
    content = EXAMPLE.read_bytes() if content is None else content
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def _example() -> Image.Image:
    return Image.open(io.BytesIO(EXAMPLE.read_bytes()))


def _pixels(content: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGBA"))


def _choose(page: Page, *photos: dict[str, Any]) -> None:
    page.set_input_files("#files", list(photos))


def _parsed(page: Page) -> Page:
    page.click("#example")
    expect(page.locator("#people .row").first).to_be_visible()
    return page


def _saved(page: Page, kind: str) -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.click(f'#downloads button[data-kind="{kind}"]')
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def _rows(page: Page, name: str) -> list[str]:
    return page.locator(f"#{name} .row-name").all_text_contents()


def _axe(page: Page) -> list[str]:
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {node['html'][:120]} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def _at(page: Page, result: Result, person: int, label: int) -> dict[str, float]:
    """Return where on the canvas a pixel is that lies well within a part."""
    mask = (result.person_map == person) & (result.part_map == label)
    for size in (15, 7, 3, 1):
        windows = np.lib.stride_tricks.sliding_window_view(mask, (size, size)).all((2, 3))
        ys, xs = np.nonzero(windows)
        if len(ys):
            break
    middle = len(ys) // 2
    box = page.locator("#layers-canvas").bounding_box()
    assert box
    height, width = mask.shape
    return {
        "x": box["x"] + (xs[middle] + size // 2) / width * box["width"],
        "y": box["y"] + (ys[middle] + size // 2) / height * box["height"],
    }


def _biggest(result: Result, person: int) -> Any:
    return max(
        (segment for segment in result.segments if segment.person_id == person),
        key=lambda segment: segment.area,
    )


# --- results ---


def test_the_example_becomes_layers(page: Page, result: Result, screenshots: Path) -> None:
    page.screenshot(path=screenshots / "welcome.png")
    _parsed(page)
    assert _rows(page, "people") == [f"Person {person.id}" for person in result.persons]
    labels = {segment.label.replace("-", " ") for segment in result.segments}
    assert set(_rows(page, "parts")) >= labels
    expect(page.locator("#photo-facts")).to_contain_text(f"{len(result.persons)} people")
    page.screenshot(path=screenshots / "result.png")


def test_the_map_of_the_page_is_that_of_the_parser(page: Page, result: Result) -> None:
    found = page.evaluate(
        """async (document) => {
            const { buildScene } = await import("/page/scene.js");
            const { regions, map } = buildScene(document);
            const of = (key) => Array.from(map, (region) => regions[region][key]);
            return { person: of("person"), label: of("label") };
        }""",
        json.loads(result.to_json()),
    )
    assert np.array_equal(np.reshape(found["person"], result.person_map.shape), result.person_map)
    assert np.array_equal(np.reshape(found["label"], result.part_map.shape), result.part_map)


def test_shares_add_up(page: Page) -> None:
    _parsed(page)
    shares = page.locator("#parts .figure").all_text_contents()
    known = [int(share.removesuffix(" %")) for share in shares if "<" not in share]
    assert 100 - len(shares) <= sum(known) <= 100 + len(shares)


def test_pointing_names_part_and_person(page: Page, result: Result, screenshots: Path) -> None:
    _parsed(page)
    for person in result.persons:
        part = _biggest(result, person.id)
        page.mouse.move(**_at(page, result, person.id, part.label_id))
        expect(page.locator("#tip")).to_have_text(
            f"Person {person.id} · {part.label.replace('-', ' ')}"
        )
    page.screenshot(path=screenshots / "pointing.png")
    page.mouse.move(1, 1)
    expect(page.locator("#tip")).to_be_hidden()


def test_clicking_goes_to_a_person_then_to_a_part_and_out(
    page: Page, result: Result, screenshots: Path
) -> None:
    _parsed(page)
    part = _biggest(result, 3)
    page.mouse.click(**_at(page, result, 3, part.label_id))
    expect(page.locator("#people .row[aria-pressed=true]")).to_contain_text("Person 3")
    expect(page.locator("#parts-title")).to_have_text("Parts of person 3")
    page.screenshot(path=screenshots / "person.png")
    page.mouse.click(**_at(page, result, 3, part.label_id))
    expect(page.locator("#parts .row[aria-pressed=true]")).to_have_count(1)
    page.screenshot(path=screenshots / "part.png")
    page.mouse.click(**_at(page, result, 0, 0))
    expect(page.locator(".row[aria-pressed=true]")).to_have_count(0)
    expect(page.locator("#parts-title")).to_have_text("Parts")


def _layer_alpha(page: Page, row: int, column: int) -> int:
    found: int = page.evaluate(
        """([row, column]) => new Promise((resolve) => requestAnimationFrame(() => {
            const context = document.querySelector("#layers-canvas").getContext("2d");
            resolve(context.getImageData(column, row, 1, 1).data[3]);
        }))""",
        [row, column],
    )
    return found


def test_opacity_reaches_the_canvas(page: Page, result: Result) -> None:
    _parsed(page)
    page.uncheck("#outlines", force=True)
    rows, columns = np.nonzero(result.part_map)
    row, column = int(rows[len(rows) // 2]), int(columns[len(rows) // 2])
    for percent in (100, 30, 0):
        page.locator("#opacity").fill(str(percent))
        page.mouse.move(1, 1)
        assert abs(_layer_alpha(page, row, column) - 2.55 * percent) < 2
    expect(page.locator("#opacity-value")).to_have_text("0 %")


def test_outlines_can_be_switched_off(page: Page, result: Result) -> None:
    _parsed(page)
    page.locator("#opacity").fill("0")
    count = """() => new Promise((resolve) => requestAnimationFrame(() => {
        const canvas = document.querySelector("#layers-canvas");
        const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        resolve(pixels.filter((value, place) => place % 4 === 3 && value > 0).length);
    }))"""
    assert page.evaluate(count) > 5000
    page.uncheck("#outlines", force=True)
    assert page.evaluate(count) == 0


def test_before_and_after(page: Page, screenshots: Path) -> None:
    _parsed(page)
    slider = page.get_by_role("slider", name="Before and after")
    slider.fill("40")
    style = page.locator("#layers-canvas").evaluate("layers => getComputedStyle(layers).clipPath")
    assert style == "inset(0px 60% 0px 0px)"  # of the layers' right
    assert slider.get_attribute("aria-valuetext") == "layers on 40 % of the photo"
    page.screenshot(path=screenshots / "before-after.png")


def test_the_picture_of_the_welcome_is_what_the_page_draws(page: Page, screenshots: Path) -> None:
    """After a change of the drawing or of the model: copy layers.png of the screenshots there."""
    _parsed(page)
    page.mouse.move(1, 1)
    data = page.evaluate(
        """() => new Promise((resolve) => requestAnimationFrame(() =>
            resolve(document.querySelector("#layers-canvas").toDataURL())))"""
    )
    drawn = base64.b64decode(data.split(",")[1])
    (screenshots / "layers.png").write_bytes(drawn)
    kept = page_files()["example-layers.png"].content
    same = np.all(_pixels(drawn) == _pixels(kept), axis=2)
    assert same.mean() > 0.97


# --- downloads and code ---


def test_json_and_coco_are_those_of_the_api(page: Page, result: Result) -> None:
    _parsed(page)
    name, content = _saved(page, "json")
    document = json.loads(content)
    assert name == "group.json"
    assert document["persons"] == json.loads(result.to_json())["persons"]
    name, content = _saved(page, "coco")
    assert name == "group.coco.json"
    assert len(json.loads(content)["annotations"]) >= len(result.segments)


def test_label_maps(page: Page, result: Result) -> None:
    _parsed(page)
    name, content = _saved(page, "label-maps")
    assert name == "group.label-maps.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = np.asarray(Image.open(io.BytesIO(archive.read("parts.png"))))
    assert np.array_equal(parts, result.part_map)


def test_the_overlay_is_the_photo_with_colours_as_seen(page: Page, result: Result) -> None:
    _parsed(page)
    _, coloured = _saved(page, "overlay")
    page.locator("#opacity").fill("0")
    page.uncheck("#outlines", force=True)
    _, plain = _saved(page, "overlay")
    photo = np.asarray(_example().convert("RGB")).astype(int)
    differs = np.abs(np.asarray(Image.open(io.BytesIO(plain)).convert("RGB")) - photo).max(2)
    assert np.percentile(differs, 99) < 12  # two JPEG decoders
    changed = np.abs(np.asarray(Image.open(io.BytesIO(coloured)).convert("RGB")) - photo).max(2)
    assert (changed[result.part_map > 0] > 20).mean() > 0.8
    assert (changed[result.person_map == 0] > 20).mean() < 0.01


def test_cutouts_are_transparent_where_nothing_was_selected(page: Page, result: Result) -> None:
    _parsed(page)
    name, content = _saved(page, "cutouts")
    assert name == "group.cutouts.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        pictures = [Image.open(io.BytesIO(archive.read(name))) for name in archive.namelist()]
    assert len(pictures) == len(result.persons)
    for picture, person in zip(pictures, result.persons, strict=True):
        assert list(picture.size) == list(person.bbox[2:])
        x, y, width, height = person.bbox
        inside = (result.person_map == person.id)[y : y + height, x : x + width]
        assert np.array_equal(np.asarray(picture)[..., 3] == 255, inside)

    page.locator("#people .row").nth(2).click()
    page.locator("#parts .row").first.click()
    name, content = _saved(page, "cutouts")
    part = _biggest(result, 3)
    assert name == f"group.person-3.{part.label}.png"
    opaque = np.asarray(Image.open(io.BytesIO(content)))[..., 3] == 255
    assert opaque.sum() == part.area


def test_the_code_shown_works(page: Page, server: Server, tmp_path: Path) -> None:
    nasty = 'it\'s a "photo"; x,y $(touch hit).jpg'
    _choose(page, _photo(nasty))
    expect(page.locator("#people .row").first).to_be_visible()
    (tmp_path / nasty).write_bytes(EXAMPLE.read_bytes())
    curl = page.locator("#snippet").text_content()
    assert curl
    subprocess.run(["bash", "-c", curl], cwd=tmp_path, check=True, capture_output=True)
    assert len(json.loads((tmp_path / "m2fp.json").read_text())["persons"]) > 1
    assert not (tmp_path / "hit").exists()
    page.check('input[value="python"]', force=True)
    code = page.locator("#snippet").text_content()
    assert code
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert re.search(r"^1 coat \d+$", ended.stdout, re.MULTILINE)
    page.check('input[value="http"]', force=True)
    http = page.locator("#snippet").text_content()
    assert http
    compile(http, "snippet", "exec")
    assert f"{server.url}/v1/parse" in http


def test_copying(new_page: NewPage) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    _parsed(page)
    page.click("#copy")
    expect(page.locator("#copy")).to_have_text("Copied")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied == page.locator("#snippet").text_content()


# --- ways in ---

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
    _choose(page, {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"})
    expect(page.locator("#said")).to_have_text("Nothing in there was a picture.")
    expect(page.locator("#welcome")).to_be_visible()


def test_photos_are_shown_upright(page: Page, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    turned = _example().rotate(90, expand=True)
    buffer = io.BytesIO()
    turned.save(buffer, "JPEG", exif=exif)
    _choose(page, _photo("turned.jpg", buffer.getvalue()))
    expect(page.locator("#people .row").first).to_be_visible()
    size = page.locator("#photo-canvas").evaluate("canvas => [canvas.width, canvas.height]")
    assert size == list(_example().size)
    data = page.evaluate("() => document.querySelector('#photo-canvas').toDataURL()")
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))).convert("L"))
    photo = np.asarray(_example().convert("L")).astype(int)
    assert np.abs(shown - photo).mean() < 6


def test_a_format_that_the_browser_cannot_show(page: Page) -> None:
    buffer = io.BytesIO()
    _example().save(buffer, "TIFF")
    _choose(page, {"name": "a.tif", "mimeType": "image/tiff", "buffer": buffer.getvalue()})
    expect(page.locator("#people .row").first).to_be_visible()
    expect(page.locator("#hint")).to_contain_text("cannot show the photo")
    name, content = _saved(page, "overlay")
    assert name == "a.overlay.png"
    assert Image.open(io.BytesIO(content)).format == "PNG"


# --- many ---


def test_many_photos_of_which_one_is_bad(
    page: Page, screenshots: Path, complaints: list[str]
) -> None:
    good = [_photo(f"photo-{number}.jpg") for number in range(1, 6)]
    _choose(page, *good[:2], _photo("bad.jpg", b"\xff\xd8\xff\xe0 broken"), *good[2:])
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
    _only(complaints, "422")


def test_stopping(page: Page, screenshots: Path) -> None:
    page.route("**/v1/parse*", lambda route: None)  # no answer
    _choose(page, *(_photo(f"{number}.jpg") for number in range(4)))
    expect(page.locator(".notice.busy p")).to_have_text("Finding people")
    page.screenshot(path=screenshots / "busy.png")
    page.click("#stop")
    expect(page.locator('.thumb[data-state="stopped"]')).to_have_count(4)
    page.unroute("**/v1/parse*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#people .row").first).to_be_visible()


# --- what goes wrong ---


def _only(complaints: list[str], *statuses: str) -> None:
    """Check that the browser noted nothing but answers of these statuses, and forget them."""
    assert all("Failed to load" in text or "net::" in text for text in complaints)
    assert all(any(status in text for status in statuses) for text in complaints)
    complaints.clear()


def _problem(code: str, status: int, **headers: str) -> dict[str, Any]:
    document = {"code": code, "detail": f"<b>detail of {code}</b>", "status": status}
    return {
        "status": status,
        "content_type": "application/problem+json",
        "headers": {"X-Request-ID": "abc123", **headers},
        "body": json.dumps(document),
    }


def test_names_and_details_are_text(page: Page, screenshots: Path, complaints: list[str]) -> None:
    name = "<img src=x onerror=alert(1)>.jpg"
    _choose(page, _photo(name, b"GIF87a nothing"))
    expect(page.locator("#photo-name")).to_have_text(name)
    expect(page.locator(".notice h2")).to_be_visible()
    assert page.locator("#photo-name img, .notice img").count() == 0
    page.screenshot(path=screenshots / "error.png")
    _only(complaints, "422", "415")


def test_a_busy_server_is_waited_for(page: Page, complaints: list[str]) -> None:
    answers = [_problem("queue_full", 429, **{"Retry-After": "2"})]

    def answer(route: Route) -> None:
        if answers:
            route.fulfill(**answers.pop())
        else:
            route.continue_()

    page.route("**/v1/parse*", answer)
    page.click("#example")
    expect(page.locator(".notice.busy p")).to_contain_text("Trying again in")
    expect(page.locator("#people .row").first).to_be_visible()
    _only(complaints, "429")


def test_a_fault_of_the_server_can_be_tried_again(page: Page, complaints: list[str]) -> None:
    page.route("**/v1/parse*", lambda route: route.fulfill(**_problem("worker_lost", 500)))
    page.click("#example")
    expect(page.locator(".notice h2")).to_have_text("The server stumbled over this photo")
    expect(page.locator(".server-words")).to_have_text("<b>detail of worker_lost</b>")
    expect(page.locator(".notice")).to_contain_text("Request abc123")
    page.unroute("**/v1/parse*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#people .row").first).to_be_visible()
    _only(complaints, "500")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (_problem("new_code_of_tomorrow", 418), "Something went wrong"),
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
    _only(complaints, str(answer["status"]))


def test_a_server_that_is_gone(page: Page, complaints: list[str]) -> None:
    page.route("**/v1/parse*", lambda route: route.abort("connectionrefused"))
    page.click("#example")
    expect(page.locator(".notice h2")).to_have_text("The server does not answer")
    _only(complaints, "CONNECTION_REFUSED")


def test_nobody_in_the_photo(page: Page, screenshots: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), (120, 150, 190)).save(buffer, "PNG")
    _choose(page, {"name": "sky.png", "mimeType": "image/png", "buffer": buffer.getvalue()})
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
    field.fill("wrong")
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
    _parsed(page)
    _only(complaints, "401")


# --- languages, keyboards, screen readers, phones ---


def test_the_language_is_the_browsers_and_then_the_chosen_one(
    new_page: NewPage, screenshots: Path
) -> None:
    page = new_page(locale="zh-CN")
    expect(page.locator("#choose")).to_have_text("选择照片")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    _parsed(page)
    assert "外套" in _rows(page, "parts")
    page.screenshot(path=screenshots / "chinese.png")
    page.click("#language")
    assert "coat" in _rows(page, "parts")
    page.reload()
    expect(page.locator("#choose")).to_have_text("Choose photos")


def test_all_by_keyboard(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.locator("#example").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#people .row").first).to_be_visible()
    page.locator("#people .row").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    row = page.locator("#people .row").nth(1)
    expect(row).to_have_attribute("aria-pressed", "true")
    expect(row).to_be_focused()  # though the list was written anew
    expect(page.locator("#said")).to_have_text("Only Person 2")
    page.keyboard.press("Escape")
    expect(page.locator(".row[aria-pressed=true]")).to_have_count(0)
    page.locator("#compare").focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator("#compare").input_value() == "99"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_axe_finds_nothing(
    new_page: NewPage, scheme: str, phone: bool, complaints: list[str], screenshots: Path
) -> None:
    pytest.importorskip("axe_playwright_python")
    name = f"{'phone' if phone else 'desktop'}-{scheme}"
    page = new_page(color_scheme=scheme, reduced_motion="reduce", **(PHONE if phone else {}))
    assert _axe(page) == []
    page.screenshot(path=screenshots / f"{name}-welcome.png")
    _choose(page, _photo("one.jpg"), _photo("bad.jpg", b"\xff\xd8\xff\xe0 broken"))
    expect(page.locator("#progress-text")).to_contain_text("1 failed")
    expect(page.locator("#people .row").first).to_be_visible()
    assert _axe(page) == []
    page.locator("#people .row").first.click()
    assert _axe(page) == []
    page.screenshot(path=screenshots / f"{name}.png", full_page=phone)
    page.get_by_role("button", name="bad.jpg, Failed").click()
    expect(page.locator(".notice h2")).to_be_visible()
    assert _axe(page) == []
    page.screenshot(path=screenshots / f"{name}-error.png")
    _only(complaints, "422")


def test_a_phone_shows_all_without_scrolling_sideways(new_page: NewPage) -> None:
    page = new_page(**PHONE)
    for _ in range(2):
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= PHONE["viewport"]["width"]
        _parsed(page) if page.locator("#example").is_visible() else None
    box = page.locator("#layers-canvas").bounding_box()
    assert box
    assert box["width"] == PHONE["viewport"]["width"]


def test_nothing_is_asked_of_anybody_else(new_page: NewPage, server: Server) -> None:
    page = new_page("about:blank")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.url)
    _parsed(page)
    _saved(page, "overlay")
    assert len(asked) > 10
    assert all(url.startswith((server.url, f"blob:{server.url}")) for url in asked)


def test_two_seconds(page: Page, result: Result) -> None:
    """The issue's figure, with a margin for a busy machine; the service is warm."""
    page.evaluate("() => performance.mark('start')")
    _parsed(page)
    taken = page.evaluate("() => performance.measure('all', 'start').duration")
    assert taken < 6000
    print(f"from the click to layers: {taken / 1000:.2f} s")  # noqa: T201

"""Files and code to take away: each is opened or run."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from tests.service.page.conftest import EXAMPLE
from tests.service.page.visitor import (
    NewPage,
    biggest_part,
    choose,
    example_photo,
    parse_example,
    photo_file,
    save,
)

from m2fp import Result


def test_json_and_coco_are_those_of_the_api(page: Page, result: Result) -> None:
    parse_example(page)
    name, content = save(page, "json")
    document = json.loads(content)
    assert name == "group.json"
    assert document["persons"] == json.loads(result.to_json())["persons"]
    name, content = save(page, "coco")
    assert name == "group.coco.json"
    assert len(json.loads(content)["annotations"]) >= len(result.segments)


def test_label_maps(page: Page, result: Result) -> None:
    parse_example(page)
    name, content = save(page, "label-maps")
    assert name == "group.label-maps.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = np.asarray(Image.open(io.BytesIO(archive.read("parts.png"))))
        persons = np.asarray(Image.open(io.BytesIO(archive.read("persons.png"))))
    assert np.array_equal(parts, result.part_map)
    assert persons.dtype == np.uint16  # a canvas would have made 8 bits of them
    assert np.array_equal(persons, result.person_map)


def test_the_overlay_is_the_photo_with_colours_as_seen(page: Page, result: Result) -> None:
    parse_example(page)
    _, coloured = save(page, "overlay")
    page.locator("#opacity").fill("0")
    page.uncheck("#outlines", force=True)
    _, plain = save(page, "overlay")
    photo = np.asarray(example_photo().convert("RGB")).astype(int)
    differs = np.abs(np.asarray(Image.open(io.BytesIO(plain)).convert("RGB")) - photo).max(2)
    assert np.percentile(differs, 99) < 12  # two JPEG decoders
    changed = np.abs(np.asarray(Image.open(io.BytesIO(coloured)).convert("RGB")) - photo).max(2)
    assert (changed[result.part_map > 0] > 20).mean() > 0.8
    drawn = ((result.person_map > 0) | (result.part_map > 0)).astype(np.uint8)
    outlined = cv2.dilate(drawn, np.ones((5, 5), np.uint8)) > 0
    assert (changed[~outlined] > 20).mean() < 1e-4


def test_cutouts_are_transparent_where_nothing_was_selected(page: Page, result: Result) -> None:
    parse_example(page)
    name, content = save(page, "cutouts")
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
    name, content = save(page, "cutouts")
    part = biggest_part(result, 3)
    assert name == f"group.person-3.{part.label}.png"
    opaque = np.asarray(Image.open(io.BytesIO(content)))[..., 3] == 255
    assert opaque.sum() == part.area


_NASTY = 'it\'s a "photo"; x,y $(touch hit).jpg'


@pytest.mark.parametrize("name", ["group photo (2)-ä.jpg", _NASTY], ids=["plain", "nasty"])
def test_the_command_shown_works(page: Page, tmp_path: Path, name: str) -> None:
    choose(page, photo_file(name))
    expect(page.locator("#people .row").first).to_be_visible()
    (tmp_path / name).write_bytes(EXAMPLE.read_bytes())
    command = ["bash", "-c", _code(page, "curl")]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert len(json.loads((tmp_path / "m2fp.json").read_text())["persons"]) > 1
    assert not (tmp_path / "hit").exists()


@pytest.mark.parametrize("tongue", ["python", "http"])
def test_the_python_shown_works(page: Page, tmp_path: Path, tongue: str) -> None:
    choose(page, photo_file(_NASTY))
    expect(page.locator("#people .row").first).to_be_visible()
    (tmp_path / _NASTY).write_bytes(EXAMPLE.read_bytes())
    command = [sys.executable, "-c", _code(page, tongue)]
    ended = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert re.search(r"^1 coat \d+$", ended.stdout, re.MULTILINE)
    assert (tmp_path / "overlay.png").is_file() == (tongue == "python")


def _code(page: Page, tongue: str) -> str:
    page.check(f'input[value="{tongue}"]', force=True)
    code = page.locator("#snippet").text_content()
    assert code
    return code


def test_a_key_is_never_in_the_code_shown(page: Page) -> None:
    page.evaluate("() => sessionStorage.setItem('m2fp.key', 'secret')")
    page.reload()
    parse_example(page)
    assert '-H "X-API-Key: $API_KEY"' in _code(page, "curl")
    assert 'os.environ["API_KEY"]' in _code(page, "http")
    assert "secret" not in page.content()


def test_copying(new_page: NewPage) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    parse_example(page)
    page.click("#copy")
    expect(page.locator("#copy")).to_have_text("Copied")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied == page.locator("#snippet").text_content()


def test_copying_without_a_clipboard(page: Page) -> None:
    """As at http addresses of other machines, where browsers give none."""
    page.evaluate("() => Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    parse_example(page)
    page.click("#copy")
    expect(page.locator("#toast")).to_have_text("Selected. Ctrl+C copies it.")
    selected = page.evaluate("() => getSelection().toString()")
    assert selected == page.locator("#snippet").text_content()

"""A photo becomes layers: what is named, picked and shown of them."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect
from tests.service.page.visitor import (
    biggest_part,
    parse_example,
    point_in,
    rgba,
    row_names,
    show_example,
)

from m2fp import Result
from m2fp.service.http.page.files import page_files


def test_the_example_becomes_layers(page: Page, result: Result, screenshots: Path) -> None:
    page.screenshot(path=screenshots / "welcome.png")
    parse_example(page)
    assert row_names(page, "people") == [f"Person {person.id}" for person in result.persons]
    labels = {segment.label.replace("-", " ") for segment in result.segments}
    assert set(row_names(page, "parts")) >= labels
    expect(page.locator("#photo-facts")).to_contain_text(f"{len(result.persons)} people")
    page.screenshot(path=screenshots / "result.png")


def test_the_map_of_the_page_is_that_of_the_parser(page: Page, result: Result) -> None:
    found = page.evaluate(
        """async (document) => {
            const { buildScene } = await import("/page/scene.js");
            const { regions, map } = buildScene(document);
            const of = (key) => Array.from(map, (region) => regions[region][key]).join(" ");
            return { person: of("person"), label: of("label") };
        }""",
        json.loads(result.to_json()),
    )
    assert np.array_equal(np.array(found["person"].split(), int), result.person_map.ravel())
    assert np.array_equal(np.array(found["label"].split(), int), result.part_map.ravel())


def test_shares_add_up(page: Page, result: Result) -> None:
    show_example(page, result)
    shares = page.locator("#parts .figure").all_text_contents()
    known = [int(share.removesuffix(" %")) for share in shares if "<" not in share]
    assert 100 - len(shares) <= sum(known) <= 100 + len(shares)


def test_pointing_names_part_and_person(page: Page, result: Result, screenshots: Path) -> None:
    show_example(page, result)
    for person in result.persons:
        part = biggest_part(result, person.id)
        page.mouse.move(**point_in(page, result, person.id, part.label_id))
        expect(page.locator("#tip")).to_have_text(
            f"Person {person.id} · {part.label.replace('-', ' ')}"
        )
    page.screenshot(path=screenshots / "pointing.png")
    page.mouse.move(1, 1)
    expect(page.locator("#tip")).to_be_hidden()


def test_clicking_goes_to_a_person_then_to_a_part_and_out(
    page: Page, result: Result, screenshots: Path
) -> None:
    show_example(page, result)
    part = biggest_part(result, 3)
    page.mouse.click(**point_in(page, result, 3, part.label_id))
    expect(page.locator("#people .row[aria-pressed=true]")).to_contain_text("Person 3")
    expect(page.locator("#parts-title")).to_have_text("Parts of person 3")
    page.screenshot(path=screenshots / "person.png")
    page.mouse.click(**point_in(page, result, 3, part.label_id))
    expect(page.locator("#parts .row[aria-pressed=true]")).to_have_count(1)
    page.screenshot(path=screenshots / "part.png")
    page.mouse.click(**point_in(page, result, 0, 0))
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
    show_example(page, result)
    page.uncheck("#outlines", force=True)
    rows, columns = np.nonzero(result.part_map)
    row, column = int(rows[len(rows) // 2]), int(columns[len(rows) // 2])
    for percent in (100, 30, 0):
        page.locator("#opacity").fill(str(percent))
        page.mouse.move(1, 1)
        assert abs(_layer_alpha(page, row, column) - 2.55 * percent) < 2
    expect(page.locator("#opacity-value")).to_have_text("0 %")


def test_outlines_can_be_switched_off(page: Page, result: Result) -> None:
    show_example(page, result)
    page.locator("#opacity").fill("0")
    count = """() => new Promise((resolve) => requestAnimationFrame(() => {
        const canvas = document.querySelector("#layers-canvas");
        const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        resolve(pixels.filter((value, place) => place % 4 === 3 && value > 0).length);
    }))"""
    assert page.evaluate(count) > 5000
    page.uncheck("#outlines", force=True)
    assert page.evaluate(count) == 0


def test_before_and_after(page: Page, result: Result, screenshots: Path) -> None:
    show_example(page, result)
    slider = page.get_by_role("slider", name="Before and after")
    slider.fill("40")
    style = page.locator("#layers-canvas").evaluate("layers => getComputedStyle(layers).clipPath")
    assert style == "inset(0px 60% 0px 0px)"  # of the layers' right
    assert slider.get_attribute("aria-valuetext") == "layers on 40 % of the photo"
    page.screenshot(path=screenshots / "before-after.png")


def test_the_picture_of_the_welcome_is_what_the_page_draws(page: Page, screenshots: Path) -> None:
    """After a change of the drawing or of the model: copy layers.png of the screenshots there."""
    parse_example(page)
    page.mouse.move(1, 1)
    data = page.evaluate(
        """() => new Promise((resolve) => requestAnimationFrame(() =>
            resolve(document.querySelector("#layers-canvas").toDataURL())))"""
    )
    drawn = base64.b64decode(data.split(",")[1])
    (screenshots / "layers.png").write_bytes(drawn)
    kept = page_files()["example-layers.png"].content
    same = np.all(rgba(drawn) == rgba(kept), axis=2)
    assert same.mean() > 0.97

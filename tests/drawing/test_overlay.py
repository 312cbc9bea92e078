"""Pictures of results: sizes, places, and what must be visible."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from m2fp.drawing import Figure, Scene, draw_colours, draw_overlay
from m2fp.drawing.scene import fit_scene
from m2fp.drawing.style import style_for
from m2fp.errors import ConfigError
from m2fp.labels import get_scheme

CIHP = get_scheme("cihp")


def make_scene(height: int, width: int, people: int = 1) -> Scene:
    """Return grey ground with upright persons: a coat over pants."""
    parts = np.zeros((height, width), dtype=np.uint8)
    persons = np.zeros((height, width), dtype=np.uint16)
    figures = []
    top, middle, bottom = height // 4, height // 2, height * 9 // 10
    for index in range(people):
        left, right = (
            width * (4 * index + 1) // (4 * people),
            width * (4 * index + 3) // (4 * people),
        )
        parts[top:middle, left:right], parts[middle:bottom, left:right] = 7, 9
        persons[top:bottom, left:right] = index + 1
        figures.append(Figure(index + 1, 0.9, (left, top, right - left, bottom - top)))
    return Scene(
        pixels=np.full((height, width, 3), 128, dtype=np.uint8),
        part_map=parts,
        person_map=persons,
        figures=tuple(figures),
        shares=((9, 0.6), (7, 0.4)) if people else (),
        scheme=CIHP,
    )


def plot(
    scene: Scene, *, max_side: int = 2048, legend: bool = True, names: bool = True
) -> Image.Image:
    return draw_overlay(scene, max_side=max_side, legend=legend, names=names)


def array(picture: Image.Image) -> NDArray[np.int16]:
    return np.asarray(picture).astype(np.int16)


@pytest.mark.parametrize(
    ("height", "width"), [(16, 16), (16, 320), (320, 16), (200, 150), (830, 550), (1067, 1600)]
)
@pytest.mark.parametrize("people", [0, 1, 7])
def test_every_size_and_number(height: int, width: int, people: int) -> None:
    scene = make_scene(height, width, people)
    picture = plot(scene)
    assert picture.mode == "RGB"
    if height > width:
        assert picture.height == height
        assert picture.width > width
    else:
        assert picture.width == width
        assert picture.height > height
    bare = plot(scene, legend=False)
    assert bare.size == (width, height)
    assert np.array_equal(array(picture)[:height, :width], array(bare))


def test_colours_inside_and_quiet_outside() -> None:
    picture = array(plot(make_scene(400, 400), legend=False, names=False))
    coat, outside = picture[150, 200], picture[20, 20]
    expected = np.array(CIHP.label("coat").colour)
    assert np.argmax(coat) == np.argmax(expected)
    assert np.abs(coat - expected).max() < 90
    assert 60 < outside[0] < 110
    assert np.ptp(outside) == 0


def test_outline_is_white_with_dark_edges() -> None:
    row = array(plot(make_scene(1000, 1000), legend=False, names=False))[650, 230:270].mean(axis=1)
    assert row[20] > 230
    assert row[15:20].min() < 60
    assert row[21:26].min() < 90


def test_touching_persons_are_kept_apart() -> None:
    scene = make_scene(400, 400)
    persons = scene.person_map.copy()
    persons[:, 200:][persons[:, 200:] == 1] = 2
    boxes = ((100, 100, 100, 260), (200, 100, 100, 260))
    figures = tuple(Figure(i + 1, 0.9, box) for i, box in enumerate(boxes))
    apart = replace(scene, person_map=persons, figures=figures)
    picture = array(plot(apart, legend=False, names=False))
    assert picture[150, 197:203].mean(axis=1).max() > 200
    assert picture[150, 150].max() < 200


@pytest.mark.parametrize("side", [100, 400, 4000])
def test_parts_are_separated_by_a_line(side: int) -> None:
    picture = array(plot(make_scene(side, side), legend=False, names=False, max_side=side))
    column = picture[side * 19 // 40 : side * 21 // 40, side // 2]
    assert column.min(axis=1).max() > 140


def test_pixels_without_a_part_keep_the_photo() -> None:
    scene = make_scene(400, 400)
    parts = scene.part_map.copy()
    parts[parts == 9] = 0
    picture = array(plot(replace(scene, part_map=parts), legend=False, names=False))
    assert picture[300, 200].tolist() == [128, 128, 128]


def test_tags_do_not_cover_each_other_or_leave_the_picture() -> None:
    scene = make_scene(600, 900, people=5)
    named = array(plot(scene, legend=False))
    bare = array(plot(scene, legend=False, names=False))
    changed = (named != bare).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert rows.max() < 150  # all above the heads
    gaps = np.flatnonzero(~changed[rows.min() : rows.max() + 1].any(axis=0))
    assert len(np.unique(np.searchsorted(gaps, np.unique(columns)))) >= 5


def test_heads_at_the_edge_keep_their_tags_inside() -> None:
    scene = make_scene(300, 300)
    figure = replace(scene.figures[0], bbox=(0, 0, 40, 300))
    persons = np.zeros_like(scene.person_map)
    persons[:, :40] = 1
    edge = replace(scene, person_map=persons, figures=(figure,))
    assert not np.array_equal(
        array(plot(edge, legend=False)), array(plot(edge, legend=False, names=False))
    )


def test_a_crowd_is_drawn_although_tags_overlap() -> None:
    assert plot(make_scene(64, 200, people=40)).width == 200


def test_legend_shows_every_colour() -> None:
    scene = make_scene(400, 600)
    panel = np.asarray(plot(scene))[400:].reshape(-1, 3)
    for name in ("coat", "pants"):
        assert (panel == CIHP.label(name).colour).all(axis=1).sum() > 40


def test_large_photos_are_reduced() -> None:
    scene = make_scene(3000, 4000)
    assert plot(scene, legend=False).size == (2048, 1536)
    assert plot(scene, legend=False, max_side=400).size == (400, 300)
    small = fit_scene(scene, 400)
    assert small.figures[0].bbox == (100, 75, 200, 195)
    assert (small.person_map == 1).sum() == 200 * 195
    assert set(np.unique(small.part_map)) == {0, 7, 9}


def test_small_photos_are_not_enlarged() -> None:
    scene = make_scene(30, 40)
    assert fit_scene(scene, 2048) is scene


def test_max_side_must_be_sensible() -> None:
    with pytest.raises(ConfigError, match="at least 64") as caught:
        plot(make_scene(30, 40), max_side=10)
    assert caught.value.option == "max_side"


def test_the_photo_is_not_written_to() -> None:
    scene = make_scene(200, 200)
    scene.pixels.flags.writeable = False
    before = scene.pixels.copy()
    plot(scene)
    assert np.array_equal(scene.pixels, before)


def test_colour_map() -> None:
    parts = np.array([[0, 1], [13, 19]], dtype=np.uint8)
    picture = draw_colours(parts, CIHP)
    assert picture.mode == "RGB"
    assert np.array_equal(np.asarray(picture), CIHP.palette()[parts])


def test_letters_stay_legible_and_lines_grow() -> None:
    small, large = style_for(200, 150), style_for(3000, 4000)
    assert small.tag_font >= 10
    assert small.legend_font >= 11
    assert large.outline > 3 * small.outline


def test_quick_enough() -> None:
    scene = make_scene(768, 1024, people=4)
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        plot(scene)
        best = min(best, time.perf_counter() - start)
    assert best < 0.25  # some 0.02 s on a free machine

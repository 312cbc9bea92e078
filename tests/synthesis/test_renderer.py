"""Pixels of simple geometry at known places."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.synthesis.capsule_person import capsule_person

from m2fp.synthesis.camera import Camera
from m2fp.synthesis.light import Light
from m2fp.synthesis.material import Kind, Material, plain
from m2fp.synthesis.places import shadows_only
from m2fp.synthesis.renderer import Drawn, Renderer
from m2fp.synthesis.shapes import ball, box, moved
from m2fp.synthesis.surface import Surface, put
from m2fp.synthesis.textures import PRINT_SIZE

NO_PRINTS = np.zeros((0, PRINT_SIZE, PRINT_SIZE, 4), np.uint8)
RED = plain((0.5, 0.02, 0.02))
AHEAD = Camera.looking_at(
    np.array([0.0, 1, 0]), position=np.array([0.0, 1, 4]), focal_px=64, size=(48, 64)
)


def cube(
    part: int, person: int, *, at: tuple[float, float, float] = (0, 1, 0), side: float = 1.0
) -> Surface:
    """Return a cube whose face towards the camera has its middle at `at`."""
    mesh = moved(box((side, side, side)), (at[0], at[1], at[2] - side / 2))
    count = len(mesh.triangles)
    mesh = replace(
        mesh,
        parts=np.full(count, part, np.uint8),
        fine_parts=np.full(count, part + 20, np.uint8),
    )
    return put(mesh, RED, person=person, smooth=False)


def draw(renderer: Renderer, light: Light, *front: Surface, camera: Camera = AHEAD) -> Drawn:
    return renderer.draw(front, [], camera, light, NO_PRINTS)


def test_a_cube_covers_the_pixels_it_must(renderer: Renderer, noon: Light) -> None:
    drawn = draw(renderer, noon, cube(5, 3))
    inside = np.zeros((48, 64), bool)
    inside[16:32, 24:40] = True  # 1 m at 4 m with a focal length of 64 pixels: 16 pixels
    np.testing.assert_array_equal(drawn.parts, np.where(inside, 5, 0))
    np.testing.assert_array_equal(drawn.fine_parts, np.where(inside, 25, 0))
    np.testing.assert_array_equal(drawn.people, np.where(inside, 3, 0))
    np.testing.assert_array_equal(drawn.colour[..., 3], np.where(inside, 255, 0))
    np.testing.assert_allclose(drawn.depth, np.where(inside, 4.0, 0.0), atol=1e-3)
    red, green, _ = drawn.colour[20, 30, :3].astype(int)
    assert red > 2 * green


def test_edges_are_smooth_in_colour_and_whole_in_ids(renderer: Renderer, noon: Light) -> None:
    turned = put(cube(5, 1).mesh, RED, person=1, turn=0.4, smooth=False)
    drawn = draw(renderer, noon, turned)
    alpha = drawn.colour[..., 3]
    assert ((alpha > 0) & (alpha < 255)).any()
    assert set(np.unique(drawn.parts)) == {0, 5}
    # A pixel belongs to what covers most of it.
    assert (drawn.parts[alpha > 140] == 5).all()
    assert (drawn.parts[alpha < 110] == 0).all()


@pytest.mark.parametrize("order", [1, -1])
def test_the_nearer_one_hides_the_other(renderer: Renderer, noon: Light, order: int) -> None:
    far, near = cube(9, 1), cube(5, 2, at=(0.25, 1, 1.0), side=0.75)
    drawn = draw(renderer, noon, *(far, near)[::order])
    # 0.75 m at 3 m are 16 pixels about x = 0.25 m: columns 29.33 to 45.33.
    assert drawn.people[24, 24:29].tolist() == [1] * 5
    assert drawn.people[24, 30:45].tolist() == [2] * 15
    np.testing.assert_allclose(drawn.depth[24, [26, 36]], [4.0, 3.0], atol=1e-3)


def test_things_hide_people_without_being_one(renderer: Renderer, noon: Light) -> None:
    drawn = draw(renderer, noon, cube(9, 1), cube(0, 0, at=(0, 1, 1), side=0.375))
    assert drawn.people[24, 25:28].tolist() == [1, 1, 1]
    assert drawn.people[24, 29:35].tolist() == [0] * 6
    assert (drawn.colour[24, 29:35, 3] == 255).all()


@pytest.mark.parametrize(
    ("turn", "left_is_right_of_right"), [(0.0, True), (np.pi, False), (0.5, True), (2.6, False)]
)
@pytest.mark.parametrize("eye", [(0.0, 1.0, 4.0), (1.0, 4.0, 3.0), (-1.0, 0.2, 3.5)])
def test_left_is_the_persons_own_left(
    renderer: Renderer,
    noon: Light,
    turn: float,
    eye: tuple[float, float, float],
    *,
    left_is_right_of_right: bool,
) -> None:
    figure = capsule_person(np.random.default_rng(2))
    camera = Camera.looking_at(
        np.array([0.0, 0.9, 0]), position=np.array(eye), focal_px=90, size=(96, 96)
    )
    facing = turn + float(np.arctan2(eye[0], eye[2]))
    drawn = draw(
        renderer,
        noon,
        *(put(mesh, RED, person=1, turn=facing) for mesh in figure.meshes),
        camera=camera,
    )
    left, right = (np.argwhere(drawn.parts == part)[:, 1] for part in (14, 15))
    assert min(len(left), len(right)) > 8
    assert bool(left.mean() > right.mean()) is left_is_right_of_right


def test_the_middle_of_a_ball_is_where_its_centre_projects(renderer: Renderer, noon: Light) -> None:
    mesh = moved(ball(0.15), (0.4, 1.2, -0.3))
    mesh = replace(mesh, parts=np.full(len(mesh.triangles), 13, np.uint8))
    drawn = draw(renderer, noon, put(mesh, RED, person=1))
    rows, columns = np.nonzero(drawn.parts == 13)
    x, y, depth = AHEAD.project(np.array([0.4, 1.2, -0.3]))
    assert (columns + 0.5).mean() == pytest.approx(x, abs=0.3)
    assert (rows + 0.5).mean() == pytest.approx(y, abs=0.3)
    assert drawn.depth[drawn.parts == 13].min() == pytest.approx(depth - 0.15, abs=0.02)


def test_the_same_scene_is_the_same_picture(renderer: Renderer, noon: Light) -> None:
    figure = capsule_person(np.random.default_rng(2))
    scene = [put(mesh, RED, person=1) for mesh in figure.meshes]
    first = draw(renderer, noon, *scene)
    draw(renderer, noon, cube(5, 1))
    again = draw(renderer, noon, *scene)
    for name in ("colour", "parts", "people", "depth"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))


def test_light_does_not_go_through(renderer: Renderer, noon: Light) -> None:
    above = Camera.looking_at(
        np.zeros(3), position=np.array([0.0, 3.0, 4.0]), focal_px=50, size=(64, 64)
    )
    lifted = cube(5, 1, at=(0, 1.2, 0.2), side=0.4)
    drawn = renderer.draw([lifted], shadows_only(inside=False).surfaces, above, noon, NO_PRINTS)
    shade = drawn.backdrop[..., 3]
    x, y, _ = above.project(np.zeros(3)).astype(int)  # the ground right under the cube
    assert shade[y, x] > 100
    assert shade[y, x + 25] < 20


def test_prints_lie_where_they_should(renderer: Renderer, noon: Light) -> None:
    prints = np.zeros((1, PRINT_SIZE, PRINT_SIZE, 4), np.uint8)
    prints[0, PRINT_SIZE // 2 :] = (0, 255, 0, 255)  # v grows with the rows: the upper half
    look = Material(
        Kind.PATTERNED, RED.colours, print_layer=0, print_at=(0.5, 0.5), print_size=(1.0, 1.0)
    )
    surface = put(cube(5, 1).mesh, look, person=1, smooth=False)
    colour = renderer.draw([surface], [], AHEAD, noon, prints).colour.astype(int)
    assert is_green(colour[19, 32])
    assert not is_green(colour[29, 32])


def is_green(pixel: NDArray[np.int64]) -> bool:
    return bool(pixel[1] > 1.5 * pixel[0])


def test_no_people_at_all(renderer: Renderer, noon: Light) -> None:
    drawn = draw(renderer, noon)
    assert not drawn.people.any()
    assert not drawn.colour.any()


def test_pictures_that_are_too_large(renderer: Renderer, noon: Light) -> None:
    camera = replace(AHEAD, size=(97, 64))
    with pytest.raises(ValueError, match="does not fit into 96 x 96"):
        draw(renderer, noon, camera=camera)

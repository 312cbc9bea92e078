"""A scene: people, things, place, light and camera, all from one stream of random numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.datasets import Sample
from m2fp.synthesis import places, props
from m2fp.synthesis.appearance import looks_of
from m2fp.synthesis.bystander import Bystander, spread_points
from m2fp.synthesis.camera import Camera
from m2fp.synthesis.combing import combed
from m2fp.synthesis.crowd import arrange, how_many
from m2fp.synthesis.light import Light, indoors, outdoors
from m2fp.synthesis.mesh import Figure, Mesh
from m2fp.synthesis.prints import make_print
from m2fp.synthesis.props import Piece, stand
from m2fp.synthesis.sky import behind, sky
from m2fp.synthesis.surface import Surface, put
from m2fp.synthesis.textures import PRINT_COUNT
from m2fp.synthesis.view import choose_camera, picture_size

FigureMaker = Callable[[Generator], Figure]
"""Makes a figure of its own from a stream of random numbers; feet on y = 0, facing +z."""

_TOO_NEAR_M = 0.45
_INSIDE = (props.table, props.table, props.potted_plant, props.crate)
_OUTSIDE = (props.crate, props.post, props.railing, props.bush, props.table)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What the renderer needs, and who is in it.

    Attributes:
        people: person k of the surfaces is people[k - 1]; the nearest first.
        front: surfaces of the people and of the things among them.
        backdrop: surfaces behind them.
        far: uint8 (H, W, 3), what is seen where no surface is.
        prints: for the renderer.
    """

    people: tuple[Bystander, ...]
    front: list[Surface]
    backdrop: list[Surface]
    far: NDArray[np.uint8]
    camera: Camera
    light: Light
    prints: NDArray[np.uint8]


def make_scene(
    rng: Generator,
    make_figure: FigureMaker,
    *,
    long_side: int,
    scenes: Sequence[Sample] = (),
    from_behind: float = 0.0,
) -> Scene:
    """Return a scene of 0 to 8 people.

    long_side: of the picture, pixels. scenes: photos for backgrounds, their empty strips are used.
    from_behind: share of the scenes, 0..1, in which everybody is turned around.
    """
    crowd_rng, view_rng, place_rng, look_rng = rng.spawn(4)
    count = how_many(crowd_rng)
    figures = [make_figure(own) for own in rng.spawn(count)]
    clouds = [spread_points(figure) for figure in figures]
    spots = arrange(clouds, crowd_rng, from_behind=from_behind)
    people = [Bystander.at(*one) for one in zip(spots, figures, clouds, strict=True)]
    kind = str(place_rng.choice(_PLACES, p=_PLACE_SHARES))
    ceiling = float(place_rng.uniform(2.35, 3.4)) if kind == "room" else 100.0
    size = picture_size(count, long_side, view_rng)
    camera = choose_camera([one.points for one in people], size, view_rng, ceiling=ceiling)
    people = sorted(
        (one for one in people if one.distance(camera) > _TOO_NEAR_M),
        key=lambda one: one.distance(camera),
    )
    reach = max((float(np.abs(one.points[:, [0, 2]]).max()) for one in people), default=1.0)
    viewer = float(camera.position[0]), float(camera.position[2])
    place = _place(kind, place_rng, reach, ceiling, viewer)
    light = _light(place, camera, place_rng)
    photo = kind == "photo"
    if photo:
        far = behind(size, scenes, place_rng)
        light = light.matched(far)
    else:
        far = sky(camera, light, place_rng)
    front, prints = _dressed(people, look_rng)
    obstacles = () if photo else _INSIDE if place.inside else _OUTSIDE
    front += _things(people, camera, place_rng, obstacles)
    backdrop = sorted(place.surfaces, key=lambda one: _depth(one, camera))
    return Scene(tuple(people), front, backdrop, far, camera, light, prints)


_PLACES = ("room", "street", "garden", "studio", "photo")
_PLACE_SHARES = (0.27, 0.23, 0.16, 0.08, 0.26)


def _place(
    kind: str, rng: Generator, reach: float, ceiling: float, viewer: tuple[float, float]
) -> places.Place:
    turn = float(rng.normal(0, 0.25))
    if kind == "room":
        return places.room(rng, clear=reach, turn=turn, ceiling=ceiling, viewer=viewer)
    if kind == "street":
        return places.street(rng, clear=reach, turn=turn)
    if kind == "garden":
        return places.garden(rng, clear=reach, turn=turn)
    if kind == "studio":
        return places.studio(rng, clear=reach)
    return places.shadows_only(inside=bool(rng.random() < 0.3))


def _light(place: places.Place, camera: Camera, rng: Generator) -> Light:
    viewer = float(np.arctan2(camera.position[0], camera.position[2]))
    return indoors(rng, viewer) if place.inside else outdoors(rng, viewer)


def _depth(surface: Surface, camera: Camera) -> float:
    return float(np.linalg.norm(surface.mesh.vertices.mean(axis=0) - camera.position))


def _dressed(
    people: Sequence[Bystander], rng: Generator
) -> tuple[list[Surface], NDArray[np.uint8]]:
    prints = np.stack([make_print(rng) for _ in range(min(PRINT_COUNT, len(people) + 1))])
    left = list(range(len(prints)))
    surfaces = []
    for number, one in enumerate(people, 1):
        looks = looks_of(one.figure, rng, left)
        worn = zip(one.figure.meshes, looks, strict=True)
        surfaces += [
            put(_combed(mesh, one), look, person=number, turn=one.spot.turn, place=one.spot.place)
            for mesh, look in reversed(list(worn))  # what hides the others first, see Batch
        ]
    return surfaces, prints


def _combed(mesh: Mesh, one: Bystander) -> Mesh:
    return combed(mesh, one.figure) if mesh.material == "hair" else mesh


def _things(
    people: Sequence[Bystander],
    camera: Camera,
    rng: Generator,
    obstacles: Sequence[Callable[[Generator], list[Piece]]],
) -> list[Surface]:
    # Seats under those who sit; now and then something that hides a part of the people.
    surfaces = []
    for one in people:
        height = one.figure.traits.get("seat_height")
        if isinstance(height, int | float) and height > 0.15:
            surfaces += stand(props.seat(float(height), rng), one.spot.place, one.spot.turn)
    if people and obstacles and rng.random() < 0.22:
        for _ in range(int(rng.integers(1, 3))):
            share = rng.uniform(0.15, 0.6)
            spot = (1 - share) * np.median(people[0].points, axis=0) + share * camera.position
            maker = obstacles[int(rng.integers(len(obstacles)))]
            place = (float(spot[0] + rng.normal(0, 0.7)), 0.0, float(spot[2]))
            if np.hypot(place[0] - camera.position[0], place[2] - camera.position[2]) > 1.2:
                surfaces += stand(maker(rng), place, float(rng.normal(0, 0.6)))
    return surfaces

"""Places around the people: rooms, streets, gardens, studios. The camera looks along -z."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.random import Generator

from m2fp.synthesis import props
from m2fp.synthesis.colours import cloth_colour, dimmed, linear, wall_colour, wood_colour
from m2fp.synthesis.material import Kind, Material
from m2fp.synthesis.props import coloured, glowing, place_material, stand
from m2fp.synthesis.shapes import box, ground, lump, moved, rectangle
from m2fp.synthesis.surface import Surface, put
from m2fp.synthesis.textures import layer_of

_FLOORS = ("tiles", "checker", "planks", "parquet", "carpet", "concrete")
_WALLS = ("plaster", "plaster", "wallpaper", "panels", "bricks", "tiles")
_PAVEMENTS = ("asphalt", "paving", "cobbles", "concrete")
_HOUSES = ("windows", "windows", "office", "bricks", "plaster", "concrete")


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where people are.

    Attributes:
        surfaces: all that always stands behind the people, the ground among it.
        inside: lit by lamps and windows, not by the sun.
    """

    surfaces: list[Surface]
    inside: bool


def room(
    rng: Generator, *, clear: float, turn: float, ceiling: float, viewer: tuple[float, float]
) -> Place:
    """Return a room or hall.

    clear: metres about the origin that stay free; turn: radians; ceiling: height, metres; viewer:
    x and z of the camera, which stands inside.
    """
    viewer_x, _, viewer_z = _turned((viewer[0], 0.0, viewer[1]), -turn)
    back = -(clear + float(rng.exponential(1.2)) + 0.3)
    side = max(clear, abs(viewer_x)) + float(rng.uniform(0.5, 4.0))
    floor = place_material(str(rng.choice(_FLOORS)), wood_colour(rng), rng, second=wall_colour(rng))
    if rng.random() < 0.5:
        floor = replace(floor, colours=(wall_colour(rng), wood_colour(rng), wall_colour(rng)))
    floor = replace(floor, shine=float(rng.choice((0.0, 0.15, 0.4))), gloss=0.6)
    paint = wall_colour(rng)
    wall = place_material(str(rng.choice(_WALLS)), paint, rng)
    front = max(viewer_z, clear) + 1.0
    depth = front - back
    surfaces = [put(ground(20.0 + front), floor, turn=turn, smooth=False)]
    walls = [
        rectangle((-side, 0, back), (2 * side, 0, 0), (0, ceiling, 0)),
        rectangle((-side, 0, front), (0, 0, -depth), (0, ceiling, 0)),
        rectangle((side, 0, back), (0, 0, depth), (0, ceiling, 0)),
    ]
    pieces = [(mesh, wall) for mesh in walls]
    lid = rectangle((-side, ceiling, back), (2 * side, 0, 0), (0, 0, depth))
    pieces.append((lid, coloured((0.8, 0.8, 0.78))))
    skirting = box((2 * side, 0.1, 0.03), (0, 0.05, back + 0.015))
    pieces.append((skirting, coloured(dimmed(paint, rng.uniform(0.4, 1.3)))))
    surfaces += stand(pieces, turn=turn)
    surfaces += _on_wall(rng, side, back, ceiling, turn)
    for _ in range(int(rng.integers(1, 5))):
        maker = (props.cupboard, props.sofa, props.table, props.potted_plant)[int(rng.integers(4))]
        spot = _turned((rng.uniform(-side, side) * 0.85, 0.0, back + 0.03), turn)
        surfaces += stand(maker(rng), spot, turn)
    return Place(surfaces, inside=True)


def _on_wall(
    rng: Generator, side: float, back: float, ceiling: float, turn: float
) -> list[Surface]:
    pieces = []
    for _ in range(int(rng.integers(0, 5))):
        width, height = rng.uniform(0.3, 1.6), rng.uniform(0.3, 1.3)
        spot = (rng.uniform(-side, side) * 0.85, rng.uniform(1.0, max(1.1, ceiling - height)), back)
        frame = coloured(dimmed(wood_colour(rng), rng.uniform(0.2, 1.5)))
        pieces.append(
            (moved(box((width, height, 0.04)), (spot[0], spot[1] + height / 2, spot[2])), frame)
        )
        inner = moved(
            box((width - 0.08, height - 0.08, 0.05)), (spot[0], spot[1] + height / 2, spot[2])
        )
        pieces.append((inner, _art(rng)))
    if rng.random() < 0.35:  # a door
        x = rng.uniform(-side, side) * 0.8
        pieces.append(
            (box((0.95, 2.05, 0.06), (x, 1.02, back)), coloured(wall_colour(rng), shine=0.1))
        )
    return stand(pieces, turn=turn)


def _art(rng: Generator) -> Material:
    if rng.random() < 0.3:  # a window
        return glowing((0.75, 0.85, 1.0), float(rng.uniform(1.0, 3.0)))
    designs = ("blots", "shapes", "flowers", "leaves", "mixed stripes", "camouflage", "speckles")
    return Material(
        Kind.PATTERNED,
        (cloth_colour(rng), cloth_colour(rng), cloth_colour(rng)),
        design=layer_of(str(rng.choice(designs))),
        design_repeats=float(rng.uniform(0.5, 2.5)),
    )


def street(rng: Generator, *, clear: float, turn: float) -> Place:
    """Return a street or square with houses, cars, trees and posts."""
    surfaces = [put(ground(150.0), _pavement(rng), turn=turn, smooth=False)]
    back = -(clear + float(rng.uniform(0.6, 14.0)))
    pieces = []
    x = -40.0
    while x < 40.0:  # a row of houses
        width, height = float(rng.uniform(5, 16)), float(rng.uniform(4, 18))
        house = box((width, height, 8.0), (x + width / 2, height / 2, back - 4.0))
        pieces.append((house, _front(rng)))
        if rng.random() < 0.6:
            shop = box((0.8 * width, 2.6, 0.1), (x + width / 2, 1.5, back))
            pieces.append((shop, _shop(rng)))
            if rng.random() < 0.5:
                board = box((0.8 * width, 0.6, 0.5), (x + width / 2, 3.0, back + 0.2))
                pieces.append((board, coloured(cloth_colour(rng))))
        x += width + (float(rng.uniform(0, 6)) if rng.random() < 0.3 else 0.0)
    if rng.random() < 0.4:  # the street goes on beside us
        side = float(rng.choice((-1, 1))) * (clear + float(rng.uniform(1.5, 5)))
        middle = (side + np.sign(side) * 3.0, 3.0, -clear - 30.0)
        wing = box((6.0, float(rng.uniform(6, 15)), 60.0), middle)
        pieces.append((wing, _front(rng)))
    surfaces += stand(pieces, turn=turn)
    makers = (props.car, props.tree, props.post, props.post, props.crate, props.bush, props.railing)
    for _ in range(int(rng.integers(2, 9))):
        maker = makers[int(rng.integers(len(makers)))]
        z = rng.uniform(back + 0.6, -clear - 0.3) if back + 0.6 < -clear - 0.3 else back
        if maker is props.car:
            z -= 1.0
        surfaces += stand(maker(rng), _turned((rng.uniform(-9, 9), 0.0, z), turn), turn)
    return Place(surfaces, inside=False)


def _pavement(rng: Generator) -> Material:
    grey = rng.uniform(70, 190)
    base = linear(grey * rng.uniform(0.95, 1.08), grey, grey * rng.uniform(0.88, 1.02))
    return place_material(str(rng.choice(_PAVEMENTS)), base, rng)


def _front(rng: Generator) -> Material:
    pattern = str(rng.choice(_HOUSES))
    red = pattern == "bricks" and rng.random() < 0.7
    base = linear(150, rng.uniform(70, 100), 65) if red else wall_colour(rng)
    glass = dimmed(linear(120, 140, 165), float(rng.uniform(0.1, 0.8)))
    mortar = linear(180, 175, 165)
    look = place_material(pattern, base, rng, second=mortar if pattern == "bricks" else glass)
    return replace(look, colours=(look.colours[0], look.colours[1], wall_colour(rng)))


def _shop(rng: Generator) -> Material:
    if rng.random() < 0.5:
        return coloured(dimmed(cloth_colour(rng), 0.4), shine=0.6, gloss=0.9)
    return _art(rng)


def garden(rng: Generator, *, clear: float, turn: float) -> Place:
    """Return grass, sand or a path with trees, bushes, hills or the sea."""
    beach = rng.random() < 0.2
    if beach:
        floor = place_material("sand", linear(214, 190, 150), rng)
    elif rng.random() < 0.25:
        floor = _pavement(rng)
    else:
        green = linear(rng.uniform(80, 120), rng.uniform(98, 128), rng.uniform(45, 75))
        dry = linear(150, 135, 85)
        floor = place_material("grass", green, rng, second=dry if rng.random() < 0.5 else None)
    surfaces = [put(ground(200.0), floor, turn=turn, smooth=False)]
    if beach:
        sea = box((400.0, 0.02, 150.0), (0, 0.02, -clear - rng.uniform(2, 12) - 75.0))
        look = place_material("water", linear(60, 110, 140), rng)
        surfaces += stand([(sea, replace(look, shine=0.5, gloss=0.8))], turn=turn)
    for _ in range(int(rng.integers(0, 4))):  # hills and woods far away
        size = (rng.uniform(20, 60), rng.uniform(4, 16), 15.0)
        far = _turned((rng.uniform(-70, 70), 0.0, -rng.uniform(50, 120)), turn)
        green = linear(rng.uniform(50, 90), rng.uniform(80, 110), rng.uniform(50, 70))
        look = place_material("leafage", green, rng)
        hill = lump(size, 0.2, rng)
        surfaces += stand(
            [(hill, replace(look, weave_repeats=0.08, design_repeats=0.05))], far, turn
        )
    makers = (props.tree, props.tree, props.bush, props.bush, props.railing, props.post)
    for _ in range(int(rng.integers(1, 5) if beach else rng.integers(4, 14))):
        maker = makers[int(rng.integers(len(makers)))]
        z = -clear - 0.8 - float(rng.exponential(7))
        spot = (rng.uniform(-1, 1) * (4 - 0.6 * z), 0.0, z)
        surfaces += stand(maker(rng), _turned(spot, turn), turn)
    return Place(surfaces, inside=False)


def studio(rng: Generator, *, clear: float) -> Place:
    """Return a studio: paper that goes from the floor up the wall in a bow."""
    paper = wall_colour(rng) if rng.random() < 0.7 else cloth_colour(rng)
    back, radius = -(clear + float(rng.uniform(0.6, 3.0))), 1.0
    strips = [rectangle((-30, 0, 30), (60, 0, 0), (0, 0, back - 30))]
    angles = np.linspace(0, np.pi / 2, 9)
    bow = [(radius * (1 - np.cos(a)), back - radius * np.sin(a)) for a in angles]
    for (low, near), (high, far) in pairwise(bow):
        strips.append(rectangle((-30, low, near), (60, 0, 0), (0, high - low, far - near)))
    strips.append(rectangle((-30, radius, back - radius), (60, 0, 0), (0, 12, 0)))
    return Place(stand([(strip, coloured(paper)) for strip in strips]), inside=True)


def shadows_only(*, inside: bool) -> Place:
    """Return a ground that nothing is seen of but the shadows on it, for a picture behind."""
    catcher = Material(Kind.CATCHER, ((0, 0, 0), (0, 0, 0), (0, 0, 0)))
    return Place([put(ground(30.0), catcher, smooth=False)], inside=inside)


def _turned(spot: tuple[float, float, float], turn: float) -> tuple[float, float, float]:
    x, y, z = spot
    cos, sin = np.cos(turn), np.sin(turn)
    return float(cos * x + sin * z), y, float(cos * z - sin * x)

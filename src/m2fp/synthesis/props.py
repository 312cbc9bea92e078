"""Things that stand about: furniture, plants, cars, lamp posts. Each is made about the origin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from m2fp.synthesis.colours import cloth_colour, dimmed, linear, wall_colour, wood_colour
from m2fp.synthesis.material import Colour, Kind, Material
from m2fp.synthesis.mesh import Mesh
from m2fp.synthesis.place_patterns import PLACE_TILE_M
from m2fp.synthesis.shapes import ball, box, cylinder, lump, merged, moved
from m2fp.synthesis.surface import Surface, put
from m2fp.synthesis.textures import layer_of

Piece = tuple[Mesh, Material]
"""A part of a thing and how it looks."""


def place_material(
    pattern: str, base: Colour, rng: Generator, *, second: Colour | None = None
) -> Material:
    """Return a material with a place pattern; texture coordinates are metres."""
    repeats = 1 / PLACE_TILE_M[pattern]
    return Material(
        Kind.PATTERNED,
        (base, second or dimmed(base, 0.55), dimmed(base, 1.5)),
        design=layer_of(pattern),
        design_repeats=repeats,
        weave=layer_of(pattern),
        weave_repeats=repeats,
        weave_depth=float(rng.uniform(0.5, 1.0)),
        fold_repeats=0.15,
        wear=float(rng.uniform(0.0, 0.3)),
    )


def coloured(base: Colour, *, shine: float = 0.05, gloss: float = 0.3) -> Material:
    """Return a painted surface."""
    return Material(Kind.PATTERNED, (base, base, base), shine=shine, gloss=gloss)


def glowing(colour: Colour, power: float) -> Material:
    """Return a lamp or a bright window."""
    return Material(Kind.PATTERNED, (colour, colour, colour), glow=power)


def stand(
    pieces: Iterable[Piece], place: tuple[float, float, float] = (0.0, 0.0, 0.0), turn: float = 0.0
) -> list[Surface]:
    """Return the pieces put into the world; none of them is a person."""
    return [put(mesh, look, turn=turn, place=place, smooth=False) for mesh, look in pieces]


def seat(height: float, rng: Generator) -> list[Piece]:
    """Return a stool, chair, box or bench whose top is at `height` metres."""
    kind = int(rng.integers(0, 4))
    look = _wood(rng) if rng.random() < 0.6 else coloured(cloth_colour(rng), shine=0.2)
    width = float(rng.uniform(0.36, 0.5))
    if kind == 0:
        return [(moved(box((width, height, width)), (0, height / 2, 0)), look)]
    if kind == 1:
        leg, top = cylinder(0.03, height), cylinder(width / 2, 0.04)
        foot = cylinder(0.2, 0.02)
        return [(merged([leg, moved(top, (0, height - 0.04, 0)), foot]), look)]
    if kind == 2:
        width = float(rng.uniform(1.2, 1.8))
    legs = [
        moved(box((0.04, height, 0.04)), (x * (width / 2 - 0.03), height / 2, z * 0.18))
        for x in (-1, 1)
        for z in (-1, 1)
    ]
    board = moved(box((width, 0.04, 0.42)), (0, height - 0.02, 0))
    pieces = [*legs, board]
    if rng.random() < 0.7:
        pieces.append(moved(box((width, 0.35, 0.03)), (0, height + 0.28, -0.22)))
    return [(merged(pieces), look)]


def table(rng: Generator) -> list[Piece]:
    """Return a table, sometimes with things on it."""
    width, depth, height = rng.uniform(0.7, 1.8), rng.uniform(0.5, 0.9), rng.uniform(0.5, 0.95)
    top = moved(box((width, 0.04, depth)), (0, height, 0))
    legs = [
        moved(
            box((0.05, height, 0.05)), (x * (width / 2 - 0.05), height / 2, z * (depth / 2 - 0.05))
        )
        for x in (-1, 1)
        for z in (-1, 1)
    ]
    pieces: list[Piece] = [(merged([top, *legs]), _wood(rng))]
    for _ in range(int(rng.integers(0, 5))):
        spot = (rng.uniform(-0.4, 0.4) * width, height + 0.02, rng.uniform(-0.35, 0.35) * depth)
        if rng.random() < 0.5:
            mesh = cylinder(rng.uniform(0.025, 0.08), rng.uniform(0.06, 0.28))
        else:
            size = (rng.uniform(0.08, 0.3), rng.uniform(0.02, 0.2), rng.uniform(0.08, 0.3))
            mesh = moved(box(size), (0, size[1] / 2, 0), turn=rng.uniform(0, 3))
        pieces.append((moved(mesh, spot), coloured(cloth_colour(rng), shine=rng.uniform(0, 0.4))))
    return pieces


def cupboard(rng: Generator) -> list[Piece]:
    """Return a shelf with books, a cupboard or a fridge; its back is at z = 0."""
    width, height = rng.uniform(0.6, 2.0), rng.uniform(0.8, 2.1)
    body = moved(box((width, height, 0.4)), (0, height / 2, 0.2))
    if rng.random() < 0.5:
        look = replace(
            place_material("shelves", wood_colour(rng), rng, second=cloth_colour(rng)),
            wear=0.0,
        )
        return [(body, look)]
    doors = [
        moved(box((width / 2 - 0.02, height - 0.08, 0.02)), (x * width / 4, height / 2, 0.41))
        for x in (-1, 1)
    ]
    base = wall_colour(rng) if rng.random() < 0.5 else wood_colour(rng)
    return [(body, coloured(dimmed(base, 0.7))), (merged(doors), coloured(base, shine=0.15))]


def sofa(rng: Generator) -> list[Piece]:
    """Return a sofa with its back at z = 0."""
    width, height = rng.uniform(1.4, 2.4), rng.uniform(0.38, 0.46)
    parts = [
        moved(box((width, height, 0.8)), (0, height / 2, 0.45)),
        moved(box((width, 0.45, 0.2)), (0, height + 0.2, 0.1)),
        moved(box((0.2, 0.25, 0.85)), (-width / 2, height + 0.1, 0.43)),
        moved(box((0.2, 0.25, 0.85)), (width / 2, height + 0.1, 0.43)),
    ]
    look = replace(place_material("carpet", cloth_colour(rng), rng), weave_depth=0.4)
    if rng.random() < 0.6:
        look = replace(look, design=layer_of("nothing"))
    return [(merged(parts), look)]


def tree(rng: Generator) -> list[Piece]:
    """Return a leafy tree, conifer or palm-like one."""
    height = float(rng.uniform(3.0, 9.0))
    green = _green(rng)
    trunk = cylinder(0.04 * height * rng.uniform(0.6, 1.2), 0.7 * height, top_radius=0.08)
    pieces: list[Piece] = [(trunk, place_material("bark", linear(92, 74, 58), rng))]
    look = place_material("leafage", green, rng, second=dimmed(green, 0.4))
    if rng.random() < 0.25:
        cone = cylinder(0.22 * height, 0.85 * height, top_radius=0.02)
        return [*pieces, (moved(cone, (0, 0.15 * height, 0)), look)]
    for _ in range(int(rng.integers(3, 7))):
        radius = height * rng.uniform(0.12, 0.24)
        crown = lump((radius, radius * rng.uniform(0.7, 1.0), radius), 0.25, rng)
        spot = rng.normal(0, 0.12, 3) * height + (0, 0.75 * height, 0)
        pieces.append((moved(crown, tuple(spot)), look))
    return pieces


def bush(rng: Generator) -> list[Piece]:
    """Return a bush or a hedge."""
    radius = rng.uniform(0.3, 1.1)
    size = (radius * rng.uniform(1, 2.5), radius, radius)
    green = _green(rng)
    look = place_material("leafage", green, rng, second=dimmed(green, 0.4))
    return [(moved(lump(size, 0.25, rng), (0, 0.6 * radius, 0)), look)]


def potted_plant(rng: Generator) -> list[Piece]:
    """Return a plant in a pot."""
    radius, height = rng.uniform(0.12, 0.3), rng.uniform(0.2, 0.5)
    pot = cylinder(0.8 * radius, height, top_radius=radius)
    green = _green(rng)
    leaves = merged(
        [
            moved(
                lump((0.9 * radius, 1.2 * radius, 0.9 * radius), 0.35, rng),
                (rng.normal(0, 0.5 * radius), height + radius * rng.uniform(0.5, 2.5), 0.0),
            )
            for _ in range(4)
        ]
    )
    look = place_material("leafage", green, rng, second=dimmed(green, 0.4))
    return [(pot, coloured(wall_colour(rng), shine=0.2)), (leaves, look)]


def car(rng: Generator) -> list[Piece]:
    """Return a car along the x axis."""
    length, width = rng.uniform(3.6, 4.9), rng.uniform(1.6, 1.85)
    low, high = rng.uniform(0.6, 0.85), rng.uniform(1.35, 1.9)
    paint = coloured(cloth_colour(rng), shine=0.7, gloss=0.85)
    body = moved(box((length, low, width)), (0, low / 2 + 0.28, 0))
    cabin = moved(
        box((0.52 * length, high - low - 0.24, 0.88 * width)),
        (-0.05 * length, (high + low) / 2 + 0.1, 0),
    )
    glass = moved(
        box((0.53 * length, 0.7 * (high - low - 0.24), 0.9 * width)),
        (-0.05 * length, (high + low) / 2 + 0.1, 0),
    )
    wheels = merged(
        [
            moved(ball(0.33), (x * 0.32 * length, 0.33, z * (width / 2 - 0.14)))
            for x in (-1, 1)
            for z in (-1, 1)
        ]
    )
    lights = moved(box((length + 0.02, 0.12, 0.8 * width)), (0, low + 0.05, 0))
    return [
        (body, paint),
        (cabin, paint),
        (glass, coloured((0.02, 0.025, 0.03), shine=0.8, gloss=0.9)),
        (wheels, coloured((0.012, 0.012, 0.012), shine=0.1)),
        (
            lights,
            coloured(
                linear(200, 60, 50) if rng.random() < 0.5 else linear(220, 220, 210), shine=0.5
            ),
        ),
    ]


def post(rng: Generator) -> list[Piece]:
    """Return a lamp post, a sign or a bollard."""
    kind = rng.random()
    metal = coloured(dimmed(cloth_colour(rng), 0.6), shine=0.3, gloss=0.5)
    if kind < 0.4:
        return [(cylinder(rng.uniform(0.05, 0.14), rng.uniform(0.6, 1.1)), metal)]
    height = rng.uniform(2.2, 5.0)
    pole = cylinder(0.04, height)
    if kind < 0.7:
        sign = moved(box((rng.uniform(0.3, 1.0), rng.uniform(0.3, 0.8), 0.03)), (0, height, 0.05))
        return [(pole, metal), (sign, coloured(cloth_colour(rng), shine=0.3))]
    return [(pole, metal), (moved(ball(0.2), (0, height, 0)), glowing((1, 0.95, 0.85), 1.2))]


def crate(rng: Generator) -> list[Piece]:
    """Return a box, a suitcase or a bin."""
    if rng.random() < 0.4:
        look = coloured(cloth_colour(rng), shine=0.2)
        return [(cylinder(rng.uniform(0.12, 0.3), rng.uniform(0.3, 0.9)), look)]
    size = (rng.uniform(0.25, 0.8), rng.uniform(0.2, 0.9), rng.uniform(0.2, 0.6))
    look = _wood(rng) if rng.random() < 0.5 else coloured(cloth_colour(rng), shine=0.2)
    return [(moved(box(size), (0, size[1] / 2, 0)), look)]


def railing(rng: Generator) -> list[Piece]:
    """Return a fence or handrail along the x axis."""
    width, height = rng.uniform(1.5, 4.0), rng.uniform(0.7, 1.15)
    gap = rng.uniform(0.12, 0.5)
    bars = [
        moved(cylinder(0.012, height, sides=6), (x, 0, 0))
        for x in np.arange(-width / 2, width / 2, gap)
    ]
    rails = [moved(box((width, 0.04, 0.03)), (0, y, 0)) for y in (height, 0.15)]
    return [(merged([*bars, *rails]), coloured(dimmed(cloth_colour(rng), 0.7), shine=0.3))]


def _wood(rng: Generator) -> Material:
    return replace(place_material("planks", wood_colour(rng), rng), shine=rng.uniform(0, 0.2))


def _green(rng: Generator) -> Colour:
    if rng.random() < 0.12:  # autumn
        return linear(rng.uniform(130, 190), rng.uniform(80, 130), rng.uniform(20, 50))
    return linear(rng.uniform(55, 95), rng.uniform(80, 115), rng.uniform(35, 65))

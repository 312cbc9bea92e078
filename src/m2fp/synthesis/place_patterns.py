"""Procedural grounds, walls and leaves. A tile is what `PLACE_TILE_M` says wide."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.synthesis.cloth_patterns import TILE, Maker, Tile, bars, tile
from m2fp.synthesis.noise import clouds, spots

_V, _U = np.mgrid[0:TILE, 0:TILE].astype(np.float32) / TILE


def _blocks(
    rng: Generator, rows: int, columns: int, *, shift: float, joint: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    # Returns the joints' mask and one random level per block.
    row = np.floor(_V * rows)
    across = _U * columns + shift * (row % 2)
    gap_u, gap_v = joint * columns, joint * rows
    joints = np.maximum(bars(across, gap_u), bars(_V * rows, gap_v))
    levels = rng.random((rows, columns)).astype(np.float32)
    return joints, levels[row.astype(int) % rows, np.floor(across).astype(int) % columns]


def _bricks(rng: Generator) -> Tile:
    joints, level = _blocks(rng, 16, 4, shift=0.5, joint=0.012)
    rough = clouds(rng, TILE, slope=1)
    return tile(joints, 0.0, 0.25 + 0.3 * level + 0.25 * rough, (1 - joints) * (0.7 + 0.3 * rough))


def _tiles(rng: Generator) -> Tile:
    joints, level = _blocks(rng, 4, 4, shift=0.0, joint=0.008)
    return tile(joints, 0.0, 0.42 + 0.12 * level + 0.06 * clouds(rng, TILE), 1 - joints)


def _checker(rng: Generator) -> Tile:
    joints, _ = _blocks(rng, 4, 4, shift=0.0, joint=0.006)
    black = (np.floor(_U * 4) + np.floor(_V * 4)) % 2
    return tile(black, joints, 0.4 + 0.15 * clouds(rng, TILE), 1 - joints)


def _planks(rng: Generator) -> Tile:
    joints, level = _blocks(rng, 8, 2, shift=0.37, joint=0.004)
    grain = clouds(rng, TILE, slope=1.0, stretch=(1.0, 0.06))
    return tile(0.8 * joints, 0.3 * grain, 0.2 + 0.3 * level + 0.3 * grain, 1 - joints)


def _parquet(rng: Generator) -> Tile:
    across = (np.floor(_U * 4) + np.floor(_V * 4)) % 2 > 0
    slats = np.where(across, bars(_U * 20, 0.06), bars(_V * 20, 0.06))
    grain = np.where(
        across,
        clouds(rng, TILE, slope=1.0, stretch=(0.06, 1.0)),
        clouds(rng, TILE, slope=1.0, stretch=(1.0, 0.06)),
    )
    return tile(0.8 * slats, 0.0, 0.2 + 0.5 * grain, 1 - slats)


def _plaster(rng: Generator) -> Tile:
    rough = clouds(rng, TILE, slope=1.2)
    stain = clouds(rng, TILE, slope=2.4)
    return tile(np.clip(stain - 0.8, 0, 1), 0.0, 0.42 + 0.16 * rough, rough)


def _concrete(rng: Generator) -> Tile:
    joints, level = _blocks(rng, 2, 2, shift=0.0, joint=0.006)
    rough = clouds(rng, TILE, slope=1.3)
    return tile(joints, 0.0, 0.32 + 0.1 * level + 0.26 * rough, rough * (1 - joints))


def _asphalt(rng: Generator) -> Tile:
    grit = clouds(rng, TILE, slope=0.1)
    patch = clouds(rng, TILE, slope=2.2)
    return tile(grit > 0.93, 0.0, 0.2 + 0.35 * grit + 0.2 * patch, grit)


def _paving(rng: Generator) -> Tile:
    joints, level = _blocks(rng, 10, 6, shift=0.5, joint=0.01)
    rough = clouds(rng, TILE, slope=1)
    return tile(joints, 0.0, 0.2 + 0.35 * level + 0.25 * rough, (1 - joints) * (0.6 + 0.4 * level))


def _cobbles(rng: Generator) -> Tile:
    field = spots(rng, TILE, 14)
    joints = field < 0.22
    return tile(joints, 0.0, 0.15 + 0.5 * field + 0.15 * clouds(rng, TILE), field)


def _grass(rng: Generator) -> Tile:
    blades = clouds(rng, TILE, slope=0.4, stretch=(0.35, 1.0))
    patch = clouds(rng, TILE, slope=2.2)
    return tile(patch * 0.8, blades > 0.94, 0.1 + 0.6 * blades + 0.1 * patch, blades)


def _leafage(rng: Generator) -> Tile:
    leaves, shade = spots(rng, TILE, 22), clouds(rng, TILE, slope=1.8)
    return tile(leaves > 0.7, 0.4 * shade, 0.05 + 0.55 * leaves + 0.35 * shade, leaves)


def _bark(rng: Generator) -> Tile:
    ridges = clouds(rng, TILE, slope=1.1, stretch=(0.15, 1.0))
    return tile(0.0, 0.0, 0.1 + 0.7 * ridges, ridges)


def _sand(rng: Generator) -> Tile:
    ripples = clouds(rng, TILE, slope=1.8, stretch=(1.0, 0.4))
    return tile(0.0, 0.0, 0.35 + 0.2 * ripples + 0.1 * clouds(rng, TILE, slope=0.1), ripples)


def _water(rng: Generator) -> Tile:
    ripples = clouds(rng, TILE, slope=1.5, stretch=(1.0, 0.3))
    return tile(0.6 * ripples, ripples > 0.97, 0.3 + 0.3 * ripples, ripples)


def _carpet(rng: Generator) -> Tile:
    pile = clouds(rng, TILE, slope=0.1)
    return tile(spots(rng, TILE, 5) > 0.7, spots(rng, TILE, 9) > 0.85, 0.3 + 0.4 * pile, pile)


def _wallpaper(rng: Generator) -> Tile:
    field = spots(rng, TILE, 5)
    mirrored = np.maximum(field, field[:, ::-1])
    return tile(mirrored > 0.85, 0.0, 0.45 + 0.1 * clouds(rng, TILE))


def _panels(_: Generator) -> Tile:
    groove = np.maximum(bars(_U * 8, 0.04), bars(_U * 8 + 0.06, 0.03) * 0.4)
    return tile(0.0, 0.0, 0.5 - 0.3 * groove, 1 - groove)


def _windows(rng: Generator) -> Tile:
    # A house front, four windows wide: glass is the second colour, frames the third.
    u, v = (_U * 4) % 1, (_V * 4) % 1
    opening = (u > 0.25) & (u < 0.75) & (v > 0.22) & (v < 0.78)
    frame = opening & (
        (np.abs(u - 0.5) < 0.02) | (np.abs(v - 0.42) < 0.02) | (u < 0.29) | (u > 0.71)
    )
    level = rng.random((4, 4))[(_V * 4).astype(int), (_U * 4).astype(int)]
    light = np.where(opening, 0.25 + 0.5 * level, 0.4 + 0.15 * clouds(rng, TILE, slope=1.2))
    sill = (u > 0.22) & (u < 0.78) & (v > 0.78) & (v < 0.82)
    return tile(opening & ~frame, frame | sill, light, np.where(opening, 0.2, 0.8))


def _office(rng: Generator) -> Tile:
    u, v = (_U * 8) % 1, (_V * 6) % 1
    glass = (u > 0.06) & (v > 0.1) & (v < 0.72)
    level = rng.random((6, 8))[np.minimum((_V * 6).astype(int), 5), (_U * 8).astype(int)]
    return tile(glass, glass & (level > 0.82), np.where(glass, 0.2 + 0.6 * level, 0.45))


def _shelves(rng: Generator) -> Tile:
    # Backs of books: every one has its own place between the two colours.
    row = (_V * 5).astype(int)
    second, light = np.zeros((TILE, TILE)), np.full((TILE, TILE), 0.45)
    for shelf in range(5):
        edges = np.sort(rng.choice(np.arange(2, TILE - 2), 30, replace=False))
        book = np.searchsorted(edges, np.arange(TILE))
        tall = rng.uniform(0.55, 0.9, 31)[book]
        inside = tall[None, :] > (1 - (_V * 5) % 1)
        own = row == shelf
        second = np.where(own, np.where(inside, rng.random(31)[book][None, :], 0), second)
        dark = np.where(inside, rng.uniform(0.2, 0.8, 31)[book][None, :], 0.05)
        light = np.where(own, dark, light)
    board = (_V * 5) % 1 > 0.95
    return tile(np.where(board, 0, second), (second > 0.7) & ~board, np.where(board, 0.5, light))


def _curtain(rng: Generator) -> Tile:
    pleats = 0.5 + 0.5 * np.sin(2 * np.pi * (_U * 9 + 0.35 * np.sin(4 * np.pi * _U)))
    return tile(0.0, 0.0, 0.15 + 0.6 * pleats + 0.05 * clouds(rng, TILE), pleats)


PLACES: dict[str, Maker] = {
    "bricks": _bricks,
    "tiles": _tiles,
    "checker": _checker,
    "planks": _planks,
    "parquet": _parquet,
    "plaster": _plaster,
    "concrete": _concrete,
    "asphalt": _asphalt,
    "paving": _paving,
    "cobbles": _cobbles,
    "grass": _grass,
    "leafage": _leafage,
    "bark": _bark,
    "sand": _sand,
    "water": _water,
    "carpet": _carpet,
    "wallpaper": _wallpaper,
    "panels": _panels,
    "windows": _windows,
    "office": _office,
    "shelves": _shelves,
    "curtain": _curtain,
}

PLACE_TILE_M: dict[str, float] = {
    "bricks": 1.2,
    "tiles": 1.4,
    "checker": 1.8,
    "planks": 1.4,
    "parquet": 1.5,
    "plaster": 2.5,
    "concrete": 4.0,
    "asphalt": 2.0,
    "paving": 1.8,
    "cobbles": 1.6,
    "grass": 1.2,
    "leafage": 1.4,
    "bark": 1.0,
    "sand": 2.5,
    "water": 6.0,
    "carpet": 2.0,
    "wallpaper": 1.5,
    "panels": 1.0,
    "windows": 11.0,
    "office": 16.0,
    "shelves": 1.9,
    "curtain": 1.3,
}

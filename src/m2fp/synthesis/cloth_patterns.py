"""Procedural cloth: weaves (light and height) and designs (masks of a second and third colour)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.synthesis.noise import clouds, spots

TILE = 256

Tile = NDArray[np.float32]
"""float32 (TILE, TILE, 4), 0..1: mask of the second colour, of the third, light, height."""

_Channel = NDArray[np.floating] | NDArray[np.bool_] | float

_V, _U = np.mgrid[0:TILE, 0:TILE].astype(np.float32) / TILE


def tile(
    second: _Channel = 0.0,
    third: _Channel = 0.0,
    light: _Channel = 0.5,
    height: _Channel = 0.5,
) -> Tile:
    """Return the four channels as one tile."""
    channels = np.broadcast_arrays(second, third, light, height, _U)[:4]
    return np.asarray(np.clip(np.stack(channels, axis=-1), 0, 1), np.float32)


def wave(phase: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return 0..1, one hill per unit of phase."""
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * phase), np.float32)


def bars(phase: NDArray[np.floating], share: float) -> NDArray[np.float32]:
    """Return 1 on the first `share` of every unit of phase, else 0."""
    return ((phase % 1.0) < share).astype(np.float32)


def _canvas(rng: Generator) -> Tile:
    over = wave(_U * 32) * bars(_V * 16, 0.5) + wave(_V * 32) * (1 - bars(_V * 16, 0.5))
    return tile(light=0.35 + 0.3 * over + 0.1 * clouds(rng, TILE, slope=1), height=over)


def _twill(rng: Generator) -> Tile:
    ribs = wave((_U + _V) * 24)
    yarn = clouds(rng, TILE, slope=0.6, stretch=(0.15, 1.0))
    return tile(light=0.2 + 0.3 * ribs + 0.35 * yarn, height=ribs)


def _knit(rng: Generator) -> Tile:
    column = _U * 16
    slant = np.abs((column % 1.0) - 0.5)
    loops = wave(_V * 16 + slant) * wave(column)
    return tile(light=0.3 + 0.5 * loops + 0.1 * clouds(rng, TILE), height=loops)


def _ribbed(rng: Generator) -> Tile:
    ribs = wave(_U * 12)
    return tile(light=0.3 + 0.4 * ribs + 0.1 * clouds(rng, TILE, slope=1), height=ribs)


def _felt(rng: Generator) -> Tile:
    fluff = clouds(rng, TILE, slope=1.0)
    return tile(light=0.3 + 0.4 * fluff, height=fluff)


def _grain(rng: Generator) -> Tile:
    pores = spots(rng, TILE, 28)
    return tile(light=0.4 + 0.2 * pores, height=np.abs(pores - 0.5) * 2)


def _fur(rng: Generator) -> Tile:
    hairs = clouds(rng, TILE, slope=0.8, stretch=(0.12, 1.0))
    return tile(light=0.15 + 0.7 * hairs, height=hairs)


def _strands(rng: Generator) -> Tile:
    fine = clouds(rng, TILE, slope=0.3, stretch=(0.02, 1.0))
    locks = clouds(rng, TILE, slope=2.0, stretch=(0.08, 1.0))
    return tile(light=0.1 + 0.4 * fine + 0.5 * locks, height=0.6 * locks + 0.4 * fine)


def _folds(rng: Generator) -> Tile:
    # Creases are where a smooth height turns; b is what stains and fading follow.
    field = clouds(rng, TILE, slope=3.4, stretch=(0.5, 1.0))
    ridges = 1 - np.abs(2 * clouds(rng, TILE, slope=3.6, stretch=(0.45, 1.0)) - 1) ** 1.4
    across = 1 - np.abs(2 * clouds(rng, TILE, slope=3.6, stretch=(1.0, 0.5)) - 1) ** 1.4
    height = 0.4 * field + 0.35 * ridges + 0.25 * across
    return tile(light=clouds(rng, TILE, slope=1.8), height=height)


def _mottle(rng: Generator) -> Tile:
    return tile(light=0.7 * clouds(rng, TILE, slope=2.2) + 0.3 * clouds(rng, TILE, slope=1.2))


def _nothing(_: Generator) -> Tile:
    return tile()


def _wide_stripes(_: Generator) -> Tile:
    return tile(bars(_V * 4, 0.5))


def _pin_stripes(_: Generator) -> Tile:
    return tile(bars(_U * 16, 0.12))


def _sailor_stripes(_: Generator) -> Tile:
    return tile(bars(_V * 8, 0.33))


def _mixed_stripes(rng: Generator) -> Tile:
    levels = rng.random(TILE // 8)
    rows = np.repeat(levels, 8)[:, None] * np.ones((1, TILE))
    return tile(rows > 0.6, rows < 0.2)


def _gingham(_: Generator) -> Tile:
    return tile(0.5 * bars(_U * 8, 0.5) + 0.5 * bars(_V * 8, 0.5))


def _tartan(rng: Generator) -> Tile:
    widths = np.sort(rng.random(6))
    line = (np.searchsorted(widths, np.arange(TILE) / TILE) % 3) / 2.0
    thin = bars(np.arange(TILE) / TILE * 2 + 0.2, 0.05)
    second = 0.5 * line[:, None] + 0.5 * line[None, :]
    return tile(second, np.maximum(thin[:, None], thin[None, :]) * 0.8)


def _houndstooth(_: Generator) -> Tile:
    x, y = (_U * 8 * 4).astype(int) % 8, (_V * 8 * 4).astype(int) % 8
    weft, warp = x < 4, y < 4
    twill = (x + y) % 4 < 2
    return tile(np.where(weft == warp, weft, twill))


def _dots(_: Generator) -> Tile:
    x, y = _U * 8, _V * 8
    even = np.hypot(x % 1 - 0.5, y % 1 - 0.5) < 0.25
    odd = np.hypot((x + 0.5) % 1 - 0.5, (y + 0.5) % 1 - 0.5) < 0.25
    return tile(even, odd)


def _small_dots(_: Generator) -> Tile:
    x, y = _U * 16, _V * 16
    shifted = x + 0.5 * (np.floor(y) % 2)
    return tile(np.hypot(shifted % 1 - 0.5, y % 1 - 0.5) < 0.2)


def _argyle(_: Generator) -> Tile:
    diamonds = np.abs((_U * 4) % 1 - 0.5) + np.abs((_V * 2) % 1 - 0.5) < 0.5
    lines = np.abs(((_U * 4 + _V * 2) % 1) - 0.5) < 0.03
    other = np.abs(((_U * 4 - _V * 2) % 1) - 0.5) < 0.03
    return tile(diamonds, lines | other)


def _zigzag(_: Generator) -> Tile:
    height = np.abs((_U * 8) % 1 - 0.5)
    return tile(bars(_V * 8 + height, 0.35), bars(_V * 8 + height + 0.5, 0.2))


def _herringbone(_: Generator) -> Tile:
    side = np.where((_U * 8) % 1 < 0.5, 1, -1)
    return tile(bars(_V * 16 + side * _U * 16, 0.5))


def _flowers(rng: Generator) -> Tile:
    petals, hearts = np.zeros((TILE, TILE), bool), np.zeros((TILE, TILE), bool)
    for _ in range(26):
        u, v, radius, turn = rng.random(), rng.random(), rng.uniform(0.03, 0.075), rng.random()
        x, y = (_U - u + 0.5) % 1 - 0.5, (_V - v + 0.5) % 1 - 0.5
        distance, angle = np.hypot(x, y), np.arctan2(y, x)
        petals |= distance < radius * (0.65 + 0.35 * np.cos(5 * angle + 6 * turn))
        hearts |= distance < 0.3 * radius
    return tile(petals & ~hearts, hearts)


def _leaves(rng: Generator) -> Tile:
    field = spots(rng, TILE, 7)
    veins = np.abs(spots(rng, TILE, 12) - 0.5) < 0.04
    return tile(field > 0.66, (field < 0.3) & ~veins)


def _camouflage(rng: Generator) -> Tile:
    return tile(clouds(rng, TILE, slope=2.4) > 0.6, clouds(rng, TILE, slope=2.4) > 0.72)


def _leopard(rng: Generator) -> Tile:
    field = spots(rng, TILE, 9)
    return tile((field > 0.55) & (field < 0.78), field >= 0.78)


def _blots(rng: Generator) -> Tile:
    soft = clouds(rng, TILE, slope=2.2)
    return tile(np.clip(3 * soft - 1, 0, 1), np.clip(4 * clouds(rng, TILE, slope=2.2) - 3, 0, 1))


def _speckles(rng: Generator) -> Tile:
    return tile(clouds(rng, TILE, slope=0.2) > 0.8, clouds(rng, TILE, slope=0.2) > 0.94)


def _lattice(_: Generator) -> Tile:
    x, y = (_U * 6) % 1 - 0.5, (_V * 6) % 1 - 0.5
    ring = np.abs(np.hypot(x, y) - 0.4) < 0.07
    return tile(ring, (np.abs(x) + np.abs(y)) < 0.15)


def _shapes(rng: Generator) -> Tile:
    second, third = np.zeros((TILE, TILE), bool), np.zeros((TILE, TILE), bool)
    for number in range(18):
        u, v, radius, turn = rng.random(), rng.random(), rng.uniform(0.03, 0.12), rng.random() * 6
        x, y = (_U - u + 0.5) % 1 - 0.5, (_V - v + 0.5) % 1 - 0.5
        x, y = np.cos(turn) * x + np.sin(turn) * y, np.cos(turn) * y - np.sin(turn) * x
        shape = (np.abs(x) < radius) & (np.abs(y) < rng.uniform(0.2, 1) * radius)
        (second if number % 2 else third)[shape] = True
    return tile(second & ~third, third)


Maker = Callable[[Generator], Tile]

WEAVES: dict[str, Maker] = {
    "canvas": _canvas,
    "twill": _twill,
    "knit": _knit,
    "ribbed": _ribbed,
    "felt": _felt,
    "grain": _grain,
    "fur": _fur,
    "strands": _strands,
    "folds": _folds,
    "mottle": _mottle,
}

DESIGNS: dict[str, Maker] = {
    "nothing": _nothing,
    "wide stripes": _wide_stripes,
    "pin stripes": _pin_stripes,
    "sailor stripes": _sailor_stripes,
    "mixed stripes": _mixed_stripes,
    "gingham": _gingham,
    "tartan": _tartan,
    "houndstooth": _houndstooth,
    "dots": _dots,
    "small dots": _small_dots,
    "argyle": _argyle,
    "zigzag": _zigzag,
    "herringbone": _herringbone,
    "flowers": _flowers,
    "leaves": _leaves,
    "camouflage": _camouflage,
    "leopard": _leopard,
    "blots": _blots,
    "speckles": _speckles,
    "lattice": _lattice,
    "shapes": _shapes,
}

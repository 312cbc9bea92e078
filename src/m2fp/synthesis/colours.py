"""Colours that skin, hair and clothes come in, as linear light."""

from __future__ import annotations

import colorsys

import numpy as np
from numpy.random import Generator

from m2fp.synthesis.material import Colour

# From the palest to the darkest skin, bytes as a picture has them.
_SKIN = (
    (246, 216, 198),
    (236, 196, 170),
    (224, 178, 146),
    (204, 152, 116),
    (176, 122, 88),
    (138, 90, 62),
    (98, 62, 43),
    (66, 43, 32),
)
_HAIR = {
    "black": (20, 17, 16),
    "dark brown": (44, 30, 22),
    "brown": (82, 55, 36),
    "light brown": (126, 92, 60),
    "blond": (190, 152, 98),
    "red": (128, 56, 26),
    "grey": (128, 126, 122),
    "white": (205, 202, 196),
    "dyed": (120, 60, 120),
}
_IRIS = ((52, 32, 20), (70, 44, 26), (92, 72, 40), (84, 96, 70), (88, 112, 132))
# Hue in turns, saturation, value, weight: what shops sell, and how often.
_CLOTH = (
    ((0.00, 0.00, 0.07), 16),  # black
    ((0.00, 0.02, 0.93), 13),  # white
    ((0.00, 0.02, 0.45), 12),  # greys
    ((0.61, 0.55, 0.25), 11),  # navy
    ((0.58, 0.45, 0.55), 8),  # blues
    ((0.10, 0.28, 0.72), 8),  # beige
    ((0.07, 0.50, 0.36), 6),  # browns
    ((0.99, 0.75, 0.60), 6),  # reds
    ((0.22, 0.35, 0.32), 5),  # olive
    ((0.38, 0.55, 0.42), 4),  # greens
    ((0.94, 0.30, 0.85), 4),  # pinks
    ((0.13, 0.70, 0.85), 3),  # yellows
    ((0.06, 0.75, 0.80), 2),  # orange
    ((0.77, 0.40, 0.50), 2),  # purple
    ((0.50, 0.50, 0.60), 2),  # turquoise
)


def linear(red: float, green: float, blue: float) -> Colour:
    """Return bytes of a picture (0..255) as linear light."""
    return (red / 255) ** 2.2, (green / 255) ** 2.2, (blue / 255) ** 2.2


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """Return the first colour with a share (0..1) of the second."""
    red, green, blue = (a + share * (b - a) for a, b in zip(first, second, strict=True))
    return red, green, blue


def dimmed(colour: Colour, factor: float) -> Colour:
    """Return the colour with `factor` of its light."""
    red, green, blue = (min(1.0, factor * channel) for channel in colour)
    return red, green, blue


def skin_colour(darkness: float, rng: Generator) -> Colour:
    """Return a skin colour; darkness: 0 the palest, 1 the darkest."""
    at = float(np.clip(darkness, 0, 1)) * (len(_SKIN) - 1)
    low = min(int(at), len(_SKIN) - 2)
    tone = np.array(_SKIN[low]) + (at - low) * (np.array(_SKIN[low + 1]) - _SKIN[low])
    warmer = rng.normal(0, 0.025)
    red, green, blue = tone * (1 + warmer, 1, 1 - warmer + rng.normal(0, 0.02))
    return linear(red, green, blue)


def hair_colour(age: float, darkness: float, rng: Generator) -> Colour:
    """Return a hair colour; darkness is the skin's: fair hair is rare on dark skin."""
    if age > 40 and rng.random() < (age - 40) / 35:
        name = "white" if rng.random() < (age - 45) / 60 else "grey"
    elif age > 12 and rng.random() < 0.03:
        name = "dyed"
    elif darkness > 0.45:
        name = rng.choice(("black", "dark brown", "brown"), p=(0.7, 0.25, 0.05))
    else:
        names = ("black", "dark brown", "brown", "light brown", "blond", "red")
        name = rng.choice(names, p=(0.16, 0.25, 0.24, 0.15, 0.15, 0.05))
    if name == "dyed":
        return _hsv(rng.random(), rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.7))
    red, green, blue = np.array(_HAIR[str(name)]) * rng.uniform(0.8, 1.2)
    return linear(red, green, blue)


def iris_colour(darkness: float, rng: Generator) -> Colour:
    """Return an eye colour; dark skin has brown eyes."""
    return linear(*_IRIS[int(rng.integers(0, 2 if darkness > 0.4 else len(_IRIS)))])


def cloth_colour(rng: Generator) -> Colour:
    """Return a colour as clothes have them: mostly dark, white or muted."""
    weights = np.array([weight for _, weight in _CLOTH], float)
    hue, saturation, value = _CLOTH[int(rng.choice(len(_CLOTH), p=weights / weights.sum()))][0]
    hue += rng.normal(0, 0.02)
    saturation *= float(np.exp(rng.normal(0, 0.25)))
    value *= float(np.exp(rng.normal(0, 0.2)))
    return _hsv(hue % 1.0, min(saturation, 0.95), float(np.clip(value, 0.035, 0.95)))


def shoe_colour(rng: Generator) -> Colour:
    """Return a colour as shoes have them: black, brown, white, grey, and any other now and then."""
    if rng.random() < 0.3:
        return cloth_colour(rng)
    shoes = ((24, 22, 22), (70, 44, 30), (126, 88, 56), (228, 226, 220), (120, 118, 116))
    shade = np.array(shoes[int(rng.choice(5, p=(0.4, 0.15, 0.1, 0.22, 0.13)))])
    red, green, blue = shade * rng.uniform(0.8, 1.1)
    return linear(red, green, blue)


def wall_colour(rng: Generator) -> Colour:
    """Return a pale or muted colour of walls and furniture."""
    return _hsv(rng.random(), rng.beta(1.1, 8), rng.uniform(0.35, 0.95))


def wood_colour(rng: Generator) -> Colour:
    """Return a colour of wood."""
    return _hsv(rng.uniform(0.05, 0.1), rng.uniform(0.3, 0.65), rng.uniform(0.2, 0.75))


def _hsv(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, value)
    return linear(255 * red, 255 * green, 255 * blue)

"""Prints on shirts: words, numbers, badges, bands, pictures of nothing."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from m2fp.synthesis.colours import cloth_colour
from m2fp.synthesis.textures import PRINT_SIZE

_SYLLABLES = (
    "ka",
    "lo",
    "mi",
    "ro",
    "ta",
    "ven",
    "sol",
    "ri",
    "do",
    "nu",
    "pax",
    "el",
    "or",
    "zen",
)
_INK = tuple[int, int, int, int]


def make_print(rng: Generator) -> NDArray[np.uint8]:
    """Return uint8 (PRINT_SIZE, PRINT_SIZE, 4): colour (linear light) and how opaque it is.

    Rows go along v: the first row is the lower edge on a garment.
    """
    maker = (_words, _number, _badge, _bands, _picture)[
        int(rng.choice(5, p=(0.35, 0.15, 0.2, 0.1, 0.2)))
    ]
    return np.ascontiguousarray(maker(rng)[::-1])


def _ink(rng: Generator) -> _INK:
    red, green, blue = (round(255 * channel) for channel in cloth_colour(rng))
    return red, green, blue, 255


def _blank() -> Image.Image:
    return Image.new("RGBA", (PRINT_SIZE, PRINT_SIZE), (0, 0, 0, 0))


def _word(rng: Generator) -> str:
    word = "".join(rng.choice(_SYLLABLES, int(rng.integers(2, 4))))
    return word.upper() if rng.random() < 0.6 else word.capitalize()


def _write(draw: ImageDraw.ImageDraw, text: str, middle: float, height: float, ink: _INK) -> None:
    font = ImageFont.load_default(round(height))
    width = draw.textlength(text, font=font)
    if width > 0.96 * PRINT_SIZE:
        font = ImageFont.load_default(max(8, round(height * 0.96 * PRINT_SIZE / width)))
    draw.text((PRINT_SIZE / 2, middle), text, fill=ink, font=font, anchor="mm")


def _words(rng: Generator) -> NDArray[np.uint8]:
    picture = _blank()
    draw, ink = ImageDraw.Draw(picture), _ink(rng)
    lines = int(rng.integers(1, 4))
    for line in range(lines):
        middle = PRINT_SIZE * (0.5 + 0.27 * (line - (lines - 1) / 2))
        _write(draw, _word(rng), middle, PRINT_SIZE * rng.uniform(0.16, 0.32), ink)
    return np.asarray(picture)


def _number(rng: Generator) -> NDArray[np.uint8]:
    picture = _blank()
    number = str(int(rng.integers(1, 100)))
    _write(ImageDraw.Draw(picture), number, PRINT_SIZE / 2, PRINT_SIZE * 0.85, _ink(rng))
    return np.asarray(picture)


def _badge(rng: Generator) -> NDArray[np.uint8]:
    picture = _blank()
    draw = ImageDraw.Draw(picture)
    half, edge = PRINT_SIZE / 2, PRINT_SIZE * rng.uniform(0.05, 0.25)
    corners = int(rng.choice((3, 4, 5, 6, 40)))
    turn, ink = rng.uniform(0, 6.28), _ink(rng)
    for radius, fill in ((half * 0.95, ink), (half * 0.95 - edge, _ink(rng))):
        angles = turn + 2 * np.pi * np.arange(corners) / corners
        points = [(half + radius * np.cos(a), half + radius * np.sin(a)) for a in angles]
        draw.polygon(points, fill=fill)
    if rng.random() < 0.6:
        _write(draw, _word(rng), half, PRINT_SIZE * 0.2, ink)
    return np.asarray(picture)


def _bands(rng: Generator) -> NDArray[np.uint8]:
    picture = _blank()
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(1, 4))):
        middle, half = rng.uniform(0.1, 0.9) * PRINT_SIZE, rng.uniform(0.03, 0.15) * PRINT_SIZE
        draw.rectangle((0, middle - half, PRINT_SIZE, middle + half), fill=_ink(rng))
    return np.asarray(picture)


def _picture(rng: Generator) -> NDArray[np.uint8]:
    # Coloured spots in a rounded frame: what a printed photo is from afar.
    cells = int(rng.integers(3, 9))
    coarse = rng.integers(0, 256, (cells, cells, 3)).astype(np.float32) ** 1.5 / 16
    size = (PRINT_SIZE, PRINT_SIZE)
    spots = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC).clip(0, 255)
    frame = Image.new("L", size, 0)
    box = (2, PRINT_SIZE * 0.1, PRINT_SIZE - 3, PRINT_SIZE * 0.9)
    ImageDraw.Draw(frame).rounded_rectangle(box, PRINT_SIZE * rng.uniform(0, 0.3), fill=255)
    return np.dstack([spots.astype(np.uint8), np.asarray(frame)])

"""Things that are nobody: made-up objects before, beside and between people.

A network that has only ever seen people in front of empty streets takes whatever touches a person,
or has the texture of cloth, for clothes: a camera, a tripod, a bag, a seat. Objects labelled as
background say otherwise (a relative of random erasing: Zhong et al. 2020, section 3.2, with the
erased pixels labelled as what they are).
"""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.augmentation.edges import paint_soft
from m2fp.datasets import LabelledPhoto
from m2fp.labels import LabelScheme

MAX_OBJECTS = 3
CLOTHES = ("upper-clothes", "coat", "dress", "pants", "skirt", "scarf")
"""Classes whose texture an object may have, where a scheme knows them."""
_CORNERS = 12
_TEXTURE_PX = 24  # Half the side of the patch of cloth that an object is covered with.


def put_objects(
    photo: LabelledPhoto,
    textures: NDArray[np.uint8],
    cloth: NDArray[np.uint8] | None,
    rng: Generator,
) -> LabelledPhoto:
    """Return the photo with one to three objects over it, part 0 and person 0 where they are.

    textures: uint8 (H, W, 3) of the photo's size, without people; objects show pieces of it.
    cloth: a small uint8 (h, w, 3) of cloth, see `cloth_of`; if there is one, a third of the objects
    are covered with it. An object is 5 to 35 % of the photo's diagonal long.
    """
    size = photo.humans.shape[0], photo.humans.shape[1]
    pixels, categories, humans = photo.pixels.copy(), photo.categories.copy(), photo.humans.copy()
    for _ in range(int(rng.integers(1, MAX_OBJECTS + 1))):
        own = outline(size, rng)
        if cloth is not None and rng.random() < 1 / 3:
            surface = _tiled(cloth, size, rng)
        else:
            surface = _moved(textures, rng)
        paint_soft(pixels, _shaded(surface, rng), own, rng)
        categories[own], humans[own] = 0, 0
    return LabelledPhoto(pixels, categories, humans)


def outline(size: tuple[int, int], rng: Generator) -> NDArray[np.bool_]:
    """Return where an object is, bool (height, width): a pole, a box, or a lump."""
    height, width = size
    diagonal = float(np.hypot(height, width))
    centre = rng.uniform((0.0, 0.2), (1.0, 1.0)) * (width, height)  # (x, y); few things hang
    length = diagonal * rng.uniform(0.05, 0.35)
    kind = int(rng.integers(3))
    mask = np.zeros(size, np.uint8)
    if kind < 2:
        thickness = length * (rng.uniform(0.03, 0.12) if kind == 0 else rng.uniform(0.35, 0.9))
        upright = 90.0 if rng.random() < 0.7 else rng.uniform(0, 180)
        angle = upright + rng.normal(0, 8)
        corners = cv2.boxPoints((centre.tolist(), (length, thickness), angle))
    else:
        angles = np.sort(rng.uniform(0, 2 * np.pi, _CORNERS))
        radii = length / 2 * rng.uniform(0.5, 1.0, _CORNERS)
        stretch = (1.0, rng.uniform(0.5, 1.0))
        around = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        corners = centre + around * radii[:, None] * stretch
    cv2.fillPoly(mask, [np.rint(corners).astype(np.int32)], 1)
    return mask.astype(bool)


def garment_table(scheme: LabelScheme) -> NDArray[np.bool_]:
    """Return which category ids are clothes of a large surface, bool (256,)."""
    table = np.zeros(256, bool)
    table[[label.id for label in scheme.labels if label.name in CLOTHES]] = True
    return table


def cloth_of(
    photo: LabelledPhoto, garments: NDArray[np.bool_], rng: Generator
) -> NDArray[np.uint8] | None:
    """Return a patch of cloth, uint8 (h, w, 3), about 48 pixels, or None where nobody wears any.

    garments: as `garment_table` gives it.
    """
    worn = np.flatnonzero(garments[photo.categories])
    if worn.size == 0:
        return None
    y, x = divmod(int(worn[rng.integers(worn.size)]), photo.categories.shape[1])
    window = np.s_[
        max(0, y - _TEXTURE_PX) : y + _TEXTURE_PX, max(0, x - _TEXTURE_PX) : x + _TEXTURE_PX
    ]
    inside = garments[photo.categories[window]]
    # Only rows and columns that are cloth throughout the middle of the window.
    rows = np.flatnonzero(inside.mean(axis=1) > 0.9)
    columns = np.flatnonzero(inside.mean(axis=0) > 0.9)
    if rows.size < 8 or columns.size < 8:
        return None
    return photo.pixels[window][rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _tiled(cloth: NDArray[np.uint8], size: tuple[int, int], rng: Generator) -> NDArray[np.uint8]:
    scale = rng.uniform(1.0, 3.0)
    tile = cv2.resize(cloth, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    row = np.concatenate([tile, tile[:, ::-1]], axis=1)
    block = np.concatenate([row, row[::-1]], axis=0)
    repeats = [-(-length // part) for length, part in zip(size, block.shape[:2], strict=True)]
    tiled: NDArray[np.uint8] = np.tile(block, (*repeats, 1))[: size[0], : size[1]]
    return tiled


def _moved(textures: NDArray[np.uint8], rng: Generator) -> NDArray[np.uint8]:
    # What is shown must not be what stands behind.
    turned = textures[::-1] if rng.random() < 0.5 else textures
    shift = (int(rng.integers(turned.shape[0])), int(rng.integers(turned.shape[1])))
    return np.roll(turned, shift, axis=(0, 1))


def _shaded(surface: NDArray[np.uint8], rng: Generator) -> NDArray[np.uint8]:
    height, width = surface.shape[:2]
    slope = rng.uniform(-0.35, 0.35, 2)
    rows = np.linspace(-1, 1, height, dtype=np.float32)[:, None] * slope[0]
    columns = np.linspace(-1, 1, width, dtype=np.float32)[None] * slope[1]
    light = rng.uniform(0.4, 1.2) * (1 + rows + columns)
    shaded: NDArray[np.uint8] = np.clip(surface * light[..., None], 0, 255).astype(np.uint8)
    return shaded

"""Group pictures made of single people: cut out, placed at several depths, nearer ones in front."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.augmentation.colour import jitter_colour
from m2fp.augmentation.edges import paint_soft, without_halo
from m2fp.augmentation.harmony import harmonise
from m2fp.augmentation.placement import Placement, place
from m2fp.datasets import LabelledPhoto
from m2fp.labels import LabelScheme

# A person of whom less than this is left visible is taken out of the labels.
MIN_VISIBLE = 0.06


@dataclass(frozen=True, slots=True)
class GroupLayout:
    """How people are spread. Heights are shares of the canvas' height.

    A person's feet may fall below the canvas by `sink` of the person's height, which makes half
    bodies and close-ups. harmony: 0 pastes people as they are; above, their edges lose the old
    background and are 1 to 2 pixels soft, and their tone moves towards the new one by a random
    share of that strength (`m2fp.augmentation.harmony`).
    """

    min_height: float = 0.35
    max_height: float = 1.25
    sink: float = 0.5
    max_angle: float = 12.0
    harmony: float = 0.0


def compose_group(
    people: list[LabelledPhoto],
    background: NDArray[np.uint8],
    scheme: LabelScheme,
    rng: Generator,
    layout: GroupLayout = GroupLayout(),
) -> LabelledPhoto:
    """Return the people (each photo's person 1) in front of a background.

    background: uint8 (H, W, 3). Farther people are smaller, stand higher and are painted first;
    person k of the result is the k-th nearest. People spread over the width in random order.
    Photos without a person are left out.
    """
    people = [person for person in people if (person.humans == 1).any()]
    height, width = background.shape[:2]
    canvas = background.copy()
    categories = np.zeros((height, width), np.uint8)
    humans = np.zeros((height, width), np.uint16)
    whole: dict[int, int] = {}
    nearness = np.sort(rng.uniform(0, 1, len(people)))
    # One group has one eye level, and sizes that differ less than over all pictures.
    tallest = rng.uniform(layout.min_height + 0.2, layout.max_height)
    spread = rng.uniform(0.0, min(0.5, tallest - layout.min_height))
    slots = (rng.permutation(len(people)) + rng.uniform(0.15, 0.85, len(people))) / len(people)
    for index, person in enumerate(people):
        cutout = cut_out(person)
        if layout.harmony > 0:
            cutout = _clean(cutout)
        body = (tallest - spread * (1 - nearness[index])) * height * rng.uniform(0.9, 1.1)
        scale = body / cutout.humans.shape[0]
        sink = layout.sink * rng.uniform() ** 2 if body > 0.6 * height else 0.0
        bottom = height * (0.8 + 0.2 * nearness[index]) + sink * body
        bottom = max(bottom, body * 0.98) if sink == 0 else bottom
        placement = Placement(
            centre=(float(slots[index] * width), float(bottom - body / 2)),
            scale=float(scale),
            angle=float(rng.normal(0, layout.max_angle / 3)),
            flip=bool(rng.random() < 0.5),
        )
        placed = place(cutout, placement, (height, width), scheme)
        own = placed.humans == 1
        number = len(people) - index
        whole[number] = int(own.sum())
        pixels = jitter_colour(placed.pixels, rng, strength=0.5)
        if layout.harmony > 0:
            pixels = harmonise(pixels, own, background, rng, layout.harmony)
            paint_soft(canvas, pixels, own, rng)
        else:
            _paint(canvas, pixels, own)
        categories[own] = placed.categories[own]
        humans[own] = number
    return drop_hidden(LabelledPhoto(canvas, categories, humans), whole)


def cut_out(photo: LabelledPhoto) -> LabelledPhoto:
    """Return the smallest crop of the photo that holds its person 1."""
    own = photo.humans == 1
    rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return LabelledPhoto(photo.pixels[box], photo.categories[box], photo.humans[box])


def in_front_of(
    person: LabelledPhoto, background: NDArray[np.uint8], rng: Generator, harmony: float
) -> LabelledPhoto:
    """Return person 1 of a photo in its place and size, in front of a background of the same size.

    background: uint8 (H, W, 3); harmony: as in `GroupLayout`.
    """
    own = person.humans == 1
    canvas = background.copy()
    if own.any():
        pixels = without_halo(person.pixels, own)
        if harmony > 0:
            pixels = harmonise(pixels, own, background, rng, harmony)
        paint_soft(canvas, pixels, own, rng)
    return LabelledPhoto(
        canvas, np.where(own, person.categories, 0).astype(np.uint8), own.astype(np.uint16)
    )


def _clean(cutout: LabelledPhoto) -> LabelledPhoto:
    pixels = without_halo(cutout.pixels, cutout.humans == 1)
    return LabelledPhoto(pixels, cutout.categories, cutout.humans)


def _paint(canvas: NDArray[np.uint8], pixels: NDArray[np.uint8], own: NDArray[np.bool_]) -> None:
    # A soft edge a pixel wide, so that the network does not learn scissors' marks.
    alpha = cv2.GaussianBlur(own.astype(np.float32), (3, 3), 0.8)[..., None]
    alpha *= own[..., None] | (alpha > 0.25)
    rows = np.flatnonzero(own.any(axis=1))
    if rows.size == 0:
        return
    box = np.s_[max(0, rows[0] - 2) : rows[-1] + 3]
    mixed = canvas[box] * (1 - alpha[box]) + pixels[box] * alpha[box]
    canvas[box] = mixed.astype(np.uint8)


def drop_hidden(photo: LabelledPhoto, whole: Mapping[int, int]) -> LabelledPhoto:
    """Return the photo without the people of whom too little is seen; the others are 1..N.

    What is seen of them becomes nobody's and unknown. whole: pixels of each person if nothing of
    them were hidden.
    """
    categories, humans = photo.categories.copy(), np.zeros_like(photo.humans)
    left = 0
    for number in sorted(whole):
        own = photo.humans == number
        visible = int(own.sum())
        if visible >= max(64, MIN_VISIBLE * whole[number]):
            left += 1
            humans[own] = left
        else:
            categories[own] = 255
    return LabelledPhoto(photo.pixels, categories, humans)

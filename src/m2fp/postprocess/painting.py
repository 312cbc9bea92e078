"""The decision at every pixel of the photo, strip by strip.

Masks are enlarged one at a time, inside the window they can influence, into running-best planes
that cover only a strip of the photo. Extra memory is a few small planes, whatever the number of
masks: a 24 megapixel photo with a hundred masks needs hardly more than one with a single mask.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from m2fp.imaging.box import Box
from m2fp.postprocess.config import PostprocessConfig
from m2fp.postprocess.layers import Layer, part_layers, person_layers
from m2fp.postprocess.people import NOBODY, Owners
from m2fp.postprocess.queries import Candidates
from m2fp.postprocess.resample import Resampler
from m2fp.postprocess.tally import Tally


@dataclass(frozen=True, slots=True, eq=False)
class Painting:
    """The maps before people are numbered for the reader.

    Attributes:
        part_map: uint8 (H, W), label ids, 0 = background.
        person_map: uint16 (H, W), 1-based positions in the list of people, 0 = nobody.
        tally: pixels per person and part candidate, and the people's corners.
    """

    part_map: npt.NDArray[np.uint8]
    person_map: npt.NDArray[np.uint16]
    tally: Tally


def paint(
    parts: Candidates,
    people: Candidates,
    owners: Owners,
    resampler: Resampler,
    config: PostprocessConfig,
) -> Painting:
    """Return the part and the person of every pixel.

    Part of a pixel: the part or background candidate with the highest probability x sigmoid, when
    that is at least `min_evidence`. Person of a pixel: the person with the highest score x sigmoid
    among those whose mask logit is positive there. Equal values go to the better-scored candidate.

    Where a part lies on a pixel, its owner can change the person: a pixel of nobody goes to the
    adopting owner; a pixel of another person goes to the exclusive owner when the owner's own
    logit there is above -owner_margin. A part that covers two people has no exclusive owner, so
    the people's own masks split it.
    """
    size = resampler.photo_size
    part_map = np.empty(size, np.uint8)
    person_map = np.empty(size, np.uint16)
    tally = Tally(len(people), len(parts))

    layers_of_parts = part_layers(parts, resampler, config.min_evidence)
    layers_of_people = person_layers(people, resampler, config.owner_margin)
    label_of = _table(parts.label).astype(np.uint8)
    adopting_of = _table(owners.adopting)
    exclusive_of = _table(owners.exclusive)

    for strip in Box(0, size[0], 0, size[1]).strips():
        part = _best_part(strip, layers_of_parts, resampler, config.min_evidence)
        exclusive = exclusive_of.take(part)
        person = _best_person(strip, layers_of_people, resampler, exclusive, config.owner_margin)
        np.copyto(person, adopting_of.take(part), where=person == NOBODY)
        part_map[strip.rows] = label_of.take(part)
        person_map[strip.rows] = person
        tally.add(person, part, strip.top)
    return Painting(part_map, person_map, tally)


def _best_part(
    strip: Box, layers: list[Layer], resampler: Resampler, min_evidence: float
) -> npt.NDArray[np.uint16]:
    """Return the winning layer's number per pixel of the strip, 0 = none."""
    winner = np.zeros(strip.shape, np.uint16)
    # One step below the evidence, so that exactly the evidence is enough.
    floor = np.nextafter(np.float32(min_evidence), np.float32(-1.0))
    best = np.full(strip.shape, floor, np.float32)
    for layer, window in _crossing(strip, layers):
        place = window.seen_from(strip).slices
        value = layer.to_evidence(resampler.read(layer.half_logits, window))
        better = value > best[place]
        np.copyto(best[place], value, where=better)
        np.copyto(winner[place], np.uint16(layer.number), where=better)
    return winner


def _best_person(
    strip: Box,
    layers: list[Layer],
    resampler: Resampler,
    exclusive: npt.NDArray[np.uint16],
    owner_margin: float,
) -> npt.NDArray[np.uint16]:
    """Return the person per pixel of the strip, 0 = nobody; see `paint` for the rules.

    `exclusive` is uint16 (strip rows, width): the one owner of the part at each pixel, or 0.
    """
    person = np.zeros(exclusive.shape, np.uint16)
    best = np.zeros(exclusive.shape, np.float32)
    claimed = np.zeros(exclusive.shape, np.bool_)
    for layer, window in _crossing(strip, layers):
        place = window.seen_from(strip).slices
        half = resampler.read(layer.half_logits, window)
        near = exclusive[place] == layer.number
        near &= half > -0.5 * owner_margin
        claimed[place] |= near
        better = half > 0
        value = layer.to_evidence(half)
        better &= value > best[place]
        np.copyto(best[place], value, where=better)
        np.copyto(person[place], np.uint16(layer.number), where=better)
    np.copyto(person, exclusive, where=claimed)
    return person


def _crossing(strip: Box, layers: list[Layer]) -> Iterator[tuple[Layer, Box]]:
    """Yield the layers that touch the strip, each with its window inside the strip."""
    for layer in layers:
        window = layer.window.crossing(strip)
        if not window.is_empty:
            yield layer, window


def _table(values: npt.NDArray[np.intp]) -> npt.NDArray[np.uint16]:
    """Return uint16 (K + 1,): the value per 1-based candidate number, 0 for "none"."""
    return np.concatenate([[0], values]).astype(np.uint16)

"""The pieces of a puppet: what moves with each bone, and what limbs and bags hid, made up."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from m2fp.augmentation.edges import core_of, nearest_source
from m2fp.augmentation.puppet.assignment import BoneMap
from m2fp.augmentation.puppet.figure import Figure, Mask, Points, disc, neck_of, polygon
from m2fp.augmentation.puppet.parts import ARMS, LEGS, Bone
from m2fp.datasets import IGNORE, LabelledPhoto


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """What moves with one bone: uint8 (h, w, 3), uint8 (h, w) and bool (h, w) from (x, y) on."""

    pixels: NDArray[np.uint8]
    categories: NDArray[np.uint8]
    mask: Mask
    origin: tuple[int, int]


def fill_body(figure: Figure, bone: BoneMap, dropped: Mask) -> tuple[LabelledPhoto, int]:
    """Return the person without arms and head, with what they hid made up, and its area.

    `humans` are bones, one more than `Bone` says, 0 outside.
    """
    arms = np.isin(bone, ARMS)
    rest = (bone >= 0) & ~arms & (bone != Bone.HEAD)
    span = (np.logical_or.accumulate(rest, axis=1)) & (
        np.logical_or.accumulate(rest[:, ::-1], axis=1)[:, ::-1]
    )
    # Skirts bulge: what a bag or a hand hid of their sides is within their hull.
    skirt = rest & figure.below & (bone == Bone.TORSO)
    inside = span | figure.quad | _hull(figure, skirt)
    hole = ((arms | dropped) & inside) | ((bone == Bone.HEAD) & figure.quad)
    clean = core_of(rest, 1) & (figure.ids != IGNORE)
    if not clean.any():
        clean = rest
    index = nearest_source(clean)
    pixels = figure.photo.pixels.reshape(-1, 3)[index]
    smooth = cv2.blur(pixels, (7, 7))
    edge = rest & ~core_of(rest, 1)
    pixels = np.where(rest[..., None] & ~edge[..., None], figure.photo.pixels, pixels)
    pixels[hole] = smooth[hole]
    categories = np.where(rest, figure.ids, figure.ids.ravel()[index])
    owner = np.where(rest, bone, bone.ravel()[index]) + 1
    owner[~(rest | hole)] = 0
    body = LabelledPhoto(pixels, categories, owner.astype(np.uint16))
    return body, int(hole.sum())


def cut_pieces(figure: Figure, bone: BoneMap, body: LabelledPhoto) -> dict[Bone, Piece]:
    """Return what moves with each bone, joints overlapping so that turning opens no gap.

    bone: of every pixel, see `assign_bones`; body: what `fill_body` made.
    """
    arms = np.isin(bone, ARMS)
    inner = body.humans.astype(np.int8) - 1
    # A torso's pixels beside an arm are those without the arm, and the other way round.
    before = (_clean(figure, bone), figure.ids, ~arms)
    behind = (body.pixels, body.categories, arms)
    pieces = {}
    for each in Bone:
        in_front = each == Bone.HEAD or any(each in arm for arm in ARMS)
        (pixels, ids, others), (other_pixels, other_ids, _) = (
            (before, behind) if in_front else (behind, before)
        )
        base = bone == each if in_front else inner == each
        if not base.any():
            continue
        mask = base.copy()
        for centre, other in _overlaps(figure, each):
            joint = disc(figure.own.shape, centre, figure.radius[max(each, other)])
            extra = joint & ~base & ((bone == other) | (inner == other))
            if any(each in leg for leg in LEGS) and other == Bone.TORSO:
                extra &= figure.has(figure.parts.trousers)
            if each == Bone.HEAD:
                extra &= figure.has(figure.parts.neck)
            mask |= extra
            mixed = extra & others
            if mixed.any():
                pixels = np.where(mixed[..., None], other_pixels, pixels)
                ids = np.where(mixed, other_ids, ids)
        pieces[each] = _crop(pixels, ids, mask)
    return pieces


def _hull(figure: Figure, mask: Mask) -> Mask:
    rows, columns = np.nonzero(mask & ~core_of(mask, 1))
    if rows.size < 3:
        return mask
    corners = cv2.convexHull(np.stack([columns, rows], axis=1).astype(np.int32))
    return polygon(figure.own.shape, np.asarray(corners[:, 0], dtype=np.float64))


def _clean(figure: Figure, bone: BoneMap) -> NDArray[np.uint8]:
    kept = bone >= 0
    core = core_of(kept, 1)
    index = nearest_source(core)
    clean: NDArray[np.uint8] = figure.photo.pixels.reshape(-1, 3)[index]
    return clean


def _overlaps(figure: Figure, bone: Bone) -> list[tuple[Points, Bone]]:
    """Return (joint, neighbour) pairs where a bone's piece reaches into its neighbour's."""
    at: list[tuple[Points, Bone]] = []
    for upper, lower in ARMS + LEGS:
        for first, second in ((Bone.TORSO, upper), (upper, lower)):
            joint = figure.lines[second][0]
            if bone == first:
                at.append((joint, second))
            elif bone == second:
                at.append((joint, first))
    if bone == Bone.HEAD:
        at.append((neck_of(figure.joints), Bone.TORSO))
    return at


def _crop(pixels: NDArray[np.uint8], ids: NDArray[np.uint8], mask: Mask) -> Piece:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    # A pixel more on every side, for interpolation.
    top, left = max(0, rows[0] - 1), max(0, columns[0] - 1)
    box = np.s_[top : rows[-1] + 2, left : columns[-1] + 2]
    return Piece(pixels[box], ids[box], mask[box], (int(left), int(top)))

"""Cutting a person into the pieces of a puppet: every pixel goes to a bone."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from m2fp.augmentation.edges import core_of, nearest_source
from m2fp.augmentation.puppet.parts import Bone, Parts
from m2fp.augmentation.puppet.poses import Freedom
from m2fp.datasets import IGNORE, LabelledPhoto
from m2fp.datasets.joints import Joints

Mask = NDArray[np.bool_]
Points = NDArray[np.float64]

# Plausible lengths as shares of the torso's (shoulders to hips), seen from the front: over 90 % of
# the limbs of people who stand are within. A shorter one points at the camera.
_SHOULDERS = (0.42, 0.95)
_UPPER_ARM = (0.42, 0.75)
_FOREARM = (0.32, 0.68)
_THIGH = (0.6, 1.05)
_SHIN = (0.5, 1.0)
# Half-widths of limbs, likewise; measured in the photo within these.
_WIDTHS = {"upper": (0.09, 0.15), "fore": (0.07, 0.13), "thigh": (0.13, 0.24), "shin": (0.09, 0.2)}
# More of the body than this is not made up.
_MAX_FILLED = 0.14


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """What moves with one bone: uint8 (h, w, 3), uint8 (h, w) and bool (h, w) from (x, y) on."""

    pixels: NDArray[np.uint8]
    categories: NDArray[np.uint8]
    mask: Mask
    origin: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Puppet:
    """A person in pieces.

    Attributes:
        pieces: by bone; bones that move with the torso have none.
        joints: in the pixels that the pieces' origins count.
        radius: half-width in pixels at the start of each bone, by bone.
        freedom: what can move.
        area: of the whole person, in pixels.
    """

    pieces: dict[Bone, Piece]
    joints: Joints
    radius: dict[Bone, float]
    freedom: Freedom
    area: int


def neck_of(joints: Joints) -> Points:
    """Return where the head turns, (x, y)."""
    shoulders, hips = joints.shoulders.mean(axis=0), joints.hips.mean(axis=0)
    return np.asarray(shoulders + 0.12 * (shoulders - hips))


def segments(joints: Joints) -> dict[Bone, list[Points]]:
    """Return the lines of the limbs, bones with hands and feet, each [(x, y), ...]."""
    lines: dict[Bone, list[Points]] = {}
    for side in (0, 1):
        at = {name: getattr(joints, name)[side] for name in Joints.__slots__ if name != "head"}
        lines[Bone(Bone.UPPER_LEFT + side)] = [at["shoulders"], at["elbows"]]
        lines[Bone(Bone.FORE_LEFT + side)] = [at["elbows"], at["wrists"], at["hands"]]
        lines[Bone(Bone.THIGH_LEFT + side)] = [at["hips"], at["knees"]]
        lines[Bone(Bone.SHIN_LEFT + side)] = [at["knees"], at["ankles"], at["toes"]]
    return lines


def cut(photo: LabelledPhoto, joints: Joints, parts: Parts) -> Puppet | None:
    """Return the photo's person 1 as a puppet, None where joints or garments do not allow one."""
    return _Cutter(photo, joints, parts).cut() if _upright(photo, joints) else None


def _upright(photo: LabelledPhoto, joints: Joints) -> bool:
    height, width = photo.humans.shape
    main = np.concatenate([joints.shoulders, joints.hips])
    inside = (main >= 0).all() and (main < (width, height)).all()
    axis = joints.hips.mean(axis=0) - joints.shoulders.mean(axis=0)
    torso = float(np.linalg.norm(axis))
    if not inside or torso < 24 or axis[1] < 0.9 * torso:
        return False
    wide = float(np.linalg.norm(joints.shoulders[0] - joints.shoulders[1])) / torso
    # Shoulders and hips on the same sides; seen from the side an arm hides the torso.
    facing = (joints.shoulders[0] - joints.shoulders[1])[0] * (joints.hips[0] - joints.hips[1])[0]
    return _SHOULDERS[0] <= wide <= _SHOULDERS[1] and facing > 0


class _Cutter:
    """One photo on its way to a puppet; the steps share distances and masks."""

    def __init__(self, photo: LabelledPhoto, joints: Joints, parts: Parts):
        self.photo, self.joints, self.parts = photo, joints, parts
        self.own: Mask = photo.humans == 1
        self.ids = photo.categories
        self.lines = segments(joints)
        self.torso = float(np.linalg.norm(joints.hips.mean(axis=0) - joints.shoulders.mean(axis=0)))
        self.far = {bone: self._distance(line) for bone, line in self.lines.items()}
        self.radius = self._radii()
        self.quad = self._polygon(self._quad())
        self.below = self._below_hips()
        self.quad_far = cv2.distanceTransform((~self.quad).astype(np.uint8), cv2.DIST_L2, 3)

    def cut(self) -> Puppet | None:
        bone = self._assign()
        freedom = self._freedom(bone)
        if not any(freedom.arms) and not freedom.legs:
            return None
        for side, free in enumerate(freedom.arms):
            if not free:
                stays = (bone == Bone.UPPER_LEFT + side) | (bone == Bone.FORE_LEFT + side)
                bone[stays] = Bone.TORSO
        # What is held or worn and has no name is left away beside the torso.
        dropped = self.own & (self.ids == IGNORE) & ~self.quad
        bone[dropped] = -1
        body, filled = self._body(bone, dropped)
        rest_area = int((bone >= 0).sum())
        if filled > _MAX_FILLED * rest_area:
            return None
        pieces = self._pieces(bone, body)
        return Puppet(pieces, self.joints, self.radius, freedom, rest_area)

    def _distance(self, line: list[Points]) -> NDArray[np.float32]:
        canvas = np.full(self.own.shape, 255, np.uint8)
        ends = np.rint(np.array(line)).astype(np.int32)
        cv2.polylines(canvas, [ends[:, None]], isClosed=False, color=0, thickness=1)
        return np.asarray(cv2.distanceTransform(canvas, cv2.DIST_L2, 3), dtype=np.float32)

    def _radii(self) -> dict[Bone, float]:
        # A limb is as wide as its bone is far from the nearest edge.
        edge = cv2.distanceTransform(self.own.astype(np.uint8), cv2.DIST_L2, 3)
        radius = {Bone.TORSO: 0.2 * self.torso, Bone.HEAD: 0.15 * self.torso}
        for bone in self.lines:
            low, high = _WIDTHS[bone.name.split("_")[0].lower()]
            x, y = self._points(bone, 0.2, 0.9)
            median = float(np.median(edge[y, x]))
            radius[bone] = min(max(1.1 * median, low * self.torso), high * self.torso)
        return radius

    def _points(self, bone: Bone, start: float, end: float) -> tuple[NDArray[np.intp], ...]:
        """Return x and y of 12 points on a bone, within the photo."""
        first, last = self.lines[bone][:2]
        points = first + np.linspace(start, end, 12)[:, None] * (last - first)
        height, width = self.own.shape
        rounded = np.rint(points).astype(np.intp)
        return rounded[:, 0].clip(0, width - 1), rounded[:, 1].clip(0, height - 1)

    def _quad(self) -> Points:
        left, right = self.joints.shoulders
        across = (right - left) / max(float(np.linalg.norm(right - left)), 1e-6)
        hip_left, hip_right = self.joints.hips
        inset = 0.8 * min(self.radius[Bone.UPPER_LEFT], 0.3 * float(np.linalg.norm(right - left)))
        out = 0.1 * self.torso
        return np.array(
            [
                left + inset * across,
                right - inset * across,
                hip_right + out * across,
                hip_left - out * across,
            ]
        )

    def _below_hips(self) -> Mask:
        middle = self.joints.hips.mean(axis=0)
        down = middle - self.joints.shoulders.mean(axis=0)
        height, width = self.own.shape
        rows = (np.arange(height) - middle[1])[:, None] * down[1]
        return np.asarray(rows + (np.arange(width) - middle[0])[None] * down[0] > 0)

    def _polygon(self, corners: Points) -> Mask:
        canvas = np.zeros(self.own.shape, np.uint8)
        cv2.fillPoly(canvas, [np.rint(corners).astype(np.int32)[:, None]], 1)
        return canvas.astype(bool)

    def _is(self, ids: tuple[int, ...]) -> Mask:
        table = np.zeros(256, bool)
        table[list(ids)] = True
        return self.own & table[self.ids]

    def _assign(self) -> NDArray[np.int8]:
        """Return the bone of every pixel, int8 (H, W), -1 outside the person."""
        bone = np.where(self.own, np.int8(Bone.TORSO), np.int8(-1))
        bone[self._is(self.parts.head)] = Bone.HEAD
        self._assign_legs(bone)
        self._assign_arms(bone)
        return bone

    def _nearest(self, bone: NDArray[np.int8], where: Mask, bones: tuple[Bone, ...]) -> None:
        distances = np.stack([self.far[each][where] for each in bones])
        bone[where] = np.array(bones, np.int8)[distances.argmin(axis=0)]

    def _assign_legs(self, bone: NDArray[np.int8]) -> None:
        shins = (Bone.SHIN_LEFT, Bone.SHIN_RIGHT)
        for side, ids in enumerate(self.parts.legs):
            pair = (Bone(Bone.THIGH_LEFT + side), Bone(Bone.SHIN_LEFT + side))
            self._nearest(bone, self._is(ids), pair)
        self._nearest(bone, self._is(self.parts.socks), shins)
        thighs = (Bone.THIGH_LEFT, Bone.THIGH_RIGHT)
        self._nearest(bone, self._is(self.parts.trousers), thighs + shins)
        # Above the hips, and in the wedge down to the crotch, trousers are the torso's.
        above, middle = ~self.below, self.joints.hips.mean(axis=0)
        knee = self.joints.knees.mean(axis=0)
        wedge = self._polygon(np.array([*self.joints.hips, middle + 0.22 * (knee - middle)]))
        legs = bone >= Bone.THIGH_LEFT
        bone[legs & (above | wedge)] = Bone.TORSO

    def _assign_arms(self, bone: NDArray[np.int8]) -> None:
        fores = (Bone.FORE_LEFT, Bone.FORE_RIGHT)
        self._nearest(bone, self._is(self.parts.gloves), fores)
        for side, arm in enumerate(self.parts.arms):
            pair = (Bone(Bone.UPPER_LEFT + side), Bone(Bone.FORE_LEFT + side))
            self._nearest(bone, self._is((arm,)), pair)
        # A sleeve is what is within an arm's width of its bones, or nearer to them than the body.
        # Below the hips it is a hand that hangs beside a dress, and a cuff beside a coat.
        cloth = self._is(self.parts.sleeved) & ~(self.below & self._is(self.parts.dresses))
        for side in (0, 1):
            cloth &= ~self._beyond_wrist(side)
        bodily = np.minimum(
            self.quad_far, np.minimum(self.far[Bone.THIGH_LEFT], self.far[Bone.THIGH_RIGHT])
        )
        best = np.full(self.own.shape, 1.0, np.float32)
        for each in range(Bone.UPPER_LEFT, Bone.FORE_RIGHT + 1):
            far, radius = self.far[Bone(each)], self.radius[Bone(each)]
            share = far / radius
            near = cloth & (share < best) & ((share <= 1) | (far < bodily))
            loose = cloth & (share >= 1) & (share < 1.7) & (far < bodily) & (best >= 1.0)
            bone[near | loose] = each
            best = np.where(near, share, best)

        self._assign_remnants(bone, cloth)

    def _beyond_wrist(self, side: int) -> Mask:
        elbow, wrist = self.lines[Bone(Bone.FORE_LEFT + side)][:2]
        along = (wrist - elbow) / max(float(np.linalg.norm(wrist - elbow)), 1e-6)
        # A cuff reaches over the hand's root, as far as joints are found exactly.
        wrist = wrist + 0.12 * self.torso * along
        height, width = self.own.shape
        rows = (np.arange(height) - wrist[1])[:, None] * along[1]
        past = rows + (np.arange(width) - wrist[0])[None] * along[0] > 0
        return np.asarray(past & _disc(self.own.shape, wrist, 0.5 * self.torso))

    def _assign_remnants(self, bone: NDArray[np.int8], cloth: Mask) -> None:
        # Cloth cut off from the torso by an arm's straight edge is the sleeve's outer fold.
        torso = (bone == Bone.TORSO).astype(np.uint8)
        _, zones, stats, _ = cv2.connectedComponentsWithStats(torso, connectivity=4)
        small = stats[:, cv2.CC_STAT_AREA] < 0.04 * stats[1:, cv2.CC_STAT_AREA].sum()
        small[0] = False
        arms = tuple(Bone(each) for each in range(Bone.UPPER_LEFT, Bone.FORE_RIGHT + 1))
        near = np.minimum.reduce([self.far[each] for each in arms]) < 0.25 * self.torso
        self._nearest(bone, cloth & small[zones] & near, arms)

    def _freedom(self, bone: NDArray[np.int8]) -> Freedom:
        legs, skirt = self._free_legs(bone)
        return Freedom((self._free_arm(bone, 0), self._free_arm(bone, 1)), legs, skirt)

    def _length(self, bone: Bone) -> float:
        first, last = self.lines[bone][:2]
        return float(np.linalg.norm(last - first)) / self.torso

    def _free_arm(self, bone: NDArray[np.int8], side: int) -> bool:
        upper, fore = Bone(Bone.UPPER_LEFT + side), Bone(Bone.FORE_LEFT + side)
        if not _within(self._length(upper), _UPPER_ARM) or not _within(
            self._length(fore), _FOREARM
        ):
            return False
        shoulder, elbow = self.lines[upper]
        wrist, hand = self.lines[fore][1:]
        first, second = elbow - shoulder, wrist - elbow
        fold = float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second)))
        if fold < -0.2:
            return False
        mine = (bone == upper) | (bone == fore)
        x, y = self._points(upper, 0.25, 1.0)
        x2, y2 = self._points(fore, 0.0, 1.0)
        if min(mine[y, x].mean(), mine[y2, x2].mean()) < 0.9:
            return False  # hidden by a bag, by hair, by the body
        # A hand in a pocket, or behind the back, would be missing at the end of a raised arm.
        skin = self._is((self.parts.arms[side], *self.parts.gloves))
        reach = _disc(self.own.shape, (wrist + hand) / 2, 0.24 * self.torso)
        if (skin & reach & mine).sum() < 0.012 * self.torso**2:
            return False
        wrong = (
            skin
            & (self.far[fore] > 2 * self.radius[fore])
            & (self.far[upper] > 2 * self.radius[upper])
        )
        if wrong.sum() > 0.2 * skin.sum():
            return False
        expected = 2 * sum(self.radius[b] * self._length(b) for b in (upper, fore)) * self.torso
        area = float(mine.sum())
        on_torso = float((mine & self.quad).sum())
        return 0.45 * expected < area < 1.6 * expected and on_torso < 0.2 * self.quad.sum()

    def _free_legs(self, bone: NDArray[np.int8]) -> tuple[bool, bool]:
        """Return whether the legs can move, and whether a skirt holds them."""
        height = self.own.shape[0]
        hips, knees, ankles = self.joints.hips, self.joints.knees, self.joints.ankles
        side = np.sign((hips[0] - hips[1])[0])
        gaps = [side * (joint[0] - joint[1])[0] / self.torso for joint in (knees, ankles)]
        if gaps[0] < 0.14 or gaps[1] < 0.1 or ankles[:, 1].max() >= height:
            return False, False
        covered, areas = [], []
        for each in (0, 1):
            thigh, shin = Bone(Bone.THIGH_LEFT + each), Bone(Bone.SHIN_LEFT + each)
            straight = _within(self._length(thigh), _THIGH) and _within(self._length(shin), _SHIN)
            x, y = self._points(shin, 0.1, 0.95)
            if not straight or (bone[y, x] == shin).mean() < 0.75:
                return False, False
            x, y = self._points(thigh, 0.3, 1.0)
            covered.append(float((bone[y, x] != thigh).mean()))
            areas.append(float(((bone == thigh) | (bone == shin)).sum()))
        if min(areas) < 0.55 * max(areas):
            return False, False
        return True, max(covered) > 0.3 or bool(self._is(self.parts.skirts).any())

    def _body(self, bone: NDArray[np.int8], dropped: Mask) -> tuple[LabelledPhoto, int]:
        """Return the person without arms and head, with what they hid made up, and its area.

        `humans` are bones, one more than `Bone` says, 0 outside.
        """
        arms = (bone >= Bone.UPPER_LEFT) & (bone <= Bone.FORE_RIGHT)
        rest = (bone >= 0) & ~arms & (bone != Bone.HEAD)
        span = (np.logical_or.accumulate(rest, axis=1)) & (
            np.logical_or.accumulate(rest[:, ::-1], axis=1)[:, ::-1]
        )
        # Skirts bulge: what a bag or a hand hid of their sides is within their hull.
        skirt = rest & self.below & (bone == Bone.TORSO)
        inside = span | self.quad | self._hull(skirt)
        hole = ((arms | dropped) & inside) | ((bone == Bone.HEAD) & self.quad)
        clean = core_of(rest, 1) & (self.ids != IGNORE)
        if not clean.any():
            clean = rest
        index = nearest_source(clean)
        pixels = self.photo.pixels.reshape(-1, 3)[index]
        smooth = cv2.blur(pixels, (7, 7))
        edge = rest & ~core_of(rest, 1)
        pixels = np.where(rest[..., None] & ~edge[..., None], self.photo.pixels, pixels)
        pixels[hole] = smooth[hole]
        categories = np.where(rest, self.ids, self.ids.ravel()[index])
        owner = np.where(rest, bone, bone.ravel()[index]) + 1
        owner[~(rest | hole)] = 0
        body = LabelledPhoto(pixels, categories, owner.astype(np.uint16))
        return body, int(hole.sum())

    def _hull(self, mask: Mask) -> Mask:
        rows, columns = np.nonzero(mask & ~core_of(mask, 1))
        if rows.size < 3:
            return mask
        corners = cv2.convexHull(np.stack([columns, rows], axis=1).astype(np.int32))
        return self._polygon(np.asarray(corners[:, 0], dtype=np.float64))

    def _pieces(self, bone: NDArray[np.int8], body: LabelledPhoto) -> dict[Bone, Piece]:
        clean = self._clean(bone)
        arms = (bone >= Bone.UPPER_LEFT) & (bone <= Bone.FORE_RIGHT)
        inner = body.humans.astype(np.int8) - 1
        pieces = {}
        for each in Bone:
            if each == Bone.HEAD or Bone.UPPER_LEFT <= each <= Bone.FORE_RIGHT:
                base, layer = bone == each, clean
            else:
                base, layer = inner == each, body.pixels
            if not base.any():
                continue
            mask, source, ids = base.copy(), layer, self.ids
            if layer is body.pixels:
                ids = body.categories
            for centre, other in self._overlaps(each):
                disc = _disc(self.own.shape, centre, self.radius[max(each, other)])
                extra = disc & ~base & ((bone == other) | (inner == other))
                if each >= Bone.THIGH_LEFT and other == Bone.TORSO:
                    extra &= self._is(self.parts.trousers)
                if each == Bone.HEAD:
                    extra &= self._is(self.parts.neck)
                mask |= extra
                # A torso's pixels beside an arm are those without the arm, and the other way round.
                mixed = extra & (arms if layer is body.pixels else ~arms)
                if mixed.any():
                    other_layer = clean if layer is body.pixels else body.pixels
                    other_ids = self.ids if layer is body.pixels else body.categories
                    source = np.where(mixed[..., None], other_layer, source)
                    ids = np.where(mixed, other_ids, ids)
            pieces[each] = _crop(source, ids, mask)
        return pieces

    def _clean(self, bone: NDArray[np.int8]) -> NDArray[np.uint8]:
        kept = bone >= 0
        core = core_of(kept, 1)
        index = nearest_source(core)
        clean: NDArray[np.uint8] = self.photo.pixels.reshape(-1, 3)[index]
        return clean

    def _overlaps(self, bone: Bone) -> list[tuple[Points, Bone]]:
        """Return (joint, neighbour) pairs where a bone's piece reaches into its neighbour's."""
        at: list[tuple[Points, Bone]] = []
        for side in (0, 1):
            chain = [Bone.TORSO, Bone(Bone.UPPER_LEFT + side), Bone(Bone.FORE_LEFT + side)]
            legs = [Bone.TORSO, Bone(Bone.THIGH_LEFT + side), Bone(Bone.SHIN_LEFT + side)]
            for first, second in (chain[:2], chain[1:], legs[:2], legs[1:]):
                joint = self.lines[second][0]
                if bone == first:
                    at.append((joint, second))
                elif bone == second:
                    at.append((joint, first))
        if bone == Bone.HEAD:
            at.append((neck_of(self.joints), Bone.TORSO))
        return at


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def _disc(shape: tuple[int, ...], centre: Points, radius: float) -> Mask:
    canvas = np.zeros(shape, np.uint8)
    x, y = np.rint(centre).astype(int).tolist()
    cv2.circle(canvas, (x, y), max(1, round(radius)), 1, -1)
    return canvas.astype(bool)


def _crop(pixels: NDArray[np.uint8], ids: NDArray[np.uint8], mask: Mask) -> Piece:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    # A pixel more on every side, for interpolation.
    top, left = max(0, rows[0] - 1), max(0, columns[0] - 1)
    box = np.s_[top : rows[-1] + 2, left : columns[-1] + 2]
    return Piece(pixels[box], ids[box], mask[box], (int(left), int(top)))

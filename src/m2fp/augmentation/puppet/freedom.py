"""Which limbs of a person can move: those that the photo shows whole, and of plausible lengths."""

from __future__ import annotations

import numpy as np

from m2fp.augmentation.puppet.assignment import BoneMap
from m2fp.augmentation.puppet.figure import Figure, disc
from m2fp.augmentation.puppet.parts import ARMS, LEGS
from m2fp.augmentation.puppet.poses import Freedom

# Plausible lengths as shares of the torso's, seen from the front: over 90 % of the limbs of people
# who stand are within. A shorter one points at the camera.
_UPPER_ARM = (0.42, 0.75)
_FOREARM = (0.32, 0.68)
_THIGH = (0.6, 1.05)
_SHIN = (0.5, 1.0)


def freedom_of(figure: Figure, bone: BoneMap) -> Freedom:
    """Return what can move; bone: of every pixel, see `assign_bones`."""
    legs, skirt = _free_legs(figure, bone)
    return Freedom((_free_arm(figure, bone, 0), _free_arm(figure, bone, 1)), legs, skirt)


def _free_arm(figure: Figure, bone: BoneMap, side: int) -> bool:
    upper, fore = ARMS[side]
    if not _within(figure.length(upper), _UPPER_ARM) or not _within(figure.length(fore), _FOREARM):
        return False
    shoulder, elbow = figure.lines[upper]
    wrist, hand = figure.lines[fore][1:]
    first, second = elbow - shoulder, wrist - elbow
    fold = float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second)))
    if fold < -0.2:
        return False
    mine = (bone == upper) | (bone == fore)
    x, y = figure.points(upper, 0.25, 1.0)
    x2, y2 = figure.points(fore, 0.0, 1.0)
    if min(mine[y, x].mean(), mine[y2, x2].mean()) < 0.9:
        return False  # hidden by a bag, by hair, by the body
    # A hand in a pocket, or behind the back, would be missing at the end of a raised arm.
    skin = figure.has((figure.parts.arms[side], *figure.parts.gloves))
    reach = disc(figure.own.shape, (wrist + hand) / 2, 0.24 * figure.torso)
    if (skin & reach & mine).sum() < 0.012 * figure.torso**2:
        return False
    wrong = (
        skin
        & (figure.far[fore] > 2 * figure.radius[fore])
        & (figure.far[upper] > 2 * figure.radius[upper])
    )
    if wrong.sum() > 0.2 * skin.sum():
        return False
    expected = 2 * sum(figure.radius[b] * figure.length(b) for b in (upper, fore)) * figure.torso
    area = float(mine.sum())
    on_torso = float((mine & figure.quad).sum())
    return 0.45 * expected < area < 1.6 * expected and on_torso < 0.2 * figure.quad.sum()


def _free_legs(figure: Figure, bone: BoneMap) -> tuple[bool, bool]:
    """Return whether the legs can move, and whether a skirt holds them."""
    height = figure.own.shape[0]
    hips, knees, ankles = figure.joints.hips, figure.joints.knees, figure.joints.ankles
    side = np.sign((hips[0] - hips[1])[0])
    gaps = [side * (joint[0] - joint[1])[0] / figure.torso for joint in (knees, ankles)]
    if gaps[0] < 0.14 or gaps[1] < 0.1 or ankles[:, 1].max() >= height:
        return False, False
    covered, areas = [], []
    for thigh, shin in LEGS:
        straight = _within(figure.length(thigh), _THIGH) and _within(figure.length(shin), _SHIN)
        x, y = figure.points(shin, 0.1, 0.95)
        if not straight or (bone[y, x] == shin).mean() < 0.75:
            return False, False
        x, y = figure.points(thigh, 0.3, 1.0)
        covered.append(float((bone[y, x] != thigh).mean()))
        areas.append(float(((bone == thigh) | (bone == shin)).sum()))
    if min(areas) < 0.55 * max(areas):
        return False, False
    return True, max(covered) > 0.3 or bool(figure.has(figure.parts.skirts).any())


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]

"""Splits "skin" and "shoe" pixels of one standing person into CIHP parts by the body joints.

Pure geometry: numpy arrays in, numpy arrays out. Points are (x, y) in pixels, in the order of the
33 MediaPipe pose landmarks; left and right are the person's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Labels = NDArray[np.uint8]

TORSO, FACE = 10, 13
LEFT_ARM, RIGHT_ARM, LEFT_LEG, RIGHT_LEG, LEFT_SHOE, RIGHT_SHOE = 14, 15, 16, 17, 18, 19
SKIN_PARTS = (TORSO, FACE, LEFT_ARM, RIGHT_ARM, LEFT_LEG, RIGHT_LEG)
SHOE_PARTS = (LEFT_SHOE, RIGHT_SHOE)

# Limb segments of the left side (landmark numbers, the right side's are one higher) and their
# half-widths as a share of the torso's length.
ARM = ((11, 13, 0.10), (13, 15, 0.09), (15, 17, 0.08), (15, 19, 0.08), (15, 21, 0.07))
LEG = ((23, 25, 0.16), (25, 27, 0.12), (27, 29, 0.09), (29, 31, 0.09), (27, 31, 0.09))
SHOE = ((25, 27, 0.12), (27, 29, 0.09), (29, 31, 0.09), (27, 31, 0.09))


@dataclass(frozen=True)
class Body:
    """Joints of one person: `points` float64 (33, 2) px, `jaw` float64 (n, 2) px from ear to ear
    through the chin or None, `top` float64 (2,) px of the forehead or None."""

    points: Floats
    jaw: Floats | None
    top: Floats | None

    @property
    def torso(self) -> float:
        """The torso's length in px, shoulders to hips, never below a foreshortened body's."""
        p = self.points
        length = float(np.linalg.norm(p[11:13].mean(0) - p[23:25].mean(0)))
        legs = float(np.linalg.norm(p[23:25].mean(0) - p[27:29].mean(0)))
        return max(length, 0.5 * legs, 1.0)


def segment_distance(pixels: Floats, a: Floats, b: Floats) -> Floats:
    """Distance in px of every pixel (n, 2) to the segment a-b: float64 (n,)."""
    along = b - a
    t = np.clip((pixels - a) @ along / max(float(along @ along), 1e-9), 0.0, 1.0)
    return np.asarray(np.linalg.norm(pixels - a - t[:, None] * along, axis=1))


def polygon_distance(pixels: Floats, polygon: Floats) -> Floats:
    """Distance in px of every pixel (n, 2) to a convex polygon (k, 2), 0 inside: float64 (n,)."""
    hull = cv2.convexHull(polygon.astype(np.float32)).reshape(-1, 2).astype(np.float64)
    edges = np.stack(
        [segment_distance(pixels, a, b) for a, b in zip(hull, np.roll(hull, -1, 0), strict=True)]
    )
    turn = np.stack(
        [
            (b - a)[0] * (pixels - a)[:, 1] - (b - a)[1] * (pixels - a)[:, 0]
            for a, b in zip(hull, np.roll(hull, -1, 0), strict=True)
        ]
    )
    inside = (turn >= 0).all(0) | (turn <= 0).all(0)
    return np.where(inside, 0.0, edges.min(0))


def limb_cost(
    pixels: Floats, body: Body, limb: tuple[tuple[int, int, float], ...], right: bool
) -> Floats:
    """Distance of every pixel to a limb in units of its half-width: float64 (n,)."""
    p, t = body.points, body.torso
    costs = [segment_distance(pixels, p[a + right], p[b + right]) / (r * t) for a, b, r in limb]
    return np.asarray(np.min(costs, axis=0), np.float64)


def jaw_line(body: Body) -> tuple[Floats, Floats]:
    """The jaw float64 (n, 2) px and the forehead's top (2,) px, guessed from the pose's eyes,
    mouth and ears where no face was found."""
    if body.jaw is not None and body.top is not None:
        return body.jaw, body.top
    p = body.points
    eyes, mouth = p[[2, 5]].mean(0), p[[9, 10]].mean(0)
    down = mouth - eyes
    size = max(float(np.linalg.norm(down)), 0.10 * body.torso)
    down = down / max(float(np.linalg.norm(down)), 1e-9) * size
    across = np.array([-down[1], down[0]])
    chin, middle = mouth + 0.75 * down, (eyes + mouth) / 2
    ears = [p[e] + 0.25 * down for e in (8, 7)]
    corners = [middle + s * 0.75 * across * -1 + 0.75 * down for s in (-1, 1)]
    order = sorted([*ears, *corners], key=lambda q: float((q - middle) @ across))
    return np.array([order[0], order[1], chin, order[2], order[3]]), eyes - 1.2 * down


def face_cost(pixels: Floats, body: Body) -> tuple[Floats, Floats]:
    """Cost of calling each pixel a face, float64 (n,), and its depth below the jaw as a share of
    the face's height, float64 (n,), negative on the face."""
    jaw, top = jaw_line(body)
    chin = jaw[len(jaw) // 2]
    height = max(float(np.linalg.norm(chin - top)), 1.0)
    down = (chin - top) / height
    across = np.array([-down[1], down[0]])
    u, v = (pixels - top) @ across, (pixels - top) @ down
    ju, jv = (jaw - top) @ across, (jaw - top) @ down
    order = np.argsort(ju)
    ju, jv = ju[order], jv[order]
    # An ear's lobe hangs a little below the jaw line's end.
    below = v - np.interp(u, ju, jv, left=jv[0] + 0.1 * height, right=jv[-1] + 0.1 * height)
    side = np.maximum(np.maximum(ju[0] - u, u - ju[-1]), 0.0)
    above = np.maximum(-v - 0.3 * height, 0.0)
    out = np.maximum(np.maximum(below, 0.0), np.maximum(side - 0.15 * height, above))
    return 0.3 + out / (0.15 * height), below / height


def torso_cost(pixels: Floats, body: Body, below_jaw: Floats) -> Floats:
    """Cost of calling each pixel torso-skin (neck, chest, back, belly): float64 (n,)."""
    p, t = body.points, body.torso
    jaw, _ = jaw_line(body)
    neck = segment_distance(pixels, p[11:13].mean(0), jaw[len(jaw) // 2]) / (0.12 * t)
    trunk = 0.55 + polygon_distance(pixels, p[[11, 12, 24, 23]]) / (0.08 * t)
    cost = np.minimum(np.maximum(neck, 0.5), trunk)
    return np.where(below_jaw > 0.0, cost, cost + 1.0)


def skin_costs(pixels: Floats, body: Body) -> Floats:
    """Cost of each of SKIN_PARTS for each pixel (n, 2): float64 (6, n)."""
    face, below_jaw = face_cost(pixels, body)
    limbs = [limb_cost(pixels, body, limb, right) for limb in (ARM, LEG) for right in (False, True)]
    return np.stack([torso_cost(pixels, body, below_jaw), face, *limbs])


def shoe_costs(pixels: Floats, body: Body) -> Floats:
    """Cost of each of SHOE_PARTS for each pixel (n, 2): float64 (2, n)."""
    return np.stack([limb_cost(pixels, body, SHOE, right) for right in (False, True)])


def components(mask: Mask) -> tuple[int, NDArray[np.int32]]:
    """Number of 8-connected components and their map, int32 (h, w), 0 outside."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    return count - 1, np.asarray(labels, np.int32)


def merge_fragments(part: Labels, mask: Mask, smallest: int) -> Labels:
    """`part` uint8 (h, w) with every piece inside `mask` (one component) under `smallest` px
    taken over by the part it borders most; the piece that fills the mask stays."""
    for value in np.unique(part[mask]):
        count, pieces = components(mask & (part == value))
        for i in range(1, count + 1):
            piece = pieces == i
            if piece.sum() >= smallest:
                continue
            ring = cv2.dilate(piece.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
            border = part[ring & mask & ~piece]
            if border.size:
                part[piece] = np.bincount(border).argmax()
    return part


def whole_part(values: Labels, costs: Floats, parts: tuple[int, ...], torso: float) -> int | None:
    """The one part that a component is (its pixels' best parts uint8 (n,), costs (k, n)), or None
    where the component is several parts."""
    if values.size < (0.12 * torso) ** 2:
        return parts[int(costs.mean(1).argmin())]
    counts = np.bincount(values, minlength=256)
    best = int(counts.argmax())
    others = set(np.flatnonzero(counts).tolist()) - {best}
    # A neck is a small share of a face's component and yet a part of its own.
    share = 0.97 if best in (FACE, TORSO) and others & {FACE, TORSO} else 0.88
    return best if counts[best] >= share * values.size else None


def possible_parts(pixels: Floats, values: Labels, body: Body) -> tuple[int, ...]:
    """Which of SKIN_PARTS a component can have, from its pixels (n, 2) and their first guess
    uint8 (n,): hands before a skirt or a belly are neither leg nor torso."""
    p, t = body.points, body.torso
    jaw, _ = jaw_line(body)
    neck = segment_distance(pixels, p[11:13].mean(0), jaw[len(jaw) // 2]) < 0.15 * t
    arms = np.isin(values, (LEFT_ARM, RIGHT_ARM)).mean()
    head = (values == FACE).any() or neck.mean() > 0.05
    above_knees = pixels[:, 1].max() < p[25:27, 1].min()
    hand = np.min([segment_distance(pixels, p[15 + s], p[19 + s]) for s in (0, 1)], axis=0)
    small, tiny = len(pixels) < (0.5 * t) ** 2, len(pixels) < (0.35 * t) ** 2
    tiny = tiny and (values == TORSO).mean() < 0.3
    near = (small and (hand < 0.3 * t).mean() > 0.8) or (tiny and (hand < 0.45 * t).mean() > 0.8)
    if near and above_knees and not head:
        return LEFT_ARM, RIGHT_ARM
    without: set[int] = set()
    if above_knees and arms > 0.3:
        without |= {LEFT_LEG, RIGHT_LEG}
    if not head and arms > 0.4:
        without |= {TORSO}
    return tuple(part for part in SKIN_PARTS if part not in without)


def join_overlapping(values: Labels, costs: Floats, parts: tuple[int, ...]) -> Labels:
    """`values` (n,) with a left-right pair made one where either of the two limbs alone covers
    the pixels of both: seen from the side, the line between them means nothing."""
    for left in (LEFT_ARM, LEFT_LEG):
        if left not in parts:
            continue
        both = (values == left) | (values == left + 1)
        rows = [parts.index(left), parts.index(left + 1)]
        if not both.any():
            continue
        reach = np.quantile(costs[rows][:, both], 0.95, axis=1)
        if reach.min() < 1.2:
            values[both] = left + int(costs[rows][:, both].mean(1).argmin())
    return values


def split_component(pixels: Floats, body: Body, shoes: bool) -> tuple[Labels, bool]:
    """Part of every pixel (n, 2) of one component, uint8 (n,), and whether it is one part."""
    parts: tuple[int, ...] = SHOE_PARTS if shoes else SKIN_PARTS
    costs = (shoe_costs if shoes else skin_costs)(pixels, body)
    values = np.array(parts, np.uint8)[costs.argmin(0)]
    if not shoes:
        possible = possible_parts(pixels, values, body)
        costs = costs[[parts.index(part) for part in possible]]
        parts, values = possible, np.array(possible, np.uint8)[costs.argmin(0)]
        if len(parts) > 2:
            values = join_overlapping(values, costs, parts)
    whole = whole_part(values, costs, parts, body.torso)
    return (values, False) if whole is None else (np.full_like(values, whole), True)


def split(mask: Mask, body: Body, shoes: bool) -> Labels:
    """Parts of the skin (or shoe) pixels of `mask` (h, w): uint8 (h, w), 0 outside the mask and
    one of SKIN_PARTS (SHOE_PARTS) everywhere inside."""
    part = np.zeros(mask.shape, np.uint8)
    count, labels = components(mask)
    for i in range(1, count + 1):
        ys, xs = np.nonzero(labels == i)
        pixels = np.stack([xs, ys], 1).astype(np.float64)
        part[ys, xs], whole = split_component(pixels, body, shoes)
        if not whole:
            merge_fragments(part, labels == i, max(20, round(0.02 * len(pixels))))
    return part


def part_feet(part: Labels, body: Body) -> Labels:
    """`part` uint8 (h, w) of skin and shoes together, where two separate feet, which joints close
    together gave to one side, get a side each."""
    p, t = body.points, body.torso
    legs = np.isin(part, (LEFT_LEG, RIGHT_LEG, *SHOE_PARTS))
    legs[: max(0, int((p[25:27, 1].mean() + p[27:29, 1].mean()) / 2))] = False
    closed = cv2.morphologyEx(legs.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    if len(stats) < 3:
        return part
    first, second = (int(i) + 1 for i in stats[1:, cv2.CC_STAT_AREA].argsort()[:-3:-1])
    (x1, y1, w1, h1, a1), (x2, y2, w2, h2, a2) = stats[first].tolist(), stats[second].tolist()
    overlap = min(x1 + w1, x2 + w2) - max(x1, x2)
    if a2 < 0.35 * a1 or overlap > 0.3 * min(w1, w2) or abs(y1 + h1 - y2 - h2) > 0.25 * t:
        return part
    feet = [legs & (labels == i) for i in (first, second)]
    rights = [(part[foot] % 2).mean() for foot in feet]
    if (min(rights) < 0.2 and max(rights) > 0.8) or 0.2 < rights[0] < 0.8 or 0.2 < rights[1] < 0.8:
        return part
    costs = [
        shoe_costs(np.argwhere(foot)[:, ::-1].astype(np.float64), body).mean(1) for foot in feet
    ]
    swap = costs[0][1] + costs[1][0] < costs[0][0] + costs[1][1]
    for foot, right in zip(feet, (swap, not swap), strict=True):
        part[foot] = part[foot] // 2 * 2 + right
    return part


def label_parts(skin: Mask, shoe: Mask, body: Body) -> Labels:
    """Parts of all skin and shoe pixels of a photo: uint8 (h, w), 0 elsewhere."""
    return part_feet(np.maximum(split(skin, body, False), split(shoe, body, True)), body)

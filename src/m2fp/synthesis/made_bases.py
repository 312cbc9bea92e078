"""Surfaces that MakeHuman has no helper for, bound to the skin about them.

A dome over the skull, brims, a roll about the neck, glasses.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from m2fp.synthesis.anatomy import HEAD, NECK, Anatomy
from m2fp.synthesis.body_data import BodyData
from m2fp.synthesis.cloth_base import ClothBase, Offsets
from m2fp.synthesis.means import Means

HAT_Y = 0.775  # where hats end, above the ears
_AROUND = 56  # columns of the grids
# The base vertices that MakeHuman's own hats are scaled by: width, height and depth of the head.
_HEAD_SCALE = np.array([[5399, 11998], [791, 881], [962, 5320]])


def dome_base(data: BodyData, where: Anatomy) -> ClothBase:
    """Return a smooth surface over skull, face and nape, without ears, from the crown down."""
    down = np.radians(np.linspace(0, 125, 32))
    around = np.linspace(-np.pi, np.pi, _AROUND + 1)
    ways = _directions(around, down)
    bound = _hit(np.array(HEAD), ways, _head_triangles(data, where), data)
    uv = np.stack(np.meshgrid(around, down), -1).reshape(-1, 2) * 0.09
    return _grid_base(data, where, bound, (len(down), _AROUND + 1), uv, pointed=True)


def brim_base(
    data: BodyData, where: Anatomy, front_m: float, side_m: float, droop_m: float
) -> ClothBase:
    """Return a brim about the dome's edge: so wide in front, at the sides and behind."""
    around = np.linspace(-np.pi, np.pi, _AROUND + 1)
    ways = np.stack([np.sin(around), np.full_like(around, 0.33), np.cos(around)], 1)
    ring = _hit(np.array(HEAD), ways, _head_triangles(data, where), data)
    rows = 5
    out = np.linspace(0.0, 1.0, rows)
    ahead = np.clip(np.cos(around), 0, 1)[:, None] ** 0.7
    width = side_m + (front_m - side_m) * ahead
    flat = np.stack([np.sin(around), np.zeros_like(around), np.cos(around)], 1) * width
    off = np.where(out > 0, 0.012, 0.006)[:, None, None]
    lengths = out[:, None, None] * flat + off * flat / np.maximum(width, 1e-6)
    lengths[..., 1] -= droop_m * out[:, None] ** 2
    lengths[0, :, 1] += 0.025  # the inner edge is inside of the crown
    uv = np.stack(np.meshgrid(around * 0.1, out * 0.08), -1).reshape(-1, 2)
    bound = ring.rows(np.tile(np.arange(_AROUND + 1), rows))
    base = _grid_base(data, where, bound, (rows, _AROUND + 1), uv)
    return _with_offsets(base, lengths.reshape(-1, 3), data)


def roll_base(data: BodyData, where: Anatomy, thick_m: float, rise_m: float) -> ClothBase:
    """Return a roll of cloth about the neck: a ring whose section is an oval."""
    near = (where.y > 0.53) & (where.y < 0.66) & (where.limb < 0.02)
    triangles, _ = data.group("body")
    around = np.linspace(-np.pi, np.pi, _AROUND + 1)
    ways = np.stack([np.sin(around), np.full_like(around, 0.12), np.cos(around)], 1)
    ring = _hit(np.add(NECK, (0, 0.02, 0)), ways, triangles[near[triangles].all(axis=1)], data)
    section = np.linspace(2 * np.pi, 0, 13)
    bumpy = 1 + 0.12 * np.sin(5 * around) + 0.08 * np.sin(9 * around + 1)
    thick = thick_m * bumpy
    flat = np.stack([np.sin(around), np.zeros_like(around), np.cos(around)], 1)
    out = flat * (0.7 * thick[:, None]) + flat * thick[:, None] * np.cos(section)[:, None, None]
    out[..., 1] += np.sin(section)[:, None] * rise_m * bumpy - 0.3 * rise_m * np.cos(around)
    uv = np.stack(np.meshgrid(around * 0.1, section * thick_m), -1).reshape(-1, 2)
    bound = ring.rows(np.tile(np.arange(_AROUND + 1), len(section)))
    base = _grid_base(data, where, bound, (len(section), _AROUND + 1), uv)
    return _with_offsets(base, out.reshape(-1, 3), data)


def glasses_base(
    data: BodyData, where: Anatomy, width_m: float, height_m: float, square: float
) -> ClothBase:
    """Return two lenses before the eyes, a bridge and temples to the ears.

    square: 2 an oval .. 6 nearly a rectangle, the exponent of the lenses' outline.
    """
    count = data.skin_vertices
    bound: list[Means] = []
    lengths: list[NDArray[np.float64]] = []
    triangles: list[NDArray[np.int64]] = []
    turn = np.linspace(0, 2 * np.pi, 25)[:-1]
    power = 2 / square
    oval = np.stack(
        [
            np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** power * width_m / 2,
            np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** power * height_m / 2,
        ],
        1,
    )
    start = 0
    for name, sign in (("helper-l-eye", 1.0), ("helper-r-eye", -1.0)):
        eye = np.unique(data.group(name)[0])
        places = np.concatenate([[[0, 0]], oval])
        curve = -0.35 * np.maximum(sign * places[:, 0], 0) ** 2 / max(width_m, 1e-6)
        lens = np.stack([places[:, 0], places[:, 1], 0.026 + curve], 1)
        bound.append(_mean_rows(eye, len(lens), len(where.x)))
        lengths.append(lens)
        order = np.arange(24)
        fan = np.stack([np.zeros(24, int), order + 1, (order + 1) % 24 + 1], 1)
        triangles.append(fan + start)
        start += len(lens)
        ear = _nearest(data, count, np.array([sign * 0.078, 0.742, 0.045]))
        outer = sign * width_m / 2
        temple = np.array([[outer, 0.006, 0.022], [outer, 0.012, 0.022], [0, 0, 0], [0, 0.006, 0]])
        ends = np.repeat([False, False, True, True], 1)
        rows = [
            _mean_rows(np.array([ear]) if end else eye, 1, len(where.x)) for end in ends.tolist()
        ]
        bound += rows
        lengths.append(np.add(temple, (sign * 0.003, 0, 0)))
        triangles.append(np.array([[0, 1, 2], [2, 1, 3]]) + start)
        start += 4
    inner = 0.031 - width_m / 2
    eyes = np.unique(np.concatenate([data.group("helper-l-eye")[0], data.group("helper-r-eye")[0]]))
    bridge = np.array([[x, y, 0.028] for x in (inner, -inner) for y in (0.002, 0.009)])
    bound.append(_mean_rows(eyes, 4, len(where.x)))
    lengths.append(bridge)
    triangles.append(np.array([[0, 1, 2], [2, 1, 3]]) + start)

    points = Means.stacked(bound)
    faces = np.concatenate(triangles).astype(np.int32)
    flat = np.concatenate(lengths)
    uv = flat[:, :2].astype(np.float32)
    base = ClothBase.made(
        points,
        weights=points.of(data.weights),
        triangles=faces,
        uv=uv,
        weld=np.arange(len(flat)),
        where=where.of(points),
    )
    return _with_offsets(base, flat, data)


def _head_triangles(data: BodyData, where: Anatomy) -> NDArray[np.int32]:
    """Return the triangles of the head's outside, without ears, mouth and eye sockets."""
    aside = np.abs(where.x)
    ear = (aside > 0.070) & (where.y < 0.755) & (where.z < 0.075)
    ear |= (aside > 0.058) & (where.y < 0.745) & (where.z < 0.03) & (where.z > -0.02)
    inner = (where.z < 0.13) & (aside < 0.04) & (where.y < 0.76) & (where.z > 0.02)
    outside = (where.y > 0.66) & ~ear & ~inner
    triangles, _ = data.group("body")
    return triangles[outside[triangles].all(axis=1)]


def _directions(around: NDArray[np.float64], down: NDArray[np.float64]) -> NDArray[np.float64]:
    azimuth, angle = np.meshgrid(around, down)
    return np.stack(
        [np.sin(angle) * np.sin(azimuth), np.cos(angle), np.sin(angle) * np.cos(azimuth)], -1
    ).reshape(-1, 3)


def _hit(
    centre: NDArray[np.float64],
    ways: NDArray[np.float64],
    triangles: NDArray[np.int32],
    data: BodyData,
) -> Means:
    """Return where rays (D, 3) from a centre leave the triangles (T, 3), as means of their corners.

    A ray that meets none goes by the nearest corners (Moeller and Trumbore 1997).
    """
    a, b, c = (data.template[triangles[:, corner]] - centre for corner in range(3))
    ab, ac = b - a, c - a
    index = np.empty((len(ways), 3), np.int64)
    shares = np.zeros((len(ways), 3))
    corners = np.unique(triangles)
    seen = data.template[corners] - centre
    seen /= np.linalg.norm(seen, axis=1, keepdims=True)
    for row, way in enumerate(ways / np.linalg.norm(ways, axis=1, keepdims=True)):
        across = np.cross(way, ac)
        size = (ab * across).sum(axis=1)
        safe = np.where(np.abs(size) < 1e-12, 1, size)
        u = -(a * across).sum(axis=1) / safe
        other = np.cross(-a, ab)
        v = (other @ way) / safe
        far = (ac * other).sum(axis=1) / safe
        met = (np.abs(size) > 1e-12) & (u >= -1e-6) & (v >= -1e-6) & (u + v <= 1 + 1e-6) & (far > 0)
        if met.any():
            best = int(np.where(met, far, 0).argmax())
            index[row], shares[row] = triangles[best], (1 - u[best] - v[best], u[best], v[best])
        else:
            near = np.argsort(seen @ way)[-3:]
            weight = np.exp(60 * (seen[near] @ way - 1))
            index[row], shares[row] = corners[near], weight / weight.sum()
    rows = np.repeat(np.arange(len(ways)), 3)
    return Means.listed(rows, index.ravel(), shares.ravel(), (len(ways), len(data.template)))


def _grid_base(
    data: BodyData,
    where: Anatomy,
    bound: Means,
    shape: tuple[int, int],
    uv: NDArray[np.float64],
    *,
    pointed: bool = False,
) -> ClothBase:
    """Return the grid, closed to a ring; pointed: its first row is one place."""
    rows, columns = shape
    number = np.arange(rows * columns).reshape(shape)
    a, b = number[:-1, :-1].ravel(), number[:-1, 1:].ravel()
    c, d = number[1:, :-1].ravel(), number[1:, 1:].ravel()
    # Columns go from the right over the front to the left: rows go down or out.
    triangles = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)]).astype(np.int32)
    welded = number.copy()
    welded[:, -1] = welded[:, 0]
    if pointed:
        welded[0] = 0
    return ClothBase.made(
        bound,
        weights=bound.of(data.weights),
        triangles=triangles,
        uv=uv.astype(np.float32),
        weld=welded.ravel(),
        where=where.of(bound),
    )


def _with_offsets(base: ClothBase, lengths_m: NDArray[np.float64], data: BodyData) -> ClothBase:
    """Return the base with offsets, metres on the template, that grow with the head."""
    axes = np.arange(3)
    first, second = data.template[_HEAD_SCALE].transpose(1, 0, 2)
    size = np.abs(first - second)[axes, axes]
    offsets = Offsets(lengths_m.astype(np.float32), _HEAD_SCALE, size.astype(np.float32))
    reached = base.bound.of(data.template) + lengths_m.astype(np.float32)
    where = base.where.placed(reached, data.joints(data.template), data)
    return replace(base, offsets=offsets, where=where)


def _mean_rows(vertices: NDArray[np.integer[Any]], rows: int, count: int) -> Means:
    """Return the same point `rows` times: the mean of some of `count` vertices."""
    number = np.repeat(np.arange(rows), len(vertices))
    shares = np.full(len(number), 1 / len(vertices))
    return Means.listed(number, np.tile(vertices, rows), shares, (rows, count))


def _nearest(data: BodyData, count: int, place: NDArray[np.float64]) -> int:
    return int(np.argmin(np.linalg.norm(data.template[:count] - place, axis=1)))

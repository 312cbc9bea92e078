"""Simple bodies: boxes, planes, cylinders, capsules, lumps. Texture coordinates are metres."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from m2fp.synthesis.mesh import Mesh

_CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)


def thing(
    name: str,
    vertices: NDArray[np.floating],
    triangles: NDArray[np.integer],
    uv: NDArray[np.floating],
    *,
    part: int = 0,
    fine_part: int = 0,
) -> Mesh:
    """Return a mesh that is one part all over, by default the background."""
    count = len(triangles)
    return Mesh(
        name,
        np.ascontiguousarray(vertices, np.float32),
        np.ascontiguousarray(triangles, np.int32),
        np.full(count, part, np.uint8),
        np.full(count, fine_part, np.uint8),
        np.ascontiguousarray(uv, np.float32),
        "thing",
    )


def rectangle(
    corner: tuple[float, float, float],
    along: tuple[float, float, float],
    up: tuple[float, float, float],
) -> Mesh:
    """Return the rectangle from `corner` over two edges; v is 0 at `corner` and grows with `up`."""
    start, first, second = (np.asarray(x, np.float64) for x in (corner, along, up))
    vertices = start + _CORNERS[:, :1] * first + _CORNERS[:, 1:] * second
    uv = _CORNERS * (np.linalg.norm(first), np.linalg.norm(second))
    return thing("rectangle", vertices, np.array([[0, 1, 2], [0, 2, 3]]), uv)


def ground(half_width: float) -> Mesh:
    """Return the square of the ground about the origin, finely cut so that haze is even."""
    steps = np.linspace(-1, 1, 21) ** 3 * half_width
    x, z = np.meshgrid(steps, steps)
    vertices = np.stack([x, 0 * x, z], axis=-1).reshape(-1, 3)
    row, column = np.mgrid[0:20, 0:20]
    first = (row * 21 + column).ravel()
    triangles = np.concatenate(
        [np.stack([first, first + 21, first + 22], 1), np.stack([first, first + 22, first + 1], 1)]
    )
    return thing("ground", vertices, triangles, vertices[:, [0, 2]])


def box(size: tuple[float, float, float], centre: tuple[float, float, float] = (0, 0, 0)) -> Mesh:
    """Return a box with edges along the axes."""
    half = np.asarray(size, np.float64) / 2
    vertices: list[NDArray[np.float64]] = []
    triangles: list[NDArray[np.int64]] = []
    uv: list[NDArray[np.float64]] = []
    for axis in range(3):
        first, second = (axis + 1) % 3, (axis + 2) % 3
        if axis == 0:
            first, second = second, first  # u runs level and v up on all four sides
        for sign in (-1, 1):
            face = np.zeros((4, 3))
            face[:, axis] = sign * half[axis]
            face[:, first] = (_CORNERS[:, 0] * 2 - 1) * half[first]
            face[:, second] = (_CORNERS[:, 1] * 2 - 1) * half[second]
            start = 4 * len(vertices)
            order = np.array([[0, 1, 2], [0, 2, 3]])
            normal = np.cross(face[1] - face[0], face[2] - face[0])
            if normal[axis] * sign < 0:
                order = order[:, ::-1]
            vertices.append(face)
            triangles.append(order + start)
            uv.append(_CORNERS * 2 * (half[first], half[second]))
    return thing(
        "box", np.concatenate(vertices) + centre, np.concatenate(triangles), np.concatenate(uv)
    )


def cylinder(
    radius: float, height: float, *, top_radius: float | None = None, sides: int = 14
) -> Mesh:
    """Return an upright cylinder or cone on y = 0, with a lid on top."""
    angles = np.linspace(0, 2 * np.pi, sides + 1)
    circle = np.stack([np.sin(angles), 0 * angles, np.cos(angles)], axis=1)
    upper = radius if top_radius is None else top_radius
    rings = np.concatenate([circle * radius, circle * upper + (0, height, 0)])
    u = angles * max(radius, upper)
    uv = np.concatenate([np.stack([u, 0 * u], 1), np.stack([u, 0 * u + height], 1)])
    first = np.arange(sides)
    low, high = first, first + sides + 1
    triangles = np.concatenate(
        [np.stack([low, low + 1, high + 1], 1), np.stack([low, high + 1, high], 1)]
    )
    lid = circle * upper + (0, height, 0)
    start = len(rings)
    middle = start + len(lid)
    lids = np.stack([start + first, start + first + 1, np.full(sides, middle)], 1)
    vertices = np.concatenate([rings, lid, [(0, height, 0)]])
    uv = np.concatenate([uv, lid[:, [0, 2]], [(0, 0)]])
    return thing("cylinder", vertices, np.concatenate([triangles, lids]), uv)


def ball(radius: float, *, rings: int = 10, sides: int = 16) -> Mesh:
    """Return a sphere about the origin."""
    polar, azimuth = np.meshgrid(
        np.linspace(0, np.pi, rings + 1), np.linspace(0, 2 * np.pi, sides + 1), indexing="ij"
    )
    vertices = radius * np.stack(
        [np.sin(polar) * np.sin(azimuth), -np.cos(polar), np.sin(polar) * np.cos(azimuth)], -1
    )
    row, column = np.mgrid[0:rings, 0:sides]
    first = (row * (sides + 1) + column).ravel()
    above = first + sides + 1
    triangles = np.concatenate(
        [np.stack([first, first + 1, above + 1], 1), np.stack([first, above + 1, above], 1)]
    )
    uv = radius * np.stack([azimuth, polar], -1)
    return thing("ball", vertices.reshape(-1, 3), triangles, uv.reshape(-1, 2))


def lump(radius: tuple[float, float, float], rough: float, rng: Generator) -> Mesh:
    """Return an uneven ball, for bushes, crowns of trees and stones; rough: 0 smooth, 0.3 wild."""
    mesh = ball(1.0, rings=12, sides=18)
    directions = mesh.vertices
    swell = np.ones(len(directions), np.float32)
    for _ in range(10):
        bump = rng.standard_normal(3)
        close = directions @ (bump / np.linalg.norm(bump)).astype(np.float32)
        swell += rough * float(rng.normal()) * np.exp(6 * (close - 1))
    vertices = directions * swell[:, None] * np.asarray(radius, np.float32)
    return thing("lump", vertices, mesh.triangles, mesh.uv * np.mean(radius))


def capsule(
    start: NDArray[np.floating],
    end: NDArray[np.floating],
    radius: float,
    *,
    part: int = 0,
    fine_part: int = 0,
) -> Mesh:
    """Return the round body about the line from `start` to `end`, metres."""
    mesh = ball(radius)
    line = np.asarray(end, np.float64) - start
    length = float(np.linalg.norm(line))
    upper = mesh.vertices[:, 1] > 0
    long = mesh.vertices + np.where(upper, length, 0.0)[:, None] * (0.0, 1.0, 0.0)
    up = line / length if length > 0 else np.array([0.0, 1.0, 0.0])
    aside = np.cross(up, (0.0, 0.0, 1.0) if abs(up[2]) < 0.9 else (1.0, 0.0, 0.0))
    aside /= np.linalg.norm(aside)
    axes = np.stack([aside, up, np.cross(aside, up)])
    uv = mesh.uv + np.where(upper, length, 0.0)[:, None] * (0.0, 1.0)
    return thing("capsule", long @ axes + start, mesh.triangles, uv, part=part, fine_part=fine_part)


def merged(meshes: list[Mesh]) -> Mesh:
    """Return several meshes as one."""
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes[:-1])])
    return Mesh(
        meshes[0].name,
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate(
            [mesh.triangles + int(s) for mesh, s in zip(meshes, starts, strict=True)]
        ).astype(np.int32),
        np.concatenate([mesh.parts for mesh in meshes]),
        np.concatenate([mesh.fine_parts for mesh in meshes]),
        np.concatenate([mesh.uv for mesh in meshes]),
        meshes[0].material,
    )


def moved(mesh: Mesh, by: tuple[float, float, float], *, turn: float = 0.0) -> Mesh:
    """Return the mesh turned about the vertical axis (radians) and then moved (metres)."""
    cos, sin = np.cos(turn), np.sin(turn)
    rotation = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
    vertices = (mesh.vertices @ rotation.T + by).astype(np.float32)
    return Mesh(
        mesh.name,
        vertices,
        mesh.triangles,
        mesh.parts,
        mesh.fine_parts,
        mesh.uv,
        mesh.material,
    )

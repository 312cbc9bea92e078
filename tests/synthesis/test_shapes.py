"""Simple bodies."""

from __future__ import annotations

import numpy as np
import pytest

from m2fp.synthesis.mesh import Mesh
from m2fp.synthesis.shapes import ball, box, capsule, cylinder, ground, lump, merged, moved
from m2fp.synthesis.surface import metres_per_uv, vertex_normals

BODIES = [
    box((1, 2, 3)),
    ball(0.5),
    cylinder(0.3, 1.0),
    capsule(np.array([0, 0.2, 0]), np.array([0.5, 1, 0.3]), 0.2),
    lump((1, 1, 1), 0.1, np.random.default_rng(1)),
]


def volume(mesh: Mesh) -> float:
    """Return the enclosed volume; positive if triangles are counter-clockwise from outside."""
    a, b, c = (mesh.vertices[mesh.triangles[:, k]].astype(float) for k in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


@pytest.mark.parametrize(
    ("mesh", "expected"),
    [(BODIES[0], 6.0), (BODIES[1], 0.49), (BODIES[3], 0.16), (BODIES[4], 4.0)],
)
def test_bodies_are_closed_and_look_outwards(mesh: Mesh, expected: float) -> None:
    assert volume(mesh) == pytest.approx(expected, rel=0.12)


@pytest.mark.parametrize("mesh", BODIES)
def test_normals_point_outwards(mesh: Mesh) -> None:
    normals = vertex_normals(mesh)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-4)
    outward = mesh.vertices - mesh.vertices.mean(axis=0)
    assert ((normals * outward).sum(axis=1) > -0.2).mean() > 0.95


def test_normals_go_over_texture_seams() -> None:
    mesh = ball(1.0)  # its first and last meridian are one line
    welded, own = vertex_normals(mesh), vertex_normals(mesh, welded=False)
    directions = mesh.vertices / np.linalg.norm(mesh.vertices, axis=1, keepdims=True)
    assert (welded * directions).sum(axis=1).min() > 0.98
    seam = np.abs(mesh.uv[:, 0]) < 1e-6
    assert np.abs(own - welded)[seam].max() > 0.02


def test_moved_turns_first() -> None:
    mesh = moved(box((2, 2, 2)), (10, 0, 0), turn=np.pi / 4)
    assert mesh.vertices[:, 0].max() == pytest.approx(10 + np.sqrt(2), abs=1e-5)


def test_merged_keeps_all() -> None:
    both = merged([box((1, 1, 1)), moved(ball(0.5), (3, 0, 0))])
    assert len(both.triangles) == 12 + len(ball(0.5).triangles)
    assert both.vertices[both.triangles[-1]].mean(axis=0)[0] > 2
    assert volume(both) == pytest.approx(1.49, rel=0.1)


@pytest.mark.parametrize("mesh", [box((1, 2, 3)), ground(5), cylinder(0.3, 1.0)])
def test_texture_coordinates_are_metres(mesh: Mesh) -> None:
    assert metres_per_uv(mesh) == pytest.approx(1, rel=0.1)

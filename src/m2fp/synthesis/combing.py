"""Hair lies in lines that start at the crown, whatever the texture coordinates of its mesh are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from m2fp.synthesis.mesh import Figure, Mesh


def combed(mesh: Mesh, figure: Figure) -> Mesh:
    """Return hair whose texture coordinates are metres to the left and front of the head's axis.

    surface.frag draws strands along lines of one direction from the axis. Without the joints of a
    head the axis is upright through the hair's middle.
    """
    middle, up, front = _head(mesh, figure)
    left = np.cross(up, front)
    offset = mesh.vertices - middle
    return replace(mesh, uv=np.stack([offset @ left, offset @ front], axis=1).astype(np.float32))


def _head(
    mesh: Mesh, figure: Figure
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    where = dict(zip(figure.joint_names, figure.joints.astype(np.float64), strict=True))
    if not {"left-ear", "right-ear", "crown", "nose"} <= where.keys():
        middle = mesh.vertices.mean(axis=0).astype(np.float64)
        return middle, np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])
    middle = (where["left-ear"] + where["right-ear"]) / 2
    up = _unit(where["crown"] - middle)
    ahead = where["nose"] - middle
    # The whorl is behind the middle of the head.
    front = _unit(ahead - (ahead @ up) * up)
    return middle - 0.02 * front, up, front


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float64)

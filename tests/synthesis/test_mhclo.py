"""The .mhclo rule."""

from pathlib import Path

import numpy as np
import pytest
from tests.synthesis.mhclo_files import write_patch

from m2fp.errors import DataError
from m2fp.synthesis.mhclo import BASE_VERTICES, read_mhclo

_BASE = np.zeros((BASE_VERTICES, 3), np.float32)
_BASE[[10, 11, 12]] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
# What x, y and z offsets are scaled by: twice, half and three times what they were made at.
_BASE[[5399, 11998]] = [[-1.5, 7, 7], [1.5, 8, 8]]
_BASE[[791, 881]] = [[7, 0.25, 7], [8, -0.75, 8]]
_BASE[[962, 5320]] = [[7, 7, 5.7], [8, 8, 0]]

_FILE = """# a comment
basemesh hm08
obj_file cloth.obj
x_scale 5399 11998 1.5
y_scale 791 881 2.0
z_scale 962 5320 1.9
z_depth 50
material cloth.mhmat
verts 0
vertexboneweights_file cloth.mhw
 10 11 12 0.5 0.25 0.25 0.1 0.2 -0.3
12
delete_verts
3 7 - 9
20 - 21 5
"""


def test_a_vertex_is_as_computed_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "cloth.mhclo"
    path.write_text(_FILE, encoding="utf-8")
    fitted = read_mhclo(path)
    assert fitted.mesh == tmp_path / "cloth.obj"
    first = [0.5 + 0.1 * 2, 0.25 + 0.2 * 0.5, 0.25 - 0.3 * 3]
    np.testing.assert_allclose(fitted.fit(_BASE), [first, [0, 0, 1]], atol=1e-6)
    assert np.flatnonzero(fitted.hidden).tolist() == [3, 5, 7, 8, 9, 20, 21]


def test_twice_the_body_is_twice_the_cloth(tmp_path: Path) -> None:
    path = tmp_path / "cloth.mhclo"
    path.write_text(_FILE, encoding="utf-8")
    fitted = read_mhclo(path)
    np.testing.assert_allclose(fitted.fit(2 * _BASE), 2 * fitted.fit(_BASE), atol=1e-6)


def test_the_tests_own_files_are_read(tmp_path: Path) -> None:
    fitted = read_mhclo(write_patch(tmp_path, "patch", [(10, 11, 12)] * 3, deleted="4"))
    np.testing.assert_allclose(fitted.fit(_BASE), [[1 / 3] * 3] * 3, atol=1e-5)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("y_scale 791 881 2.0\n", ""),
        ("10 11 12", "10 11 19158"),
        ("10 11 12", "10 eleven 12"),
        ("obj_file cloth.obj\n", ""),
    ],
)
def test_broken_files_are_named(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "cloth.mhclo"
    path.write_text(_FILE.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=r"cloth\.mhclo"):
        read_mhclo(path).fit(_BASE)

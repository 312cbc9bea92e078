"""Poses from BVH files."""

from pathlib import Path

import numpy as np
import pytest

from m2fp.errors import DataError
from m2fp.synthesis.bvh import read_bvh

_TREE = """HIERARCHY
ROOT root
{
 OFFSET 0 0 0
 CHANNELS 6 Xposition Yposition Zposition Xrotation Yrotation Zrotation
 JOINT head
 {
  OFFSET 0 0 1
  CHANNELS 3 Xrotation Yrotation Zrotation
  End Site
  {
   OFFSET 0 0 1
  }
 }
}
MOTION
Frames: 1
Frame Time: 0.04
"""


def _written(folder: Path, values: str) -> Path:
    path = folder / "pose.bvh"
    path.write_text(_TREE + values, encoding="utf-8")
    return path


def test_turns_come_in_our_axes(tmp_path: Path) -> None:
    turns = read_bvh(_written(tmp_path, "5 5 5 0 0 90 90 0 0\n"))
    # About the file's z, which is up: what is to the left (x) goes to the back (-z).
    np.testing.assert_allclose(turns["root"] @ [1, 0, 0], [0, 0, -1], atol=1e-12)
    # About x, which both share: what is up goes ahead.
    np.testing.assert_allclose(turns["head"] @ [0, 1, 0], [0, 0, 1], atol=1e-12)


def test_channels_multiply_in_their_order(tmp_path: Path) -> None:
    turns = read_bvh(_written(tmp_path, "0 0 0 90 0 90 0 0 0\n"))
    # First about z, then about x, of the file: x -> y -> z there, and z there is our y.
    np.testing.assert_allclose(turns["root"] @ [1, 0, 0], [0, 1, 0], atol=1e-12)


@pytest.mark.parametrize("values", ["", "0 0 0\n", "0 0 0 a 0 0 0 0 0\n"])
def test_broken_files_are_named(tmp_path: Path, values: str) -> None:
    with pytest.raises(DataError, match=r"pose\.bvh"):
        read_bvh(_written(tmp_path, values))

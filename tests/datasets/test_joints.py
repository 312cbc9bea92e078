"""Joints beside a data set: read when asked for, doubted ones left out, bad files named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.labelled_photos import standing_person, write_cihp

from m2fp.datasets import JointSource, open_dataset
from m2fp.datasets.joints import read_joints
from m2fp.errors import DataError

POINTS = [[float(n), 100.0 + n, 0.9] for n in range(33)]


def _table(path: Path, **entries: object) -> Path:
    path.write_text(json.dumps(entries))
    return path


def test_pairs_are_left_then_right(tmp_path: Path) -> None:
    joints = read_joints(_table(tmp_path / "joints.json", a={"points": POINTS}), "a")
    assert joints is not None
    assert joints.head.tolist() == [0, 100]
    assert joints.shoulders.tolist() == [[11, 111], [12, 112]]
    assert joints.hands.tolist() == [[18, 118], [19, 119]]
    assert joints.toes.tolist() == [[31, 131], [32, 132]]
    assert np.array_equal(joints.scaled(2).hips, 2 * joints.hips)


def test_unknown_and_disputed_people_have_none(tmp_path: Path) -> None:
    doubt = {"points": POINTS, "disputed": ["legs"]}
    table = _table(tmp_path / "joints.json", none=None, doubt=doubt)
    assert [read_joints(table, name) for name in ("none", "doubt", "missing")] == [None] * 3


@pytest.mark.parametrize("entry", [{}, 3, {"points": [[1, 2]]}, {"points": "x"}])
def test_an_entry_without_33_points_is_named(tmp_path: Path, entry: object) -> None:
    table = _table(tmp_path / "joints.json", a=entry)
    with pytest.raises(DataError, match=r"joints\.json.*'a'.*33"):
        read_joints(table, "a")


def test_samples_of_a_cihp_folder_know_the_file_beside_them(tmp_path: Path) -> None:
    root = write_cihp(tmp_path / "set", [standing_person()])
    bare = open_dataset(root).samples("train")[0]
    assert isinstance(bare, JointSource)
    assert bare.read_joints() is None
    _table(root / "joints.json", **{"0000001": {"points": POINTS}})
    sample = open_dataset(root).samples("train")[0]
    assert isinstance(sample, JointSource)
    joints = sample.read_joints()
    assert joints is not None
    assert joints.knees.tolist() == [[25, 125], [26, 126]]

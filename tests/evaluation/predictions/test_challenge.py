"""Submissions to the LIP and CIHP challenges."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from m2fp.errors import DataError
from m2fp.evaluation import Prediction
from m2fp.evaluation.metrics.prediction import PaintedMasks
from m2fp.evaluation.metrics.stacked_masks import StackedMasks
from m2fp.evaluation.predictions import write_challenge
from m2fp.evaluation.predictions.challenge import ChallengeFolder
from m2fp.labels import get_scheme

CIHP = get_scheme("cihp")
SIZE = (2, 4)


@dataclass(frozen=True)
class Named:
    name: str


def write(folder: Path, text: str, ids: list[list[int]]) -> ChallengeFolder:
    """Return a submission of one photo with these part instances."""
    for inner in ("global_parsing", "instance_parsing"):
        (folder / inner).mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.array(ids, np.uint8)).save(folder / inner / "a.png")
    (folder / "instance_parsing" / "a.txt").write_text(text)
    return ChallengeFolder.at(folder, CIHP)


def test_line_n_is_of_number_n(tmp_path: Path) -> None:
    source = write(tmp_path, "5 0.25\n2 1\n13 5e-1\n", [[0, 2, 2, 1], [0, 0, 0, 3]])
    parts = source.predict(Named("a"), SIZE).parts
    assert parts.class_ids.tolist() == [5, 2, 13]
    assert parts.scores.tolist() == [0.25, 1.0, 0.5]
    assert parts.ids.tolist() == [[0, 2, 2, 1], [0, 0, 0, 3]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("5 0.25\n", "has number 2, but a.txt has 1 lines"),
        ("5 0.25\n20 0.5\n", r"a.txt: classes must lie in 1..19"),
        ("5 0.25\n2.5 0.5\n", r"a.txt: classes must lie in 1..19"),
        ("5 0.25\n0 0.5\n", r"a.txt: classes must lie in 1..19"),
        ("5 0.25\nhair 0.5\n", "a.txt has a line that is not numbers: .*'hair'"),
        ("5 0.25\n2\n", "line 2 has fewer than 2 numbers"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    source = write(tmp_path, text, [[0, 2, 2, 1], [0, 0, 0, 0]])
    with pytest.raises(DataError, match=message):
        source.predict(Named("a"), SIZE)


def test_a_text_that_lacks(tmp_path: Path) -> None:
    source = write(tmp_path, "", [[0] * 4] * 2)
    assert len(source.predict(Named("a"), SIZE).parts.scores) == 0
    (tmp_path / "instance_parsing" / "a.txt").unlink()
    with pytest.raises(DataError, match=r"a.txt is missing"):
        source.predict(Named("a"), SIZE)


def test_folders_that_lack(tmp_path: Path) -> None:
    write_challenge(Prediction(np.full(SIZE, 3, np.uint8)), tmp_path, "a")
    assert [path.name for path in tmp_path.iterdir()] == ["global_parsing"]
    prediction = ChallengeFolder.at(tmp_path, CIHP).predict(Named("a"), SIZE)
    assert prediction.categories.tolist() == [[3] * 4] * 2
    assert (prediction.people, prediction.parts) == (None, None)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    # One person lies on another; the surer one covers.
    left, right = np.zeros((2, *SIZE), np.bool_)
    left[:, :3], right[:, 2:] = True, True
    people = StackedMasks.of_masks([left, right], [0, 0], [0.1 + 0.2, 0.9], size=SIZE)
    ids = np.array([[0, 1, 1, 2], [0, 1, 1, 2]], np.uint16)
    parts = PaintedMasks(ids, np.array([2, 13]), np.array([1 / 3, 0.7]))
    categories = np.array([[0, 2, 2, 13]] * 2, np.uint8)
    write_challenge(Prediction(categories, people, parts), tmp_path, "day1/a")

    source = ChallengeFolder.at(tmp_path, CIHP)
    assert source.names == {"day1/a"}
    read = source.predict(Named("day1/a"), SIZE)
    assert read.categories.tolist() == categories.tolist()
    assert read.people.ids.tolist() == [[1, 1, 2, 2]] * 2
    assert read.people.scores.tolist() == [0.1 + 0.2, 0.9]
    assert read.parts.ids.tolist() == ids.tolist()
    assert read.parts.class_ids.tolist() == [2, 13]
    assert read.parts.scores.tolist() == [1 / 3, 0.7]


def test_more_parts_than_a_byte_can_number(tmp_path: Path) -> None:
    ids = np.arange(1, 301, dtype=np.uint16).reshape(15, 20)
    parts = PaintedMasks(ids, np.full(300, 2), np.linspace(0.1, 0.9, 300))
    write_challenge(Prediction(np.full((15, 20), 2, np.uint8), parts=parts), tmp_path, "a")
    read = ChallengeFolder.at(tmp_path, CIHP).predict(Named("a"), (15, 20))
    assert read.parts.ids.tolist() == ids.tolist()
    assert read.parts.scores.tolist() == parts.scores.tolist()


def test_a_photo_without_a_prediction(tmp_path: Path) -> None:
    source = write(tmp_path, "5 0.25\n", [[1] * 4] * 2)
    assert source.coverage(["a", "b"]).missing == ("b",)
    empty = source.predict(Named("b"), (3, 5))
    assert empty.categories.shape == (3, 5)
    assert not empty.categories.any()
    assert len(empty.parts.scores) == 0
    assert empty.people is None

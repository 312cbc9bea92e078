"""Folders of label pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from m2fp.errors import DataError
from m2fp.evaluation.predictions.label_maps import LabelMaps
from m2fp.labels import get_scheme

CIHP = get_scheme("cihp")
PARTS = np.array([[0, 2, 2, 13], [0, 5, 5, 5]], np.uint8)
PEOPLE = np.array([[9, 9, 300, 300], [0, 9, 300, 300]], np.uint16)


@dataclass(frozen=True)
class Named:
    name: str


def write(path: Path, ids: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(ids).save(path)


def test_people_may_have_any_numbers(tmp_path: Path) -> None:
    write(tmp_path / "a.png", PARTS)
    write(tmp_path / "persons" / "a.png", PEOPLE)
    prediction = LabelMaps.at(tmp_path, CIHP).predict(Named("a"), (2, 4))
    assert prediction.categories.tolist() == PARTS.tolist()
    assert prediction.people.ids.tolist() == [[1, 1, 2, 2], [0, 1, 2, 2]]
    assert prediction.people.scores.tolist() == [1.0, 1.0]
    # By person, then by part; the background of a person is no part.
    assert prediction.parts.class_ids.tolist() == [2, 5, 2, 5, 13]
    assert prediction.parts.ids.tolist() == [[0, 1, 3, 5], [0, 2, 4, 4]]
    assert prediction.parts.scores.tolist() == [1.0] * 5


def test_parts_of_nobody_are_instances_too(tmp_path: Path) -> None:
    write(tmp_path / "a.png", PARTS)
    write(tmp_path / "persons" / "a.png", np.where(PEOPLE == 9, 0, PEOPLE).astype(np.uint16))
    prediction = LabelMaps.at(tmp_path, CIHP).predict(Named("a"), (2, 4))
    assert prediction.people.ids.tolist() == [[0, 0, 1, 1], [0, 0, 1, 1]]
    assert prediction.parts.class_ids.tolist() == [2, 5, 2, 5, 13]


def test_without_people(tmp_path: Path) -> None:
    indexed = Image.fromarray(PARTS).convert("P")
    (tmp_path / "day1").mkdir()
    indexed.save(tmp_path / "day1" / "a.png")
    maps = LabelMaps.at(tmp_path, CIHP)
    prediction = maps.predict(Named("day1/a"), (2, 4))
    assert (prediction.people, prediction.parts) == (None, None)
    assert maps.names == {"day1/a"}


def test_what_parse_writes(tmp_path: Path) -> None:
    for ending in (".parts.png", ".persons.png"):
        write(tmp_path / f"a{ending}", PARTS)
    for ending in (".overlay.png", ".colours.png"):
        write(tmp_path / f"a{ending}", np.zeros((2, 4, 3), np.uint8))
    maps = LabelMaps.at(tmp_path, CIHP)
    assert maps.names == {"a"}
    assert len(maps.predict(Named("a"), (2, 4)).people.scores) == 3


def test_a_photo_without_a_picture(tmp_path: Path) -> None:
    write(tmp_path / "a.png", PARTS)
    maps = LabelMaps.at(tmp_path, CIHP)
    assert maps.coverage(["a", "b"]).missing == ("b",)
    assert not maps.predict(Named("b"), (3, 3)).categories.any()
    assert maps.predict(Named("b"), (3, 3)).people is None


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a folder of label pictures"):
        LabelMaps.at(tmp_path, CIHP)
    write(tmp_path / "a.png", PARTS + 10)
    write(tmp_path / "persons" / "b.png", PEOPLE)
    maps = LabelMaps.at(tmp_path, CIHP)
    with pytest.raises(DataError, match=r"a.png has class 23; the classes of .* from 0 to 19"):
        maps.predict(Named("a"), (2, 4))
    write(tmp_path / "a.png", PARTS)
    with pytest.raises(DataError, match=r"persons.a.png is missing"):
        maps.predict(Named("a"), (2, 4))
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"a\.png"):
        maps.predict(Named("a"), (2, 4))

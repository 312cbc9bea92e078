"""What two models say of the same photos, counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from tests.fake_model import FakePerson, build_fake_model, draw_people

from m2fp.errors import ConfigError, DataError
from m2fp.evaluation.agreement import compare
from m2fp.parser import Parser
from m2fp.postprocess import PostprocessConfig

ONE = FakePerson(0, 16, 16, 32, 64)
TWO = FakePerson(1, 64, 16, 32, 64)


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "one.png", tmp_path / "two.png"]
    for path, people in zip(paths, ([ONE], [ONE, TWO]), strict=True):
        Image.fromarray(draw_people((96, 128), people)[0]).save(path)
    return paths


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.onnx"
    build_fake_model(path)
    return path


@pytest.fixture
def parser(file: Path) -> Iterator[Parser]:
    with Parser(file, engine="onnxruntime", threads=1) as parser:
        yield parser


def test_a_model_agrees_with_itself(parser: Parser, file: Path, photos: list[Path]) -> None:
    found = compare(parser, parser, (file, file), photos)
    assert (found.photos, found.same_people) == (2, 1.0)
    assert found.classes.pixel_accuracy == 1.0
    assert found.classes.miou_d2 == pytest.approx(1.0)
    assert found.reference.bytes == found.candidate.bytes == file.stat().st_size
    ious = {score.name: score.iou for score in found.classes.classes}
    assert ious["hair"] == ious["pants"] == 1.0
    assert ious["skirt"] is None


def test_what_the_candidate_misses(parser: Parser, file: Path, photos: list[Path]) -> None:
    # With so high a threshold nobody and nothing is found.
    blind = PostprocessConfig(person_threshold=1.0, part_threshold=1.0)
    with Parser(file, engine="onnxruntime", threads=1, postprocess=blind) as candidate:
        found = compare(parser, candidate, (file, file), photos)
    assert found.same_people == 0.0
    ious = {score.name: score.iou for score in found.classes.classes}
    assert ious["hair"] == 0.0
    people = 3 * 32 * 64
    assert found.classes.pixel_accuracy == pytest.approx(1 - people / (2 * 96 * 128), abs=0.002)
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in found.to_markdown().splitlines()
    ]
    assert ["photos with the same number of people", "0.00"] in rows
    assert ["skirt", "0.00", "-"] in rows
    assert rows[4] == ["", "fp32", "fp32", ""]
    assert rows[6][0] == "file, MB"
    assert rows[6][3] == "1.00 times smaller"


def test_what_cannot_be_compared(parser: Parser, file: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there are none"):
        compare(parser, parser, (file, file), [])
    other = tmp_path / "lip.onnx"
    build_fake_model(other, scheme="lip")
    with (
        Parser(other, engine="onnxruntime", threads=1) as lip,
        pytest.raises(ConfigError, match="different labels, cihp and lip"),
    ):
        compare(parser, lip, (file, other), [tmp_path / "x.png"])

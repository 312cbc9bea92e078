"""The recipe that draws people to measure the scoring on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from m2fp.datasets import check_dataset, open_dataset
from m2fp.evaluation import DataChoice, run_score

RECIPE = Path(__file__).parents[2] / "recipes" / "evaluation" / "synthetic_cihp.py"


def write(folder: Path, photos: int, seed: int = 1) -> Path:
    words = [str(folder), "--photos", str(photos), "--seed", str(seed)]
    subprocess.run([sys.executable, str(RECIPE), *words], check=True, capture_output=True)
    return folder


def content(folder: Path, name: str) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob(f"{name}.*")}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("drawn"), 12)


def test_the_labels_are_those_of_a_clean_data_set(drawn: Path) -> None:
    report = check_dataset(open_dataset(drawn / "data"), None)
    assert (report.errors, report.notes) == (0, 0)
    assert report.splits[0].photos == 12
    assert report.splits[0].people > 12


def test_the_predictions_are_nearly_right_in_both_layouts(drawn: Path) -> None:
    submission = run_score(DataChoice(drawn / "data"), drawn / "submission")
    maps = run_score(DataChoice(drawn / "data"), drawn / "maps")
    assert (submission.subject.kind, maps.subject.kind) == ("challenge", "maps")
    assert (submission.tables, submission.people) == (maps.tables, maps.people)
    assert 0.8 < submission.tables[0].pixel_accuracy < 1.0
    assert 0.1 < submission.part_masks.official.vol < 0.9


def test_a_photo_depends_on_the_seed_and_its_number_alone(drawn: Path, tmp_path: Path) -> None:
    again, other = write(tmp_path / "again", 2), write(tmp_path / "other", 2, seed=2)
    assert len(content(drawn, "0000002")) == 12
    assert content(again, "0000002") == content(drawn, "0000002")
    assert content(other, "0000002") != content(drawn, "0000002")
    assert content(drawn, "0000001") != content(drawn, "0000002")

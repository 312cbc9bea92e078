"""The picture of a training run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from m2fp.errors import DataError
from m2fp.train.curve import draw_curve, read_log, smooth


def write_log(path: Path, steps: int, every: int | None = None) -> Path:
    rows = [
        {
            "step": step,
            "loss": 80.0 / (1 + step / 10),
            "score": step / 100 if every and (step + 1) % every == 0 else None,
        }
        for step in range(steps)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_read(tmp_path: Path) -> None:
    log = read_log(write_log(tmp_path / "log.jsonl", 20, every=10))
    assert log.steps.tolist() == list(range(20))
    assert log.loss[10] == 40.0
    assert log.scored_steps.tolist() == [9, 19]
    assert log.scores.tolist() == [0.09, 0.19]


def test_a_line_that_is_being_written_is_left_out(tmp_path: Path) -> None:
    path = write_log(tmp_path / "log.jsonl", 3)
    with path.open("a", encoding="utf-8") as file:
        file.write('{"step": 3, "lo')
    assert read_log(path).steps.tolist() == [0, 1, 2]


@pytest.mark.parametrize("text", ["", '{"step": 0}\n', "no log\n", "[1]\n"])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "log.jsonl"
    with pytest.raises(DataError, match="cannot read"):
        read_log(path)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"log\.jsonl"):
        read_log(path)


@settings(deadline=None)
@given(arrays(np.float64, st.integers(1, 300), elements=st.floats(0, 100)))
def test_smoothing_stays_inside(values: np.ndarray) -> None:
    line = smooth(values)
    assert line.shape == values.shape
    assert line.min() >= values.min() - 1e-9
    assert line.max() <= values.max() + 1e-9


def test_smoothing_by_hand() -> None:
    values = np.zeros(100)  # the window is 2 steps to either side
    values[[50, 99]] = 15.0, 30.0
    line = smooth(values)
    assert line[47:54] == pytest.approx([0, 3, 3, 3, 3, 3, 0])
    assert line[96:] == pytest.approx([0, 6, 7.5, 10])


@pytest.mark.parametrize("every", [None, 10])
def test_draw(tmp_path: Path, every: int | None) -> None:
    output = tmp_path / "curve.png"
    draw_curve(write_log(tmp_path / "log.jsonl", 40, every), output, title="toy")
    with Image.open(output) as image:
        assert image.format == "PNG"
        assert image.size == (1350, 750)

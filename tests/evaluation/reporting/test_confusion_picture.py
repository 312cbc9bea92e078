"""The picture of a confusion matrix; how it looks is for eyes, what it shows can be read back."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from m2fp.errors import MissingExtra
from m2fp.evaluation import ConfusionMatrix
from m2fp.evaluation.reporting.confusion_picture import (
    draw_confusion,
    require_matplotlib,
    row_shares,
)
from m2fp.labels import get_scheme


def test_rows_are_shares_of_the_labelled_pixels() -> None:
    shares = row_shares(ConfusionMatrix(np.array([[3, 1, 0], [0, 0, 0], [0, 5, 5]])))
    assert shares[0].tolist() == [0.75, 0.25, 0]
    assert np.isnan(shares[1]).all()
    assert shares[2].tolist() == [0, 0.5, 0.5]


@pytest.mark.parametrize("scheme", ["ppp", "cihp", "mhp-v2"])
def test_every_cell_has_room_for_its_number(tmp_path: Path, scheme: str) -> None:
    names = get_scheme(scheme).names
    path = tmp_path / "confusion.png"
    draw_confusion(ConfusionMatrix(np.eye(len(names), dtype=np.int64)), names, path)
    with Image.open(path) as image:
        assert image.format == "PNG"
        assert min(image.size) >= 42 * len(names)
        assert max(image.size) <= 4000
    assert [file.name for file in tmp_path.iterdir()] == ["confusion.png"]


def test_the_diagonal_is_dark_and_the_rest_light(tmp_path: Path) -> None:
    count = 12
    path = tmp_path / "confusion.png"
    names = [f"c{n}" for n in range(count)]
    draw_confusion(ConfusionMatrix(np.eye(count, dtype=np.int64) * 7), names, path)
    with Image.open(path) as image:
        grey = np.asarray(image.convert("L")).astype(int)
    dark = grey < 90
    # The colour bar, to the right, is dark as well.
    rows, columns = np.nonzero(dark[:, : int(0.85 * dark.shape[1])])
    slope, _ = np.polyfit(columns, rows, 1)
    assert slope == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(
    "names", [["头发", "脸"], ["$a_b$", "c$d$"], ["", "x" * 200]], ids=["glyphs", "maths", "long"]
)
def test_any_names(tmp_path: Path, names: list[str]) -> None:
    path = tmp_path / "confusion.png"
    draw_confusion(ConfusionMatrix(np.eye(2, dtype=np.int64)), names, path, title="数据 $x$")
    assert path.stat().st_size > 1000


def test_no_pixels(tmp_path: Path) -> None:
    draw_confusion(ConfusionMatrix.empty(2), ["a", "b"], tmp_path / "confusion.png")
    assert (tmp_path / "confusion.png").is_file()


def test_pyplot_and_its_settings_are_left_alone(tmp_path: Path) -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    loaded = "matplotlib.pyplot" in sys.modules
    draw_confusion(ConfusionMatrix.empty(2), ["a", "b"], tmp_path / "confusion.png")
    assert dict(mpl.rcParams) == before
    assert ("matplotlib.pyplot" in sys.modules) == loaded


def test_without_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match=r"m2fp\[eval\]"):
        require_matplotlib()
    with pytest.raises(MissingExtra, match=r"m2fp\[eval\]"):
        draw_confusion(ConfusionMatrix.empty(2), ["a", "b"], tmp_path / "confusion.png")
    assert not list(tmp_path.iterdir())

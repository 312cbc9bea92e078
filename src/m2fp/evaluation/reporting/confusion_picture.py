"""A picture of a confusion matrix: what the pixels of every class are taken for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from m2fp.evaluation.metrics.confusion import ConfusionMatrix
from m2fp.extras import needs_extra
from m2fp.text_table import short_name
from m2fp.whole_file import whole_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DPI = 150
_MARGIN, _LETTER = 1.3, 0.09  # inches for titles, and for each letter of the longest name
_MAX_NAME, _MAX_TITLE = 30, 60  # letters
_MIN_SIDE = 6.0  # inches; a title must fit
# One hue, light to dark: shares can be told apart without seeing colours, and on a grey print.
_COLOURS = "Blues"
_GAMMA = 0.5  # shares are drawn by their square root, or a confusion of 5 % would look like none
_EMPTY, _GRID, _ON_DARK, _ON_LIGHT = "#e4e1dc", "#ffffff", "#ffffff", "#16324f"
_DARK_FROM = 0.35  # shares on whose colour light letters are easier to read
_WRITTEN_FROM = 0.01


def require_matplotlib() -> None:
    """Raise MissingExtra if confusion matrices cannot be drawn; cheap, to be called beforehand."""
    with needs_extra("eval", "Drawing a confusion matrix"):
        import matplotlib  # noqa: F401


def draw_confusion(
    confusion: ConfusionMatrix, names: Sequence[str], path: Path, *, title: str = "Confusion matrix"
) -> None:
    """Write a PNG. A row is a class of the labels and shows what its pixels are taken for.

    Shares are in per cent of the row, written where they are 1 or more. Rows of classes that the
    labels do not have are grey. Up to some sixty classes can be read.

    Args:
        confusion: of C classes.
        names: C names.
        path: of the picture.
        title: above it.

    Raises:
        MissingExtra: matplotlib is not installed.
        OSError: the file cannot be written.
    """
    require_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = [_drawable(name, f"class {place}", _MAX_NAME) for place, name in enumerate(names)]
    margin = _MARGIN + _LETTER * max(map(len, shown))
    side = max(_MIN_SIDE, margin + len(names) * _cell_side(len(names)))
    figure = Figure(figsize=(side + 0.4, side), layout="constrained")
    FigureCanvasAgg(figure)  # in place of whatever back end pyplot may have chosen
    axes = figure.add_subplot()
    _draw_shares(axes, row_shares(confusion))
    _draw_names(axes, shown)
    heading = _drawable(title, "Confusion matrix", _MAX_TITLE)
    axes.set_title(heading, loc="left", fontsize=13, parse_math=False)
    with whole_file(path) as draft:
        figure.savefig(draft, dpi=_DPI, format="png")


def row_shares(confusion: ConfusionMatrix) -> NDArray[np.float64]:
    """Return what the pixels of every class are taken for, float64 (C, C), rows sum to 1.

    Rows of classes without pixels are NaN.
    """
    shares = np.full(confusion.counts.shape, np.nan)
    labelled = confusion.labelled[:, None]
    np.divide(confusion.counts, labelled, out=shares, where=labelled > 0)
    return shares


def _cell_side(class_count: int) -> float:
    """Return the side of a cell in inches: three digits fit, and many classes on a screen."""
    return float(np.clip(12 / class_count, 0.3, 0.5))


def _draw_shares(axes: Axes, shares: NDArray[np.float64]) -> None:
    from matplotlib.colors import PowerNorm

    axes.set_facecolor(_EMPTY)
    image = axes.imshow(shares, cmap=_COLOURS, norm=PowerNorm(_GAMMA, vmin=0, vmax=1))
    bar = axes.figure.colorbar(image, ax=axes, shrink=0.5, aspect=30, pad=0.02)
    ticks = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 1]
    bar.set_ticks(ticks, labels=[f"{100 * tick:g} %" for tick in ticks])
    lines = np.arange(len(shares) + 1) - 0.5
    axes.set_xticks(lines, minor=True)
    axes.set_yticks(lines, minor=True)
    axes.grid(which="minor", color=_GRID, linewidth=0.6)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)
    size = 24 * _cell_side(len(shares)) * 0.75
    for row, column in np.argwhere(shares >= _WRITTEN_FROM):
        share = shares[row, column]
        axes.text(
            column,
            row,
            f"{100 * share:.0f}",
            ha="center",
            va="center_baseline",
            fontsize=size,
            color=_ON_DARK if share >= _DARK_FROM else _ON_LIGHT,
        )


def _drawable(text: str, otherwise: str, longest: int) -> str:
    """Return the text, or the other one if matplotlib's font lacks a letter, as it does Chinese.

    It would draw empty boxes, and warn of every one.
    """
    from matplotlib.font_manager import FontProperties, findfont, get_font

    letters = get_font(findfont(FontProperties())).get_charmap()
    known = all(ord(letter) in letters for letter in text)
    return short_name(text, longest) if known else otherwise


def _draw_names(axes: Axes, names: Sequence[str]) -> None:
    places = np.arange(len(names))
    size = 9 if len(names) <= 30 else 7
    axes.set_xticks(places, names, rotation=90, fontsize=size)
    axes.set_yticks(places, names, fontsize=size)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_parse_math(False)  # a name may have dollar signs
    axes.set_xlabel("taken for")
    axes.set_ylabel("labelled as")

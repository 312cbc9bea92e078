"""A picture of a training run: the loss and the score over the steps."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from m2fp.errors import DataError, MissingExtra

# The smoothed line is a running mean over this share of the steps.
_WINDOW_SHARE = 0.04
_LOSS_COLOUR, _SCORE_COLOUR = "#1f4e79", "#c4601d"


@dataclass(frozen=True, slots=True, eq=False)
class RunLog:
    """What a run's log says.

    Attributes:
        steps: int64 (N,).
        loss: float64 (N,).
        scored_steps: int64 (M,), the steps after which the network was scored.
        scores: float64 (M,), mIoU 0..1.
    """

    steps: NDArray[np.int64]
    loss: NDArray[np.float64]
    scored_steps: NDArray[np.int64]
    scores: NDArray[np.float64]


def read_log(path: Path) -> RunLog:
    """Return the content of a `log.jsonl`; a last line that is still being written is left out.

    Raises:
        DataError: there is no such file, or it is no such log, or it is empty.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")[:-1]
        reports = [json.loads(line) for line in lines]
        points = [(int(report["step"]), float(report["loss"])) for report in reports]
        scored = [
            (int(report["step"]), float(report["score"]))
            for report in reports
            if report["score"] is not None
        ]
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}", path=str(path)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is not the log of a training run", path=str(path)) from error
    if not points:
        raise DataError(f"{path} has no steps yet", path=str(path))
    return RunLog(
        steps=np.array([step for step, _ in points], np.int64),
        loss=np.array([loss for _, loss in points], np.float64),
        scored_steps=np.array([step for step, _ in scored], np.int64),
        scores=np.array([score for _, score in scored], np.float64),
    )


def draw_curve(log: Path, output: Path, title: str = "Training") -> None:
    """Write a PNG: the loss of every step, faint; its running mean; the mIoU where it was taken.

    Raises:
        DataError: the log cannot be used.
        MissingExtra: matplotlib is not installed.
        OSError: the file cannot be written.
    """
    run = read_log(log)
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra(extra="train", purpose="Drawing a training curve") from error

    figure = Figure(figsize=(9, 5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot(run.steps, run.loss, color=_LOSS_COLOUR, alpha=0.25, linewidth=0.8)
    lines = axes.plot(
        run.steps, smooth(run.loss), color=_LOSS_COLOUR, linewidth=2, label="loss, running mean"
    )
    axes.set_title(title, loc="left", fontsize=13)
    axes.set_xlabel("step")
    axes.set_ylabel("loss", color=_LOSS_COLOUR)
    # Single steps may shoot far above the rest; the axis follows the bulk.
    axes.set_ylim(0, 1.05 * max(float(np.quantile(run.loss, 0.995)), 1e-9))
    axes.set_xlim(left=0)
    axes.grid(visible=True, alpha=0.25)
    axes.spines["top"].set_visible(False)
    if run.scores.size:
        right = axes.twinx()
        lines += right.plot(
            run.scored_steps, 100 * run.scores, "o--", color=_SCORE_COLOUR, label="validation mIoU"
        )
        right.set_ylim(0, 100)
        right.set_ylabel("mIoU in %", color=_SCORE_COLOUR)
        right.spines["top"].set_visible(False)
        for step, score in zip(run.scored_steps, run.scores, strict=True):
            right.annotate(
                f"{100 * score:.1f}",
                (step, 100 * score),
                xytext=(0, 8),
                textcoords="offset points",
                ha="center",
                color=_SCORE_COLOUR,
                fontsize=9,
            )
    axes.legend(handles=lines, loc="upper center", frameon=False, ncols=2)
    figure.savefig(output, dpi=150, format="png")


def smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the running mean, float64 (N,), over a step and those around it, as far as they go."""
    half = max(1, round(len(values) * _WINDOW_SHARE / 2))
    sums = np.concatenate(([0.0], np.cumsum(values)))
    index = np.arange(len(values))
    low, high = np.maximum(index - half, 0), np.minimum(index + half + 1, len(values))
    return np.asarray((sums[high] - sums[low]) / (high - low), dtype=np.float64)

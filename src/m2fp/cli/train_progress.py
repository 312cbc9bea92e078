"""How far a training is: a live line on a terminal, a line now and then in a log."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column

from m2fp.cli.progress_line import clock
from m2fp.cli.screen import notes

if TYPE_CHECKING:
    from m2fp.train.loop import StepReport

_LOG_SECONDS = 30.0
_SHORT = {"classes": "class"}
_SMOOTHING = 0.05  # weight of the newest step: losses jump from batch to batch


class TrainProgress:
    """Shows steps, the time left, and running means of the losses on stderr."""

    def __init__(self, steps: int, *, shown: bool) -> None:
        self._steps = steps
        self._console = notes()
        self._shown = shown
        self._live = shown and self._console.is_terminal
        self._bars = Progress(
            BarColumn(bar_width=10),  # the whole line fits into 80 columns
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("left  {task.fields[losses]}", table_column=Column(no_wrap=True)),
            console=self._console,
            # stdout belongs to results; rich would send it to stderr.
            redirect_stdout=False,
            disable=not self._live,
        )
        self._task = self._bars.add_task("", total=steps, losses="starting", start=False)
        self._means: dict[str, float] = {}
        self._first_step: int | None = None
        self._began = self._logged = monotonic()

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def step(self, report: StepReport) -> None:
        """Show one finished step."""
        if not self._shown:
            return
        for name in ("loss", "classes", "mask", "dice"):
            value = float(getattr(report, name))
            mean = self._means.get(name, value)
            self._means[name] = mean + _SMOOTHING * (value - mean)
        done = report.step + 1
        if self._first_step is None:
            # A resumed run starts in the middle, which says nothing about its speed.
            self._first_step = report.step
            self._bars.update(self._task, completed=report.step)
            self._bars.start_task(self._task)
        self._bars.update(self._task, completed=done, losses=self._losses())
        if report.score is not None:
            self._say(f"step {done}: mIoU {100 * report.score:.2f} %")
        if not self._live and (done == self._steps or monotonic() - self._logged >= _LOG_SECONDS):
            self._logged = monotonic()
            left = clock(self._seconds_left(done))
            self._say(f"step {done}/{self._steps}, {left} left, {self._losses()}")

    def _losses(self) -> str:
        return "  ".join(
            f"{_SHORT.get(name, name)} {value:.1f}" for name, value in self._means.items()
        )

    def _seconds_left(self, done: int) -> float:
        finished = done - (self._first_step or 0)
        return (monotonic() - self._began) / max(finished, 1) * (self._steps - done)

    def _say(self, line: str) -> None:
        self._bars.console.print(line)

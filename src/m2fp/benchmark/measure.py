"""How long each stage of a parse takes, and how much memory the whole needs.

Times of one machine differ from minute to minute by more than what is to be compared. So all
contenders are measured in the same minutes, in turns, one at a time, round after round; and each
lives in a process of its own, whose memory is that of a program that does nothing but parse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from m2fp.benchmark.contender_process import ContenderProcess
from m2fp.benchmark.messages import Answer, Ready
from m2fp.benchmark.plan import TORCH_REFERENCE, BenchmarkPlan, Contender
from m2fp.benchmark.report import (
    BenchmarkReport,
    Dropout,
    PhotoReport,
    Row,
    speed_against,
    stage_times,
)
from m2fp.benchmark.turns import turns
from m2fp.engine import cpu_quota
from m2fp.errors import M2FPError
from m2fp.imaging import read_photo
from m2fp.registry import locate


@dataclass(frozen=True, slots=True)
class Step:
    """What a benchmark is about to do.

    Attributes:
        photo: what is parsed.
        contender: by whom.
        round: counted from 0, warm-up included; None while the model is loaded.
    """

    photo: Path
    contender: Contender
    round: int | None


Observer = Callable[[Step], None]


def run_benchmark(plan: BenchmarkPlan, observer: Observer = lambda _: None) -> BenchmarkReport:
    """Return what every contender needs for every photo.

    Call it from an importable main program: the new processes import `__main__` again. A contender
    that fails while it parses is left out of that photo's table, with the reason; the others go on.

    Args:
        plan: what to measure.
        observer: told before every step, for a display.

    Raises:
        ModelNotFound, SourceNotFound, ImageError: before anything is started.
        ModelError, EngineError: a model cannot be loaded, or nobody could parse.
    """
    threads = plan.threads or cpu_quota()
    makers = [
        partial(ContenderProcess, one, locate(one.model, plan.cache_dir), threads, plan.limits)
        for one in plan.contenders
    ]
    sizes = [read_photo(photo, plan.limits).size for photo in plan.photos]
    reports = []
    for photo, size in zip(plan.photos, sizes, strict=True):
        lanes = _measure(makers, photo, plan.warm_up + plan.runs, observer)
        reports.append(_report(lanes, plan.warm_up, photo, size))
    return BenchmarkReport(threads, plan.runs, tuple(reports))


@dataclass(slots=True)
class _Lane:
    """A contender in its process, and what came of it."""

    process: ContenderProcess
    ready: Ready
    answers: list[Answer]
    error: M2FPError | None = None


def _measure(
    makers: Sequence[Callable[[], ContenderProcess]], photo: Path, rounds: int, observer: Observer
) -> list[_Lane]:
    with ExitStack() as stack:
        lanes: list[_Lane] = []
        for make in makers:
            process = stack.enter_context(make())
            observer(Step(photo, process.contender, None))
            lanes.append(_Lane(process, process.start(), []))
        for number in range(rounds):
            for place in turns(len(lanes), number):
                if lanes[place].error is None:
                    observer(Step(photo, lanes[place].process.contender, number))
                    _take_turn(lanes[place], photo)
    return lanes


def _take_turn(lane: _Lane, photo: Path) -> None:
    try:
        lane.answers.append(lane.process.parse(photo))
    except M2FPError as error:
        lane.error = error
        lane.process.close()  # its memory is for the others


def _report(
    lanes: Sequence[_Lane], warm_up: int, photo: Path, size: tuple[int, int]
) -> PhotoReport:
    named = list(zip(_names(lanes), lanes, strict=True))
    dropouts = [(name, lane.error) for name, lane in named if lane.error is not None]
    finished = [(name, lane) for name, lane in named if lane.error is None]
    if not finished:
        raise dropouts[0][1]
    reference_name, reference = next(
        (pair for pair in finished if pair[1].process.contender.engine == TORCH_REFERENCE),
        finished[0],
    )
    return PhotoReport(
        photo=photo.name,
        width=size[1],
        height=size[0],
        reference=reference_name,
        rows=tuple(_row(name, lane, reference, warm_up) for name, lane in finished),
        dropouts=tuple(Dropout(name, error.message) for name, error in dropouts),
    )


def _row(name: str, lane: _Lane, reference: _Lane, warm_up: int) -> Row:
    timings = [answer.parsed.timing for answer in lane.answers[warm_up:]]
    reference_timings = [answer.parsed.timing for answer in reference.answers[warm_up:]]
    return Row(
        name=name,
        model=lane.ready.model,
        precision=lane.ready.precision,
        engine=lane.ready.engine,
        persons=lane.answers[-1].parsed.persons,
        stages=stage_times(timings),
        speed=speed_against(reference_timings, timings),
        load_s=lane.ready.load_s,
        first_s=lane.answers[0].parsed.timing.total_s,
        loaded_bytes=lane.ready.loaded_bytes,
        peak_bytes=lane.answers[-1].peak_bytes,
    )


def _names(lanes: Sequence[_Lane]) -> list[str]:
    """Return "model precision, engine" per lane, with what was asked for where that is not enough.

    Two files may carry the same name, and "auto" may choose an engine that is also named.
    """
    readies = [lane.ready for lane in lanes]
    names = [f"{ready.model} {ready.precision}, {ready.engine}" for ready in readies]
    counts = Counter(names)
    return [
        name if counts[name] == 1 else f"{name} ({lane.process.contender})"
        for name, lane in zip(names, lanes, strict=True)
    ]

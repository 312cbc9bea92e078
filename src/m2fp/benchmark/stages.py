"""How long each stage of a parse takes, and how much memory the whole needs.

The measurement runs in a process of its own, so that its memory is that of a program that does
nothing but parse, and so that earlier work cannot have warmed or fragmented anything.
"""

from __future__ import annotations

import statistics
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from m2fp.benchmark.memory import peak_bytes, resident_bytes
from m2fp.benchmark.report import StageReport, StageTimes
from m2fp.engine import cpu_quota, open_engine
from m2fp.errors import ConfigError, InferenceFailed, M2FPError
from m2fp.imaging import read_photo
from m2fp.parser import Parser
from m2fp.registry import DEFAULT_MODEL, resolve

_STAGES = ("decode", "preprocess", "inference", "postprocess", "total")


@dataclass(frozen=True, slots=True)
class StagePlan:
    """What to measure.

    Attributes:
        photo: path of a picture.
        model: name of a shipped model, or path of an ONNX file.
        engine: "auto" or an engine's name.
        threads: threads per inference; None = the processors this process may use.
        runs: measured runs, at least 1.
        warm_up: runs before them that do not count, at least 1.
    """

    photo: Path
    model: str | Path = DEFAULT_MODEL
    engine: str = "auto"
    threads: int | None = None
    runs: int = 20
    warm_up: int = 2

    def __post_init__(self) -> None:
        for name in ("runs", "warm_up"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}; give 1 or more", option=name)


def measure_stages(plan: StagePlan) -> StageReport:
    """Return the medians per stage and the memory, measured in a new process.

    Call it from an importable main program: the new process imports `__main__` again.

    Raises:
        ModelNotFound, SourceNotFound, ImageError: before the process is started.
        InferenceFailed: the measurement failed; the message says why.
    """
    resolve(plan.model)
    read_photo(plan.photo)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        outcome = pool.submit(_measure_or_explain, plan).result()
    if isinstance(outcome, str):
        raise InferenceFailed(outcome, engine=plan.engine)
    return outcome


def measure_here(plan: StagePlan) -> StageReport:
    """Return the same, measured in this process: times are as good, memory includes all else."""
    threads = plan.threads or cpu_quota()
    start = perf_counter()
    engine = open_engine(plan.engine, resolve(plan.model), threads=threads)
    load_s = perf_counter() - start
    loaded = resident_bytes()
    with Parser(engine=engine) as parser:
        first = parser(plan.photo)
        for _ in range(plan.warm_up - 1):
            parser(plan.photo)
        runs = [parser(plan.photo).timing for _ in range(plan.runs)]
    times = {stage: [getattr(run, f"{stage}_s") for run in runs] for stage in _STAGES}
    return StageReport(
        model=first.model.name,
        precision=first.model.precision,
        engine=engine.name,
        threads=threads,
        width=first.photo.width,
        height=first.photo.height,
        persons=len(first.persons),
        runs=plan.runs,
        load_s=load_s,
        first_s=first.timing.total_s,
        stages={stage: _summary(values) for stage, values in times.items()},
        loaded_bytes=loaded,
        peak_bytes=peak_bytes(),
    )


def _measure_or_explain(plan: StagePlan) -> StageReport | str:
    """Return the report or the reason why there is none: not every error survives the journey."""
    try:
        return measure_here(plan)
    except M2FPError as error:
        return str(error)


def _summary(values: list[float]) -> StageTimes:
    return StageTimes(statistics.median(values), min(values), max(values))

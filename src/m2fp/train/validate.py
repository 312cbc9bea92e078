"""Scoring a network while it trains, on the same path from photo to maps that the library takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from m2fp.datasets import Sample
from m2fp.engine.torch_engine import TorchEngine
from m2fp.errors import ConfigError, DataError
from m2fp.evaluation import evaluate
from m2fp.imaging import InputRule
from m2fp.model import M2FP
from m2fp.parser import Parser


def make_validator(
    samples: Sequence[Sample],
    rule: InputRule,
    limit: int | None = None,
    table: str = "ccp14",
) -> Callable[[M2FP], float]:
    """Return a function that gives a network's mIoU on the samples, protocol d2, 0..1.

    Args:
        samples: the validation split.
        rule: how photos are scaled; its mean and std give way to the backbone's.
        limit: score only this many of the samples, evenly spread.
        table: the classes to score with; see `m2fp.evaluation.metrics.tables`.

    Raises:
        DataError: there are no samples.
        ConfigError: `limit` is below 1.
    """
    if limit is not None and limit < 1:
        raise ConfigError(f"limit is {limit}; give 1 or more", option="limit")
    if not samples:
        raise DataError("there are no samples to validate on")
    count = min(len(samples), limit or len(samples))
    chosen = [samples[i * len(samples) // count] for i in range(count)]

    def validate(model: M2FP) -> float:
        with Parser(engine=TorchEngine.around(model, rule)) as parser:
            report = evaluate(parser, (sample.read() for sample in chosen))
        return report.table(table).miou_d2 or 0.0

    return validate

"""Measuring what a parse costs, and comparing models and engines fairly."""

from m2fp.benchmark.measure import Observer, Step, run_benchmark
from m2fp.benchmark.plan import TORCH_REFERENCE, BenchmarkPlan, Contender
from m2fp.benchmark.rendering import to_markdown, to_text
from m2fp.benchmark.report import BenchmarkReport, Dropout, PhotoReport, Row, StageTimes

__all__ = [
    "TORCH_REFERENCE",
    "BenchmarkPlan",
    "BenchmarkReport",
    "Contender",
    "Dropout",
    "Observer",
    "PhotoReport",
    "Row",
    "StageTimes",
    "Step",
    "run_benchmark",
    "to_markdown",
    "to_text",
]

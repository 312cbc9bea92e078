"""Measuring what a parse costs."""

from m2fp.benchmark.report import StageReport, StageTimes
from m2fp.benchmark.stages import StagePlan, measure_here, measure_stages

__all__ = ["StagePlan", "StageReport", "StageTimes", "measure_here", "measure_stages"]

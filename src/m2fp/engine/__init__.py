"""Running a model: one protocol, three implementations, and the number of threads to use."""

from m2fp.engine.protocol import Engine, QueryPredictions
from m2fp.engine.selection import (
    Choice,
    EngineName,
    check_engine_name,
    choose_engine,
    engine_names,
    open_engine,
)
from m2fp.engine.threads import cpu_quota

__all__ = [
    "Choice",
    "Engine",
    "EngineName",
    "QueryPredictions",
    "check_engine_name",
    "choose_engine",
    "cpu_quota",
    "engine_names",
    "open_engine",
]

"""Running a model: one protocol, one implementation, and the number of threads to use."""

from m2fp.engine.protocol import Engine, QueryPredictions
from m2fp.engine.selection import check_engine_name, engine_names, open_engine
from m2fp.engine.threads import cpu_quota

__all__ = [
    "Engine",
    "QueryPredictions",
    "check_engine_name",
    "cpu_quota",
    "engine_names",
    "open_engine",
]

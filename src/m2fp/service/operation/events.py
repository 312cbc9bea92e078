"""What may stand in a line of the log, and nothing else.

The photos are of people, so there is no field for a client's file name, for anything out of a
picture, or for a message made of what a client sent: a type checker refuses to log them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final, Literal, TypedDict, Unpack

# Attribute of a log record that holds the fields.
FIELDS_OF_RECORD: Final = "m2fp_fields"

EventName = Literal[
    "request",  # one was answered
    "item",  # one picture of a job is done
    "job",  # one was made, cancelled, deleted or has expired
    "sweep",  # lost claims and expired jobs were found
    "worker_started",
    "worker_ended",
    "ready",
    "draining",
    "stopped",
    "store_unavailable",
    "internal",  # a fault of ours, with its traceback
]


class LoggedImage(TypedDict, total=False):
    """What may be said about a picture: enough to find a hostile one again."""

    sha256_12: str
    bytes: int
    format: str
    width: int
    height: int


class Fields(TypedDict, total=False):
    """The fields of an event, in the order of a line.

    Attributes:
        route: the pattern of a route, never the path that was asked for.
        code: of an error, out of a documented list.
        stages: seconds by stage.
        client: the id of an API key, never the key.
        worker: a number, or the name of a machine's worker.
    """

    request_id: str
    job_id: str
    item: int
    method: str
    route: str
    status: int
    code: str
    outcome: str
    duration_s: float
    stages: Mapping[str, float]
    image: LoggedImage
    persons: int
    formats: list[str]
    model: str
    engine: str
    worker: int | str
    pid: int
    reason: str
    client: str
    attempt: int
    count: int
    host: str
    port: int


def log_event(
    logger: logging.Logger,
    level: int,
    event: EventName,
    *,
    error: BaseException | None = None,
    **fields: Unpack[Fields],
) -> None:
    """Log one event; ``error`` adds its traceback, for faults of ours only."""
    logger.log(level, event, exc_info=error, extra={FIELDS_OF_RECORD: fields})

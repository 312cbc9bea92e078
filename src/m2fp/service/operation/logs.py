"""Setting up the log of a process of the service."""

from __future__ import annotations

import logging
import sys
from typing import Final, TextIO

from m2fp.service.operation.log_lines import JsonLines, TextLines
from m2fp.service.operation.settings import LogFormat, LogSettings

# A request is one event, and ours; theirs would be a second one, with the path that was asked for.
_SILENCED: Final = ("uvicorn.access",)
# These say at "info" what ours says as an event, or count every tick.
_WARNINGS_ONLY: Final = ("uvicorn.error", "celery", "kombu", "botocore", "s3fs", "asyncio", "PIL")
# Those that come with a handler of their own, which would print a second line.
_OWN_HANDLERS: Final = ("uvicorn", "uvicorn.error", "uvicorn.access", "celery")


def set_up_logs(settings: LogSettings, stream: TextIO | None = None) -> None:
    """Send every log record of this process to stderr (or to the stream), as one line each.

    Calling it again replaces what it did before. Give uvicorn ``log_config=None``, and Celery
    ``worker_hijack_root_logger=False``.
    """
    target = sys.stderr if stream is None else stream
    handler = logging.StreamHandler(target)
    handler.setFormatter(JsonLines() if _as_json(settings.format, target) else TextLines())
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    for name in _OWN_HANDLERS:
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
    for name in _WARNINGS_ONLY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    for name in _SILENCED:
        logging.getLogger(name).propagate = False
        logging.getLogger(name).handlers = [logging.NullHandler()]


def _as_json(chosen: LogFormat, stream: TextIO) -> bool:
    return chosen == LogFormat.JSON or (chosen == LogFormat.AUTO and not stream.isatty())

"""How a record of the log becomes a line: JSON for programs, text for people."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from m2fp.service.operation.events import FIELDS_OF_RECORD

_SECONDS_DIGITS: Final = 6


class JsonLines(logging.Formatter):
    """One JSON object a line: ts, level, event, then the event's fields.

    What is not an event of ours, from uvicorn or Celery, is `{"event": "message", "message": ...}`.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        document: dict[str, object] = {
            "ts": _moment(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
        }
        fields = _fields(record)
        if fields is None:
            document |= {
                "event": "message",
                "logger": record.name,
                "message": record.getMessage(),
                **_job(record),
            }
        else:
            document |= {"event": record.getMessage(), **_rounded(fields)}
        if record.exc_info:
            document["traceback"] = self.formatException(record.exc_info)
        # ASCII only: no character of a value can end the line or steer a terminal.
        return json.dumps(document, default=str)


class TextLines(logging.Formatter):
    """The same in one line for a terminal: `12:03:04 info request route=/v1/parse status=200`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a traceback follows on lines of its own."""
        clock = _moment(record).astimezone().strftime("%H:%M:%S")
        fields = _fields(record)
        if fields is None:
            words = [f"{record.name}: {_one_line(record.getMessage())}", *_pairs(_job(record), "")]
        else:
            words = [record.getMessage(), *_pairs(_rounded(fields), "")]
        line = " ".join([clock, f"{record.levelname.lower():<7}", *words])
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _fields(record: logging.LogRecord) -> dict[str, Any] | None:
    return getattr(record, FIELDS_OF_RECORD, None)


def _job(record: logging.LogRecord) -> dict[str, str]:
    """Return the job that a message of ours is about, as `extra={"job_id": ...}` says."""
    job_id = getattr(record, "job_id", None)
    return {} if job_id is None else {"job_id": str(job_id)}


def _rounded(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _round(value) for name, value in fields.items() if value is not None}


def _round(value: object) -> object:
    if isinstance(value, float):
        return round(value, _SECONDS_DIGITS)
    return _rounded(value) if isinstance(value, Mapping) else value


def _pairs(fields: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from _pairs(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}={_one_line(str(value))}"


def _one_line(text: str) -> str:
    """Return the text, quoted when it has spaces or what a terminal would obey."""
    return text if text.isprintable() else json.dumps(text)

"""Lines of the log: JSON, text, what may be in them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime

import pytest

from m2fp.service.operation.events import log_event
from m2fp.service.operation.logs import set_up_logs
from m2fp.service.operation.settings import LogFormat, LogSettings

_LOGGER = logging.getLogger("m2fp.service.test")
_NAMES = ("uvicorn", "uvicorn.error", "uvicorn.access", "celery", "kombu", "PIL", "asyncio")


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    loggers = [logging.getLogger(), *map(logging.getLogger, _NAMES)]
    before = [(log, log.handlers[:], log.level, log.propagate) for log in loggers]
    yield
    logging.captureWarnings(capture=False)
    for log, handlers, level, propagate in before:
        log.handlers, log.level, log.propagate = handlers, level, propagate
    logging.getLogger().manager._clear_cache()  # type: ignore[attr-defined]


def _lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def _set_up(level: str = "info", form: LogFormat = LogFormat.AUTO) -> io.StringIO:
    stream = io.StringIO()
    set_up_logs(LogSettings(level=level, format=form), stream)
    return stream


def test_an_event_is_one_json_object() -> None:
    stream = _set_up()
    log_event(
        _LOGGER,
        logging.INFO,
        "request",
        request_id="r1",
        route="/v1/parse",
        status=200,
        duration_s=0.81234567,
        stages={"decode": 0.01000000001},
        image={"sha256_12": "0123456789ab", "bytes": 5},
    )
    (line,) = _lines(stream)
    assert datetime.fromisoformat(str(line.pop("ts"))).tzinfo is not None
    assert line == {
        "level": "info",
        "event": "request",
        "request_id": "r1",
        "route": "/v1/parse",
        "status": 200,
        "duration_s": 0.812346,
        "stages": {"decode": 0.01},
        "image": {"sha256_12": "0123456789ab", "bytes": 5},
    }


def test_what_others_log_is_a_message() -> None:
    stream = _set_up()
    logging.getLogger("botocore").warning("slow %s", "disk", extra={"job_id": "j1"})
    logging.getLogger("botocore").info("chatter")
    (line,) = _lines(stream)
    del line["ts"]
    assert line == {
        "level": "warning",
        "event": "message",
        "logger": "botocore",
        "message": "slow disk",
        "job_id": "j1",
    }


def test_uvicorn_logs_no_requests_and_has_no_handler_of_its_own() -> None:
    logging.getLogger("uvicorn").addHandler(logging.StreamHandler())
    stream = _set_up()
    logging.getLogger("uvicorn.access").info("GET /photos/me.jpg")
    logging.getLogger("uvicorn.error").error("port in use")
    assert [line["message"] for line in _lines(stream)] == ["port in use"]
    assert not logging.getLogger("uvicorn").handlers


@pytest.mark.parametrize("form", [LogFormat.JSON, LogFormat.TEXT])
def test_no_value_ends_a_line_or_steers_a_terminal(form: LogFormat) -> None:
    stream = _set_up(form=form)
    log_event(_LOGGER, logging.INFO, "request", request_id="a\nlevel=error \x1b[2J\u2028")
    logging.getLogger("x").error("b\r\n\x1b[2J")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_text_on_a_terminal() -> None:
    stream = _Terminal()
    set_up_logs(LogSettings(level="info"), stream)
    log_event(_LOGGER, logging.INFO, "request", status=200, image={"bytes": 5}, stages={})
    clock, rest = stream.getvalue().split(" ", 1)
    assert len(clock) == len("12:00:00")
    assert rest == "info    request status=200 image.bytes=5\n"


@pytest.mark.parametrize("form", [LogFormat.JSON, LogFormat.TEXT])
def test_a_fault_comes_with_its_traceback(form: LogFormat) -> None:
    stream = _set_up(form=form)
    try:
        raise RuntimeError("broken")
    except RuntimeError as error:
        log_event(_LOGGER, logging.ERROR, "internal", error=error, request_id="r1")
    text = stream.getvalue()
    assert "RuntimeError: broken" in text
    assert "test_logs.py" in text
    assert (len(text.splitlines()) == 1) == (form == LogFormat.JSON)


def test_levels() -> None:
    stream = _set_up(level="warning")
    log_event(_LOGGER, logging.INFO, "request", status=200)
    log_event(_LOGGER, logging.WARNING, "store_unavailable", reason="disk full")
    assert [line["event"] for line in _lines(stream)] == ["store_unavailable"]


def test_setting_up_twice_logs_once() -> None:
    first = _set_up()
    second = _set_up()
    log_event(_LOGGER, logging.INFO, "ready")
    assert (first.getvalue(), len(_lines(second))) == ("", 1)

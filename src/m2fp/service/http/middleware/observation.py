"""Request ids, one line of the log a request, and metrics."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from m2fp.service.http.record import RequestRecord, begin_record
from m2fp.service.operation.events import log_event
from m2fp.service.operation.metrics import Metrics

_log = logging.getLogger("m2fp.service.http")

# Asked for again and again by machines; they are counted, and logged only when they fail.
_QUIET: Final = frozenset(
    ("/livez", "/readyz", "/healthz", "/metrics", "/v2/health/live", "/v2/health/ready")
)
_PASSING: Final = (503, 504)  # not ready, shutting down, or too slow: no fault of the program
_GONE: Final = 499  # as nginx logs a client that went away before the answer began


class Observation:
    """Notes what every request was and what became of it. The outermost."""

    def __init__(self, app: ASGIApp, metrics: Metrics, clock: Callable[[], float]) -> None:
        self._app = app
        self._metrics = metrics
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        record = begin_record(scope, Headers(scope=scope))
        status = _GONE
        start = self._clock()

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(MutableHeaders(scope=message), record)
            await send(message)

        try:
            with self._metrics.in_progress():
                await self._app(scope, receive, note)
        finally:
            seconds = self._clock() - start
            route = getattr(scope.get("route"), "path", None)
            self._metrics.request(route, scope["method"], status, seconds)
            if record.code is not None:
                self._metrics.rejected(record.code)
            if status >= 400 or route not in _QUIET:
                _write(record, scope["method"], route, status, seconds)


def _add_headers(headers: MutableHeaders, record: RequestRecord) -> None:
    headers["X-Request-ID"] = record.request_id
    if record.traceparent is not None:
        headers["traceparent"] = record.traceparent
    if record.model is not None:
        headers["X-Model-Id"] = record.model
    if record.timing:
        headers["Server-Timing"] = ", ".join(
            f"{stage.removesuffix('_s')};dur={1000 * seconds:.1f}"
            for stage, seconds in record.timing.items()
        )


def _write(
    record: RequestRecord, method: str, route: str | None, status: int, seconds: float
) -> None:
    if record.error is not None:
        log_event(_log, logging.ERROR, "internal", error=record.error, request_id=record.request_id)
    known = {
        name: value
        for name in (
            "job_id",
            "code",
            "reason",
            "image",
            "persons",
            "model",
            "worker",
            "client",
            "count",
        )
        if (value := getattr(record, name)) is not None
    }
    log_event(
        _log,
        _level(status),
        "request",
        request_id=record.request_id,
        method=method,
        route=route or "other",
        status=status,
        duration_s=seconds,
        stages=dict(record.timing),
        **known,
    )


def _level(status: int) -> int:
    if status < 500:
        return logging.INFO
    return logging.WARNING if status in _PASSING else logging.ERROR

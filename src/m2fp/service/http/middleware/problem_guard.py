"""No error leaves as anything but a problem document.

Most are made by the handlers of `m2fp.service.http.handlers`. This catches the rest: what other
middleware answers in plain text (a body that is too large, a forbidden origin), and exceptions.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from m2fp.service.http.problems import (
    INTERNAL,
    KINDS,
    MEDIA_TYPE,
    Problem,
    code_of_status,
    response_of,
)
from m2fp.service.http.record import record_of


class ProblemGuard:
    """Turns every response of status 400 or more, and every exception, into a problem document."""

    def __init__(self, app: ASGIApp, limits: str) -> None:
        """Guard an application; ``limits`` is a sentence about how large a body may be."""
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        try:
            await self._app(scope, receive, answer.send)
        except Exception as error:
            if answer.started:
                raise  # half a response is out: only an abrupt end tells the client so
            record = record_of(scope)
            record.error = error
            record.code = INTERNAL
            problem = Problem(code=INTERNAL, detail=KINDS[INTERNAL].detail or "")
            await response_of(problem, scope, record.request_id)(scope, receive, send)
            return
        if answer.held is not None:
            await self._replace(answer.held, scope, receive, send)

    async def _replace(self, held: Message, scope: Scope, receive: Receive, send: Send) -> None:
        code = code_of_status(held["status"])
        record = record_of(scope)
        record.code = code
        detail = self._limits if code == "body_too_large" else KINDS[code].title
        problem = Problem(code=code, detail=detail)
        response = response_of(problem, scope, record.request_id)
        kept = MutableHeaders(raw=list(held["headers"]))
        del kept["content-length"], kept["content-type"]
        response.raw_headers.extend(kept.raw)
        await response(scope, receive, send)


@dataclass(slots=True)
class _Answer:
    """Passes a response on, unless it is an error that is no problem document."""

    _send: Send
    held: Message | None = field(default=None, init=False)
    started: bool = field(default=False, init=False)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kind = Headers(raw=message["headers"]).get("content-type", "")
            if message["status"] >= 400 and not kind.startswith(MEDIA_TYPE):
                self.held = message
                return
            self.started = True
        if self.held is None:
            await self._send(message)

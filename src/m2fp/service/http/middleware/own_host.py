"""Refusing requests that a page of another site sends to this machine under a name of its own.

A service without keys listens on this machine only, and every page that a browser shows could reach
it there: its site lets its own name point to 127.0.0.1, and the browser takes both for one origin
(DNS rebinding). Such requests still carry that name in `Host`.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from m2fp.service.http.access.addresses import is_loopback, without_port
from m2fp.service.http.problems import Problem, response_of
from m2fp.service.http.record import record_of


class OwnHost:
    """Lets requests pass whose Host is a name of this machine."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http":
            host = without_port(Headers(scope=scope).get("host", ""))
            if not is_loopback(host):
                record = record_of(scope)
                record.code = "forbidden"
                problem = Problem(
                    code="forbidden",
                    detail="without API keys this service answers to localhost only; to reach it "
                    "by another name, give it keys (serve.api_keys) or say serve.auth=none",
                )
                await response_of(problem, scope, record.request_id)(scope, receive, send)
                return
        await self._app(scope, receive, send)

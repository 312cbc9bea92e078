"""Refusing requests that a page of another site sends to this machine.

A service without keys listens on this machine only, and every page that a browser shows could reach
it there. Its site can let its own name point to 127.0.0.1, and the browser takes both for one
origin (DNS rebinding): such requests still carry that name in `Host`. Or it sends a form to
localhost without being able to read the answer (cross-site request forgery): browsers say so in
`Sec-Fetch-Site`, or at least whose page it is in `Origin`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from m2fp.service.http.access.addresses import is_loopback, without_port
from m2fp.service.http.problems import Problem, response_of
from m2fp.service.http.record import record_of

_READING: Final = ("GET", "HEAD", "OPTIONS")
_OWN_SITE: Final = ("same-origin", "none")  # none: typed, or opened from a bookmark


class OwnHost:
    """Lets requests pass whose Host is a name of this machine, and that no other site's page sends.

    friends: origins whose pages may (`serve.cors`), "*" = all.
    """

    def __init__(self, app: ASGIApp, friends: Collection[str] = ()) -> None:
        self._app = app
        self._friends = frozenset(friends)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http":
            refusal = self._refusal(scope["method"], Headers(scope=scope))
            if refusal is not None:
                record = record_of(scope)
                record.code = "forbidden"
                problem = Problem(code="forbidden", detail=refusal)
                await response_of(problem, scope, record.request_id)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, method: str, headers: Headers) -> str | None:
        host = headers.get("host", "")
        if not is_loopback(without_port(host)):
            return (
                "without API keys this service answers to localhost only; to reach it "
                "by another name, give it keys (serve.api_keys) or say serve.auth=none"
            )
        if method not in _READING and self._is_foreign(headers, host):
            return (
                "without API keys this service takes nothing from pages of other sites; name their "
                "origin in serve.cors, give it keys (serve.api_keys) or say serve.auth=none"
            )
        return None

    def _is_foreign(self, headers: Headers, host: str) -> bool:
        origin = headers.get("origin")
        if "*" in self._friends or origin in self._friends:
            return False
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site not in _OWN_SITE
        # Programs send neither. Other schemes than these have no pages that a service could show.
        return origin is not None and origin not in (f"http://{host}", f"https://{host}")

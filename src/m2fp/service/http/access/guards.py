"""What a route asks of whoever calls it; asked before a byte of the body is read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.requests import Request

from m2fp.service.errors import Forbidden, Unauthenticated
from m2fp.service.http.access.keys import Scope
from m2fp.service.http.parts import Parts, parts_of
from m2fp.service.http.record import record_of

ANYBODY: Final = "anybody"

# For the OpenAPI document; the key itself is read by `_secret_of`.
_HEADER: Final = APIKeyHeader(name="X-API-Key", scheme_name="apiKey", auto_error=False)
_BEARER: Final = HTTPBearer(scheme_name="bearer", auto_error=False)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request.

    Attributes:
        owner: whose jobs it makes and sees.
        admin: whether it sees those of others too.
        client: who is counted by the rate limit: the key, or the address.
    """

    owner: str
    admin: bool
    client: str


def caller_of(request: Request, parts: Parts, scope: Scope) -> Caller:
    """Return who sent a request that needs this scope.

    Raises:
        Unauthenticated: it shows no key, or an unknown one.
        Forbidden: the key is not good for this.
    """
    address = request.client.host if request.client else "unknown"
    if parts.keys is None:
        return Caller(ANYBODY, admin=False, client=address)
    secret = _secret_of(request)
    if secret is None:
        raise Unauthenticated("send an API key as `Authorization: Bearer KEY` or `X-API-Key: KEY`")
    key = parts.keys.find(secret)
    if key is None:
        raise Unauthenticated("this API key is not known here")
    record_of(request.scope).client = key.name
    if not key.may(scope):
        raise Forbidden(f"the API key {key.name} lacks the scope {scope}", scope=scope)
    return Caller(f"key:{key.name}", admin=key.may(Scope.ADMIN), client=f"key:{key.name}")


def _needs(scope: Scope, *, counted: bool) -> Callable[..., Awaitable[Caller]]:
    async def guard(
        request: Request,
        _header: Annotated[str | None, Security(_HEADER)] = None,
        _bearer: Annotated[object, Security(_BEARER)] = None,
    ) -> Caller:
        parts = parts_of(request)
        caller = caller_of(request, parts, scope)
        if counted and parts.rate is not None:
            parts.rate.take(caller.client)
        return caller

    return guard


def _secret_of(request: Request) -> str | None:
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and secret.strip():
        return secret.strip()
    return request.headers.get("x-api-key") or None


ParseCaller = Annotated[Caller, Depends(_needs(Scope.PARSE, counted=True))]
SubmitCaller = Annotated[Caller, Depends(_needs(Scope.JOBS, counted=True))]
JobsCaller = Annotated[Caller, Depends(_needs(Scope.JOBS, counted=False))]
MetricsCaller = Annotated[Caller, Depends(_needs(Scope.METRICS, counted=False))]

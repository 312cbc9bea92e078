"""Exceptions of routes as problem documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from m2fp.errors import M2FPError
from m2fp.service.http.problems import (
    INTERNAL,
    KINDS,
    Fault,
    Problem,
    code_of_status,
    problem_of,
    response_of,
)
from m2fp.service.http.record import record_of

# What to say where Starlette only says the name of the status.
_DETAILS: Final[Mapping[str, str]] = {
    "not_found": "there is nothing at this address; /docs lists what there is",
    "method_not_allowed": "this address has other methods; see the header Allow",
}

# What to say where the checker of parameters speaks of its own things.
_MESSAGES: Final[Mapping[str, str]] = {
    "extra_forbidden": "there is no such parameter; /docs lists those that there are",
}


def add_handlers(app: FastAPI) -> None:
    """Have an application answer every exception with a problem document."""
    app.add_exception_handler(M2FPError, _raised)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _invalid)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _http)  # type: ignore[arg-type]
    app.add_exception_handler(ClientDisconnect, _gone)


def answer(request: Request, problem: Problem) -> Response:
    """Return the response that carries a problem, and note its code."""
    record = record_of(request.scope)
    record.code = problem.code
    return response_of(problem, request.scope, record.request_id)


async def _raised(request: Request, error: M2FPError) -> Response:
    problem = problem_of(error)
    # What the client does not read, the operator must.
    if problem.status == 500:
        record_of(request.scope).error = error
    elif problem.detail != error.message:
        record_of(request.scope).reason = error.message
    if problem.code == INTERNAL and error.code not in KINDS:
        error.add_note(f"an error with the code {error.code} has no status")
    return answer(request, problem)


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    faults = [
        Fault(tuple(fault["loc"]), _MESSAGES.get(fault["type"], str(fault["msg"])))
        for fault in error.errors()
    ]
    where = ".".join(str(step) for step in faults[0].loc[1:]) if faults else "request"
    detail = f"{where}: {faults[0].msg}" if faults else "a parameter cannot be read"
    return answer(request, Problem(code="invalid_parameter", detail=detail, errors=faults))


async def _http(request: Request, error: HTTPException) -> Response:
    code = code_of_status(error.status_code)
    detail = _DETAILS.get(code, error.detail)
    if code == "body_too_large":
        detail = request.app.state.limits
    headers = dict(error.headers or {})
    if code == "method_not_allowed":
        headers |= _allowed(request)
    return answer(request, Problem(code=code, detail=detail, headers=headers))


def _allowed(request: Request) -> dict[str, str]:
    """Return the header Allow with all methods of an address.

    The framework names only those of its first route that fits; DELETE of a job is another.
    """
    pattern = getattr(request.scope.get("route"), "path", "")
    methods = request.app.openapi()["paths"].get(pattern, {})
    return {"Allow": ", ".join(sorted(map(str.upper, methods)))} if methods else {}


async def _gone(request: Request, _error: Exception) -> Response:
    return answer(request, Problem(code="client_closed_request", detail="the client went away"))

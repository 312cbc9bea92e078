"""Errors as RFC 9457 problem documents: which status goes with which code, and what clients read.

The codes are stable and documented; a status may become more precise, a code never changes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from starlette.responses import Response
from starlette.types import Scope as AsgiScope

from m2fp.errors import M2FPError
from m2fp.service.errors import Busy

MEDIA_TYPE: Final = "application/problem+json"
INTERNAL: Final = "internal"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is said with a code, whatever the occasion.

    Attributes:
        status: of the response.
        title: what is wrong, in a few words.
        detail: shown in place of an error's own message, which speaks to the operator: of folders,
            addresses and files of the server.
    """

    status: int
    title: str
    detail: str | None = None


_LATER: Final = "the service cannot do this at the moment; try again later"

KINDS: Final[Mapping[str, Kind]] = {
    "malformed_request": Kind(400, "The request is not well formed"),
    "unauthenticated": Kind(401, "An API key is needed"),
    "forbidden": Kind(403, "Not allowed"),
    "not_found": Kind(404, "There is no such thing"),
    "model_not_found": Kind(404, "There is no such model"),
    "method_not_allowed": Kind(405, "The method is not allowed here"),
    "request_timeout": Kind(408, "The request did not come in time"),
    "idempotency_conflict": Kind(409, "The Idempotency-Key came with another request"),
    "job_not_cancellable": Kind(409, "The job has ended"),
    "result_not_ready": Kind(409, "The result is not there yet"),
    "item_failed": Kind(409, "The picture could not be parsed"),
    "result_expired": Kind(410, "The result has been deleted"),
    "body_too_large": Kind(413, "Too many bytes"),
    "too_many_pixels": Kind(413, "Too many pixels"),
    "unsupported_image_format": Kind(415, "Not an accepted picture format"),
    "missing_extra": Kind(
        415,
        "Not an accepted picture format here",
        "this server lacks the optional part that reads this format (m2fp[heic])",
    ),
    "undecodable_image": Kind(422, "The picture is damaged"),
    "empty_image": Kind(422, "There is no picture"),
    "image_too_small": Kind(422, "The picture is too small"),
    "aspect_too_extreme": Kind(422, "The picture is too long and thin"),
    "invalid_parameter": Kind(422, "A parameter has a value that it cannot have"),
    "rate_limited": Kind(429, "Too many requests"),
    "queue_full": Kind(429, "The service is busy"),
    "client_closed_request": Kind(499, "The client went away"),
    INTERNAL: Kind(
        500,
        "A fault of the service",
        "this is a fault of the service; its log says more under the id in `instance`",
    ),
    "worker_lost": Kind(500, "The process that worked on this picture ended"),
    "inference_failed": Kind(500, "The model could not be run on this picture"),
    "model_not_ready": Kind(503, "The model is not ready", _LATER),
    "draining": Kind(503, "The service is shutting down"),
    "store_unavailable": Kind(503, "Jobs cannot be read or written", _LATER),
    "cancelled": Kind(503, "The work was stopped", _LATER),
    "deadline_exceeded": Kind(504, "It took too long"),
}

# What a response without a problem document is about, by its status.
_CODES: Final[Mapping[int, str]] = {
    400: "malformed_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    413: "body_too_large",
    415: "unsupported_image_format",
    422: "invalid_parameter",
    429: "rate_limited",
    503: "model_not_ready",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a request: where, as a path, and what."""

    loc: tuple[str | int, ...]
    msg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error on its way to a client.

    Attributes:
        code: a key of `KINDS`.
        detail: what happened and what to do.
        errors: where exactly, when a request has several faults.
        headers: further ones of the response.
    """

    code: str
    detail: str
    errors: Sequence[Fault] = ()
    headers: Mapping[str, str] | None = None

    @property
    def status(self) -> int:
        """Return the status of the response."""
        return KINDS[self.code].status


def code_of_status(status: int) -> str:
    """Return the code that goes with a status when nothing else is known."""
    return _CODES.get(status, INTERNAL if status >= 500 else "malformed_request")


def problem_of(error: M2FPError) -> Problem:
    """Return what a client may know about an error."""
    code = error.code if error.code in KINDS else INTERNAL
    headers = {}
    if isinstance(error, Busy):
        headers["Retry-After"] = str(max(1, ceil(error.retry_after_s)))
    elif code == "result_not_ready":
        headers["Retry-After"] = "1"
    elif code == "unauthenticated":
        headers["WWW-Authenticate"] = 'Bearer realm="m2fp"'
    return Problem(code=code, detail=KINDS[code].detail or error.message, headers=headers)


def document_of(problem: Problem, scope: AsgiScope, request_id: str) -> dict[str, Any]:
    """Return the document; `error` is what clients of KServe's protocol look for."""
    document: dict[str, Any] = {
        "type": f"urn:m2fp:problem:{problem.code}",
        "title": KINDS[problem.code].title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": f"/requests/{request_id}",
        "code": problem.code,
    }
    if problem.errors:
        document["errors"] = [
            {"loc": list(fault.loc), "msg": fault.msg} for fault in problem.errors
        ]
    if scope["path"].startswith("/v2"):
        document["error"] = problem.detail
    return document


def response_of(problem: Problem, scope: AsgiScope, request_id: str) -> Response:
    """Return the response that carries a problem."""
    return Response(
        json.dumps(document_of(problem, scope, request_id)),
        status_code=problem.status,
        headers=dict(problem.headers or {}),
        media_type=MEDIA_TYPE,
    )

"""What is noted about a request while it is answered; the log, metrics and headers read it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.types import Scope as AsgiScope

from m2fp.service.operation.events import LoggedImage

_KEY: Final = "m2fp.record"
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,128}")
# https://www.w3.org/TR/trace-context/: version-trace-parent-flags, none of the ids all zeros.
_TRACEPARENT: Final = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)


@dataclass(slots=True)
class RequestRecord:
    """One request, and what is found out about it.

    Attributes:
        request_id: the client's, if it is one, else made here.
        traceparent: of W3C trace context, as it came; None = none or not one.
        client: id of the API key; None = nobody asked for one.
        code: of the error that it ended with.
        error: a fault of ours, for its traceback.
        reason: what is wrong here, where clients are only told to come again later.
        timing: seconds by stage, for `Server-Timing`, the log and metrics.
        model: name of the model that was used, with the start of its hash.
        image: facts about the picture.
        persons: how many people were found.
        worker: number of the worker.
        job_id: the job it is about.
        count: pictures of a new job.
    """

    request_id: str
    traceparent: str | None = None
    client: str | None = None
    code: str | None = None
    error: BaseException | None = None
    reason: str | None = None
    timing: Mapping[str, float] = field(default_factory=dict)
    model: str | None = None
    image: LoggedImage | None = None
    persons: int | None = None
    worker: int | None = None
    job_id: str | None = None
    count: int | None = None


def begin_record(scope: AsgiScope, headers: Mapping[str, str]) -> RequestRecord:
    """Return the record of a request that has just come in, and keep it with the request."""
    asked = headers.get("x-request-id", "")
    trace = headers.get("traceparent", "")
    record = RequestRecord(
        asked if _REQUEST_ID.fullmatch(asked) else secrets.token_hex(16),
        trace if _TRACEPARENT.fullmatch(trace) else None,
    )
    scope[_KEY] = record
    return record


def record_of(scope: AsgiScope) -> RequestRecord:
    """Return the record of a request."""
    record: RequestRecord | None = scope.get(_KEY)
    # Without the middleware, as in a test of one route, nobody reads it.
    return record if record is not None else begin_record(scope, {})

"""/v1/jobs: submit pictures, ask after them, stop and delete them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query
from starlette.requests import Request
from starlette.responses import Response

from m2fp.service.errors import JobNotCancellable, StoreUnavailable
from m2fp.service.http.access.guards import JobsCaller, SubmitCaller
from m2fp.service.http.intake.parameters import (
    SCALES_TEXT,
    JobParameters,
    options_of,
    with_fields,
)
from m2fp.service.http.intake.upload import read_body
from m2fp.service.http.job_access import JobId, own_job
from m2fp.service.http.parts import Parts, PartsOf
from m2fp.service.http.record import record_of
from m2fp.service.http.schemas.jobs import JobDocument
from m2fp.service.http.schemas.problem import problems
from m2fp.service.http.schemas.urls import job_url
from m2fp.service.http.submission import Submission
from m2fp.service.jobs import ItemRef, Job, input_key, job_prefix

router = APIRouter(tags=["jobs"])

# The body of a job is large: at 200 MB and 3 Mbit/s it takes nine minutes.
_UPLOAD_S: Final = 600.0
_RETRY_AFTER_S: Final = 2

_FILE: Final = {"type": "string", "format": "binary"}
_BODY: Final[dict[str, Any]] = {
    "required": True,
    "description": "Pictures or zip files of pictures, each as a field `file` of a form; or one of "
    "them as the body itself.",
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "array", "items": _FILE, "minItems": 1},
                    "format": {"type": "string", "examples": ["json,overlay"]},
                    "model": {"type": "string"},
                    "flip": {"type": "boolean"},
                    "scales": SCALES_TEXT,
                },
            }
        },
        "application/zip": {"schema": _FILE},
        "image/*": {"schema": _FILE},
        "application/octet-stream": {"schema": _FILE},
    },
}
_ACCEPTED_HEADERS: Final = {
    "Location": {"description": "Of the job.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}},
}

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Any text of your own. The same request with the same key makes no second job.",
    ),
]


@router.post(
    "/v1/jobs",
    summary="Submit a job",
    status_code=202,
    response_model=JobDocument,
    responses=problems(
        400,
        401,
        404,
        408,
        409,
        413,
        415,
        422,
        429,
        503,
        fine={
            202: {"description": "The job is kept, and begun soon.", "headers": _ACCEPTED_HEADERS}
        },
    ),
    openapi_extra={"requestBody": _BODY},
)
async def submit(
    request: Request,
    caller: SubmitCaller,
    parts: PartsOf,
    parameters: Annotated[JobParameters, Query()],
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Keep pictures and parse them when there is time, whatever happens to this connection.

    A picture that cannot be parsed fails alone, the others go on.
    """
    parts.lifecycle.check_open()
    most = parts.settings.jobs.max_items
    async with read_body(request, max_files=most, seconds=_UPLOAD_S) as body:
        parameters = with_fields(parameters, body.fields)
        options = options_of(parameters, parameters.format, parts)
        submission = Submission(parts, caller.owner, options, idempotency_key)
        job = await asyncio.to_thread(submission.keep, body.uploads)
    if submission.is_new(job):
        if parts.rate is not None:
            parts.rate.owe(caller.client, job.total - 1)
        refs = [ItemRef(job.id, index) for index in range(job.total)]
        await asyncio.to_thread(parts.queue.announce, refs)
    record = record_of(request.scope)
    record.job_id, record.count = job.id, job.total
    headers = {"Location": job_url(job.id), "Retry-After": str(_RETRY_AFTER_S)}
    if parts.rate is not None:
        headers |= parts.rate.headers(caller.client)
    document = await _document(parts, job)
    return Response(document.model_dump_json(), 202, headers=headers, media_type="application/json")


@router.get(
    "/v1/jobs/{job_id}",
    summary="Ask after a job",
    response_model=JobDocument,
    responses=problems(401, 404, 410, 422, 503),
)
async def status(
    request: Request, response: Response, job_id: JobId, caller: JobsCaller, parts: PartsOf
) -> JobDocument:
    """Return how far a job is. `Retry-After` says when asking again makes sense."""
    job = await own_job(request, parts, caller, job_id)
    if not job.state.ended:
        response.headers["Retry-After"] = str(_RETRY_AFTER_S)
    return await _document(parts, job)


@router.post(
    "/v1/jobs/{job_id}/cancel",
    summary="Stop a job",
    response_model=JobDocument,
    responses=problems(401, 404, 409, 410, 422, 503),
)
async def cancel(
    request: Request, job_id: JobId, caller: JobsCaller, parts: PartsOf
) -> JobDocument:
    """Stop a job and keep what it has done so far."""
    await own_job(request, parts, caller, job_id)
    return await _document(parts, await asyncio.to_thread(_stop, parts, job_id))


@router.delete(
    "/v1/jobs/{job_id}",
    summary="Stop and delete a job",
    status_code=204,
    responses=problems(
        401, 404, 410, 422, 503, fine={204: {"description": "Nothing of it is left."}}
    ),
)
async def delete(request: Request, job_id: JobId, caller: JobsCaller, parts: PartsOf) -> None:
    """Stop a job if it runs, and delete its pictures and results now."""
    job = await own_job(request, parts, caller, job_id)
    await asyncio.to_thread(_purge, parts, job)


def _stop(parts: Parts, job_id: str) -> Job:
    job = parts.store.cancel(job_id)
    if not parts.settings.jobs.keep_inputs:
        with suppress(StoreUnavailable):  # then they go with the job
            for index in range(job.total):
                parts.blobs.delete_prefix(input_key(ItemRef(job_id, index)))
    return job


def _purge(parts: Parts, job: Job) -> None:
    if not job.state.ended:
        with suppress(JobNotCancellable):  # it ended meanwhile
            parts.store.cancel(job.id)
    # The blobs go first: as long as the row is there, a failure here can be tried again.
    parts.blobs.delete_prefix(job_prefix(job.id))
    parts.store.delete(job.id)
    # A worker that had not heard of it yet may have written once more.
    parts.blobs.delete_prefix(job_prefix(job.id))


async def _document(parts: Parts, job: Job) -> JobDocument:
    position = None if job.state.ended else await asyncio.to_thread(parts.store.position, job.id)
    return JobDocument.of(job, position)

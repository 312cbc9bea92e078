"""GET /v1/jobs/{id}/events: a job's progress as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import StreamingResponse

from m2fp.errors import M2FPError
from m2fp.service.http.access.guards import JobsCaller
from m2fp.service.http.job_access import JobId, own_job
from m2fp.service.http.parts import Parts, PartsOf
from m2fp.service.http.schemas.jobs import JobDocument
from m2fp.service.http.schemas.problem import problems
from m2fp.service.jobs import Job

router = APIRouter(tags=["jobs"])

# Rows are looked at this often. They also change in other processes, which tell nobody.
_LOOK_S: Final = 0.5
# Proxies end connections on which nothing is heard for a minute.
_SILENCE_S: Final = 15.0
# Browsers connect again by themselves after a stream ends; they need not hurry.
_RECONNECT_MS: Final = 3000


@router.get(
    "/v1/jobs/{job_id}/events",
    summary="Watch a job",
    response_class=StreamingResponse,
    responses=problems(
        401,
        404,
        410,
        422,
        503,
        fine={
            200: {
                "description": "`event: progress` whenever something has changed and `event: end` "
                "with the last state, each with the job's document as data.",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            }
        },
    ),
)
async def events(
    request: Request, job_id: JobId, caller: JobsCaller, parts: PartsOf
) -> StreamingResponse:
    """Return the job now and whenever it changes, until it has ended.

    A client that connects again begins with the state that holds then; nothing is missed.
    """
    job = await own_job(request, parts, caller, job_id)
    return StreamingResponse(
        _stream(parts, job),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},  # nginx sends each event at once
    )


async def _stream(parts: Parts, job: Job) -> AsyncIterator[str]:
    yield f"retry: {_RECONNECT_MS}\n\n"
    shown = ""
    silent_s = 0.0
    while True:
        position = None
        try:
            if not job.state.ended:
                position = await asyncio.to_thread(parts.store.position, job.id)
        except M2FPError:
            return  # no store, or no job any more: connecting again tells which
        text = JobDocument.of(job, position).model_dump_json()
        if job.state.ended:
            yield _event("end", text)
            return
        if text != shown:
            shown, silent_s = text, 0.0
            yield _event("progress", text)
        elif silent_s >= _SILENCE_S:
            silent_s = 0.0
            yield ": still there\n\n"
        if await _draining(parts, _LOOK_S):
            return
        silent_s += _LOOK_S
        try:
            job = await asyncio.to_thread(parts.store.get, job.id)
        except M2FPError:
            return


async def _draining(parts: Parts, seconds: float) -> bool:
    """Return whether the service ends; wait for that so long."""
    try:
        await asyncio.wait_for(parts.lifecycle.draining.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _event(name: str, text: str) -> str:
    return f"event: {name}\ndata: {text}\n\n"

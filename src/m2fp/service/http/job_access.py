"""Finding the job that a request is about, for those who may see it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

from fastapi import Path
from starlette.requests import Request

from m2fp.service.errors import JobNotFound
from m2fp.service.http.record import record_of
from m2fp.service.jobs import Job

if TYPE_CHECKING:
    from m2fp.service.http.access.guards import Caller
    from m2fp.service.http.parts import Parts

JobId = Annotated[str, Path(pattern="^[a-z2-7]{26}$", examples=["mzxw6ytboi5gy2lnmuqhg33nmu"])]


async def own_job(request: Request, parts: Parts, caller: Caller, job_id: str) -> Job:
    """Return the job.

    Raises:
        JobNotFound: there is none, or it is another's: nobody learns which.
        ResultExpired: there was one.
    """
    record_of(request.scope).job_id = job_id
    job = await asyncio.to_thread(parts.store.get, job_id)
    if job.owner != caller.owner and not caller.admin:
        raise JobNotFound("there is no job with this id", job_id=job_id)
    return job

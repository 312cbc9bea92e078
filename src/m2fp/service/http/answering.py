"""Having a picture parsed for a request that waits for the answer."""

from __future__ import annotations

from starlette.requests import Request

from m2fp.errors import ImageError, M2FPError
from m2fp.service.errors import Busy, RequestError
from m2fp.service.http.disconnect import while_connected
from m2fp.service.http.parts import Parts
from m2fp.service.http.record import RequestRecord, record_of
from m2fp.service.jobs import ParseOptions
from m2fp.service.operation.metrics import OUTCOMES
from m2fp.service.workers import Priority, WorkAnswer, WorkRequest


async def work_on(
    request: Request, parts: Parts, photo: bytes, options: ParseOptions
) -> WorkAnswer:
    """Return the answer of the pool, and note what is found out about the picture.

    Raises:
        M2FPError: as `Pool.parse`.
        ClientDisconnect: the client went away, and the work was stopped.
    """
    deadline = parts.monotonic() + parts.settings.http.sync_deadline_s
    work = WorkRequest(photo=photo, options=options, deadline=deadline)
    try:
        answer = await while_connected(request, parts.pool.parse(work, priority=Priority.SYNC))
    except M2FPError as error:
        _count_failure(parts, error)
        raise
    except Exception:
        parts.metrics.parsed("cancelled")
        raise
    _note(record_of(request.scope), answer)
    image = answer.image
    parts.metrics.parsed(
        "succeeded",
        timing=answer.timing,
        persons=answer.persons,
        pixels=image.width * image.height,
    )
    return answer


def _count_failure(parts: Parts, error: M2FPError) -> None:
    if isinstance(error, Busy | RequestError):
        return  # no picture was looked at
    if isinstance(error, ImageError):
        parts.metrics.parsed("bad_image")
    else:
        parts.metrics.parsed(error.code if error.code in OUTCOMES else "failed")


def _note(record: RequestRecord, answer: WorkAnswer) -> None:
    image = answer.image
    record.timing = answer.timing
    record.model = f"{answer.model.name}@{(answer.model.sha256 or '')[:12]}"
    record.persons = answer.persons
    record.worker = answer.worker
    record.image = {
        "sha256_12": image.sha256[:12],
        "bytes": image.size,
        "format": image.format,
        "width": image.width,
        "height": image.height,
    }

"""The items of a job and their results: one by one, or all in a zip file."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from m2fp.service.errors import (
    BlobMissing,
    ItemFailed,
    NotFound,
    ResultExpired,
    ResultNotReady,
)
from m2fp.service.http.access.guards import JobsCaller
from m2fp.service.http.intake.parameters import FormatName
from m2fp.service.http.job_access import JobId, own_job
from m2fp.service.http.parts import Parts, PartsOf
from m2fp.service.http.result_zip import result_name, zip_of_results
from m2fp.service.http.schemas.jobs import ItemDocument, ItemsDocument
from m2fp.service.http.schemas.problem import problems
from m2fp.service.http.schemas.urls import job_url
from m2fp.service.jobs import Item, ItemState
from m2fp.service.rendering import FORMATS

router = APIRouter(tags=["jobs"])

_MOST_ITEMS: Final = 1000
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}

Index = Annotated[int, Path(ge=0, le=1_000_000, description="Of the picture in its job, from 0.")]


@router.get(
    "/v1/jobs/{job_id}/items",
    summary="List the pictures of a job",
    response_model=ItemsDocument,
    responses=problems(401, 404, 410, 422, 503),
)
async def items(
    request: Request,
    job_id: JobId,
    caller: JobsCaller,
    parts: PartsOf,
    *,
    start: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    count: Annotated[int, Query(ge=1, le=_MOST_ITEMS)] = 100,
) -> ItemsDocument:
    """Return some pictures in the order in which they came, with what became of them."""
    job = await own_job(request, parts, caller, job_id)
    found = await asyncio.to_thread(parts.store.items, job_id, start, count)
    after = start + len(found)
    more = found and after < job.total
    return ItemsDocument(
        items=[ItemDocument.of(item) for item in found],
        start=start,
        total=job.total,
        next=f"{job_url(job_id)}/items?start={after}&count={count}" if more else None,
    )


@router.get(
    "/v1/jobs/{job_id}/items/{index}",
    summary="Ask after one picture",
    response_model=ItemDocument,
    responses=problems(401, 404, 410, 422, 503),
)
async def item(
    request: Request, job_id: JobId, index: Index, caller: JobsCaller, parts: PartsOf
) -> ItemDocument:
    """Return what became of one picture."""
    await own_job(request, parts, caller, job_id)
    return ItemDocument.of(await _item(parts, job_id, index))


@router.get(
    "/v1/jobs/{job_id}/items/{index}/result",
    summary="Get the result of one picture",
    response_class=Response,
    responses=problems(
        401,
        404,
        409,
        410,
        422,
        503,
        fine={
            200: {
                "description": "As POST /v1/parse answers it.",
                "content": {
                    "application/json": {"schema": {}},
                    "image/png": _BINARY,
                    "application/zip": _BINARY,
                },
            }
        },
    ),
)
async def result(
    request: Request,
    job_id: JobId,
    index: Index,
    caller: JobsCaller,
    parts: PartsOf,
    *,
    format: Annotated[
        FormatName | None,
        Query(description="One of those of the job; without it, the job's first."),
    ] = None,
) -> Response:
    """Return one result of one picture."""
    job = await own_job(request, parts, caller, job_id)
    found = await _item(parts, job_id, index)
    name = format or job.options.formats[0]
    if name not in job.options.formats:
        raise NotFound(f"this job was asked for {', '.join(job.options.formats)}, not for {name}")
    try:
        data = await asyncio.to_thread(parts.blobs.get, _key(found, name))
    except BlobMissing as error:
        raise ResultExpired("the result has been deleted") from error
    file_name = result_name(found, name, job.total)
    return Response(
        data,
        media_type=FORMATS[name].media_type,
        headers={"Content-Disposition": f'inline; filename="{file_name}"'},
    )


@router.get(
    "/v1/jobs/{job_id}/result",
    summary="Get all results",
    response_class=StreamingResponse,
    responses=problems(
        401,
        404,
        409,
        410,
        422,
        503,
        fine={
            200: {
                "description": "A zip file with one file a picture and format, and report.json.",
                "content": {"application/zip": _BINARY},
            }
        },
    ),
)
async def all_results(
    request: Request, job_id: JobId, caller: JobsCaller, parts: PartsOf
) -> StreamingResponse:
    """Return all results of a job that has ended, well or not, as a zip file.

    It is made while it is sent. `report.json` says what became of every picture.
    """
    job = await own_job(request, parts, caller, job_id)
    if not job.state.ended:
        raise ResultNotReady(
            f"{job.done} of {job.total} pictures are done; ask again when the job has ended"
        )
    return StreamingResponse(
        zip_of_results(job, parts.store, parts.blobs),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="m2fp-{job.id[:8]}.zip"'},
    )


async def _item(parts: Parts, job_id: str, index: int) -> Item:
    found = await asyncio.to_thread(parts.store.items, job_id, index, 1)
    if not found:
        raise NotFound(f"the job has no picture {index}")
    return found[0]


def _key(item: Item, name: str) -> str:
    """Return the key of a result.

    Raises:
        ResultNotReady: the picture waits, or is worked on.
        ItemFailed: it has no result and will not have one.
    """
    if not item.state.ended:
        raise ResultNotReady(f"the picture is {item.state}; ask again later")
    if item.state is ItemState.CANCELLED:
        raise ItemFailed("the job was cancelled before this picture was parsed")
    if item.error is not None:
        raise ItemFailed(f"{item.error.code}: {item.error.message}")
    return item.results[name]

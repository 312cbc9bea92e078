"""POST /v1/parse: one picture, and its result in the same request."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from m2fp.imaging.formats import ACCEPTED
from m2fp.service.http.access.guards import ParseCaller
from m2fp.service.http.answering import work_on
from m2fp.service.http.intake.parameters import (
    SCALES_TEXT,
    ParseParameters,
    chosen_format,
    options_of,
    with_fields,
)
from m2fp.service.http.intake.photos import read_photo
from m2fp.service.http.intake.upload import read_body
from m2fp.service.http.parts import PartsOf
from m2fp.service.http.schemas.problem import problems
from m2fp.service.rendering import FORMATS

router = APIRouter(tags=["parse"])

_PICTURE: Final = {"type": "string", "format": "binary"}
_DOCUMENTS: Final[dict[str, Any]] = {
    "application/json": {
        "schema": {
            "anyOf": [
                {"$ref": "#/components/schemas/ResultDocument"},
                {"type": "object", "description": "coco, modelscope"},
                {"type": "array", "description": "hf"},
            ]
        }
    },
    "image/png": {"schema": _PICTURE},
    "application/zip": {"schema": _PICTURE},
}
_BODY: Final[dict[str, Any]] = {
    "required": True,
    "description": "A picture: as the field `file` of a form, or as the body itself. Its format is "
    "told from its first bytes; " + ", ".join(ACCEPTED) + " are accepted.",
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": _PICTURE,
                    "format": {"type": "string", "enum": list(FORMATS)},
                    "model": {"type": "string"},
                    "flip": {"type": "boolean"},
                    "scales": SCALES_TEXT,
                },
            }
        },
        "image/jpeg": {"schema": _PICTURE},
        "image/png": {"schema": _PICTURE},
        "image/*": {"schema": _PICTURE},
        "application/octet-stream": {"schema": _PICTURE},
    },
}


@router.post(
    "/v1/parse",
    summary="Parse one picture",
    response_class=Response,
    responses=problems(
        400,
        401,
        404,
        408,
        413,
        415,
        422,
        429,
        503,
        504,
        fine={
            200: {
                "description": "The result, in the format that was asked for.",
                "content": _DOCUMENTS,
            }
        },
    ),
    openapi_extra={"requestBody": _BODY},
)
async def parse(
    request: Request,
    caller: ParseCaller,
    parts: PartsOf,
    parameters: Annotated[ParseParameters, Query()],
) -> Response:
    """Find all people in a picture, and all parts of every one.

    Closing the connection stops the work.
    """
    parts.lifecycle.check_open()
    http = parts.settings.http
    async with read_body(request, max_files=1, seconds=http.sync_deadline_s) as body:
        (upload,) = body.uploads
        parameters = with_fields(parameters, body.fields)
        name = chosen_format(parameters, request)
        options = options_of(parameters, [name], parts)
        photo = await asyncio.to_thread(read_photo, upload, http.limits)
    answer = await work_on(request, parts, photo, options)
    headers = {"Vary": "Accept", "Content-Disposition": f'inline; filename="{_file_name(name)}"'}
    if parts.rate is not None:
        headers |= parts.rate.headers(caller.client)
    return Response(answer.bodies[name], media_type=FORMATS[name].media_type, headers=headers)


def _file_name(name: str) -> str:
    return f"m2fp.{FORMATS[name].suffix}"

"""Errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from m2fp.service.http.problems import KINDS, MEDIA_TYPE


class ProblemFault(BaseModel):
    """One thing that is wrong with the request."""

    loc: list[str | int] = Field(description="Where: query, body or header, then the name.")
    msg: str


class ProblemDocument(BaseModel):
    """RFC 9457 problem details."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "urn:m2fp:problem:unsupported_image_format",
                "title": "Not an accepted picture format",
                "status": 415,
                "detail": "the bytes are not of an accepted picture format; accepted are JPEG, "
                "PNG, WEBP, BMP, TIFF, GIF, AVIF, HEIC",
                "instance": "/requests/4f1c1b2e0d9a4f6f8f0f2b7d9a3e5c61",
                "code": "unsupported_image_format",
            }
        }
    )

    type: str
    title: str
    status: int
    detail: str = Field(description="What happened and what to do, for people.")
    instance: str = Field(description="Ends in the id of the request, as in X-Request-ID.")
    code: str = Field(
        description="Stable, for programs.", json_schema_extra={"enum": [*sorted(KINDS)]}
    )
    errors: list[ProblemFault] | None = None
    error: str | None = Field(default=None, description="As KServe's protocol has it, below /v2.")


def problems(
    *statuses: int, fine: Mapping[int | str, dict[str, Any]] | None = None
) -> dict[int | str, dict[str, Any]]:
    """Return the responses of a route for OpenAPI: fine ones, and problems of these statuses."""
    found = dict(fine or {})
    for status in sorted({*statuses, 403, 500}):
        found[status] = _problem(status)
    return found


def _problem(status: int) -> dict[str, Any]:
    kinds = {code: kind for code, kind in KINDS.items() if kind.status == status}
    return {
        "description": "; ".join(f"`{code}`: {kind.title}" for code, kind in kinds.items()),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
    }

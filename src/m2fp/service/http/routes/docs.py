"""/docs and /openapi.json: what the API can do, without anything from elsewhere."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from m2fp.service.http.reference.page import STYLE, reference_page

router = APIRouter(include_in_schema=False)

# A page of text and one style sheet: it may do nothing else, and nobody may put it into a frame.
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


@router.get("/openapi.json")
async def openapi(request: Request) -> JSONResponse:
    """Return the OpenAPI document."""
    return JSONResponse(request.app.openapi(), headers={"Cache-Control": "no-cache"})


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Return the reference as a page."""
    return HTMLResponse(
        reference_page(request.app.openapi()),
        headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"},
    )


@router.get("/docs/style.css")
async def style() -> Response:
    """Return the style sheet of the page."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "no-cache"})

"""`/` and `/page/...`: the page, and what it loads."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from m2fp.service.errors import NotFound
from m2fp.service.http.page.files import INDEX, PageFile, page_files

router = APIRouter(include_in_schema=False)

# Everything from here and nothing from elsewhere; no script or style inside the document. blob: is
# for photos that the visitor has chosen. Trusted types: text can never become markup.
_POLICY: Final = (
    "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Cache-Control": "no-cache",  # kept, but asked about: after an upgrade all files are new ones
}


@router.get("/")
async def index(request: Request) -> Response:
    """Return the page."""
    return _answer(request, page_files()[INDEX])


@router.get("/page/{name:path}")
async def file(request: Request, name: str) -> Response:
    """Return what the page loads."""
    found = page_files().get(name)
    if found is None:
        raise NotFound("the page has no such file")
    return _answer(request, found)


def _answer(request: Request, found: PageFile) -> Response:
    headers = {**_HEADERS, "ETag": found.etag}
    known = request.headers.get("if-none-match", "")
    if found.etag in (tag.strip().removeprefix("W/") for tag in known.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)

"""The bodies of requests as files on disk, in a bounded time.

A body is never held in memory as a whole: a hundred clients may send theirs at the same time, and
only those that are let into the pool are read.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from starlette.datastructures import UploadFile
from starlette.requests import Request

from m2fp.errors import EmptyImage
from m2fp.service.errors import (
    InvalidParameter,
    MalformedRequest,
    RequestTooSlow,
    StoreUnavailable,
)

FILE_FIELD: Final = "file"
_SPOOL_BYTES: Final = 1 << 20
_FIELD_BYTES: Final = 1 << 16
_MAX_FIELDS: Final = 16
_MULTIPART: Final = "multipart/form-data"
_RETRY_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a request.

    Attributes:
        name: what the client called it, for people; "" = nothing.
        file: its bytes, from the start.
        size: number of bytes.
    """

    name: str
    file: IO[bytes]
    size: int

    def head(self, count: int) -> bytes:
        """Return the first bytes; it may block."""
        self.file.seek(0)
        return self.file.read(count)

    def read(self) -> bytes:
        """Return all bytes; it may block."""
        return self.head(self.size)


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request.

    Attributes:
        uploads: its files, one or more.
        fields: the other fields of a form, in their order.
    """

    uploads: tuple[Upload, ...]
    fields: tuple[tuple[str, str], ...]


def keep_uploads_in(folder: Path) -> None:
    """Have this process keep uploads in files of a folder while they come in.

    They belong beside the data, on a disk that the operator has chosen, and have no names: they are
    gone when they are closed, by whatever end.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    tempfile.tempdir = str(folder)


@asynccontextmanager
async def read_body(request: Request, *, max_files: int, seconds: float) -> AsyncIterator[Body]:
    """Yield the body of a request, whose files are gone afterwards.

    A form (multipart/form-data) with files in its fields `file`, or else one file as it is.

    Raises:
        MalformedRequest: the form is broken.
        InvalidParameter: a file is in another field, or the field `file` is no file.
        EmptyImage: there are no bytes.
        RequestTooSlow: it does not come in time.
        StoreUnavailable: there is no room for it on the disk.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        async with asyncio.timeout(seconds):
            body = await (_form(request, max_files) if kind == _MULTIPART else _single(request))
    except TimeoutError:
        raise RequestTooSlow(
            f"the body did not come within {seconds:g} s; send it faster, or smaller"
        ) from None
    except OSError as error:  # a full disk, too many open files
        raise StoreUnavailable(
            f"the body cannot be kept: {error.strerror or error}", retry_after_s=_RETRY_S
        ) from error
    try:
        yield body
    finally:
        for upload in body.uploads:
            upload.file.close()


async def _single(request: Request) -> Body:
    file = SpooledTemporaryFile(_SPOOL_BYTES)  # noqa: SIM115 - closed by `read_body`
    size = 0
    try:
        async for chunk in request.stream():
            if not chunk:
                continue
            size += len(chunk)
            # Beyond the first megabyte this writes to a disk.
            if size > _SPOOL_BYTES:
                await asyncio.to_thread(file.write, chunk)
            else:
                file.write(chunk)
        if size == 0:
            raise EmptyImage(
                "the request has no body; send a picture as the body, or as the field `file` of a "
                "form"
            )
    except BaseException:
        file.close()
        raise
    return Body((Upload("", file, size),), ())


async def _form(request: Request, max_files: int) -> Body:
    # Broken ones raise HTTPException 400 here, with a sentence about what is broken.
    try:
        form = await request.form(
            max_files=max_files, max_fields=_MAX_FIELDS, max_part_size=_FIELD_BYTES
        )
    except (UnicodeError, LookupError):  # Starlette decodes with whatever charset is named
        raise MalformedRequest("the form's charset is none; leave it out") from None
    uploads: list[Upload] = []
    fields: list[tuple[str, str]] = []
    try:
        for name, value in form.multi_items():
            if not isinstance(value, UploadFile):
                if name == FILE_FIELD:
                    raise InvalidParameter(
                        f"the field {FILE_FIELD!r} has text instead of a file; send the picture "
                        "itself: nothing is fetched from addresses",
                        parameter=name,
                    )
                fields.append((name, value))
            elif name != FILE_FIELD:
                raise InvalidParameter(
                    f"the form has a file in the field {name!r}; pictures go into the field "
                    f"{FILE_FIELD!r}",
                    parameter=name,
                )
            else:
                uploads.append(Upload(value.filename or "", value.file, value.size or 0))
        if not uploads:
            raise MalformedRequest(f"the form has no file in the field {FILE_FIELD!r}")
    except BaseException:
        await form.close()
        raise
    return Body(tuple(uploads), tuple(fields))

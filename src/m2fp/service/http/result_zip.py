"""All results of a job as a zip file that is made while it is sent."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from m2fp.service.blobs import BlobStore
from m2fp.service.errors import BlobMissing
from m2fp.service.http.schemas.jobs import ItemDocument, ItemsDocument
from m2fp.service.jobs import Item, Job, JobStore
from m2fp.service.rendering import FORMATS

_BATCH: Final = 100
_REPORT: Final = "report.json"
_UNSAFE: Final = re.compile(r"[^\w.-]+")
_STEM_LENGTH: Final = 80
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)  # the earliest that zip knows: equal results, equal bytes


class _Outlet(io.RawIOBase):
    """What is written and has not been sent yet."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._chunks.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """Return it, and keep nothing."""
        taken = b"".join(self._chunks)
        self._chunks.clear()
        return taken


def zip_of_results(job: Job, store: JobStore, blobs: BlobStore) -> Iterator[bytes]:
    """Yield the zip file in pieces of one result each; it blocks between them.

    Results that are deleted meanwhile are left out. Members are stored as they are: most are
    compressed in themselves, and the processors have better things to do.
    """
    outlet = _Outlet()
    shown: list[ItemDocument] = []
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:
        for start in range(0, job.total, _BATCH):
            for item in store.items(job.id, start, _BATCH):
                shown.append(ItemDocument.of(item))
                for name, key in item.results.items():
                    try:
                        data = blobs.get(key)
                    except BlobMissing:
                        continue
                    _add(archive, result_name(item, name, job.total), data)
                    yield outlet.take()
        report = ItemsDocument(items=shown, start=0, total=job.total, next=None)
        _add(archive, _REPORT, report.model_dump_json(indent=2).encode())
    yield outlet.take()


def result_name(item: Item, name: str, total: int) -> str:
    """Return a file name for a result: the picture's number, what is safe of its name, a suffix."""
    digits = len(str(max(0, total - 1)))
    stem = _UNSAFE.sub("_", PurePosixPath(item.display_name).stem).strip("._")[:_STEM_LENGTH]
    # A header takes no letters beyond ASCII, and not every program that unpacks does.
    safe = stem.encode("ascii", "ignore").decode().strip("._-")
    middle = f"-{safe}" if safe else ""
    return f"{item.index:0{digits}}{middle}.{FORMATS[name].suffix}"


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _MOMENT), data)

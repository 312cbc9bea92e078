"""Making a job of what came in: pictures go to the blobs first, then the row is written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from m2fp.imaging.formats import SNIFF_BYTES, sniff
from m2fp.service.errors import InvalidParameter, StoreUnavailable
from m2fp.service.http.intake.photos import check_format
from m2fp.service.http.intake.upload import Upload
from m2fp.service.http.intake.zips import Member, ZipLimits, is_zip, members
from m2fp.service.http.parts import Parts
from m2fp.service.jobs import (
    Idempotency,
    ItemRef,
    Job,
    NewItem,
    ParseOptions,
    input_key,
    job_prefix,
    new_job_id,
)

_NAME_LENGTH: Final = 200


class Submission:
    """One request for a job. Its methods block, and belong into a thread."""

    def __init__(
        self, parts: Parts, owner: str, options: ParseOptions, idempotency_key: str | None
    ) -> None:
        """Prepare.

        Args:
            parts: where things are kept.
            owner: whose job it will be.
            options: what is to be done with every picture.
            idempotency_key: as the client sent it; None = it did not.
        """
        self._parts = parts
        self._owner = owner
        self._options = options
        self._key = idempotency_key
        self._id = new_job_id()

    def is_new(self, job: Job) -> bool:
        """Return whether `keep` has made this job, and not found it."""
        return job.id == self._id

    def keep(self, uploads: Sequence[Upload]) -> Job:
        """Return the job, once it and its pictures last.

        Raises:
            MalformedRequest, InvalidParameter, ImageError: an upload cannot be taken; nothing is
                kept then.
            IdempotencyConflict: the key came with another request before.
            StoreUnavailable: it cannot be kept.
        """
        with self._pictures_gone_after_errors():
            items = [
                self._keep_picture(index, picture)
                for index, picture in enumerate(self._pictures(uploads))
            ]
            idempotency = self._idempotency(items)
        with self._pictures_gone_after_errors(but=StoreUnavailable):
            # After that one nobody knows whether the job was written: it may be there, and be given
            # to whoever asks again with the same key. If it is not, the sweeper finds its pictures.
            job = self._parts.store.create(
                self._id,
                self._owner,
                self._options,
                items,
                keep_s=self._parts.settings.jobs.result_s,
                idempotency=idempotency,
            )
        if not self.is_new(job):
            self._delete_pictures()
        return job

    @contextmanager
    def _pictures_gone_after_errors(self, *, but: type[Exception] | None = None) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            if but is None or not isinstance(error, but):
                self._delete_pictures()
            raise

    def _delete_pictures(self) -> None:
        with suppress(StoreUnavailable):  # then the sweeper finds them
            self._parts.blobs.delete_prefix(job_prefix(self._id))

    def _pictures(self, uploads: Sequence[Upload]) -> Iterator[Member]:
        """Yield the pictures of all uploads, one in memory at a time."""
        most = self._parts.settings.jobs.max_items
        left = self._parts.settings.jobs.max_job_bytes
        count = 0
        some_picture = False
        for upload in uploads:
            for picture in self._unpacked(upload, most - count, left):
                count += 1
                left -= len(picture.data)
                if count > most:
                    raise InvalidParameter(
                        f"these are more than {most} pictures; send them as several jobs",
                        parameter="file",
                    )
                some_picture = some_picture or sniff(picture.data[:SNIFF_BYTES]) is not None
                yield picture
        if not some_picture:
            check_format(b"")  # one of many fails alone, but a job of none is a mistake

    def _unpacked(self, upload: Upload, items: int, left: int) -> Iterable[Member]:
        limits = self._parts.settings.http.limits
        if is_zip(upload.head(SNIFF_BYTES)):
            return members(
                upload.file,
                ZipLimits(items=max(1, items), item_bytes=limits.max_bytes, total_bytes=left),
            )
        limits.check_bytes(upload.size, None)
        return [Member(upload.name, upload.read())]

    def _keep_picture(self, index: int, picture: Member) -> NewItem:
        key = input_key(ItemRef(self._id, index))
        self._parts.blobs.put(key, picture.data)
        return NewItem(
            display_name=shown_name(picture.name) or f"picture {index + 1}",
            input_key=key,
            size=len(picture.data),
            sha256=hashlib.sha256(picture.data).hexdigest(),
        )

    def _idempotency(self, items: Iterable[NewItem]) -> Idempotency | None:
        """Return the key with a digest of what was asked for.

        Not of the bytes of the body: the boundary of a form differs from one try to the next.
        """
        if self._key is None:
            return None
        digest = hashlib.sha256(repr(self._options).encode())
        for item in items:
            digest.update(f"\n{item.sha256} {item.display_name!r}".encode())
        return Idempotency(key=self._key, digest=digest.hexdigest())


def shown_name(name: str) -> str:
    """Return what may be shown of a client's file name: its last part, without what steers."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(letter for letter in last if letter.isprintable())
    return kept.strip()[:_NAME_LENGTH]

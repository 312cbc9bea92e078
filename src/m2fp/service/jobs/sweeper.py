"""What has to be looked after from time to time: lost workers, and blobs whose time is over."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from m2fp.service.blobs.store import BlobStore
from m2fp.service.errors import StoreUnavailable
from m2fp.service.jobs.job import input_key, job_prefix
from m2fp.service.jobs.store import JobStore, Swept

_log = logging.getLogger(__name__)

# An upload comes before its job: what has no job for so long was never to have one.
_ORPHAN_AGE_S: Final = 3600.0


class Sweeper:
    """Puts back what lost its worker and deletes what nobody may have any more.

    Any number of processes may sweep the same stores. One of these belongs to one thread.
    """

    def __init__(
        self,
        store: JobStore,
        blobs: BlobStore,
        *,
        keep_inputs: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Look after these stores; with keep_inputs pictures of items that failed stay."""
        self._store = store
        self._blobs = blobs
        self._keep_inputs = keep_inputs
        self._monotonic = monotonic
        self._orphans: dict[str, float] = {}  # folder of blobs without a job -> since when
        self._looked: float | None = None

    def sweep(self) -> Swept:
        """Return what the store found, once all that follows from it is done.

        Raises:
            StoreUnavailable: jobs or blobs cannot be read or written. The next sweep goes on.
        """
        try:
            swept = self._store.sweep()
        except StoreUnavailable:
            # A full disk takes no words about jobs before it has room, and these hold some of it.
            for job_id in self._store.due():
                self._blobs.delete_prefix(job_prefix(job_id))
            swept = self._store.sweep()
        for job_id in swept.expired:
            # The row goes last: with it goes the knowledge that there is something to delete.
            self._blobs.delete_prefix(job_prefix(job_id))
            self._store.purged(job_id)
        for ref in () if self._keep_inputs else swept.failed:
            self._blobs.delete_prefix(input_key(ref))
        if swept.requeued or swept.failed:
            _log.warning(
                "workers were lost",
                extra={"requeued": len(swept.requeued), "failed": len(swept.failed)},
            )
        now = self._monotonic()
        if self._looked is None or now - self._looked >= _ORPHAN_AGE_S / 2:
            self._looked = now
            self._delete_orphans(now)
        return swept

    def _delete_orphans(self, now: float) -> None:
        """Delete blobs that have had no job for so long that this is no upload in progress."""
        stored = self._blobs.names("jobs")
        known = self._store.known(stored)
        orphans = {name: self._orphans.get(name, now) for name in stored if name not in known}
        for name, since in list(orphans.items()):
            if now - since >= _ORPHAN_AGE_S:
                self._blobs.delete_prefix(job_prefix(name))
                del orphans[name]
        self._orphans = orphans

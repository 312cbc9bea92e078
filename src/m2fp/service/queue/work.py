"""Work on one claimed item, from its picture to its outcome, whoever has claimed it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Final

from m2fp.errors import M2FPError
from m2fp.service.blobs.store import BlobStore
from m2fp.service.errors import (
    Busy,
    JobNotFound,
    ResultExpired,
    StoreUnavailable,
    WorkerLost,
)
from m2fp.service.jobs.job import Claim, ItemError, Outcome, result_key
from m2fp.service.jobs.store import JobStore
from m2fp.service.operation.settings import JobSettings
from m2fp.service.queue.protocol import Parses, WorkEnd
from m2fp.service.rendering import FORMATS
from m2fp.service.workers import Priority, WorkRequest

_log = logging.getLogger(__name__)

# Longer than a Redis needs to come back with all its rows, so that work done is not done again.
_SAVING_S: Final = 60.0
_BETWEEN_TRIES_S: Final = 0.5

_BUG: Final = ItemError(
    code="internal", message="a fault of the service; its log says more under this job's id"
)


class ItemWork:
    """Does the work of claims with these stores and this pool."""

    def __init__(
        self, store: JobStore, blobs: BlobStore, pool: Parses, settings: JobSettings
    ) -> None:
        """Prepare; nothing is done yet."""
        self._store = store
        self._blobs = blobs
        self._pool = pool
        self._settings = settings

    async def do(self, claim: Claim) -> WorkEnd:
        """Return how the work ended, once nothing more is done for this claim.

        Cancelling the task that awaits this stops the work and puts the item back.
        """
        work = asyncio.create_task(self._make(claim))
        heart = asyncio.create_task(self._keep(claim))
        try:
            await asyncio.wait({work, heart}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                return WorkEnd.LOST
            return await self._settle(claim, work)
        except asyncio.CancelledError:
            await _stop(work)
            # Whoever cancels waits for this: another one may claim the item as soon as it is back.
            await asyncio.shield(self._put_back(claim, counted=False))
            raise
        finally:
            await _stop(work)
            await _stop(heart)

    async def _make(self, claim: Claim) -> Outcome:
        """Return the outcome, with its results stored."""
        photo = await asyncio.to_thread(self._blobs.get, claim.input_key)
        answer = await self._pool.parse(
            WorkRequest(photo=photo, options=claim.options, limit_s=self._settings.item_deadline_s),
            priority=Priority.JOB,
        )
        results = {}
        for name, body in answer.bodies.items():
            key = result_key(claim, FORMATS[name].suffix)
            await asyncio.to_thread(self._blobs.put, key, body)
            results[name] = key
        return Outcome(results=results, persons=answer.persons, timing=answer.timing)

    async def _keep(self, claim: Claim) -> None:
        """Renew the claim until it is lost."""
        while True:
            await asyncio.sleep(self._settings.renew_s)
            try:
                if not await asyncio.to_thread(self._store.renew, claim):
                    return
            except StoreUnavailable as error:
                # Who does not reach the store does not know that the claim is lost. Finishing
                # finds out.
                _log.warning("a claim was not renewed: %s", error)

    async def _settle(self, claim: Claim, work: asyncio.Task[Outcome]) -> WorkEnd:
        """Return how work that is done has ended, once the store knows it."""
        try:
            outcome = work.result()
        except WorkerLost:
            await self._put_back(claim, counted=True)
            return WorkEnd.WORKER_LOST
        except Busy as error:
            # No disk space, no model, shutting down: nothing is wrong with the picture.
            _log.warning("an item was put back: %s", error, extra={"job_id": claim.job_id})
            await self._put_back(claim, counted=False)
            await self._delete_results(claim)
            return WorkEnd.RELEASED
        except M2FPError as error:
            outcome = Outcome(error=ItemError(code=error.code, message=error.message))
        except Exception:  # noqa: BLE001 - a bug must not hang the job
            _log.exception("work on an item failed", extra={"job_id": claim.job_id})
            outcome = Outcome(error=_BUG)
        return await self._save(claim, outcome)

    async def _save(self, claim: Claim, outcome: Outcome) -> WorkEnd:
        loop = asyncio.get_running_loop()
        until = loop.time() + _SAVING_S
        while True:
            try:
                ours = await asyncio.to_thread(self._store.finish, claim, outcome)
                break
            except StoreUnavailable as error:
                if loop.time() >= until:
                    # Perhaps it was saved and only the answer is missing: the results stay, and go
                    # with the job.
                    _log.error(
                        "an outcome was not saved: %s", error, extra={"job_id": claim.job_id}
                    )
                    return WorkEnd.UNSAVED
            await asyncio.sleep(_BETWEEN_TRIES_S)
        if not ours:
            await self._delete_results(claim)
            return WorkEnd.LOST
        if not self._settings.keep_inputs:
            await self._delete(claim.input_key)
        return WorkEnd.FAILED if outcome.error else WorkEnd.SUCCEEDED

    async def _put_back(self, claim: Claim, *, counted: bool) -> None:
        """Put the item back; where the store does not answer, the end of the lease does it."""
        with suppress(StoreUnavailable):
            if not counted:
                await asyncio.to_thread(self._store.release, claim)
            elif not await asyncio.to_thread(self._store.retry, claim):
                await self._delete_input_if_ended(claim)

    async def _delete_input_if_ended(self, claim: Claim) -> None:
        """Delete the picture unless somebody else works on it."""
        if self._settings.keep_inputs:
            return
        with suppress(JobNotFound, ResultExpired):  # it has gone with the job
            (item,) = await asyncio.to_thread(self._store.items, claim.job_id, claim.index, 1)
            if item.state.ended:
                await self._delete(claim.input_key)

    async def _delete_results(self, claim: Claim) -> None:
        for name in claim.options.formats:
            await self._delete(result_key(claim, FORMATS[name].suffix))

    async def _delete(self, key: str) -> None:
        """Delete a blob; what cannot be deleted now goes with the job."""
        with suppress(StoreUnavailable):
            await asyncio.to_thread(self._blobs.delete_prefix, key)


async def _stop(task: asyncio.Task[Outcome] | asyncio.Task[None]) -> None:
    """Return when a task is over; what it raised then is nobody's business."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()

"""What a store of jobs promises; the tests of it run against every implementation.

The row is the truth. A message that says that there is work may come late, twice or never: an item
is worked on by whoever claims it here, and its result is that of the claim that was still valid
when it finished. Every method is atomic and may be repeated after its answer was lost.

Who has claimed an item says so again and again (`renew`). Whether he has stopped is judged by the
sweeper's own monotonic clock, see `watch.py`: no clock of the day decides who works on what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from m2fp.service.jobs.job import (
    Claim,
    Idempotency,
    Item,
    ItemError,
    ItemRef,
    Job,
    JobState,
    NewItem,
    Outcome,
    ParseOptions,
)

# For so long it is still told that there was a job (410) after its results were deleted.
TOMBSTONE_S: Final = 7 * 24 * 3600.0

WORKER_LOST: Final = ItemError(
    code="worker_lost",
    message="every process that worked on this picture ended in the middle of it; it is not "
    "tried again",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep found.

    Attributes:
        requeued: items whose worker was lost; they are queued again.
        failed: items whose worker was lost too often; they have failed.
        expired: jobs whose blobs are to be deleted. They come with every sweep until `purged`.
    """

    requeued: tuple[ItemRef, ...] = ()
    failed: tuple[ItemRef, ...] = ()
    expired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStats:
    """The queue at one moment.

    Attributes:
        depth: items that wait.
        running: items that somebody works on.
        oldest_age_s: for how long the first of those that wait has; 0 when none does.
        jobs: number of jobs by state, all states.
    """

    depth: int
    running: int
    oldest_age_s: float
    jobs: Mapping[JobState, int]


class JobStore(Protocol):
    """Jobs that survive; safe to use from several threads and processes.

    Every method raises StoreUnavailable when the store cannot be read or written.
    """

    def create(
        self,
        job_id: str,
        owner: str,
        options: ParseOptions,
        items: Sequence[NewItem],
        *,
        keep_s: float,
        idempotency: Idempotency | None = None,
    ) -> Job:
        """Return the new job, or the one that this owner made with the same Idempotency-Key.

        The latter's id is not `job_id`: the caller then deletes the pictures it has stored.

        Args:
            job_id: from `new_job_id`; blobs of the job are stored already.
            owner: who may see it.
            options: what to do.
            items: one or more.
            keep_s: results are deleted so long after the job has ended.
            idempotency: None where the client sent no key.

        Raises:
            IdempotencyConflict: the key came with another request before.
        """

    def get(self, job_id: str) -> Job:
        """Return the job.

        Raises:
            JobNotFound: there is none with this id.
            ResultExpired: there was one.
        """

    def items(self, job_id: str, start: int = 0, count: int = 100) -> list[Item]:
        """Return some items in order, none past the last; raises what `get` does."""

    def position(self, job_id: str) -> int:
        """Return how many queued items of all jobs come before the job's first queued one."""

    def claim(self, worker: str, *, only: ItemRef | None = None, lease_s: float) -> Claim | None:
        """Return the right to work on the next queued item, or None when there is none.

        The attempt is counted now: a picture that kills its worker leaves no other trace.

        Args:
            worker: who asks, for people who look into the store.
            only: this item or none.
            lease_s: the claim is lost when it is not renewed for so long.
        """

    def renew(self, claim: Claim) -> bool:
        """Return whether the claim still holds, and say that its owner lives.

        False: it was lost or the job was cancelled, and the work is to be stopped.
        """

    def finish(self, claim: Claim, outcome: Outcome) -> bool:
        """Return whether the outcome is the item's; the same claim's is so however often it comes.

        False: the claim was lost, and the caller deletes what it wrote.
        """

    def release(self, claim: Claim) -> None:
        """Put the item back as if it had never been claimed; nothing if the claim was lost."""

    def retry(self, claim: Claim) -> bool:
        """Return whether the item was put back with its attempt counted.

        False: it was the last attempt and the item has failed, or the claim was lost before.
        """

    def cancel(self, job_id: str) -> Job:
        """Return the job, none of whose items is worked on from now on; cancelling twice is fine.

        Raises:
            JobNotFound, ResultExpired: as `get`.
            JobNotCancellable: it has ended.
        """

    def delete(self, job_id: str) -> None:
        """Forget a job, in whatever state; the caller deletes its blobs afterwards.

        Raises:
            JobNotFound: there is none with this id.
        """

    def sweep(self) -> Swept:
        """Put back items whose worker is lost, and end the time of jobs."""

    def due(self) -> tuple[str, ...]:
        """Return the jobs whose time is over before a sweep says so; nothing is written."""

    def purged(self, job_id: str) -> None:
        """Say that the blobs of an expired job are deleted."""

    def known(self, job_ids: Sequence[str]) -> set[str]:
        """Return which of these are jobs whose blobs are not to be deleted."""

    def queued(self, count: int) -> list[ItemRef]:
        """Return the first queued items, in the order in which they are claimed."""

    def stats(self) -> QueueStats:
        """Return how full the queue is."""

    def healthy(self) -> None:
        """Return when the store can be read and written."""

    def close(self) -> None:
        """Give back what it holds; nothing else may be called afterwards."""

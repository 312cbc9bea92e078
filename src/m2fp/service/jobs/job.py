"""Jobs and their items, as values.

A job is what a client submits and asks after; an item is one picture of it, and the unit of work.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

MAX_ATTEMPTS: Final = 3


class JobState(StrEnum):
    """How far a job is."""

    QUEUED = "queued"  # no item has been begun
    RUNNING = "running"
    SUCCEEDED = "succeeded"  # every item has
    PARTIAL = "partial"  # some items have, the others failed
    FAILED = "failed"  # every item has
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # its results have been deleted

    @property
    def ended(self) -> bool:
        """Return whether nothing more will happen to its items."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


class ItemState(StrEnum):
    """How far an item is."""

    QUEUED = "queued"
    RUNNING = "running"  # somebody has claimed it
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Return whether nothing more will happen to it."""
        return self not in (ItemState.QUEUED, ItemState.RUNNING)


@dataclass(frozen=True, slots=True, order=True)
class ItemRef:
    """Which item of which job."""

    job_id: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseOptions:
    """What is to be done with every picture of a job.

    Attributes:
        model: name of the model.
        formats: names of `m2fp.service.rendering.FORMATS`.
        flip: whether the mirrored picture is looked at too.
        scales: sizes at which the picture is looked at.
    """

    model: str
    formats: tuple[str, ...] = ("json",)
    flip: bool = False
    scales: tuple[float, ...] = (1.0,)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """One picture to be put into a job.

    Attributes:
        display_name: what the client called it; shown to that client and used for nothing else.
        input_key: where its bytes are; they are there before the job is.
        size: number of its bytes.
        sha256: of its bytes.
    """

    display_name: str
    input_key: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemError:
    """Why an item failed: a stable code for programs and a sentence for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One picture of a job.

    Attributes:
        job_id: its job.
        index: its place in the job, from 0.
        display_name: what the client called it.
        input_key: where its bytes are, or were: they are deleted once it has ended.
        size: number of its bytes.
        sha256: of its bytes.
        state: how far it is.
        attempts: how often work on it was begun and not given back.
        results: keys of the results by format, once it has succeeded.
        error: why it failed, if it did.
        persons: how many people were found, once it has succeeded.
        timing: seconds by stage, once it has ended.
    """

    job_id: str
    index: int
    display_name: str
    input_key: str
    size: int
    sha256: str
    state: ItemState
    attempts: int = 0
    results: Mapping[str, str] = field(default_factory=dict)
    error: ItemError | None = None
    persons: int | None = None
    timing: Mapping[str, float] = field(default_factory=dict)

    @property
    def ref(self) -> ItemRef:
        """Return which item it is."""
        return ItemRef(self.job_id, self.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a client submitted.

    Attributes:
        id: see `new_job_id`.
        owner: who may see it.
        options: what is done with every picture.
        state: how far it is.
        created: seconds since 1970.
        finished: likewise, when its last item ended or it was cancelled.
        expires: likewise, when its results are deleted. None until it has ended: a job that waits
            is never dropped, whatever the clock says.
        total: number of items.
        done: items that have ended, well or not.
        failed: those of them that failed.
        current: display name of the first item that is being worked on.
    """

    id: str
    owner: str
    options: ParseOptions
    state: JobState
    created: float
    finished: float | None = None
    expires: float | None = None
    total: int
    done: int = 0
    failed: int = 0
    current: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """An Idempotency-Key as the owner sent it, and a digest of the request that it came with."""

    key: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to work on an item, until it is lost, given back or used up by `finish`.

    Attributes:
        job_id: the job.
        index: the item.
        token: made for this claim; in the keys of what it writes.
        attempt: which attempt it is, from 1.
        lease_s: a claim that is not renewed for so long is lost.
        input_key: where the picture is.
        display_name: what the client called it.
        options: what to do.
    """

    job_id: str
    index: int
    token: str
    attempt: int
    lease_s: float
    input_key: str
    display_name: str
    options: ParseOptions

    @property
    def ref(self) -> ItemRef:
        """Return which item it is."""
        return ItemRef(self.job_id, self.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How work on an item ended: with results, or with an error that is the picture's.

    Attributes:
        results: keys of the results by format.
        error: why there are none.
        persons: how many people were found.
        timing: seconds by stage.
    """

    results: Mapping[str, str] = field(default_factory=dict)
    error: ItemError | None = None
    persons: int | None = None
    timing: Mapping[str, float] = field(default_factory=dict)


def new_job_id() -> str:
    """Return 128 random bits as 26 lower-case letters and digits: nobody guesses another's job."""
    return base64.b32encode(secrets.token_bytes(16)).decode("ascii").rstrip("=").lower()


def job_prefix(job_id: str) -> str:
    """Return the prefix of all blobs of a job."""
    return f"jobs/{job_id}"


def input_key(ref: ItemRef) -> str:
    """Return the key of an item's picture."""
    return f"{job_prefix(ref.job_id)}/{ref.index}/input"


def result_key(claim: Claim, suffix: str) -> str:
    """Return the key of a result: one claim's own, so that two runs of an item never mix."""
    return f"{job_prefix(claim.job_id)}/{claim.index}/{claim.token}.{suffix}"


def ended_state(*, total: int, succeeded: int) -> JobState:
    """Return the state of a job all of whose items have ended, none by cancelling."""
    if succeeded == total:
        return JobState.SUCCEEDED
    return JobState.PARTIAL if succeeded else JobState.FAILED

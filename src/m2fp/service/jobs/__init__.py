"""Jobs that survive: what they are, and where they are kept."""

from m2fp.service.jobs.job import (
    MAX_ATTEMPTS,
    Claim,
    Idempotency,
    Item,
    ItemError,
    ItemRef,
    ItemState,
    Job,
    JobState,
    NewItem,
    Outcome,
    ParseOptions,
    input_key,
    job_prefix,
    new_job_id,
    result_key,
)
from m2fp.service.jobs.store import JobStore, QueueStats, Swept

__all__ = [
    "MAX_ATTEMPTS",
    "Claim",
    "Idempotency",
    "Item",
    "ItemError",
    "ItemRef",
    "ItemState",
    "Job",
    "JobState",
    "JobStore",
    "NewItem",
    "Outcome",
    "ParseOptions",
    "QueueStats",
    "Swept",
    "input_key",
    "job_prefix",
    "new_job_id",
    "result_key",
]

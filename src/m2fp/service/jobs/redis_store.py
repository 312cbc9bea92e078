"""Jobs in Redis: the store that any number of machines share."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence

from m2fp.service.errors import (
    IdempotencyConflict,
    JobNotCancellable,
    JobNotFound,
    ResultExpired,
)
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
)
from m2fp.service.jobs.redis_connection import RedisConnection
from m2fp.service.jobs.store import TOMBSTONE_S, WORKER_LOST, QueueStats, Swept
from m2fp.service.jobs.watch import Beat, LeaseWatch
from m2fp.service.jobs.wire import mapping_to_json, options_from_json, options_to_json

_MOST_ITEMS = 1_000_000  # of one job; see `score` in common.lua


class RedisJobStore:
    """A `JobStore` in one Redis (no cluster), which is to keep an append-only file.

    Redis holds rows only, a few hundred bytes per picture: no pictures and no results.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        max_attempts: int = MAX_ATTEMPTS,
    ) -> None:
        """Use a Redis; nothing is sent yet. Raises ConfigError when the address is none."""
        self._redis = RedisConnection(url)
        self._clock = clock
        self._watch = LeaseWatch(monotonic)
        self._max_attempts = max_attempts

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
        """Return the new job, or the one of the same Idempotency-Key."""
        if not 0 < len(items) < _MOST_ITEMS:
            raise ValueError(f"a job has one item or more, below {_MOST_ITEMS}")
        digest, key = "", ""
        if idempotency is not None:
            digest = idempotency.digest
            both = json.dumps([owner, idempotency.key]).encode()
            key = hashlib.sha256(both).hexdigest()
        fields: list[str | float] = []
        for new in items:
            fields += [new.display_name, new.input_key, new.size, new.sha256]
        said = self._redis.run(
            "create",
            *(job_id, owner, options_to_json(options), self._clock(), keep_s, digest, key),
            *fields,
        )
        if said[0] == "conflict":
            raise IdempotencyConflict(
                "this Idempotency-Key came with another request before; use a new one"
            )
        return _job(*said[1])

    def get(self, job_id: str) -> Job:
        """Return the job."""
        said = self._redis.run("describe", job_id)
        if said is None:
            raise JobNotFound("there is no job with this id", job_id=job_id)
        job = _job(*said)
        if job.state is JobState.EXPIRED:
            raise ResultExpired("the results of this job have been deleted: its time is over")
        return job

    def items(self, job_id: str, start: int = 0, count: int = 100) -> list[Item]:
        """Return some items in order."""
        places = range(start, min(start + count, self.get(job_id).total))
        rows = self._redis.hashes([f"m2fp:item:{job_id}:{place}" for place in places])
        if not all(rows):
            self.get(job_id)  # it expired or was deleted in between, and this says which
        return [_item(job_id, place, row) for place, row in zip(places, rows, strict=True) if row]

    def position(self, job_id: str) -> int:
        """Return how many queued items come before the job's first queued one."""
        self.get(job_id)
        (row,) = self._redis.hashes([f"m2fp:job:{job_id}"])
        return self._redis.count_below("m2fp:queue", int(row.get("number", 0)) * _MOST_ITEMS)

    def claim(self, worker: str, *, only: ItemRef | None = None, lease_s: float) -> Claim | None:
        """Return the right to work on the next queued item, or None."""
        token = secrets.token_hex(8)
        wanted = f"{only.job_id}:{only.index}" if only else ""
        said = self._redis.run("claim", worker, token, lease_s, wanted)
        if said is None:
            return None
        job_id, place, attempt, key, name, options = said
        return Claim(
            job_id=job_id,
            index=int(place),
            token=token,
            attempt=int(attempt),
            lease_s=lease_s,
            input_key=key,
            display_name=name,
            options=options_from_json(options),
        )

    def renew(self, claim: Claim) -> bool:
        """Return whether the claim still holds, and say that its owner lives."""
        return bool(self._redis.run("renew", *_named(claim)))

    def finish(self, claim: Claim, outcome: Outcome) -> bool:
        """Return whether the outcome is the item's."""
        fields: dict[str, str | float] = {"timing": mapping_to_json(outcome.timing)}
        if outcome.persons is not None:
            fields["persons"] = outcome.persons
        if outcome.error is None:
            fields["results"] = mapping_to_json(outcome.results)
        else:
            fields["error_code"] = outcome.error.code
            fields["error_message"] = outcome.error.message
        pairs = [text for pair in fields.items() for text in pair]
        failed = "" if outcome.error is None else "failed"
        return bool(self._redis.run("finish", *_named(claim), self._clock(), failed, *pairs))

    def release(self, claim: Claim) -> None:
        """Put the item back as if it had never been claimed."""
        self._redis.run("release", *_named(claim))

    def retry(self, claim: Claim) -> bool:
        """Return whether the item was put back with its attempt counted."""
        return self._lose(claim.ref, claim.token, "") == 1

    def cancel(self, job_id: str) -> Job:
        """Return the job, none of whose items is worked on from now on."""
        if not self._redis.run("cancel", job_id, self._clock()):
            job = self.get(job_id)
            if job.state is not JobState.CANCELLED:
                raise JobNotCancellable(f"the job has ended: it is {job.state}")
        return self.get(job_id)

    def delete(self, job_id: str) -> None:
        """Forget a job, in whatever state."""
        if not self._redis.run("delete", job_id):
            raise JobNotFound("there is no job with this id", job_id=job_id)

    def sweep(self) -> Swept:
        """Put back items whose worker is lost, and end the time of jobs."""
        (running,) = self._redis.hashes(["m2fp:running"])
        beats = []
        for member, text in running.items():
            token, count, lease_s = text.split(" ")
            beats.append(Beat(_ref(member), token, int(count), float(lease_s)))
        requeued: list[ItemRef] = []
        failed: list[ItemRef] = []
        for beat in self._watch.stale(beats):
            said = self._lose(beat.ref, beat.token, str(beat.number))
            if said >= 0:  # else it was renewed or ended since
                (requeued if said else failed).append(beat.ref)
        expired = self._redis.run("expire", self._clock())
        return Swept(requeued=tuple(requeued), failed=tuple(failed), expired=tuple(sorted(expired)))

    def due(self) -> tuple[str, ...]:
        """Return the jobs whose time is over before a sweep says so; nothing is written."""
        return tuple(sorted(self._redis.below("m2fp:ended", self._clock())))

    def purged(self, job_id: str) -> None:
        """Say that the blobs of an expired job are deleted."""
        self._redis.run("purged", job_id, TOMBSTONE_S)

    def known(self, job_ids: Sequence[str]) -> set[str]:
        """Return which of these are jobs whose blobs are not to be deleted."""
        rows = self._redis.hashes([f"m2fp:job:{job_id}" for job_id in job_ids])
        return {row["id"] for row in rows if row and row["state"] != JobState.EXPIRED}

    def queued(self, count: int) -> list[ItemRef]:
        """Return the first queued items."""
        return [_ref(member) for member in self._redis.first("m2fp:queue", count)]

    def stats(self) -> QueueStats:
        """Return how full the queue is."""
        depth, running, oldest, pairs = self._redis.run("stats")
        states = _dictionary(pairs)
        return QueueStats(
            depth=int(depth),
            running=int(running),
            oldest_age_s=max(0.0, self._clock() - float(oldest)) if oldest else 0.0,
            jobs={state: int(states.get(state.value, 0)) for state in JobState},
        )

    def healthy(self) -> None:
        """Return when Redis can be read and written."""
        self._redis.write("m2fp:health", secrets.token_hex(8))

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()

    def _lose(self, ref: ItemRef, token: str, beat: str) -> int:
        """Return 1: queued again, 0: failed, -1: not this claim any more."""
        return int(
            self._redis.run(
                "lose",
                *(ref.job_id, ref.index, token, beat),
                *(self._max_attempts, self._clock(), WORKER_LOST.code, WORKER_LOST.message),
            )
        )


def _named(claim: Claim) -> tuple[str, int, str]:
    return claim.job_id, claim.index, claim.token


def _ref(member: str) -> ItemRef:
    job_id, _, place = member.rpartition(":")
    return ItemRef(job_id, int(place))


def _dictionary(pairs: Sequence[str]) -> dict[str, str]:
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


def _job(pairs: Sequence[str], current: str | None) -> Job:
    row = _dictionary(pairs)
    return Job(
        id=row["id"],
        owner=row["owner"],
        options=options_from_json(row["options"]),
        state=JobState(row["state"]),
        created=float(row["created"]),
        finished=float(row["finished"]) if "finished" in row else None,
        expires=float(row["expires"]) if "expires" in row else None,
        total=int(row["total"]),
        done=int(row["done"]),
        failed=int(row["failed"]),
        current=current,
    )


def _item(job_id: str, place: int, row: Mapping[str, str]) -> Item:
    error = None
    if "error_code" in row:
        error = ItemError(code=row["error_code"], message=row["error_message"])
    return Item(
        job_id=job_id,
        index=place,
        display_name=row["display_name"],
        input_key=row["input_key"],
        size=int(row["size"]),
        sha256=row["sha256"],
        state=ItemState(row["state"]),
        attempts=int(row["attempts"]),
        results=json.loads(row.get("results", "{}")),
        error=error,
        persons=int(row["persons"]) if "persons" in row else None,
        timing=json.loads(row.get("timing", "{}")),
    )

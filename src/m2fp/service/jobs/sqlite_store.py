"""Jobs in a SQLite file: the store of one machine, with nothing to install or to run."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from m2fp.service.errors import (
    IdempotencyConflict,
    JobNotCancellable,
)
from m2fp.service.jobs.job import (
    MAX_ATTEMPTS,
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
    ended_state,
)
from m2fp.service.jobs.sqlite_database import SqliteDatabase
from m2fp.service.jobs.sqlite_rows import (
    claim_from_row,
    describe,
    find_claimed,
    find_row,
    item_from_row,
    live_row,
    not_found,
    requeue,
)
from m2fp.service.jobs.store import TOMBSTONE_S, WORKER_LOST, QueueStats, Swept
from m2fp.service.jobs.watch import Beat, LeaseWatch
from m2fp.service.jobs.wire import mapping_to_json, options_to_json


class SqliteJobStore:
    """A `JobStore` in one file; several processes of one machine may use it."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        max_attempts: int = MAX_ATTEMPTS,
    ) -> None:
        """Open a file, which is made if need be; raises what `SqliteDatabase` does."""
        self._database = SqliteDatabase(path)
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
        if not items:
            raise ValueError("a job has one item or more")
        key, digest = (idempotency.key, idempotency.digest) if idempotency else (None, None)
        with self._database.write() as db:
            known = db.execute(
                "SELECT * FROM jobs WHERE id = ? OR (owner = ? AND idempotency_key = ?)",
                (job_id, owner, key),
            ).fetchone()
            if known is not None:
                if known["idempotency_digest"] != digest:
                    raise IdempotencyConflict(
                        "this Idempotency-Key came with another request before; use a new one"
                    )
                return describe(db, known)
            db.execute(
                "INSERT INTO jobs (id, owner, options, state, created, keep_s, total,"
                " idempotency_key, idempotency_digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(job_id, owner, options_to_json(options), JobState.QUEUED, self._clock()),
                    *(keep_s, len(items), key, digest),
                ),
            )
            row = find_row(db, job_id)
            db.executemany(
                "INSERT INTO items (job, place, display_name, input_key, size, sha256)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (row["number"], place, new.display_name, new.input_key, new.size, new.sha256)
                    for place, new in enumerate(items)
                ),
            )
            return describe(db, row)

    def get(self, job_id: str) -> Job:
        """Return the job."""
        with self._database.read() as db:
            return describe(db, live_row(db, job_id))

    def items(self, job_id: str, start: int = 0, count: int = 100) -> list[Item]:
        """Return some items in order."""
        with self._database.read() as db:
            rows = db.execute(
                "SELECT * FROM items WHERE job = ? AND place >= ? ORDER BY place LIMIT ?",
                (live_row(db, job_id)["number"], start, count),
            )
            return [item_from_row(row, job_id) for row in rows]

    def position(self, job_id: str) -> int:
        """Return how many queued items come before the job's first queued one."""
        with self._database.read() as db:
            (before,) = db.execute(
                "SELECT count(*) FROM items WHERE state = 'queued' AND job < ?",
                (live_row(db, job_id)["number"],),
            ).fetchone()
            return int(before)

    def claim(self, worker: str, *, only: ItemRef | None = None, lease_s: float) -> Claim | None:
        """Return the right to work on the next queued item, or None."""
        with self._database.write() as db:
            if only is None:
                found = db.execute(
                    "SELECT job, place FROM items WHERE state = 'queued' ORDER BY job, place"
                )
            else:
                found = db.execute(
                    "SELECT job, place FROM items JOIN jobs ON number = job"
                    " WHERE items.state = 'queued' AND id = ? AND place = ?",
                    (only.job_id, only.index),
                )
            row = found.fetchone()
            if row is None:
                return None
            where = (row["job"], row["place"])
            db.execute(
                "UPDATE items SET state = 'running', attempts = attempts + 1, worker = ?,"
                " token = ?, beat = 0, lease_s = ? WHERE job = ? AND place = ?",
                (worker, secrets.token_hex(8), lease_s, *where),
            )
            db.execute("UPDATE jobs SET state = 'running' WHERE number = ?", (row["job"],))
            return claim_from_row(
                db.execute(
                    "SELECT items.*, id, options FROM items JOIN jobs ON number = job"
                    " WHERE job = ? AND place = ?",
                    where,
                ).fetchone()
            )

    def renew(self, claim: Claim) -> bool:
        """Return whether the claim still holds, and say that its owner lives."""
        with self._database.write() as db:
            row = find_claimed(db, claim.ref, claim.token)
            if row is None or row["state"] != "running":
                return False
            db.execute(
                "UPDATE items SET beat = beat + 1 WHERE job = ? AND place = ?",
                (row["job"], row["place"]),
            )
            return True

    def finish(self, claim: Claim, outcome: Outcome) -> bool:
        """Return whether the outcome is the item's."""
        with self._database.write() as db:
            row = find_claimed(db, claim.ref, claim.token)
            if row is None:
                return False
            if row["state"] == "running":
                self._end(db, row, outcome)
            return row["state"] in ("running", "succeeded", "failed")

    def release(self, claim: Claim) -> None:
        """Put the item back as if it had never been claimed."""
        with self._database.write() as db:
            row = find_claimed(db, claim.ref, claim.token)
            if row is not None and row["state"] == "running":
                requeue(db, row, attempts=row["attempts"] - 1)

    def retry(self, claim: Claim) -> bool:
        """Return whether the item was put back with its attempt counted."""
        with self._database.write() as db:
            row = find_claimed(db, claim.ref, claim.token)
            return row is not None and row["state"] == "running" and self._lost(db, row)

    def cancel(self, job_id: str) -> Job:
        """Return the job, none of whose items is worked on from now on."""
        with self._database.write() as db:
            row = live_row(db, job_id)
            state = JobState(row["state"])
            if state is JobState.CANCELLED:
                return describe(db, row)
            if state.ended:
                raise JobNotCancellable(f"the job has ended: it is {state}")
            # Without its token a claim is lost: the next `renew` stops the work.
            ended = db.execute(
                "UPDATE items SET state = 'cancelled', token = NULL"
                " WHERE job = ? AND state IN ('queued', 'running')",
                (row["number"],),
            ).rowcount
            db.execute("UPDATE jobs SET done = done + ? WHERE number = ?", (ended, row["number"]))
            self._close(db, row, JobState.CANCELLED)
            return describe(db, find_row(db, job_id))

    def delete(self, job_id: str) -> None:
        """Forget a job, in whatever state."""
        with self._database.write() as db:
            if not db.execute("DELETE FROM jobs WHERE id = ?", (job_id,)).rowcount:
                raise not_found(job_id)

    def sweep(self) -> Swept:
        """Put back items whose worker is lost, and end the time of jobs."""
        with self._database.read() as db:
            running = db.execute(
                "SELECT id, place, token, beat, lease_s FROM items JOIN jobs ON number = job"
                " WHERE items.state = 'running'"
            ).fetchall()
        stale = self._watch.stale(
            Beat(ItemRef(row["id"], row["place"]), row["token"], row["beat"], row["lease_s"])
            for row in running
        )
        with self._database.write() as db:
            requeued: list[ItemRef] = []
            failed: list[ItemRef] = []
            for beat in stale:
                row = find_claimed(db, beat.ref, beat.token)
                # Else it was renewed or ended since.
                if row is not None and row["state"] == "running" and row["beat"] == beat.number:
                    (requeued if self._lost(db, row) else failed).append(beat.ref)
            return Swept(requeued=tuple(requeued), failed=tuple(failed), expired=self._expire(db))

    def due(self) -> tuple[str, ...]:
        """Return the jobs whose time is over before a sweep says so; nothing is written."""
        with self._database.read() as db:
            rows = db.execute(
                "SELECT id FROM jobs WHERE state != 'expired' AND expires <= ?", (self._clock(),)
            ).fetchall()
        return tuple(row["id"] for row in rows)

    def purged(self, job_id: str) -> None:
        """Say that the blobs of an expired job are deleted."""
        with self._database.write() as db:
            db.execute("UPDATE jobs SET purged = 1 WHERE id = ? AND state = 'expired'", (job_id,))

    def known(self, job_ids: Sequence[str]) -> set[str]:
        """Return which of these are jobs whose blobs are not to be deleted."""
        with self._database.read() as db:
            found = (
                db.execute(
                    "SELECT id FROM jobs WHERE id = ? AND state != 'expired'", (job_id,)
                ).fetchone()
                for job_id in job_ids
            )
            return {row["id"] for row in found if row is not None}

    def queued(self, count: int) -> list[ItemRef]:
        """Return the first queued items."""
        with self._database.read() as db:
            rows = db.execute(
                "SELECT id, place FROM items JOIN jobs ON number = job"
                " WHERE items.state = 'queued' ORDER BY job, place LIMIT ?",
                (count,),
            )
            return [ItemRef(row["id"], row["place"]) for row in rows]

    def stats(self) -> QueueStats:
        """Return how full the queue is."""
        with self._database.read() as db:
            depth, oldest = db.execute(
                "SELECT count(*), min(created) FROM items JOIN jobs ON number = job"
                " WHERE items.state = 'queued'"
            ).fetchone()
            (running,) = db.execute("SELECT count(*) FROM items WHERE state = 'running'").fetchone()
            states = dict(
                tuple(row) for row in db.execute("SELECT state, count(*) FROM jobs GROUP BY state")
            )
        age = 0.0 if oldest is None else max(0.0, self._clock() - oldest)
        jobs = {state: int(states.get(state.value, 0)) for state in JobState}
        return QueueStats(depth=depth, running=running, oldest_age_s=age, jobs=jobs)

    def healthy(self) -> None:
        """Return when the file can be read and written."""
        with self._database.write() as db:
            db.execute("PRAGMA application_id = 1298286160")  # writes a page, even the same value

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _lost(self, db: sqlite3.Connection, item: sqlite3.Row) -> bool:
        """Return whether an item that lost its worker is queued again; else it has failed."""
        if item["attempts"] < self._max_attempts:
            requeue(db, item, attempts=item["attempts"])
            return True
        self._end(db, item, Outcome(error=WORKER_LOST))
        # This outcome is no claim's: who finishes late after all is told so.
        db.execute(
            "UPDATE items SET token = NULL WHERE job = ? AND place = ?",
            (item["job"], item["place"]),
        )
        return False

    def _end(self, db: sqlite3.Connection, item: sqlite3.Row, outcome: Outcome) -> None:
        """Write an item's outcome, and the job's end if it was the last."""
        error: ItemError | None = outcome.error
        db.execute(
            "UPDATE items SET state = ?, results = ?, error_code = ?, error_message = ?,"
            " persons = ?, timing = ? WHERE job = ? AND place = ?",
            (
                "failed" if error else "succeeded",
                mapping_to_json({} if error else outcome.results),
                error.code if error else None,
                error.message if error else None,
                outcome.persons,
                mapping_to_json(outcome.timing),
                *(item["job"], item["place"]),
            ),
        )
        row = db.execute(
            "UPDATE jobs SET done = done + 1, failed = failed + ? WHERE number = ? RETURNING *",
            (int(error is not None), item["job"]),
        ).fetchone()
        if row["done"] == row["total"]:
            succeeded = row["total"] - row["failed"]
            self._close(db, row, ended_state(total=row["total"], succeeded=succeeded))

    def _close(self, db: sqlite3.Connection, job: sqlite3.Row, state: JobState) -> None:
        now = self._clock()
        db.execute(
            "UPDATE jobs SET state = ?, finished = ?, expires = ? WHERE number = ?",
            (state, now, now + job["keep_s"], job["number"]),
        )

    def _expire(self, db: sqlite3.Connection) -> tuple[str, ...]:
        """Return the jobs whose blobs are to be deleted; their items are gone."""
        now = self._clock()
        due = db.execute(
            "SELECT number FROM jobs WHERE state != 'expired' AND expires <= ?", (now,)
        ).fetchall()
        db.executemany("DELETE FROM items WHERE job = ?", due)
        db.executemany(
            "UPDATE jobs SET state = 'expired', idempotency_key = NULL WHERE number = ?", due
        )
        db.execute("DELETE FROM jobs WHERE purged AND expires <= ?", (now - TOMBSTONE_S,))
        rows = db.execute("SELECT id FROM jobs WHERE state = 'expired' AND NOT purged")
        return tuple(row["id"] for row in rows)

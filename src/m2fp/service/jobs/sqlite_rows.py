"""Rows of the SQLite tables: finding them, and what they say as jobs, items and claims."""

from __future__ import annotations

import json
import sqlite3

from m2fp.service.errors import JobNotFound, ResultExpired
from m2fp.service.jobs.job import (
    Claim,
    Item,
    ItemError,
    ItemRef,
    ItemState,
    Job,
    JobState,
)
from m2fp.service.jobs.wire import options_from_json


def not_found(job_id: str) -> JobNotFound:
    """Return the error that there is no such job."""
    return JobNotFound("there is no job with this id", job_id=job_id)


def find_row(db: sqlite3.Connection, job_id: str) -> sqlite3.Row:
    """Return the row of a job; raises JobNotFound."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
    if row is None:
        raise not_found(job_id)
    return row


def live_row(db: sqlite3.Connection, job_id: str) -> sqlite3.Row:
    """Return the row of a job whose results are there; raises JobNotFound, ResultExpired."""
    row = find_row(db, job_id)
    if row["state"] == JobState.EXPIRED:
        raise ResultExpired("the results of this job have been deleted: its time is over")
    return row


def find_claimed(db: sqlite3.Connection, ref: ItemRef, token: str) -> sqlite3.Row | None:
    """Return the row of an item if this token is that of its last claim."""
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM items"
        " WHERE job = (SELECT number FROM jobs WHERE id = ?) AND place = ? AND token = ?",
        (ref.job_id, ref.index, token),
    ).fetchone()
    return row


def requeue(db: sqlite3.Connection, item: sqlite3.Row, *, attempts: int) -> None:
    """Queue an item again; its claim is lost."""
    db.execute(
        "UPDATE items SET state = 'queued', attempts = ?, token = NULL, worker = NULL"
        " WHERE job = ? AND place = ?",
        (attempts, item["job"], item["place"]),
    )


def describe(db: sqlite3.Connection, row: sqlite3.Row) -> Job:
    """Return the job of a row of `jobs`."""
    current = db.execute(
        "SELECT display_name FROM items WHERE job = ? AND state = 'running' ORDER BY place LIMIT 1",
        (row["number"],),
    ).fetchone()
    return Job(
        id=row["id"],
        owner=row["owner"],
        options=options_from_json(row["options"]),
        state=JobState(row["state"]),
        created=row["created"],
        finished=row["finished"],
        expires=row["expires"],
        total=row["total"],
        done=row["done"],
        failed=row["failed"],
        current=current["display_name"] if current else None,
    )


def item_from_row(row: sqlite3.Row, job_id: str) -> Item:
    """Return the item of a row of `items`."""
    error = None
    if row["error_code"] is not None:
        error = ItemError(code=row["error_code"], message=row["error_message"])
    return Item(
        job_id=job_id,
        index=row["place"],
        display_name=row["display_name"],
        input_key=row["input_key"],
        size=row["size"],
        sha256=row["sha256"],
        state=ItemState(row["state"]),
        attempts=row["attempts"],
        results=json.loads(row["results"]),
        error=error,
        persons=row["persons"],
        timing=json.loads(row["timing"]),
    )


def claim_from_row(row: sqlite3.Row) -> Claim:
    """Return the claim on the item of a row of `items`, joined with its job."""
    return Claim(
        job_id=row["id"],
        index=row["place"],
        token=row["token"],
        attempt=row["attempts"],
        lease_s=row["lease_s"],
        input_key=row["input_key"],
        display_name=row["display_name"],
        options=options_from_json(row["options"]),
    )

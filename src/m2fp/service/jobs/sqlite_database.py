"""The SQLite file that holds jobs: its tables, and how it is opened and written."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from m2fp.service.errors import StoreUnavailable
from m2fp.service.jobs.disk import check_local_disk

_VERSION: Final = 1
_WAIT_S: Final = 10.0  # for another process that writes; each write takes milliseconds

_TABLES: Final = """
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order in which jobs are worked on
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    options TEXT NOT NULL,
    state TEXT NOT NULL,
    created REAL NOT NULL,
    finished REAL,
    expires REAL,                               -- NULL until the job has ended
    keep_s REAL NOT NULL,
    total INTEGER NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    purged INTEGER NOT NULL DEFAULT 0,          -- an expired job's blobs are deleted
    idempotency_key TEXT,
    idempotency_digest TEXT
) STRICT;
CREATE UNIQUE INDEX job_by_key ON jobs (owner, idempotency_key) WHERE idempotency_key NOT NULL;
CREATE INDEX job_by_expiry ON jobs (expires) WHERE expires NOT NULL;
CREATE TABLE items (
    job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    display_name TEXT NOT NULL,
    input_key TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued',
    attempts INTEGER NOT NULL DEFAULT 0,
    worker TEXT,
    token TEXT,                                 -- of the last claim; stays when that finished it
    beat INTEGER NOT NULL DEFAULT 0,
    lease_s REAL NOT NULL DEFAULT 0,
    results TEXT NOT NULL DEFAULT '{}',
    error_code TEXT,
    error_message TEXT,
    persons INTEGER,
    timing TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (job, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_queued ON items (job, place) WHERE state = 'queued';
CREATE INDEX item_running ON items (job, place) WHERE state = 'running';
"""


class SqliteDatabase:
    """One connection, which the threads of this process take in turn."""

    def __init__(self, path: Path) -> None:
        """Open a file, which is made if need be, in an existing folder.

        Raises:
            ConfigError: the folder is on no disk of this machine.
            StoreUnavailable: the file cannot be opened, or a newer m2fp made it.
        """
        check_local_disk(path.parent)
        self._path = path
        self._lock = threading.Lock()  # guards the connection: its transactions do not mix
        with self._unavailable():
            self._connection = sqlite3.connect(
                path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
            )
            path.chmod(0o600)
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode = WAL")
            # Every commit reaches the disk: a job that was accepted outlives a power cut.
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA foreign_keys = ON")
        self._make_tables()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection inside a transaction that no other process writes beside.

        Raises:
            StoreUnavailable: the file cannot be read or written; nothing has changed.
        """
        # IMMEDIATE: a transaction that reads first and writes then would fail, not wait, when
        # somebody else wrote in between.
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection inside a transaction that sees one moment of the file.

        Raises:
            StoreUnavailable: it cannot be read.
        """
        with self._transaction("BEGIN") as connection:
            yield connection

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock, self._unavailable():
            self._connection.execute(begin)
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back itself after some errors, such as a full disk.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _unavailable(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise self._trouble(error, retry_after_s=2.0) from error
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
                raise  # a fault of ours
            raise self._trouble(error, retry_after_s=60.0) from error

    def _trouble(self, error: sqlite3.Error, *, retry_after_s: float) -> StoreUnavailable:
        return StoreUnavailable(
            f"the database of jobs, {self._path}, cannot be used: {error}",
            retry_after_s=retry_after_s,
        )

    def _make_tables(self) -> None:
        with self.write() as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > _VERSION:
                raise StoreUnavailable(
                    f"{self._path} was made by a newer m2fp (its version is {version}, this one "
                    f"knows {_VERSION}); use that one, or another --data folder"
                )
            if version == 0:
                # Not executescript: that commits what came before it.
                for statement in _TABLES.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {_VERSION}")

"""The file itself: what goes wrong with it is said as ours."""

from __future__ import annotations

import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from tests.service.jobs.worlds import World, sqlite_world

from m2fp.service.errors import StoreUnavailable
from m2fp.service.jobs import JobState
from m2fp.service.jobs.sqlite_store import SqliteJobStore


def test_it_is_written_ahead_and_reaches_the_disk(tmp_path: Path) -> None:
    store = SqliteJobStore(tmp_path / "jobs.sqlite")
    with store._database.read() as db:
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert db.execute("PRAGMA synchronous").fetchone()[0] == 2
    store.close()


def test_only_this_user_reads_it(tmp_path: Path) -> None:
    SqliteJobStore(tmp_path / "jobs.sqlite").close()
    assert stat.S_IMODE((tmp_path / "jobs.sqlite").stat().st_mode) == 0o600


def test_two_processes_share_it(tmp_path: Path) -> None:
    one, two = sqlite_world(tmp_path), sqlite_world(tmp_path)
    job = one.submit(2)
    assert two.store.claim("w", lease_s=20) is not None
    assert one.store.get(job.id).state is JobState.RUNNING
    one.store.close()
    two.store.close()


def test_two_processes_that_write_wait_for_each_other(tmp_path: Path) -> None:
    worlds = [sqlite_world(tmp_path), sqlite_world(tmp_path)]
    worlds[0].submit(80)
    got: list[int] = []

    def work(world: World) -> None:
        while (claim := world.store.claim("w", lease_s=20)) is not None:
            got.append(claim.index)
            assert world.store.renew(claim)

    threads = [threading.Thread(target=work, args=[world]) for world in worlds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(80))  # a thread that met "database is locked" has ended
    for world in worlds:
        world.store.close()


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreUnavailable, match="newer"):
        SqliteJobStore(path)


def test_what_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "jobs.sqlite").write_bytes(b"not a database, and long enough to tell" * 100)
    with pytest.raises(StoreUnavailable, match="not a database"):
        SqliteJobStore(tmp_path / "jobs.sqlite")


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        SqliteJobStore(tmp_path / "gone" / "jobs.sqlite")


def test_a_failed_write_changes_nothing(tmp_path: Path) -> None:
    world = sqlite_world(tmp_path)
    job = world.submit(2)
    with sqlite3.connect(tmp_path / "jobs.sqlite") as db:
        db.execute(
            "CREATE TRIGGER refuse BEFORE UPDATE OF state ON jobs"
            " BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
    db.close()
    with pytest.raises(sqlite3.IntegrityError, match="refused"):
        world.store.claim("w", lease_s=20)
    assert world.store.items(job.id)[0].attempts == 0
    assert world.store.stats().depth == 2
    world.store.close()

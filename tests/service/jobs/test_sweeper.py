from __future__ import annotations

from pathlib import Path

import pytest
from tests.service.jobs.worlds import KEEP_S, LEASE_S, World

from m2fp.service.blobs import FolderBlobs
from m2fp.service.errors import ResultExpired, StoreUnavailable
from m2fp.service.jobs import Outcome, new_job_id
from m2fp.service.jobs.store import Swept
from m2fp.service.jobs.sweeper import Sweeper


class Deaf(FolderBlobs):
    """A store of blobs that deletes nothing."""

    def delete_prefix(self, prefix: str) -> None:
        raise StoreUnavailable(prefix)


def ended_job(world: World, blobs: FolderBlobs) -> str:
    job = world.submit()
    blobs.put(f"jobs/{job.id}/0/input", b"photo")
    got = world.store.claim("w", lease_s=LEASE_S)
    assert got is not None
    blobs.put(f"jobs/{job.id}/0/{got.token}.json", b"{}")
    world.store.finish(got, Outcome())
    return job.id


def test_blobs_go_with_the_time_of_their_job(world: World, tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    job_id = ended_job(world, blobs)
    other = world.submit()
    blobs.put(f"jobs/{other.id}/0/input", b"photo")
    sweeper = Sweeper(world.store, blobs, monotonic=world.steady)
    sweeper.sweep()
    assert len(blobs.keys(f"jobs/{job_id}")) == 2
    world.pass_time(KEEP_S)
    sweeper.sweep()
    assert blobs.keys("jobs") == [f"jobs/{other.id}/0/input"]
    assert sweeper.sweep().expired == ()


def test_blobs_that_could_not_be_deleted_are_deleted_later(world: World, tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    job_id = ended_job(world, blobs)
    world.pass_time(KEEP_S)
    with pytest.raises(StoreUnavailable):
        Sweeper(world.store, Deaf(tmp_path / "blobs")).sweep()
    with pytest.raises(ResultExpired):
        world.store.get(job_id)
    Sweeper(world.store, blobs).sweep()
    assert blobs.keys("jobs") == []


@pytest.mark.parametrize("keep_inputs", [False, True])
def test_pictures_of_items_that_lost_their_last_worker(
    world: World, tmp_path: Path, keep_inputs: bool
) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    job = world.submit()
    blobs.put(f"jobs/{job.id}/0/input", b"photo")
    sweeper = Sweeper(world.store, blobs, keep_inputs=keep_inputs, monotonic=world.steady)
    for _ in range(3):
        assert world.store.claim("w", lease_s=LEASE_S)
        world.lose_leases()
        assert len(blobs.keys("jobs")) == 1
        ended = sweeper.sweep().failed
    assert [ref.job_id for ref in ended] == [job.id]
    assert len(blobs.keys("jobs")) == int(keep_inputs)


def test_a_full_disk_is_given_room_before_anything_is_written(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    ended_job(world, blobs)
    other = world.submit()
    blobs.put(f"jobs/{other.id}/0/input", b"photo")
    sweep = world.store.sweep

    def sweep_where_there_is_room() -> Swept:
        if len(blobs.keys("jobs")) > 1:
            raise StoreUnavailable("the disk is full")
        return sweep()

    monkeypatch.setattr(world.store, "sweep", sweep_where_there_is_room)
    sweeper = Sweeper(world.store, blobs, monotonic=world.steady)
    with pytest.raises(StoreUnavailable):
        sweeper.sweep()
    assert len(blobs.keys("jobs")) == 3, "nobody's time is over"
    world.pass_time(KEEP_S)
    assert len(sweeper.sweep().expired) == 1
    assert blobs.keys("jobs") == [f"jobs/{other.id}/0/input"]


def test_blobs_without_a_job_go_after_an_hour(world: World, tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    orphan, late = new_job_id(), new_job_id()
    blobs.put(f"jobs/{orphan}/0/input", b"photo")
    blobs.put(f"jobs/{late}/0/input", b"photo")
    sweeper = Sweeper(world.store, blobs, monotonic=world.steady)
    sweeper.sweep()
    world.pass_time(1800)
    world.submit(job_id=late)  # its upload took half an hour
    sweeper.sweep()
    assert len(blobs.keys("jobs")) == 2
    world.pass_time(1800)
    sweeper.sweep()
    assert blobs.keys("jobs") == [f"jobs/{late}/0/input"]

"""Stores of jobs under clocks that tests set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from m2fp.service.jobs import Idempotency, Job, JobStore, NewItem, ParseOptions, new_job_id
from m2fp.service.jobs.redis_store import RedisJobStore
from m2fp.service.jobs.sqlite_store import SqliteJobStore

OPTIONS = ParseOptions(model="lite", formats=("json", "overlay"), flip=True, scales=(0.5, 1.0))
LEASE_S = 20.0
KEEP_S = 3600.0


@dataclass
class Clock:
    """Tells the time that it was set to."""

    now: float
    meanwhile: Callable[[], object] = lambda: None  # what others do while somebody looks at it

    def __call__(self) -> float:
        self.meanwhile()
        return self.now


@dataclass
class World:
    """A store, and the clocks that it looks at."""

    open: Callable[[World], JobStore]
    wall: Clock = field(default_factory=lambda: Clock(1_800_000_000.0))
    steady: Clock = field(default_factory=lambda: Clock(50.0))

    def __post_init__(self) -> None:
        self.store = self.open(self)

    def submit(
        self,
        count: int = 1,
        *,
        owner: str = "anna",
        job_id: str | None = None,
        idempotency: Idempotency | None = None,
    ) -> Job:
        return self.store.create(
            job_id or new_job_id(),
            owner,
            OPTIONS,
            new_items(count),
            keep_s=KEEP_S,
            idempotency=idempotency,
        )

    def lose_leases(self) -> None:
        """Let the time pass after which claims that nobody renews are lost."""
        self.store.sweep()
        self.pass_time(LEASE_S / 2)
        self.store.sweep()
        self.pass_time(LEASE_S / 2)

    def pass_time(self, seconds: float) -> None:
        self.wall.now += seconds
        self.steady.now += seconds

    def restart(self) -> None:
        """Open the store again, as the next process does."""
        self.store.close()
        self.store = self.open(self)


def new_items(count: int) -> list[NewItem]:
    return [
        NewItem(display_name=f"照片 {n}.jpg", input_key=f"in/{n}", size=100 + n, sha256=f"{n:064x}")
        for n in range(count)
    ]


def sqlite_world(folder: Path) -> World:
    path = folder / "jobs.sqlite"
    return World(lambda w: SqliteJobStore(path, clock=w.wall, monotonic=w.steady))


def redis_world(url: str) -> World:
    return World(lambda w: RedisJobStore(url, clock=w.wall, monotonic=w.steady))

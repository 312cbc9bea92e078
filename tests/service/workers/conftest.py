"""A running pool for the tests that leave it as they found it, and pictures for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fake_model import LONG_SIDE, SHORT_SIDE, FakePerson, draw_people
from tests.service.workers.pools import GROUP, png

from m2fp.service.workers import Pool, PoolSettings

PEOPLE = (FakePerson(0, 72, 16, 32, 64), FakePerson(2, 8, 8, 40, 80))


@pytest.fixture(scope="session")
def photo() -> bytes:
    """Two flat people, as the fake model reads them."""
    return png(draw_people((SHORT_SIDE, LONG_SIDE), PEOPLE)[0])


@pytest.fixture(scope="session")
def group() -> bytes:
    """A photo of people, for the built-in model."""
    return GROUP.read_bytes()


@pytest.fixture
def settings(fake_model: Path) -> PoolSettings:
    """One quick worker."""
    return PoolSettings(model=str(fake_model), workers=1, threads=1, kill_after_s=1.0)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """The event loop of the shared pool."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def pool(runner: asyncio.Runner) -> Iterator[Pool]:
    """One worker with the built-in model, and one place to wait."""
    shared = Pool(PoolSettings(workers=1, threads=1, queue_size=1))
    runner.run(shared.start())
    yield shared
    runner.run(shared.drain(30))

"""The stores that every test of this folder runs against."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.service.jobs.worlds import World, redis_world, sqlite_world


@pytest.fixture(params=["sqlite", "redis"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """Return an empty store."""
    if request.param == "sqlite":
        made = sqlite_world(tmp_path)
    else:
        server = request.getfixturevalue("redis_server")
        server.ask("FLUSHALL")
        made = redis_world(server.url)
    yield made
    made.store.close()

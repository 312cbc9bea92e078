"""Fixtures that several folders of the service share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.service.redis_server import RedisServer


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Return a Redis that all tests share; they empty it first."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()

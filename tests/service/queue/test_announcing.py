"""Messages to a real Redis, and to none."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from tests.service.redis_server import RedisServer

from m2fp.service.jobs import ItemRef
from m2fp.service.queue.announcing import Announcer
from m2fp.service.queue.celery_app import make_app


@pytest.fixture
def announcer(redis_server: RedisServer) -> Iterator[Announcer]:
    redis_server.ask("FLUSHALL")
    announcer = Announcer(make_app(redis_server.broker_url))
    yield announcer
    announcer.close()


def test_how_many_wait(announcer: Announcer) -> None:
    assert announcer.waiting() == 0
    announcer.announce([])
    assert announcer.waiting() == 0
    announcer.announce(ItemRef("a", index) for index in range(3))
    assert announcer.waiting() == 3


def test_a_message_names_an_item_and_holds_nothing_else(
    announcer: Announcer, redis_server: RedisServer
) -> None:
    announcer.announce([ItemRef("abc", 7)])
    message = redis_server.ask("LRANGE", "m2fp:celery:m2fp", "0", "-1", database=1)
    assert b"application/json" in message
    assert b"m2fp.parse_item" in message
    assert len(message) < 2000


def test_no_broker_is_no_error_of_the_caller(caplog: pytest.LogCaptureFixture) -> None:
    announcer = Announcer(make_app("redis://127.0.0.1:9/0"))
    with caplog.at_level(logging.WARNING):
        announcer.announce([ItemRef("a", 0)])
        assert announcer.waiting() == -1
    assert "not announced" in caplog.text
    announcer.close()

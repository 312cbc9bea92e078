"""Sending messages that items are queued."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from m2fp.service.jobs.job import ItemRef
from m2fp.service.queue.celery_app import QUEUE, TASK

_log = logging.getLogger(__name__)


class Announcer:
    """Sends messages through a Celery application. Thread-safe; they block for seconds at most."""

    def __init__(self, app: Any) -> None:  # noqa: ANN401 - Celery has no types
        """Use an application of `make_app`."""
        self._app = app

    def announce(self, refs: Iterable[ItemRef]) -> None:
        """Send a message for each, or those before the broker went away."""
        from celery.exceptions import CeleryError
        from kombu.exceptions import KombuError, OperationalError

        refs = list(refs)
        if not refs:
            return
        try:
            with self._app.producer_pool.acquire(block=True, timeout=10) as producer:
                for ref in refs:
                    self._app.send_task(
                        TASK,
                        kwargs={"job_id": ref.job_id, "index": ref.index},
                        producer=producer,
                        ignore_result=True,
                    )
        except (OperationalError, KombuError, CeleryError, OSError) as error:
            # Rows are queued all the same, and a sweep announces them again.
            _log.warning("items were not announced: %s", type(error).__name__)

    def waiting(self) -> int:
        """Return how many messages no worker has taken; -1 where the broker does not say."""
        from kombu.exceptions import OperationalError
        from redis.exceptions import RedisError

        try:
            with self._app.connection_for_write() as connection:
                connection.ensure_connection(max_retries=1, timeout=5)
                # Not `passive`: kombu 5.7 forgets its own key prefix there and finds no queue ever.
                declared = connection.default_channel.queue_declare(QUEUE)
                return int(declared.message_count)
        except (OperationalError, RedisError, OSError) as error:
            # A Redis without memory left refuses even this, and kombu hands that on as it is.
            _log.warning("the broker does not answer: %s", type(error).__name__)
            return -1

    def close(self) -> None:
        """Close all connections."""
        self._app.close()

"""The Celery application: one kind of message, "this item is queued", and what becomes of it.

A message is a hint. Rows decide who works on what, so that one which comes twice, late or never
does no harm; what is set here only makes that rare and quick to mend.
"""

from __future__ import annotations

import logging
from typing import Any, Final

from m2fp.extras import needs_extra

with needs_extra("celery", "a queue for several machines"):
    from celery import Celery
    from kombu.entity import Queue

QUEUE: Final = "m2fp"
TASK: Final = "m2fp.parse_item"

# The application is made here and not in a module that `celery -A` would name: settings come from
# our own command line. `Any`, because Celery has no types.
_CONNECTION_S: Final = 5.0

_SETTINGS: Final[dict[str, Any]] = {
    # A message is gone once its item has ended or was refused; a worker that is killed leaves it.
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,  # harmless, for rows count attempts
    "worker_prefetch_multiplier": 1,  # what one worker holds, no other can take
    "worker_cancel_long_running_tasks_on_connection_loss": False,  # our claim outlives it
    "task_default_queue": QUEUE,
    "task_create_missing_queues": False,
    # Never pickle: who can write to Redis could then run code here.
    "task_serializer": "json",
    "accept_content": ["json"],
    # Results are in the stores of jobs and blobs.
    "task_ignore_result": True,
    "task_store_errors_even_if_ignored": False,
    "worker_send_task_events": False,
    # Nobody asks workers anything. Their second socket to Redis, for such questions, would close
    # first when Redis ends, and kombu 5.7 then meets its connection half closed and gives up.
    "worker_enable_remote_control": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,  # a worker waits for its Redis as long as it takes
    # A request does not wait for a broker that is away: the sweep sends what was not sent.
    "task_publish_retry": True,
    "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0.1, "interval_step": 0.1},
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
}

_TRANSPORT: Final[dict[str, Any]] = {
    # Longer than any item takes. Both of the next are lowered from ten: kombu looks for messages
    # of dead workers every interval x throttle seconds, which would be 100.
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "global_keyprefix": "m2fp:celery:",
    "socket_timeout": _CONNECTION_S,
    "socket_connect_timeout": _CONNECTION_S,
    "socket_keepalive": True,
}


def make_app(redis_url: str) -> Any:  # noqa: ANN401 - Celery has no types
    """Return the application that sends and takes messages through this Redis."""
    app = Celery("m2fp", broker=redis_url, set_as_current=False)
    app.conf.update(_SETTINGS)
    app.conf.task_queues = [Queue(QUEUE)]  # type: ignore[no-untyped-call]
    app.conf.broker_transport_options = _TRANSPORT
    logging.getLogger("kombu").setLevel(logging.WARNING)
    return app

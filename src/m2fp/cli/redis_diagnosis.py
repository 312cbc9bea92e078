"""Whether the Redis of the service can be reached, and is set up to keep what it is given."""

from __future__ import annotations

from typing import Any, Final

from m2fp.cli.finding import Finding
from m2fp.errors import MissingExtra
from m2fp.extras import needs_extra
from m2fp.settings import masked

_TIMEOUT_S: Final = 5.0


def redis_findings(url: str) -> list[Finding]:
    """Return what is found out about the Redis at this address."""
    shown = masked(url)
    try:
        facts = _ask(url)
    except MissingExtra as error:
        return [Finding("redis", shown, error.message)]
    except (OSError, ValueError) as error:
        return [Finding("redis", shown, str(error))]
    if isinstance(facts, str):
        return [Finding("redis", shown, facts)]
    policy = str(facts.get("maxmemory_policy", "unknown"))
    evicts = policy not in ("noeviction", "unknown")
    durable = bool(facts.get("aof_enabled"))
    return [
        Finding("redis", f"{shown}, version {facts.get('redis_version', 'unknown')}"),
        Finding(
            "redis when full",
            policy,
            "jobs are lost when it is full: set maxmemory-policy noeviction" if evicts else "",
        ),
        Finding(
            "redis on disk",
            "append-only file" if durable else "snapshots or nothing",
            "" if durable else "a restart forgets the newest jobs: set appendonly yes",
        ),
    ]


def _ask(url: str) -> dict[str, Any] | str:
    """Return what Redis says of itself, or why it says nothing."""
    with needs_extra("celery", "a queue in Redis"):
        from redis import Redis
        from redis.exceptions import RedisError

    client = Redis.from_url(url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S)
    try:
        facts: dict[str, Any] = client.info()
    except RedisError as error:
        # Its own words may hold the address, and that the password.
        return f"it does not answer ({type(error).__name__}): is it running, is the password right?"
    finally:
        client.close()
    return facts

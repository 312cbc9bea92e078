"""The Redis that holds jobs: its scripts, and its errors as ours."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, cast

from m2fp.errors import ConfigError
from m2fp.extras import needs_extra
from m2fp.service.errors import StoreUnavailable

with needs_extra("celery", "jobs in Redis"):
    from redis import Redis
    from redis.backoff import ExponentialBackoff
    from redis.exceptions import RedisError
    from redis.retry import Retry

# Together longer than a Redis needs to restart would keep every request waiting for it.
_TIMEOUT_S = 5.0
_RETRIES = 3


class RedisConnection:
    """Runs our scripts, each of which is atomic; threads share it."""

    def __init__(self, url: str) -> None:
        """Use the Redis at `redis://`, `rediss://` or `unix://`; nothing is sent yet.

        Raises:
            ConfigError: the address is none.
        """
        try:
            self._redis: Redis = Redis.from_url(
                url,
                decode_responses=True,
                socket_timeout=_TIMEOUT_S,
                socket_connect_timeout=_TIMEOUT_S,
                health_check_interval=30,
                # All our scripts may be run twice, so that a lost answer is asked for again.
                retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), _RETRIES),
            )
        except ValueError as error:
            raise ConfigError(f"queue.redis_url: {error}", option="queue.redis_url") from error

    def run(self, name: str, *arguments: str | float) -> Any:  # noqa: ANN401 - what Lua returns
        """Return what a script of the folder `lua` returns.

        Raises:
            StoreUnavailable: Redis does not answer, or cannot write.
        """
        try:
            return self._redis.register_script(_script(name))(args=arguments)
        except RedisError as error:
            raise unavailable(error) from error

    def hashes(self, keys: list[str]) -> list[dict[str, str]]:
        """Return the hashes under these keys, empty where there is none."""
        try:
            pipeline = self._redis.pipeline(transaction=False)
            for key in keys:
                pipeline.hgetall(key)
            found: list[dict[str, str]] = pipeline.execute()
        except RedisError as error:
            raise unavailable(error) from error
        return found

    def first(self, key: str, count: int) -> list[str]:
        """Return the first members of a sorted set."""
        if count < 1:
            return []
        try:
            members = cast("list[str]", self._redis.zrange(key, 0, count - 1))
        except RedisError as error:
            raise unavailable(error) from error
        return members

    def below(self, key: str, score: float) -> list[str]:
        """Return the members of a sorted set with this score or a lower one."""
        try:
            members = cast("list[str]", self._redis.zrangebyscore(key, "-inf", score))
        except RedisError as error:
            raise unavailable(error) from error
        return members

    def count_below(self, key: str, score: float) -> int:
        """Return how many members of a sorted set have a lower score."""
        try:
            return int(self._redis.zcount(key, "-inf", f"({score}"))
        except RedisError as error:
            raise unavailable(error) from error

    def write(self, key: str, text: str) -> None:
        """Write a value that lasts a minute: whether Redis takes any is to be known."""
        try:
            self._redis.set(key, text, ex=60)
        except RedisError as error:
            raise unavailable(error) from error

    def close(self) -> None:
        """Close all connections."""
        self._redis.close()


def unavailable(error: RedisError) -> StoreUnavailable:
    """Return the error as ours; its text names no address, which may hold a password."""
    return StoreUnavailable(
        f"Redis cannot be used ({type(error).__name__}); is it running, and has it memory and "
        "disk space left?",
        retry_after_s=5.0,
    )


@cache
def _script(name: str) -> str:
    folder = files("m2fp.service.jobs") / "lua"
    return "\n".join((folder / f"{part}.lua").read_text("utf-8") for part in ("common", name))

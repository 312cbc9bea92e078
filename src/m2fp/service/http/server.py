"""Listening, and ending in good order."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from m2fp.errors import ConfigError
from m2fp.service.http.app import build_app, build_metrics_app
from m2fp.service.http.parts import Parts

_BACKLOG: Final = 2048
# What is still being sent when all work is done gets so long; a client that has stopped reading
# would hold the process for ever.
_SENDING_S: Final = 5
# Longer than proxies keep an idle connection (nginx: 60 s), so that they close it and not we: a
# request that is sent on a connection which is just being closed is lost.
_IDLE_S: Final = 75
_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGBREAK") if hasattr(signal, name)
)


class Listener:
    """A bound socket, made before anything is loaded: a port that is taken is told at once."""

    def __init__(self, host: str, port: int) -> None:
        """Bind; ``port`` 0 = any free one.

        Raises:
            ConfigError: somebody else has the port, or the address is not this machine's.
        """
        try:
            family, _, _, _, address = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            self.socket = socket.create_server(
                (str(address[0]), int(address[1])),
                family=family,
                backlog=_BACKLOG,
                dualstack_ipv6=host == "::" and socket.has_dualstack_ipv6(),
            )
        except OSError as error:
            reason = error.strerror or str(error)
            raise ConfigError(
                f"cannot listen on {host} port {port}: {reason}; choose another with --port",
                option="serve.port",
            ) from error
        self.socket.setblocking(False)  # noqa: FBT003 - takes no name
        self._host = host

    @property
    def url(self) -> str:
        """Return the address as a browser on this machine takes it."""
        port = self.socket.getsockname()[1]
        host = {"0.0.0.0": "localhost", "::": "localhost"}.get(self._host, self._host)  # noqa: S104
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def serve(
    parts: Parts,
    listener: Listener,
    metrics_listener: Listener | None = None,
    *,
    when_ready: Callable[[], None] = lambda: None,
) -> None:
    """Answer requests until SIGTERM or SIGINT; return when all that was begun is done or put back.

    Requests are answered while the model loads (`/readyz` says 503) and while the service drains.
    A second signal ends it at once.

    Args:
        parts: not started yet.
        listener: of the API.
        metrics_listener: of /metrics, where it has a port of its own.
        when_ready: called when the model is loaded.

    Raises:
        M2FPError: the model cannot be loaded.
    """
    servers = [_server(build_app(parts))]
    sockets = [listener.socket]
    if metrics_listener is not None:
        servers.append(_server(build_metrics_app(parts)))
        sockets.append(metrics_listener.socket)
    told = asyncio.Event()
    with _told_by_signals(told):
        serving = [
            asyncio.create_task(server.serve(sockets=[bound]))
            for server, bound in zip(servers, sockets, strict=True)
        ]
        ended = asyncio.create_task(told.wait())
        starting = asyncio.create_task(_start(parts, when_ready))
        try:
            await asyncio.wait({ended, starting, *serving}, return_when=asyncio.FIRST_COMPLETED)
            if not ended.done() and starting.done() and starting.exception() is None:
                await asyncio.wait({ended, *serving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
            await _finish(parts, starting)
            for server in servers:
                server.should_exit = True
            await asyncio.gather(*serving)
            await asyncio.to_thread(parts.store.close)
    if not starting.cancelled():
        starting.result()


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn would close its sockets at the first signal, before a load balancer has seen the
        # 503 of /readyz, and end by the signal instead of with status 0.
        yield


def _server(app: ASGIApp) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=_IDLE_S,
            timeout_graceful_shutdown=_SENDING_S,
        )
    )


async def _start(parts: Parts, when_ready: Callable[[], None]) -> None:
    await parts.lifecycle.start()
    when_ready()


async def _finish(parts: Parts, starting: asyncio.Task[None]) -> None:
    if not starting.done():
        starting.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await starting
    await parts.lifecycle.drain()


@contextmanager
def _told_by_signals(told: asyncio.Event) -> Iterator[None]:
    """Set the event at the first signal; the second does what it would do without us."""
    loop = asyncio.get_running_loop()

    def tell(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        loop.call_soon_threadsafe(told.set)

    before = {number: signal.signal(number, tell) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

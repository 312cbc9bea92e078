"""/metrics on a port of its own.

For `m2fp worker`, which serves nothing else, and for who wants it away from the API.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server

from m2fp.errors import ConfigError
from m2fp.service.operation.metrics import Metrics


@contextmanager
def metrics_server(metrics: Metrics, host: str, port: int) -> Iterator[int]:
    """Serve the metrics while the block lasts, from a thread; yield the port.

    Whoever knows how things are has to tell (`Metrics.take`) often enough.

    Args:
        metrics: of this process.
        host: address to listen on.
        port: 0 = any free one.

    Raises:
        ConfigError: nothing can listen there.
    """
    try:
        server, thread = start_http_server(port, host, metrics.registry)
    except OSError as error:
        raise ConfigError(
            f"cannot serve metrics on {host}, port {port}: {error.strerror}",
            option="serve.metrics_port",
        ) from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

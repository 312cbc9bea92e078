"""`python -m m2fp.service.operation.probe URL`: does it answer 200? For a container's health check.

A check runs twice a minute for ever, so it imports next to nothing, and no settings.
"""

from __future__ import annotations

import http.client
import sys
from typing import Final
from urllib.parse import urlsplit

_TIMEOUT_S: Final = 4.0


def answers(url: str) -> str:
    """Return "" when a GET of the address answers 200, else what it does instead."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(
        parts.hostname or "127.0.0.1", parts.port or 80, timeout=_TIMEOUT_S
    )
    try:
        connection.request("GET", parts.path or "/")
        response = connection.getresponse()
        body = response.read(1000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()
    return "" if response.status == 200 else f"{response.status} {body}"


def main() -> None:
    """End the process with 0 or 1, and say why."""
    trouble = answers(sys.argv[1])
    if trouble:
        sys.stderr.write(f"{trouble}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()

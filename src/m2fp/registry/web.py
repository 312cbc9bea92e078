"""One request to a web server, with every way in which it can fail sorted into two kinds."""

from __future__ import annotations

import ssl
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from time import monotonic
from typing import IO, Final, NoReturn, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

# Answers that the same request may not get the next time.
_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})

_BLOCK_BYTES: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server is waited for.

    Attributes:
        silence_s: seconds without a byte, after which a connection counts as lost.
        attempts: how many in a row may bring nothing, at least 1.
        least_gain: bytes that count as something; fewer than this in `silence_s` is too slow.
        first_wait_s: seconds before the second attempt; doubled for each one after it.
        longest_wait_s: seconds that no wait exceeds.
    """

    silence_s: float = 30.0
    attempts: int = 5
    least_gain: int = 1 << 16
    first_wait_s: float = 1.0
    longest_wait_s: float = 16.0

    def wait_s(self, failures: int) -> float:
        """Return how many seconds to wait after this many failures, at least 1, in a row."""
        return min(self.longest_wait_s, self.first_wait_s * 2.0 ** (failures - 1))


class Interrupted(Exception):
    """The connection failed or the server is busy; asking again may help."""


class Refused(Exception):
    """The server will not give this address, however often it is asked; ``status`` is its answer.

    ``status`` is 0 when it is not the server that refused.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but never from a protected connection to an open one."""

    def redirect_request(  # noqa: PLR0917 - as the base class has it
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        allowed = ("https",) if req.type == "https" else ("https", "http")
        if urlsplit(newurl).scheme not in allowed:
            raise HTTPError(newurl, code, "redirect to an unprotected address", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def get(url: str, headers: Mapping[str, str], patience: Patience) -> HTTPResponse:
    """Return the open answer to a GET; close it.

    Certificates are checked, and proxies are those of the environment (HTTPS_PROXY, NO_PROXY).

    Args:
        url: an https or http address.
        headers: sent besides the name of this program.
        patience: its `silence_s` also bounds the making of the connection.

    Raises:
        Interrupted: asking again may help.
        Refused: asking again will not help.
    """
    request = urllib.request.Request(  # noqa: S310 - hub.py admits http and https only
        url, headers={"User-Agent": "m2fp", **headers}
    )
    opener = urllib.request.build_opener(_SafeRedirects)
    try:
        answer = cast("HTTPResponse", opener.open(request, timeout=patience.silence_s))
    except HTTPError as error:
        with error:
            _sort_status(error)
    except URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            raise Refused(
                f"its certificate is not trusted: {error.reason.verify_message}"
            ) from None
        raise Interrupted(_explain(error.reason)) from None
    except (OSError, HTTPException) as error:
        raise Interrupted(_explain(error)) from None
    if answer.headers.get_content_type() == "text/html":
        answer.close()
        raise Refused("the answer is a web page, perhaps the login page of this network")
    return answer


def blocks(answer: HTTPResponse, patience: Patience) -> Iterator[bytes]:
    """Yield the bytes of an answer as they arrive, to the end of what the server sent.

    A connection that is cut ends like one that is complete: compare the number of bytes.

    Raises:
        Interrupted: the connection failed, or became too slow to be of use.
    """
    since, arrived = monotonic(), 0
    while True:
        try:
            block = answer.read1(_BLOCK_BYTES)
        except (OSError, HTTPException) as error:
            raise Interrupted(_explain(error)) from None
        if not block:
            return
        yield block
        arrived += len(block)
        if monotonic() - since > patience.silence_s:
            if arrived < patience.least_gain:
                raise Interrupted(f"only {arrived} bytes in {patience.silence_s:g} s")
            since, arrived = monotonic(), 0


def _sort_status(error: HTTPError) -> NoReturn:
    message = f"the server answers {error.code} {error.reason}".replace("\n", " ")
    if error.code in _PASSING:
        raise Interrupted(message) from None
    raise Refused(message, error.code) from None


def _explain(error: object) -> str:
    if isinstance(error, TimeoutError):
        return "the server is silent"
    strerror = getattr(error, "strerror", None)  # without "[Errno 111]"
    return strerror or str(error) or type(error).__name__

"""Requests: redirects, proxies, certificates, pages that are no files."""

from __future__ import annotations

import ssl
import urllib.request
from typing import Any
from urllib.error import URLError

import pytest
from tests.fake_hub import CHECKPOINT, FakeHub, Step, running
from tests.registry.conftest import CONTENT, PATIENT

from m2fp.registry.web import Interrupted, Patience, Refused, blocks, get


def read(url: str) -> bytes:
    with get(url, {}, PATIENT) as answer:
        return b"".join(blocks(answer, PATIENT))


def redirect(location: str) -> Step:
    return Step(status=302, body=b"", headers={"Location": location})


def test_a_redirect_keeps_the_range(hub: FakeHub) -> None:
    url = f"{hub.url}/{CHECKPOINT}"
    hub.steps.append(redirect(f"{hub.url}/elsewhere/{CHECKPOINT}"))
    with get(url, {"Range": "bytes=299990-"}, PATIENT) as answer:
        assert b"".join(blocks(answer, PATIENT)) == CONTENT[-10:]
    assert hub.ranges_seen == ["bytes=299990-"] * 2


def test_redirects_in_a_circle(hub: FakeHub) -> None:
    url = f"{hub.url}/{CHECKPOINT}"
    hub.steps.extend([redirect(url)] * 20)
    with pytest.raises(Refused, match="infinite loop"):
        read(url)
    assert len(hub.requests) < 20


@pytest.mark.parametrize("location", ["ftp://127.0.0.1/x", "file:///etc/hostname"])
def test_redirects_to_something_else(hub: FakeHub, location: str) -> None:
    hub.steps.append(redirect(location))
    with pytest.raises(Refused) as caught:
        read(f"{hub.url}/{CHECKPOINT}")
    assert caught.value.status == 302


def follow(source: str, target: str) -> urllib.request.Request | None:
    """Return what the opener would ask for after this redirect."""
    from http.client import HTTPMessage
    from io import BytesIO

    from m2fp.registry.web import _SafeRedirects

    return _SafeRedirects().redirect_request(
        urllib.request.Request(source),  # noqa: S310 - nothing is opened
        BytesIO(),
        302,
        "Found",
        HTTPMessage(),
        target,
    )


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("https://a.example/x", "https://b.example/y"),
        ("http://a.example/x", "https://b.example/y"),
        ("http://a.example/x", "http://b.example/y"),
    ],
)
def test_redirects_that_are_followed(source: str, target: str) -> None:
    request = follow(source, target)
    assert request is not None
    assert request.full_url == target


def test_protection_is_not_given_up() -> None:
    with pytest.raises(URLError, match="unprotected address") as caught:
        follow("https://a.example/x", "http://a.example/x")
    caught.value.close()  # type: ignore[attr-defined]


def test_a_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch, hub: FakeHub) -> None:
    monkeypatch.setenv("http_proxy", hub.url)
    assert read(f"http://mirror.invalid/{CHECKPOINT}") == CONTENT
    assert hub.requests[0].path == f"http://mirror.invalid/{CHECKPOINT}"


def test_a_login_page(hub: FakeHub) -> None:
    page = {"Content-Type": "text/html; charset=utf-8"}
    hub.steps.append(Step(body=b"<html>Hotel Adlon</html>", headers=page))
    with pytest.raises(Refused, match="login page"):
        read(f"{hub.url}/{CHECKPOINT}")


def test_a_certificate_that_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = ssl.SSLCertVerificationError(1, "certificate verify failed")
    fault.verify_message = "self-signed certificate"

    def refuse(*_: Any, **__: Any) -> None:
        raise URLError(fault)

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", refuse)
    with pytest.raises(Refused, match="not trusted: self-signed"):
        read("https://a.example/x")


def test_no_network() -> None:
    with pytest.raises(Interrupted, match=r"\w"):
        read("http://no-such-host.invalid/x")


def test_a_server_that_is_no_web_server() -> None:
    import socket
    import threading

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"220 mail.example ESMTP\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(Interrupted, match="220 mail"):
            read(f"http://127.0.0.1:{listening.getsockname()[1]}/x")
        thread.join()


def test_a_connection_that_breaks_in_the_headers(hub: FakeHub) -> None:
    with running(FakeHub(CONTENT)) as gone:
        url = gone.url
    with pytest.raises(Interrupted, match="refused"):
        read(f"{url}/{CHECKPOINT}")


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 1.0), (2, 2.0), (4, 8.0), (5, 10.0), (1000, 10.0)]
)
def test_waits_grow_up_to_a_limit(failures: int, seconds: float) -> None:
    assert Patience(first_wait_s=1.0, longest_wait_s=10.0).wait_s(failures) == seconds

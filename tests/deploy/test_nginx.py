"""deploy/nginx.conf in a real nginx, before a server that says what it was asked."""

from __future__ import annotations

import http.client
import http.server
import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

_FILE = Path(__file__).parents[2] / "deploy/nginx.conf"
_LOOPBACK = "127.0.0.1"

pytestmark = pytest.mark.skipif(shutil.which("nginx") is None, reason="no nginx")


class _Echo(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"path": self.path, "headers": dict(self.headers)}).encode()
        self.send_response(200)
        if self.path.endswith("/events"):
            self.end_headers()
            self.wfile.write(b"data: first")
            self.wfile.flush()
            time.sleep(0.7)
            self.wfile.write(b"data: last")
            return
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("nginx")
    server = http.server.ThreadingHTTPServer((_LOOPBACK, 0), _Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    port = _free_port()
    text = _FILE.read_text()
    for written, here in (
        ("/tmp/", f"{folder}/"),  # noqa: S108
        ("api:7860", f"{_LOOPBACK}:{server.server_port}"),
        ("listen 7860", f"listen {_LOOPBACK}:{port}"),
        ("worker_processes auto", "user root; daemon off; worker_processes 1"),
        ("/dev/stderr", str(folder / "error.log")),
        ("/dev/stdout", str(folder / "access.log")),
    ):
        assert written in text
        text = text.replace(written, here)
    file = folder / "nginx.conf"
    file.write_text(text)
    nginx = subprocess.Popen(["nginx", "-c", str(file), "-p", str(folder)])
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex((_LOOPBACK, port)) == 0:
                break
        assert nginx.poll() is None, (folder / "error.log").read_text()
        time.sleep(0.05)
    yield port
    nginx.terminate()
    nginx.wait()
    server.shutdown()
    server.server_close()
    thread.join()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _get(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(_LOOPBACK, port, timeout=10)
    connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


def test_what_the_service_is_told(proxy: int) -> None:
    status, body = _get(proxy, "/v1/jobs/x?start=3", X_Request_ID="mine", X_Forwarded_For="1.2.3.4")
    seen = json.loads(body)
    headers = {name.lower(): value for name, value in seen["headers"].items()}
    assert (status, seen["path"]) == (200, "/v1/jobs/x?start=3")
    assert headers["x-request-id"] == "mine"
    assert headers["x-forwarded-for"] == _LOOPBACK  # a client cannot pretend to be another
    assert headers["host"] == f"{_LOOPBACK}:{proxy}"
    headers = json.loads(_get(proxy, "/")[1])["headers"]
    assert len({name.lower(): value for name, value in headers.items()}["x-request-id"]) == 32


def test_metrics_are_nobody_elses_business(proxy: int) -> None:
    assert _get(proxy, "/metrics")[0] == 404


def test_a_body_that_is_too_large_is_refused_by_its_header(proxy: int) -> None:
    connection = http.client.HTTPConnection(_LOOPBACK, proxy, timeout=10)
    connection.putrequest("POST", "/v1/jobs")
    connection.putheader("Content-Length", "230000000")
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_events_come_as_they_happen(proxy: int) -> None:
    connection = http.client.HTTPConnection(_LOOPBACK, proxy, timeout=10)
    start = time.monotonic()
    connection.request("GET", "/v1/jobs/x/events")
    response = connection.getresponse()
    assert response.read(11) == b"data: first"
    assert time.monotonic() - start < 0.5
    assert response.read() == b"data: last"
    connection.close()


def test_who_sends_too_much_is_told_so(proxy: int) -> None:
    statuses = [_get(proxy, "/")[0] for _ in range(120)]
    assert set(statuses) == {200, 429}

"""The probe of health checks, and metrics on a port of their own."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from m2fp.errors import ConfigError
from m2fp.service.operation.build import build_facts
from m2fp.service.operation.metrics import Metrics
from m2fp.service.operation.metrics_server import metrics_server
from m2fp.service.operation.probe import answers

_LOOPBACK = "127.0.0.1"


class _Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" else 503)
        self.end_headers()
        self.wfile.write(b"draining")

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = http.server.HTTPServer((_LOOPBACK, 0), _Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://{_LOOPBACK}:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_probe(address: str) -> None:
    assert answers(f"{address}/readyz") == ""
    assert answers(f"{address}/other") == "503 draining"
    assert "refused" in answers(f"http://{_LOOPBACK}:1/readyz")


@pytest.mark.parametrize(("path", "status"), [("/readyz", 0), ("/other", 1)])
def test_the_probe_as_a_process_imports_next_to_nothing(
    address: str, path: str, status: int
) -> None:
    program = (
        "import runpy, sys; sys.argv = ['probe', sys.argv[1]]\n"
        "try: runpy.run_module('m2fp.service.operation.probe', run_name='__main__')\n"
        "finally: assert not {'numpy', 'pydantic', 'prometheus_client'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, address + path], capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stderr
    assert done.stderr == ("" if status == 0 else "503 draining\n")


def test_metrics_on_a_port_of_their_own() -> None:
    metrics = Metrics([], build_facts())
    with metrics_server(metrics, _LOOPBACK, 0) as port:
        assert answers(f"http://{_LOOPBACK}:{port}/metrics") == ""
        with (
            pytest.raises(ConfigError, match="cannot serve metrics on"),
            metrics_server(metrics, _LOOPBACK, port),
        ):
            pass
    assert answers(f"http://{_LOOPBACK}:{port}/metrics") != ""


def test_what_this_program_is_made_of() -> None:
    facts = build_facts()
    assert facts.version[0].isdigit()
    assert facts.onnxruntime.startswith("1.")

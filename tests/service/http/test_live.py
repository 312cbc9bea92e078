"""`m2fp serve` with the built-in model: what only a real server, real sockets and signals show."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.service.http.live import Live, command, environment, serving

GROUP = Path(__file__).parents[3] / "examples" / "group.jpg"
# Several seconds of work.
SLOWLY = "flip=true&scales=1,1.5,2"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with serving(tmp_path_factory.mktemp("live") / "data") as running:
        yield running


def test_it_says_what_it_exposes(live: Live) -> None:
    for words in ("everybody on this machine", "builtin", "24 h", "/data", "20 MB", "/docs"):
        assert words in live.banner


def test_a_photo(live: Live) -> None:
    with live.client() as client:
        answer = client.post("/v1/parse", files={"file": GROUP.read_bytes()})
    assert answer.status_code == 200
    assert len(answer.json()["persons"]) >= 2
    assert answer.headers["server-timing"].startswith("queue;dur=")


def test_a_job_with_events(live: Live) -> None:
    with live.client() as client:
        files = [("file", GROUP.read_bytes()) for _ in range(3)]
        url = client.post("/v1/jobs?format=json,overlay", files=files).headers["location"]
        with client.stream("GET", f"{url}/events") as stream:
            text = "".join(stream.iter_text())
        states = [
            json.loads(line.removeprefix("data: "))
            for line in text.splitlines()
            if line.startswith("data: ")
        ]
        assert text.count("event: end") == 1
        assert states[-1]["status"] == "succeeded"
        done = [state["progress"]["done"] for state in states]
        assert done == sorted(done)
        assert done[-1] == 3
        archive = client.get(f"{url}/result")
        assert archive.content.startswith(b"PK")
        assert client.delete(url).status_code == 204


def test_a_client_that_goes_away_stops_the_work(live: Live) -> None:
    with live.client() as client:
        body = GROUP.read_bytes()
        host, port = live.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as link:
            head = f"POST /v1/parse?{SLOWLY} HTTP/1.1\r\nHost: localhost\r\n"
            link.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            _until(live, 'm2fp_workers{state="busy"} 1.0')
        gone = time.monotonic()
        _until(live, 'm2fp_workers{state="idle"} 1.0')
        assert time.monotonic() - gone < 3, "the work went on for nobody"
        text = client.get("/metrics").text
        assert 'm2fp_parse_requests_total{outcome="cancelled"} 1.0' in text
        assert 'm2fp_worker_restarts_total{reason="stuck"} 0.0' in text
        assert client.post("/v1/parse", content=body).status_code == 200


def test_more_requests_than_may_wait(live: Live) -> None:
    import concurrent.futures

    body = GROUP.read_bytes()
    with live.client() as client, concurrent.futures.ThreadPoolExecutor(24) as threads:
        answers = list(threads.map(lambda _: client.post("/v1/parse", content=body), range(24)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert {answer.status_code for answer in answers} == {200, 429}
    assert refused
    for answer in refused:
        assert answer.json()["code"] == "queue_full"
        assert int(answer.headers["retry-after"]) >= 1


def test_half_a_request_disturbs_nobody(live: Live) -> None:
    host, port = live.url.removeprefix("http://").split(":")
    links = [socket.create_connection((host, int(port))) for _ in range(50)]
    for link in links:
        link.sendall(
            b"POST /v1/parse HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\nxx"
        )
    with live.client() as client:
        assert client.post("/v1/parse", content=GROUP.read_bytes()).status_code == 200
    for link in links:
        link.close()


def _until(live: Live, line: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    with live.client() as client:
        while line not in client.get("/metrics").text:
            assert time.monotonic() < end, f"never: {line}"
            time.sleep(0.02)


def test_sigterm_finishes_what_has_begun(tmp_path: Path) -> None:
    body = GROUP.read_bytes()
    with serving(tmp_path / "data") as live, live.client() as client:
        import concurrent.futures

        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            begun = threads.submit(client.post, f"/v1/parse?{SLOWLY}", content=body)
            _until(live, 'm2fp_workers{state="busy"} 1.0')
            live.process.send_signal(signal.SIGTERM)
            with live.client() as other:
                while (ready := other.get("/readyz")).status_code == 200:
                    time.sleep(0.01)  # until the signal has arrived
                assert (ready.status_code, ready.json()["code"]) == (503, "draining")
                refused = other.post("/v1/parse", content=body)
                assert refused.json()["code"] == "draining"
            assert begun.result().status_code == 200
        assert live.process.wait(20) == 0


def test_jobs_outlive_the_process(tmp_path: Path) -> None:
    body = GROUP.read_bytes()
    data = tmp_path / "data"
    with serving(data) as live, live.client() as client:
        files = [("file", body) for _ in range(6)]
        url = client.post("/v1/jobs", files=files).headers["location"]
        live.process.send_signal(signal.SIGINT)
        assert live.process.wait(40) == 0
    with serving(data) as live, live.client() as client:
        end = time.monotonic() + 60
        while (job := client.get(url).json())["status"] not in ("succeeded", "failed", "partial"):
            assert time.monotonic() < end
            time.sleep(0.1)
        assert job["status"] == "succeeded"
        items = client.get(f"{url}/items").json()["items"]
        assert [item["attempts"] for item in items] == 6 * [1], "putting back is no failure"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--host", "0.0.0.0"], "--auth none"),  # noqa: S104
        (["--auth", "keys"], "serve.api_keys"),
        (["--api-keys", "/nowhere/keys"], "/nowhere/keys"),
        (["--model", "no-such-model"], "no-such-model"),
        (["--host", "203.0.113.7", "--auth", "none"], "cannot listen"),
    ],
)
def test_what_it_refuses_to_start_with(tmp_path: Path, options: list[str], words: str) -> None:
    done = subprocess.run(
        command(tmp_path / "data", *options),
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(),
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "listens on" not in done.stdout


def test_keys_from_the_command_line(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    made = subprocess.run(
        [*command(tmp_path)[:3], "keys", "new", "me", "--file", str(keys)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    secret = made.stdout.strip()
    assert secret.startswith("m2fp_")
    assert secret not in keys.read_text()
    assert keys.stat().st_mode & 0o077 == 0
    with serving(
        tmp_path / "data",
        "--host",
        "0.0.0.0",  # noqa: S104
        "--api-keys",
        str(keys),
    ) as live:
        assert "holders of the 1 API key(s)" in live.banner
        with live.client() as client:
            body = GROUP.read_bytes()
            assert client.post("/v1/parse", content=body).status_code == 401
            mine = {"authorization": f"Bearer {secret}"}
            assert client.post("/v1/parse", content=body, headers=mine).status_code == 200

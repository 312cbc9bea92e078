"""What clients and power cuts do to a service: the whole of `m2fp serve`, over real sockets."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
from tests.service.faults.machine import SYNC_S
from tests.service.faults.stage import Machine, Stage, noise, photo, until

from m2fp.service.jobs import JobState
from m2fp.service.jobs.sqlite_store import SqliteJobStore

pytestmark = [pytest.mark.fault, pytest.mark.skipif(os.name != "posix", reason="signals")]


class Service:
    """A machine that answers requests, and a client of it."""

    def __init__(self, data: Path, model: Path) -> None:
        self.machine = Machine("http", "--data", data, "--model", model, "--drain", 5)
        self.url = self.machine.line()
        self.client = httpx2.Client(base_url=self.url, timeout=30)

    def close(self) -> None:
        self.client.close()
        self.machine.kill()

    def connect(self, *, room: int | None = None) -> socket.socket:
        """Return a connection; ``room`` = bytes that may come before they are read."""
        host, _, port = self.url.removeprefix("http://").rpartition(":")
        link = socket.socket()
        if room is not None:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        link.settimeout(30)
        link.connect((host, int(port)))
        return link

    def submit(self, *photos: bytes, key: str | None = None, **query: str) -> str:
        """Return the address of a job."""
        files = [("file", (f"{number}.png", data)) for number, data in enumerate(photos)]
        headers = {} if key is None else {"Idempotency-Key": key}
        answer = self.client.post("/v1/jobs", files=files, params=query, headers=headers)
        assert answer.status_code == 202, answer.text
        return answer.headers["location"]

    def job(self, address: str) -> dict[str, object]:
        document: dict[str, object] = self.client.get(address).json()
        return document

    def ended(self, address: str) -> str:
        """Return the last state of a job."""
        until(lambda: self.job(address)["status"] not in ("queued", "running"))
        return str(self.job(address)["status"])

    def parses(self) -> bool:
        """Return whether somebody else's picture is parsed as if nothing was."""
        return self.client.post("/v1/parse", content=photo()).status_code == 200


Start = Callable[[], Service]


@pytest.fixture
def start(tmp_path: Path, fake_model: Path) -> Iterator[Start]:
    """Return a function that starts a service on one and the same data."""
    made: list[Service] = []

    def start() -> Service:
        made.append(Service(tmp_path / "data", fake_model))
        return made[-1]

    yield start
    for service in made:
        service.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, fake_model: Path) -> Iterator[Service]:
    """Return a service that the tests of slow clients share."""
    made = Service(tmp_path_factory.mktemp("http") / "data", fake_model)
    yield made
    made.close()


def test_killed_in_the_middle_of_a_job(start: Start, tmp_path: Path, fake_model: Path) -> None:
    first = start()
    photos = [photo(side=side) for side in range(1500, 1506)]
    address = first.submit(*photos, key="once", format="json,label-maps")
    job_id = address.rpartition("/")[2]
    data = tmp_path / "data"
    with closing(SqliteJobStore(data / "jobs.sqlite")) as store:
        stage = Stage(store, data / "blobs", fake_model)
        until(lambda: store.get(job_id).done >= 1 and bool(stage.running(store.get(job_id))))
        first.machine.kill()
        done = {item.index: item.results for item in stage.items(store.get(job_id)) if item.results}
        assert 1 <= len(done) < len(photos)

        second = start()
        again = second.submit(*photos, key="once", format="json,label-maps")
        assert again == address, "who did not get the answer asks again, and makes no second job"
        assert second.ended(address) == "succeeded"
        items = stage.items(store.get(job_id))
        assert {index: items[index].results for index in done} == done
        assert max(item.attempts for item in items) <= 2
        stage.check(store.get(job_id))
    for index in range(len(photos)):
        assert second.client.get(f"{address}/items/{index}/result").status_code == 200


def test_a_request_in_bits_is_ended_in_time(service: Service) -> None:
    with closing(service.connect()) as link:
        link.sendall(b"POST /v1/parse HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n")
        begun = time.monotonic()
        answer = b""
        link.settimeout(0.3)
        while b"request_timeout" not in answer and time.monotonic() - begun < 3 * SYNC_S:
            try:
                link.sendall(b"x")
                answer += link.recv(4096)
            except TimeoutError:
                assert service.parses()
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'"code": "request_timeout"' in answer
        assert time.monotonic() - begun < 2 * SYNC_S


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_a_client_that_goes_away_in_mid_upload_leaves_nothing(service: Service) -> None:
    data = Path(service.machine.process.args[5])  # type: ignore[index, arg-type]
    with closing(SqliteJobStore(data / "jobs.sqlite")) as store:
        jobs = sum(store.stats().jobs.values())
        with closing(service.connect()) as link:
            head = b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n"
            link.sendall(head + noise(1000))
            until(lambda: bool(_open_files(service, data / "tmp")))
        until(lambda: not _open_files(service, data / "tmp"))
        assert list((data / "tmp").iterdir()) == []
        assert sum(store.stats().jobs.values()) == jobs
        assert service.parses()


def _open_files(service: Service, folder: Path) -> list[str]:
    """Return the files in a folder that a service holds open, also those without a name."""
    found = []
    for link in Path(f"/proc/{service.machine.process.pid}/fd").iterdir():
        try:
            found.append(str(link.readlink()))
        except FileNotFoundError:
            continue
    return [name for name in found if name.startswith(f"{folder}/")]


def test_readers_that_do_not_read_hold_up_nobody(start: Start) -> None:
    service = start()
    pictures = [noise(1200)] * 3
    finished = service.submit(*pictures, format="overlay")
    assert service.ended(finished) == "succeeded"
    links = []
    try:
        for path in (f"{finished}/result", f"{finished}/items/0/result"):
            links.append(service.connect(room=4096))
            links[-1].sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        watched = service.submit(*[photo(side=900)] * 8)
        for _ in range(20):
            links.append(service.connect(room=4096))
            links[-1].sendall(f"GET {watched}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert service.parses()
        assert service.ended(watched) == "succeeded"
        assert service.job(watched)["status"] == JobState.SUCCEEDED
        begun = time.monotonic()
        service.client.close()
        assert service.machine.terminate() == 0
        assert time.monotonic() - begun < 15, "the end waited for who does not read"
    finally:
        for link in links:
            link.close()

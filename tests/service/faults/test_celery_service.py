"""Several machines as operators run them: `m2fp serve`, `m2fp worker`, a real Redis, over HTTP."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from tests.service.faults.stage import photo, until
from tests.service.redis_server import RedisServer

from m2fp.service.blobs import FolderBlobs

pytestmark = [pytest.mark.fault, pytest.mark.skipif(os.name != "posix", reason="signals")]


class Cluster:
    """An API process and workers, each with a log."""

    def __init__(self, folder: Path, redis: RedisServer, model: Path) -> None:
        self.folder = folder
        self._settings = os.environ | {
            "M2FP_MODEL": str(model),
            "M2FP_QUEUE__BACKEND": "celery",
            "M2FP_QUEUE__REDIS_URL": redis.url,
            "M2FP_QUEUE__BLOBS": str(folder / "blobs"),
            "M2FP_SERVE__WORKERS": "1",
            "M2FP_SERVE__DRAIN_S": "5",
            "M2FP_LOG_FORMAT": "json",
        }
        self._started: list[subprocess.Popen[str]] = []

    def run(self, *command: str, stdout: int | None = None) -> subprocess.Popen[str]:
        with (self.folder / f"{command[0]}.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "m2fp", *command],
                env=self._settings,
                stdout=stdout,
                stderr=log,
                cwd=self.folder,
                text=True,
            )
        self._started.append(process)
        return process

    def serve(self) -> httpx2.Client:
        """Return a client of the API, which may still be loading its model."""
        data = str(self.folder / "data")
        process = self.run("serve", "--port", "0", "--data", data, stdout=subprocess.PIPE)
        assert process.stdout is not None
        self.api = process
        url = process.stdout.readline().split("listens on ")[1].split()[0]
        return httpx2.Client(base_url=url, timeout=30)

    def log(self, command: str) -> str:
        return (self.folder / f"{command}.log").read_text()

    def kill(self, process: subprocess.Popen[str]) -> None:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def close(self) -> None:
        for process in self._started:
            self.kill(process)


@pytest.fixture
def cluster(redis_server: RedisServer, tmp_path: Path, fake_model: Path) -> Iterator[Cluster]:
    redis_server.ask("FLUSHALL")
    made = Cluster(tmp_path, redis_server, fake_model)
    yield made
    made.close()


def test_a_job_from_its_start_to_its_end(cluster: Cluster) -> None:
    with cluster.serve() as client:
        _not_ready_is_no_fault(client, cluster)
        # Taken before anybody can do it.
        files = [("file", (f"{n}.png", photo())) for n in range(4)]
        files.append(("file", ("bad.png", photo()[:60])))
        query = {"format": "json,label-maps"}
        answer = client.post("/v1/jobs", files=files, params=query)
        assert answer.status_code == 202, answer.text
        address = answer.headers["location"]
        assert client.get(address).json()["status"] == "queued"
        worker = cluster.run("worker")
        with client.stream("GET", f"{address}/events") as stream:
            events = "".join(stream.iter_text())
        last = json.loads(events.rpartition("data: ")[2])
        assert events.count("event: end") == 1
        assert (last["status"], last["progress"]["done"]) == ("partial", 5)

        items = client.get(f"{address}/items").json()["items"]
        assert [item["status"] for item in items] == 4 * ["succeeded"] + ["failed"]
        assert [item["attempts"] for item in items] == 5 * [1]
        assert items[4]["error"]["code"] == "undecodable_image"
        one = client.get(f"{address}/items/0/result", params={"format": "json"})
        assert one.json()["image"]["width"] == 64
        with zipfile.ZipFile(io.BytesIO(client.get(f"{address}/result").content)) as archive:
            assert archive.testzip() is None
            assert len(archive.namelist()) >= 8

        blobs = FolderBlobs(cluster.folder / "blobs")
        assert list(blobs.keys("jobs"))
        assert client.delete(address).status_code == 204
        assert client.get(address).status_code == 404
        assert list(blobs.keys("jobs")) == []
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    for command in ("serve", "worker"):
        assert "Traceback" not in cluster.log(command)


def test_the_api_killed_and_a_job_deleted_under_its_worker(cluster: Cluster) -> None:
    first = cluster.serve()
    _wait_until_ready(first)
    files = [("file", (f"{n}.png", photo(side=1500))) for n in range(6)]
    kept = first.post("/v1/jobs", files=files).headers["location"]
    dropped = first.post("/v1/jobs", files=files).headers["location"]
    cluster.run("worker")
    until(lambda: first.get(kept).json()["progress"]["done"] >= 1)
    cluster.kill(cluster.api)
    first.close()
    with cluster.serve() as client:
        assert client.delete(dropped).status_code == 204
        until(lambda: client.get(kept).json()["status"] == "succeeded")
        assert [item["attempts"] for item in client.get(f"{kept}/items").json()["items"]] == 6 * [1]
        blobs = FolderBlobs(cluster.folder / "blobs")
        until(lambda: all(kept.rpartition("/")[2] in key for key in blobs.keys("jobs")))


def _not_ready_is_no_fault(client: httpx2.Client, cluster: Cluster) -> None:
    """Check what is answered while the model loads; return when it is loaded."""
    loading = client.get("/readyz")
    assert loading.status_code == 503, "the model was loaded before anybody could ask"
    assert loading.headers["content-type"] == "application/problem+json"
    assert loading.json()["code"] == "model_not_ready"
    assert int(loading.headers["retry-after"]) >= 1
    assert client.get("/livez").status_code == 200
    parsed = client.post("/v1/parse", content=photo())
    assert (parsed.status_code, parsed.json()["code"]) == (503, "model_not_ready")
    _wait_until_ready(client)
    log = [json.loads(line) for line in cluster.log("serve").splitlines()]
    assert not [line for line in log if line["level"] in ("error", "critical")]
    assert "internal" not in {line.get("code") for line in log}


def _wait_until_ready(client: httpx2.Client) -> None:
    end = time.monotonic() + 60
    while (answer := client.get("/readyz")).status_code != 200:
        assert answer.json()["code"] == "model_not_ready"
        assert time.monotonic() < end
        time.sleep(0.05)

"""`m2fp worker` as operators run it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.service.faults.stage import Stage, photo, until
from tests.service.redis_server import RedisServer

from m2fp.service.jobs import JobState
from m2fp.service.jobs.redis_store import RedisJobStore
from m2fp.service.queue.announcing import Announcer
from m2fp.service.queue.celery_app import make_app

pytestmark = [pytest.mark.fault, pytest.mark.skipif(os.name != "posix", reason="signals")]


@pytest.fixture
def stage(redis_server: RedisServer, tmp_path: Path, fake_model: Path) -> Iterator[Stage]:
    redis_server.ask("FLUSHALL")
    store = RedisJobStore(redis_server.url)
    yield Stage(store, tmp_path / "blobs", fake_model)
    store.close()


def settings(stage: Stage, redis: RedisServer, blobs: Path) -> dict[str, str]:
    return os.environ | {
        "M2FP_MODEL": stage.options.model,
        "M2FP_QUEUE__BACKEND": "celery",
        "M2FP_QUEUE__REDIS_URL": redis.url,
        "M2FP_QUEUE__BLOBS": str(blobs),
        "M2FP_SERVE__WORKERS": "1",
        "M2FP_SERVE__DRAIN_S": "5",
    }


def test_it_works_and_ends_well(stage: Stage, redis_server: RedisServer, tmp_path: Path) -> None:
    job = stage.submit(photo(), photo(), b"no picture")
    # One Redis database for rows and messages, as the setting has it.
    announcer = Announcer(make_app(redis_server.url))
    announcer.announce(item.ref for item in stage.items(job))
    announcer.close()
    worker = subprocess.Popen(
        [sys.executable, "-m", "m2fp", "worker"],
        env=settings(stage, redis_server, tmp_path / "blobs"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    )
    try:
        until(lambda: worker.poll() is not None or stage.store.get(job.id).state.ended)
        worker.send_signal(signal.SIGTERM)
        _, said = worker.communicate(timeout=30)
    finally:
        worker.kill()
    assert worker.returncode == 0, said.decode()
    assert b"ready" in said
    assert b"Traceback" not in said
    job = stage.store.get(job.id)
    assert (job.state, job.failed) == (JobState.PARTIAL, 1)
    stage.check(job)


def test_it_says_what_it_lacks(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "m2fp", "worker"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert "queue.backend" in done.stderr
    assert "Traceback" not in done.stderr

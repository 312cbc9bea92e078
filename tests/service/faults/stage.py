"""Machines of a service as processes, the jobs that they are given, and what became of those."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from PIL import Image
from tests.service.faults.turned_clock import VARIABLE

from m2fp.service.blobs import FolderBlobs
from m2fp.service.jobs import (
    Item,
    ItemRef,
    ItemState,
    Job,
    JobStore,
    NewItem,
    ParseOptions,
    input_key,
    job_prefix,
    new_job_id,
)

ROOT = Path(__file__).parents[3]


def photo(tail: bytes = b"", side: int = 64) -> bytes:
    """Return a picture that a worker takes the longer for the larger it is."""
    buffer = io.BytesIO()
    Image.fromarray(np.full((side, side, 3), 200, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue() + tail


def noise(side: int) -> bytes:
    """Return a picture that cannot be packed, and neither can what is drawn on it."""
    buffer = io.BytesIO()
    values = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    Image.fromarray(values).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


class Machine:
    """A process of machine.py, and all that it has started."""

    def __init__(self, role: str, *arguments: object, clock: Path | None = None) -> None:
        """Start it; it follows the ``clock`` of turned_clock.py."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.service.faults.machine", role, *map(str, arguments)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            env=os.environ | ({} if clock is None else {VARIABLE: str(clock)}),
            start_new_session=True,  # to be killed with its children
        )
        assert self.process.stdout is not None
        if self.process.stdout.readline() != b"ready\n":
            self.kill()
            raise AssertionError(f"{role} did not start")

    def line(self) -> str:
        """Return what it says next."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().decode().strip()

    def kill(self) -> None:
        """End it and its children as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def terminate(self, seconds: float = 30) -> int:
        """Return its exit status after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)


class Stage:
    """A store of jobs and one of blobs as the API has them."""

    def __init__(self, store: JobStore, blobs: Path, model: Path) -> None:
        self.store = store
        self.blobs = FolderBlobs(blobs)
        self.options = ParseOptions(model=str(model), formats=("json", "label-maps"))

    def submit(self, *photos: bytes) -> Job:
        job_id = new_job_id()
        items = []
        for index, data in enumerate(photos):
            key = input_key(ItemRef(job_id, index))
            self.blobs.put(key, data)
            items.append(
                NewItem(display_name=f"{index}.png", input_key=key, size=len(data), sha256="0" * 64)
            )
        return self.store.create(job_id, "anna", self.options, items, keep_s=3600)

    def running(self, job: Job) -> list[Item]:
        return [item for item in self.items(job) if item.state is ItemState.RUNNING]

    def items(self, job: Job) -> list[Item]:
        return self.store.items(job.id, count=10_000)

    def ended(self, job: Job, seconds: float = 60) -> Job:
        """Return the job once it has ended, which it does in time."""
        until(lambda: self.store.get(job.id).state.ended, seconds)
        return self.store.get(job.id)

    def check(self, job: Job) -> None:
        """Pass if the job has every result once, and nothing else is stored for it."""
        items = self.items(job)
        assert all(item.state.ended for item in items)
        wanted = sorted(key for item in items for key in item.results.values())
        assert len(wanted) == 2 * sum(item.state is ItemState.SUCCEEDED for item in items)
        # An input, or results of a worker that was killed before it said so, go with the job.
        tokens = {Path(key).name.partition(".")[0] for key in wanted}
        stored = set(self.blobs.keys(job_prefix(job.id)))
        assert set(wanted) <= stored
        visible = {key for key in stored if Path(key).name.partition(".")[0] in tokens}
        assert visible == set(wanted)


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Return when this is so; fail when it is not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)

"""`m2fp serve` as a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2


class Live:
    """A running service.

    Attributes:
        url: where it listens.
        process: its process.
        banner: what it printed until it was ready.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.banner = ""
        assert process.stdout is not None
        for line in process.stdout:
            self.banner += line
            if line.startswith("ready"):
                break
        found = re.search(r"http://\S+", self.banner)
        assert found, self.banner
        self.url = found[0]

    def client(self, **more: object) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, timeout=60, **more)  # type: ignore[arg-type]

    def until_ready(self, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        with self.client() as client:
            while client.get("/readyz").status_code != 200:
                assert time.monotonic() < end
                time.sleep(0.05)


def command(data: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "m2fp", "serve", "--port", "0", "--data", str(data), *options]


def environment(**variables: str) -> dict[str, str]:
    clean = {name: text for name, text in os.environ.items() if not name.startswith("M2FP_")}
    return clean | variables


@contextmanager
def serving(data: Path, *options: str, **variables: str) -> Iterator[Live]:
    """Run a service until the end of the block; its log is in the folder beside the data."""
    with (data.parent / "log.txt").open("a") as log:
        process = subprocess.Popen(
            command(data, *options),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment(**variables),
        )
        try:
            yield Live(process)
        finally:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()

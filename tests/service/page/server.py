"""`m2fp serve` as a process of its own, as users start it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty, Queue

_START_S = 180


class Server:
    """A service at a free port; ``url`` ends without a slash."""

    def __init__(self, data: Path, *arguments: str, **environment: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "m2fp", "serve", "--port", "0", "--data", data, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | environment,
        )
        self._lines: Queue[str | None] = Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.url = self._await_line(r"listens on (http://[a-z0-9.:]+)")
        self._await_line(r"^(ready)")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line)
        self._process.stdout.close()
        self._lines.put(None)

    def _await_line(self, pattern: str) -> str:
        seen = []
        while (line := self._next_line()) is not None:
            seen.append(line)
            found = re.search(pattern, line)
            if found:
                return found[1]
        self.stop()
        raise AssertionError(f"no {pattern!r} in: {''.join(seen)}")

    def _next_line(self) -> str | None:
        """Return a line, or None when it has ended or has nothing to say for long."""
        try:
            return self._lines.get(timeout=_START_S)
        except Empty:
            return None

"""How processes are started and how they ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from m2fp.processes import deaf_to_interrupts, describe_end

posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "ended with status 0"),
        (3, "ended with status 3"),
        (None, "ended with status None"),
        (-15, "was ended by SIGTERM"),
        (-9, "was ended by SIGKILL, most likely for lack of memory"),
        (-99, "was ended by signal 99"),
    ],
)
@posix_only
def test_how_a_process_ended(status: int | None, words: str) -> None:
    assert describe_end(status) == words


@posix_only
def test_only_what_is_started_inside_is_deaf() -> None:
    program = "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))"
    words = [sys.executable, "-c", program]
    with deaf_to_interrupts():
        inside = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    after = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert (inside, after) == ("True\n", "False\n")
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])

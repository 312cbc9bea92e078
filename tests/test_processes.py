"""How processes are started and how they ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from m2fp.processes import deaf_to_interrupts, describe_end, sendable

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


class _Unsendable(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__(one + two)


def _raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:  # noqa: BLE001
        return caught


def test_an_error_is_sent_as_it_is_with_its_place() -> None:
    error = _raised(ValueError("wrong"))
    assert sendable(error) is error
    assert "in _raised" in "".join(error.__notes__)


def test_an_error_that_cannot_be_sent_is_described() -> None:
    sent = sendable(_raised(_Unsendable(1, 2)))
    assert type(sent) is RuntimeError
    assert "_Unsendable(3)" in str(sent)

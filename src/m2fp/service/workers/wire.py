"""What goes over the pipe between a pool and one of its processes.

A small pickled head says what follows; pictures and rendered results then go as they are. Measured
with 20 MB there and 20 MB back: 28 ms so, 64 ms when they are pickled along, 63 ms through shared
memory, whose pages have to be made, copied into and out of, and taken down again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

from m2fp.registry import ModelInfo
from m2fp.service.jobs.job import ParseOptions
from m2fp.service.workers.messages import WorkAnswer


@dataclass(frozen=True, slots=True)
class Task:
    """To the process: parse the picture whose bytes follow; numbers grow."""

    number: int
    options: ParseOptions


@dataclass(frozen=True, slots=True)
class GoHome:
    """To the process: end, there is nothing more to do."""


@dataclass(frozen=True, slots=True)
class Ready:
    """From the process: the model is loaded and has run once."""

    info: ModelInfo
    engine: str
    resident_bytes: int | None


@dataclass(frozen=True, slots=True)
class Begun:
    """From the process: it has the whole task; if it dies now, the picture may be why."""

    number: int


@dataclass(frozen=True, slots=True)
class Done:
    """From the process: the answer, whose bodies follow in the order of their names."""

    number: int
    answer: WorkAnswer
    resident_bytes: int | None


@dataclass(frozen=True, slots=True)
class Failed:
    """From the process: what it met, at a task or (number 0) while it started.

    `spent` asks for a new process: this one may not be able to go on.
    """

    number: int
    error: Exception
    resident_bytes: int | None
    spent: bool = False


Order = Task | GoHome
Report = Ready | Begun | Done | Failed


def send_order(channel: Connection[Any, Any], order: Order, photo: bytes = b"") -> None:
    """Send an order and its picture; returns when the other side has taken all but a little."""
    _send(channel, order, [photo] if isinstance(order, Task) else [])


def receive_order(channel: Connection[Any, Any]) -> tuple[Order, bytes]:
    """Return the next order and its picture.

    Raises:
        EOFError: nobody is there any more.
    """
    order, bodies = _receive(channel)
    return order, b"".join(bodies)


def send_report(channel: Connection[Any, Any], report: Report) -> None:
    """Send a report."""
    if isinstance(report, Done):
        bodies = dict(report.answer.bodies)
        bare = replace(report, answer=replace(report.answer, bodies=dict.fromkeys(bodies, b"")))
        _send(channel, bare, list(bodies.values()))
    else:
        _send(channel, report, [])


def receive_report(channel: Connection[Any, Any]) -> Report:
    """Return the next report.

    Raises:
        EOFError: the process is gone.
    """
    report, bodies = _receive(channel)
    if isinstance(report, Done):
        named = dict(zip(report.answer.bodies, bodies, strict=True))
        return replace(report, answer=replace(report.answer, bodies=named))
    return report  # type: ignore[no-any-return]


def _send(channel: Connection[Any, Any], head: object, bodies: Sequence[bytes]) -> None:
    channel.send((head, [len(body) for body in bodies]))
    for body in bodies:
        if body:  # not every system's pipe has empty messages
            channel.send_bytes(body)


def _receive(channel: Connection[Any, Any]) -> tuple[Any, list[bytes]]:
    head, sizes = channel.recv()
    return head, [channel.recv_bytes(size) if size else b"" for size in sizes]

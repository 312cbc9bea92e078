"""Worker processes that score photos: each takes some, sends back their tally and takes the next.

They start from nothing (spawn), so that no thread or lock of this process is copied, and are deaf
to Ctrl-C, which this process answers. A worker whose channel is closed ends after its photo.
"""

from __future__ import annotations

import pickle
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Any, Final

from numpy.typing import NDArray

from m2fp.datasets import Sample
from m2fp.errors import DataError
from m2fp.evaluation.metrics.tally import Tally
from m2fp.evaluation.running.scoring import Scoring
from m2fp.processes import deaf_to_interrupts, describe_end

# How long a worker may take over its last photo when it is not needed any more.
_PATIENCE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some neighbouring photos, and which chunk of the set they are."""

    number: int
    samples: Sequence[Sample]


@dataclass(frozen=True, slots=True)
class _Photo:
    """Sent after every photo."""


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    """Sent after every chunk."""

    number: int
    arrays: dict[str, NDArray[Any]]


_Answer = _Photo | _Scored | BaseException


def score_in_processes(
    scoring: Scoring,
    chunks: Iterable[Chunk],
    *,
    workers: int,
    on_photo: Callable[[], None],
    on_chunk: Callable[[int, Tally], None],
) -> None:
    """Score chunks in processes of their own; all have ended when this returns or raises.

    Args:
        scoring: what to do.
        chunks: in the order in which they are begun.
        workers: how many processes at most.
        on_photo: called after every photo.
        on_chunk: called with the number of every finished chunk and its tally, as they come.

    Raises:
        BaseException: what a worker met, as it was raised there.
        DataError: a worker died.
    """
    waiting = iter(chunks)
    with _Crew(scoring) as crew:
        for _ in range(workers):
            crew.occupy_another(waiting)
        while crew.busy:
            for worker, answer in crew.answers():
                if isinstance(answer, BaseException):
                    raise answer
                if isinstance(answer, _Photo):
                    on_photo()
                else:
                    on_chunk(answer.number, Tally.from_arrays(answer.arrays))
                    crew.occupy(worker, waiting)


class _Crew:
    """The workers. Leaving the `with` statement ends them all."""

    def __init__(self, scoring: Scoring) -> None:
        self._scoring = scoring
        self._workers: list[_Worker] = []
        self.busy: list[_Worker] = []

    def __enter__(self) -> _Crew:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.dismiss()
        deadline = monotonic() + _PATIENCE_S
        for worker in self._workers:
            worker.end(max(0.0, deadline - monotonic()))

    def occupy_another(self, waiting: Iterator[Chunk]) -> None:
        """Start a process for the next chunk, if there is one."""
        chunk = next(waiting, None)
        if chunk is not None:
            worker = _Worker(self._scoring)
            self._workers.append(worker)
            worker.start()
            worker.give(chunk)
            self.busy.append(worker)

    def occupy(self, worker: _Worker, waiting: Iterator[Chunk]) -> None:
        """Give a worker that is done the next chunk, if there is one."""
        chunk = next(waiting, None)
        if chunk is None:
            self.busy.remove(worker)
        else:
            worker.give(chunk)

    def answers(self) -> Iterator[tuple[_Worker, _Answer]]:
        """Wait until somebody answers, and yield one answer of each who does."""
        by_channel = {worker.channel: worker for worker in self.busy}
        for channel in wait(list(by_channel)):
            worker = by_channel[channel]  # type: ignore[index]
            yield worker, worker.receive()


class _Worker:
    """A process as this one sees it."""

    def __init__(self, scoring: Scoring) -> None:
        context = get_context("spawn")
        self.channel, self._theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(scoring, self._theirs), name="m2fp scoring", daemon=True
        )

    def start(self) -> None:
        with deaf_to_interrupts():
            self._process.start()
        # With our copy open, the end of the process would not end the connection.
        self._theirs.close()

    def give(self, chunk: Chunk) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # `receive` tells what happened
            self.channel.send(chunk)

    def receive(self) -> _Answer:
        try:
            answer: _Answer = self.channel.recv()
        except (EOFError, ConnectionResetError):
            self._process.join()
            end = describe_end(self._process.exitcode)
            return DataError(f"a worker process {end}; try it with fewer --workers")
        return answer

    def dismiss(self) -> None:
        """Let it end after the photo that it is at."""
        self.channel.close()
        self._theirs.close()

    def end(self, seconds: float) -> None:
        """Wait so long for its end, then end it."""
        if self._process.pid is not None:
            self._process.join(seconds)
            self._process.kill()
            self._process.join()


def _serve(scoring: Scoring, channel: Connection[_Answer, Chunk]) -> None:
    """Score every chunk that comes until nobody is there any more; the worker's own side."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with scoring.source.open() as predictor:
            while True:
                chunk = channel.recv()
                tally = scoring.score(predictor, chunk.samples, lambda: channel.send(_Photo()))
                channel.send(_Scored(chunk.number, tally.to_arrays()))
    except Exception as error:  # noqa: BLE001 - it is raised where the work was asked for
        with suppress(OSError):  # nobody is there any more, which may be the error itself
            channel.send(_sendable(error))


def _sendable(error: Exception) -> Exception:
    """Return the error, with where it was raised, or its description if it cannot be sent."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    except Exception as reason:  # noqa: BLE001 - whatever its class does
        return RuntimeError(f"{error!r} (which cannot be sent between processes: {reason})")
    return error

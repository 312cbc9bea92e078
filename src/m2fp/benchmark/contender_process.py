"""A contender as the benchmark sees it: a process of its own that is asked and answers."""

from __future__ import annotations

from multiprocessing import get_context
from pathlib import Path
from typing import cast

from m2fp.benchmark.messages import Answer, Ready
from m2fp.benchmark.plan import Contender
from m2fp.benchmark.worker import serve
from m2fp.errors import InferenceFailed, M2FPError
from m2fp.imaging import IntakeLimits
from m2fp.processes import deaf_to_interrupts, describe_end
from m2fp.registry import ModelFile


class ContenderProcess:
    """A new process with one model in it, so that its memory and its threads are its own.

    It is idle between requests. Use it in a `with` statement: leaving that ends the process,
    whatever it is doing; it also ends by itself when this process is gone.
    """

    def __init__(
        self, contender: Contender, file: ModelFile, threads: int, limits: IntakeLimits
    ) -> None:
        """Prepare it; `start` makes the process."""
        context = get_context("spawn")
        self.contender = contender
        self._channel, self._theirs = context.Pipe()
        self._process = context.Process(
            target=serve,
            args=(contender, file, threads, limits, self._theirs),
            name=str(contender),
            daemon=True,
        )

    def __enter__(self) -> ContenderProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> Ready:
        """Start the process and return once its model is loaded.

        Raises:
            M2FPError: what the process met, as it was raised there.
            InferenceFailed: the process died.
        """
        with deaf_to_interrupts():
            self._process.start()
        # With our copy open, the end of the process would not end the connection.
        self._theirs.close()
        return cast("Ready", self._receive())

    def parse(self, photo: Path) -> Answer:
        """Return the answer for one photo, once the process is idle again.

        Raises:
            M2FPError: what the process met, as it was raised there; it is of no use any more.
            InferenceFailed: the process died.
        """
        try:
            self._channel.send(photo)
        except (BrokenPipeError, ConnectionResetError):
            raise self._death() from None
        return cast("Answer", self._receive())

    def close(self) -> None:
        """End the process at once: it holds nothing worth saving. Closing twice is fine."""
        self._channel.close()
        self._theirs.close()
        if self._process.pid is not None:
            self._process.kill()
            self._process.join()

    def _receive(self) -> object:
        try:
            message = self._channel.recv()
        except (EOFError, ConnectionResetError):
            raise self._death() from None
        if isinstance(message, M2FPError):
            raise message
        return message

    def _death(self) -> InferenceFailed:
        self._process.join()
        return InferenceFailed(
            f"the process of {self.contender} {describe_end(self._process.exitcode)}",
            engine=self.contender.engine,
        )

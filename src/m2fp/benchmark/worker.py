"""The process of one contender: load once, then parse one photo whenever asked."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter, process_time, sleep

from m2fp.benchmark.messages import Answer, Parsed, Ready
from m2fp.benchmark.plan import TORCH_REFERENCE, Contender
from m2fp.engine import open_engine
from m2fp.errors import InferenceFailed, M2FPError
from m2fp.imaging import IntakeLimits
from m2fp.memory import peak_bytes, resident_bytes
from m2fp.parser import Parser
from m2fp.registry import ModelFile, ModelInfo

_WATCH_S = 0.025
_IDLE_S = 0.001  # of processor time while watching
_LONGEST_WATCHES = 40


@dataclass(frozen=True, slots=True)
class Runner:
    """A loaded model: its description, the name of what runs it, and what parses a photo."""

    info: ModelInfo
    engine: str
    parse: Callable[[Path], Parsed]


def serve(
    contender: Contender,
    file: ModelFile,
    threads: int,
    limits: IntakeLimits,
    channel: Connection[Ready | Answer | M2FPError, Path],
) -> None:
    """Load the model, say Ready, then answer every path until the other side is gone.

    After an error the error is sent and the process ends.
    """
    # Ctrl-C goes to every process of a terminal; the benchmark answers it and ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        start = perf_counter()
        runner = open_contender(contender, file, threads, limits)
        load_s = perf_counter() - start
        loaded = resident_bytes()
        come_to_rest()
        info = runner.info
        channel.send(Ready(info.name, info.precision, runner.engine, load_s, loaded))
        while True:
            parsed = runner.parse(channel.recv())
            come_to_rest()
            channel.send(Answer(parsed, peak_bytes()))
    except M2FPError as error:
        channel.send(error)
    except MemoryError as error:
        message = f"there is not enough memory for {contender}: {error}"
        channel.send(InferenceFailed(message, engine=contender.engine))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def come_to_rest() -> None:
    """Return when this process has stopped using the processor, after a second at the latest.

    Inference libraries let their threads spin for a while after the last operator (ONNX Runtime
    for some 40 ms); the next contender would have to share the processors with them.
    """
    for _ in range(_LONGEST_WATCHES):
        before = process_time()
        sleep(_WATCH_S)
        if process_time() - before < _IDLE_S:
            return


def open_contender(
    contender: Contender, file: ModelFile, threads: int, limits: IntakeLimits
) -> Runner:
    """Return the contender with its model loaded.

    Raises:
        ModelError, EngineError: as `open_engine`.
    """
    if contender.engine == TORCH_REFERENCE:
        from m2fp.benchmark.torch_reference import TorchReference

        reference = TorchReference(file.path, threads, limits)
        return Runner(reference.info, TORCH_REFERENCE, reference.parse)

    engine = open_engine(contender.engine, file.path, threads=threads, expected_sha256=file.sha256)
    parser = Parser(engine=engine, limits=limits)

    def parse(photo: Path) -> Parsed:
        result = parser(photo)
        return Parsed(result.timing, len(result.persons))

    return Runner(engine.info, engine.name, parse)

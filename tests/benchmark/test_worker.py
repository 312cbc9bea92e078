"""The process of one contender, from the inside."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import Pipe
from pathlib import Path

import pytest

from m2fp.benchmark import Contender, worker
from m2fp.benchmark.messages import Parsed
from m2fp.errors import InferenceFailed
from m2fp.imaging import InputRule, IntakeLimits
from m2fp.labels import get_scheme
from m2fp.registry import ModelFile, ModelInfo
from m2fp.results import Timing

INFO = ModelInfo("m", get_scheme("cihp"), InputRule(96, 128), "fp32", "none", "", "")
FILE = ModelFile(Path("m.onnx"), None)
PARSED = Parsed(Timing(0.1, 0.2, 0.3, 0.4, 1.0), 3)


@pytest.fixture
def be_busy(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], list[float]]:
    """Return a function that makes this process busy for some seconds and counts its sleeps."""

    def busy(seconds: float) -> list[float]:
        slept: list[float] = []
        monkeypatch.setattr(worker, "sleep", slept.append)
        monkeypatch.setattr(worker, "process_time", lambda: min(sum(slept), seconds))
        return slept

    return busy


@pytest.mark.parametrize(
    ("busy", "watches"), [(0.0, 1), (0.03, 3), (0.05, 3), (0.0505, 3), (0.052, 4), (1e9, 40)]
)
def test_rest_comes_when_the_threads_have_stopped(
    be_busy: Callable[[float], list[float]], busy: float, watches: int
) -> None:
    slept = be_busy(busy)
    worker.come_to_rest()
    assert slept == [0.025] * watches


@pytest.fixture
def serve_here(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[object]]:
    """Return a function that serves requests in this process and gives what was sent."""

    def serve(parse: Callable[[Path], Parsed], *photos: Path) -> list[object]:
        runner = worker.Runner(INFO, "onnxruntime", parse)
        monkeypatch.setattr(worker, "open_contender", lambda *_: runner)
        monkeypatch.setattr(worker.signal, "signal", lambda *_: None)
        receiver, requests = Pipe(duplex=False)
        for photo in photos:
            requests.send(photo)
        requests.close()  # the benchmark is gone: nothing more will be asked
        channel = Channel(receiver.recv)
        worker.serve(Contender("m.onnx"), FILE, 1, IntakeLimits(), channel)  # type: ignore[arg-type]
        return channel.sent

    return serve


class Channel:
    """One end of a connection that remembers what was sent."""

    def __init__(self, recv: Callable[[], Path]) -> None:
        self.recv = recv
        self.sent: list[object] = []

    def send(self, message: object) -> None:
        self.sent.append(message)


def test_it_answers_until_nobody_asks(serve_here: Callable[..., list[object]]) -> None:
    asked: list[Path] = []

    def parse(photo: Path) -> Parsed:
        asked.append(photo)
        return PARSED

    ready, *answers = serve_here(parse, Path("a.jpg"), Path("b.jpg"))
    assert isinstance(ready, worker.Ready)
    assert (ready.model, ready.precision, ready.engine) == ("m", "fp32", "onnxruntime")
    assert asked == [Path("a.jpg"), Path("b.jpg")]
    assert [answer.parsed for answer in answers] == [PARSED, PARSED]  # type: ignore[attr-defined]


def test_an_error_is_its_last_word(serve_here: Callable[..., list[object]]) -> None:
    def parse(_: Path) -> Parsed:
        raise MemoryError("unable to allocate 5 GiB")

    _, error = serve_here(parse, Path("a.jpg"), Path("b.jpg"))
    assert isinstance(error, InferenceFailed)
    assert str(error) == "there is not enough memory for m.onnx, auto: unable to allocate 5 GiB"

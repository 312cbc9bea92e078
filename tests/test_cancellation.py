"""Cancellation: what is interrupted, when, and where the parser looks."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from tests.fake_model import RULE

from m2fp import parser as parser_module
from m2fp.cancellation import Cancellation
from m2fp.engine import QueryPredictions
from m2fp.errors import Cancelled
from m2fp.imaging import IntakeLimits, Photo
from m2fp.labels import get_scheme
from m2fp.parser import Parser
from m2fp.registry import ModelInfo


def test_a_wish_interrupts_what_runs_and_nothing_that_has_ended() -> None:
    cancellation = Cancellation()
    called: list[str] = []
    with cancellation.interrupting(lambda: called.append("over")):
        cancellation.check()
    with cancellation.interrupting(lambda: called.append("running")):
        assert not cancellation.cancelled
        cancellation.cancel()
        assert called == ["running"]
        cancellation.cancel()
    assert called == ["running"]
    with pytest.raises(Cancelled):
        cancellation.check()


def test_a_wish_that_came_before_interrupts_at_once() -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    called: list[str] = []
    with cancellation.interrupting(lambda: called.append("late")):
        assert called == ["late"]
    assert called == ["late"]


def test_no_wish_falls_between_the_look_and_the_run() -> None:
    for _ in range(200):
        cancellation = Cancellation()
        stopped = threading.Event()
        thread = threading.Thread(target=cancellation.cancel)
        thread.start()
        with cancellation.interrupting(stopped.set):
            assert stopped.wait(5)
        thread.join()


class _Network:
    """Sees nothing; does something at every run."""

    name = "toy"
    info = ModelInfo("toy", get_scheme("cihp"), RULE, "fp32", "Apache-2.0", "", "")

    def __init__(self, at_run: Callable[[], None]) -> None:
        self.at_run = at_run

    def run(
        self, tensor: npt.NDArray[np.float32], cancellation: Cancellation | None = None
    ) -> QueryPredictions:
        self.at_run()
        _, _, height, width = tensor.shape
        classes = self.info.scheme.class_count + 1
        return QueryPredictions(
            np.zeros((1, classes), np.float32),
            np.full((1, height // 4, width // 4), -5, np.float32),
        )

    def close(self) -> None:
        pass


PICTURE = np.zeros((96, 128, 3), np.uint8)


def unreachable(*_: object, **__: object) -> None:
    raise AssertionError("this stage comes after the cancellation")


def test_nothing_is_decoded_after_a_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    monkeypatch.setattr(parser_module, "read_photo", unreachable)
    with Parser(engine=_Network(unreachable)) as parser, pytest.raises(Cancelled):
        parser(PICTURE, cancellation=cancellation)


def test_nothing_is_run_after_a_wish_while_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    cancellation = Cancellation()
    original = parser_module.read_photo

    def read_and_cancel(source: npt.NDArray[np.uint8], limits: IntakeLimits) -> Photo:
        cancellation.cancel()
        return original(source, limits)

    monkeypatch.setattr(parser_module, "read_photo", read_and_cancel)
    with Parser(engine=_Network(unreachable)) as parser, pytest.raises(Cancelled):
        parser(PICTURE, cancellation=cancellation)


def test_nothing_is_merged_after_a_wish_in_an_engine_that_cannot_be_interrupted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cancellation = Cancellation()
    monkeypatch.setattr(parser_module, "merge", unreachable)
    with Parser(engine=_Network(cancellation.cancel)) as parser, pytest.raises(Cancelled):
        parser(PICTURE, cancellation=cancellation)


def test_a_series_ends_at_the_wish() -> None:
    cancellation = Cancellation()
    with Parser(engine=_Network(lambda: None)) as parser:
        results = parser([PICTURE] * 3, cancellation=cancellation)
        next(results)
        cancellation.cancel()
        with pytest.raises(Cancelled):
            next(results)

"""Errors on their way between processes."""

from __future__ import annotations

import pickle

import pytest

from m2fp import errors
from m2fp.benchmark.messages import Failure
from m2fp.errors import (
    ChecksumMismatch,
    EngineUnavailable,
    ImageTooLarge,
    InvalidMaps,
    M2FPError,
    MissingExtra,
)


@pytest.mark.parametrize(
    "error",
    [
        M2FPError("plain"),
        EngineUnavailable("there is none", engine="steam"),
        ImageTooLarge("too long", code="body_too_large", actual=None, limit=3, name="x.jpg"),
        ChecksumMismatch("changed", expected="a", actual="b", model="m"),
        MissingExtra(extra="export", purpose="The torch reference"),
        InvalidMaps("bad", field="part_map"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_arrives_as_it_was(error: M2FPError) -> None:
    arrived = pickle.loads(pickle.dumps(Failure.of(error))).error()  # noqa: S301
    assert type(arrived) is type(error)
    assert (str(arrived), arrived.code) == (str(error), error.code)
    assert vars(arrived) == vars(error)
    assert getattr(errors, type(arrived).__name__) is type(arrived)

"""Giving memory back, where the C library can."""

from __future__ import annotations

import ctypes
import platform

import pytest

from m2fp.engine.heap import give_back_memory


def test_the_gnu_library_can() -> None:
    assert give_back_memory() == (platform.libc_ver()[0] == "glibc")


@pytest.mark.parametrize("fault", [OSError, AttributeError, TypeError])
def test_elsewhere_nothing_happens(monkeypatch: pytest.MonkeyPatch, fault: type[Exception]) -> None:
    def fail(name: None) -> None:
        raise fault

    monkeypatch.setattr(ctypes, "CDLL", fail)
    assert give_back_memory() is False

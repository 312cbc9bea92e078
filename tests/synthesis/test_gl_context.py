"""What is said where nothing can be drawn."""

from __future__ import annotations

import sys

import moderngl
import pytest

from m2fp.errors import EngineUnavailable, MissingExtra
from m2fp.synthesis.gl_context import open_context


def test_a_context_is_at_least_opengl_3_3(opengl: None) -> None:
    context = open_context()
    assert context.version_code >= 330
    context.release()


def test_without_egl_the_debian_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_driver(**_: object) -> None:
        raise Exception("eglInitialize failed (0x3001)")  # what glcontext raises

    monkeypatch.setattr(moderngl, "create_context", no_driver)
    with pytest.raises(EngineUnavailable, match="0x3001") as caught:
        open_context()
    assert "apt-get install libegl1 libgl1-mesa-dri" in caught.value.message
    assert caught.value.engine == "egl"


def test_without_moderngl_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "moderngl", None)
    with pytest.raises(MissingExtra, match=r"m2fp\[synth\]"):
        open_context()

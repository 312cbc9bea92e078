"""HEIC goes through an optional package, here stood in for."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

from m2fp.errors import ImageTooLarge, MissingExtra, UndecodableImage
from m2fp.imaging import IntakeLimits, read_photo

HEAD = (24).to_bytes(4, "big") + b"ftypheic" + bytes(4) + b"mif1heic" + bytes(40)


class FakePicture:
    size = (40, 30)

    def to_pillow(self) -> Image.Image:
        image = Image.new("RGB", self.size, (9, 9, 9))
        image.info["original_orientation"] = 6
        return image


def install(monkeypatch: pytest.MonkeyPatch, opener: Any) -> None:
    module = ModuleType("pillow_heif")
    module.open_heif = opener  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pillow_heif", module)


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(MissingExtra, match=r"m2fp\[heic\]"):
        read_photo(HEAD)


def test_the_decoder_has_turned_it_already(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, lambda *_, **__: FakePicture())
    photo = read_photo(HEAD)
    assert photo.size == (30, 40)
    assert photo.orientation_applied


def test_limits_come_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, lambda *_, **__: FakePicture())
    with pytest.raises(ImageTooLarge):
        read_photo(HEAD, IntakeLimits(max_pixels=100))


def test_its_errors_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("bad box")

    install(monkeypatch, fail)
    with pytest.raises(UndecodableImage, match="bad box"):
        read_photo(HEAD)

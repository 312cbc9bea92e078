"""Which pictures hold ids, and that others are refused."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.datasets.pictures import ids_with, write_ids

from m2fp.datasets.label_picture import read_ids, read_wide_ids
from m2fp.errors import DataError


def test_indexed_labels_hold_ids_not_colours(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 3], [20, 255]], np.uint8))
    image.putpalette([255 - value // 3 for value in range(768)])  # any colours
    assert image.mode == "P"
    image.save(tmp_path / "ids.png")
    assert read_ids(tmp_path / "ids.png").tolist() == [[0, 3], [20, 255]]


@pytest.mark.parametrize("mode", ["RGB", "1", "I;16"])
def test_other_kinds_of_label_pictures_are_refused(tmp_path: Path, mode: str) -> None:
    Image.new(mode, (4, 4)).save(tmp_path / "ids.png")
    with pytest.raises(DataError, match="8-bit grey or indexed") as caught:
        read_ids(tmp_path / "ids.png")
    assert caught.value.code == "unreadable_file"


def test_wide_ids(tmp_path: Path) -> None:
    ids = read_wide_ids(write_ids(tmp_path / "ids.png", ids_with(1, 256, 65535), bits=16))
    assert ids.dtype == np.uint16
    assert ids.ravel()[:4].tolist() == [1, 256, 65535, 0]
    narrow = read_wide_ids(write_ids(tmp_path / "ids.png", ids_with(1, 255)))
    assert narrow.ravel()[:3].tolist() == [1, 255, 0]
    Image.new("RGB", (4, 4)).save(tmp_path / "ids.png")
    with pytest.raises(DataError, match="8 or 16 bits"):
        read_wide_ids(tmp_path / "ids.png")


def test_a_picture_that_was_cut_short(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 20, (64, 64))
    path = write_ids(tmp_path / "ids.png", noise)
    path.write_bytes(path.read_bytes()[:-600])
    with pytest.raises(DataError, match="not a picture that can be read") as caught:
        read_ids(path)
    assert (caught.value.code, caught.value.path) == ("unreadable_file", str(path))


@pytest.mark.parametrize("limit", [None, 89_478_485])  # of Pillow, which the host program sets
def test_a_header_that_promises_billions_of_pixels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int | None
) -> None:
    path = write_ids(tmp_path / "ids.png", ids_with(1))
    content = bytearray(path.read_bytes())
    content[16:24] = struct.pack(">II", 60_000, 60_000)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    path.write_bytes(content)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    with pytest.raises(DataError, match=r"more than 100,000,000|3600000000 pixels") as caught:
        read_ids(path)
    assert caught.value.code == "unreadable_file"


def test_a_large_picture_is_no_reason_to_warn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_ids(tmp_path / "ids.png", ids_with(1))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)  # it has 24; above 40 Pillow refuses
    assert read_ids(path)[0, 0] == 1


@pytest.mark.parametrize("form", ["JPEG", "TIFF", "EPS"])
def test_other_formats_are_not_decoded(tmp_path: Path, form: str) -> None:
    path = tmp_path / "ids.png"
    Image.new("L", (6, 4)).save(path, format=form)
    with pytest.raises(DataError, match="not a PNG") as caught:
        read_ids(path)
    assert caught.value.code == "unreadable_file"

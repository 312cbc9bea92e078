"""Decoders stay silent, and nobody else is silenced."""

from __future__ import annotations

import io
import logging
import os
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from m2fp.errors import UndecodableImage
from m2fp.imaging import read_photo
from m2fp.imaging.quiet import quiet_decoder

OTHERS = b"""ERROR: the server's own line.
Traceback (most recent call last):
ValueError: not a number.
2026-11-22 10:00:00 request served.
cache: warm
"""


def damaged_tiff() -> bytes:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    target = io.BytesIO()
    Image.fromarray(noise).save(target, "TIFF", compression="tiff_deflate")
    data = target.getvalue()
    return data[:300] + bytes(200) + data[500:]


def test_libtiff_does_not_reach_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UndecodableImage):
        read_photo(damaged_tiff())
    assert capfd.readouterr() == ("", "")


def test_other_lines_are_passed_on(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_decoder(native=True):
        os.write(2, b"ZIPDecode: Decoding error at scanline 0.\n")
        os.write(2, b'MissingRequired: TIFF directory lacks "StripOffsets" field.\n')
        os.write(2, b"tempfile.tif: Warning, unknown field.\n")
        os.write(2, OTHERS)
    os.write(2, b"after\n")
    assert capfd.readouterr().err.encode() == OTHERS + b"after\n"


def test_pillow_logs_only_where_logging_is_set_up(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("PIL.TiffImagePlugin")
    with quiet_decoder(native=False):
        logger.error("too many samples")
    assert caplog.messages == ["too many samples"]
    assert capfd.readouterr().err == ""
    assert logging.getLogger("PIL").handlers == []


def test_warning_filters_survive_many_threads() -> None:
    before = list(warnings.filters)
    target = io.BytesIO()
    Image.new("RGB", (40, 40)).save(target, "TIFF")
    with ThreadPoolExecutor(8) as pool:
        photos = list(pool.map(read_photo, [target.getvalue()] * 200))
    assert len(photos) == 200
    assert list(warnings.filters) == before


def test_a_closed_stderr_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_descriptor(_: int) -> int:
        raise OSError("bad file descriptor")

    monkeypatch.setattr(os, "dup", no_descriptor)
    target = io.BytesIO()
    Image.new("RGB", (40, 40)).save(target, "TIFF")
    assert read_photo(target.getvalue()).size == (40, 40)
    with pytest.raises(UndecodableImage):
        read_photo(damaged_tiff())

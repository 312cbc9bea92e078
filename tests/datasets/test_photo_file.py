"""Photos in the frame that their labels are in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.datasets.pictures import write_photo

from m2fp.datasets.photo_file import read_header, read_pixels
from m2fp.errors import DataError

ON_ITS_SIDE, ON_ITS_HEAD = 6, 3


def darkest(pixels: np.ndarray) -> tuple[int, ...]:
    """Return row and column of the darkest pixel."""
    return tuple(map(int, np.unravel_index(pixels[..., 0].argmin(), pixels.shape[:2])))


def test_a_photo_is_turned_where_only_that_fits_its_labels(tmp_path: Path) -> None:
    path = write_photo(tmp_path / "a.png", (4, 6), orientation=ON_ITS_SIDE)
    assert darkest(read_pixels(path, (4, 6))) == (0, 0)
    turned = read_pixels(path, (6, 4))
    assert turned.shape == (6, 4, 3)
    assert darkest(turned) == (0, 3)  # the first pixel is stored for the upper right corner
    assert read_header(path).must_turn((6, 4))
    assert not read_header(path).must_turn((4, 6))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pillow_turns_a_tiff_itself(tmp_path: Path, orientation: int) -> None:
    png = write_photo(tmp_path / "a.png", (4, 6), orientation=orientation)
    tiff = write_photo(tmp_path / "a.tif", (4, 6), orientation=orientation)
    assert read_header(tiff) == read_header(png)
    for size in {read_header(png).size, read_header(png).turned_size}:
        np.testing.assert_array_equal(read_pixels(tiff, size), read_pixels(png, size))


@pytest.mark.parametrize("orientation", [1, ON_ITS_HEAD])
def test_a_photo_that_fits_as_it_is_stays(tmp_path: Path, orientation: int) -> None:
    path = write_photo(tmp_path / "a.png", (4, 6), orientation=orientation)
    assert darkest(read_pixels(path, (4, 6))) == (0, 0)
    with pytest.raises(DataError, match=r"a\.png is 6 x 4, its labels are 4 x 6") as caught:
        read_pixels(path, (6, 4))
    assert caught.value.code == "size_mismatch"


def test_photos_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    for read in (read_header, lambda path: read_pixels(path, (64, 64))):
        path.unlink(missing_ok=True)
        with pytest.raises(DataError, match="is missing"):
            read(path)
        path.write_bytes(b"no picture")
        with pytest.raises(DataError, match="not a photo") as caught:
            read(path)
        assert caught.value.code == "unreadable_file"
    write_photo(path, (64, 64))
    path.write_bytes(path.read_bytes()[:-200])
    assert read_header(path).size == (64, 64)
    with pytest.raises(DataError, match="not a photo that can be read"):
        read_pixels(path, (64, 64))


def test_no_interpreter_is_started_for_a_photo(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("L", (6, 4)).save(path, format="EPS")  # Pillow would hand it to Ghostscript
    with pytest.raises(DataError, match="cannot identify"):
        read_header(path)

"""Lists of names as people's editors and systems leave them, and hostile ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from m2fp.datasets.listing import (
    folders_in,
    picture_finder,
    pictures_in,
    read_listing,
    repeated,
)
from m2fp.errors import DataError


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"", []),
        (b"\n\n  \n", []),
        (b"a\nb", ["a", "b"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"\xef\xbb\xbfa\nb\n", ["a", "b"]),
        (b"a.jpg\nb.PNG \n\tc.1\n", ["a", "b", "c.1"]),
        (b"two words\n", ["two words"]),
        ("人\n".encode(), ["人"]),
        (b"b\na\nb\n", ["b", "a", "b"]),
    ],
)
def test_names(tmp_path: Path, content: bytes, names: list[str]) -> None:
    listing = tmp_path / "val_id.txt"
    listing.write_bytes(content)
    assert read_listing(listing) == names


@pytest.mark.parametrize("name", ["../../secret", "a/b", "..", ".jpg", "a\\b", "C:a", "a\0b"])
def test_paths_are_no_names(tmp_path: Path, name: str) -> None:
    listing = tmp_path / "val_id.txt"
    listing.write_text(f"fine\n{name}\n")
    with pytest.raises(DataError, match=r"val_id\.txt, line 2: .* is not the name of a photo"):
        read_listing(listing)


def test_a_list_that_is_no_text(tmp_path: Path) -> None:
    listing = tmp_path / "val_id.txt"
    listing.write_bytes(b"\xff\xfe\0a")
    with pytest.raises(DataError, match="not a list of names") as caught:
        read_listing(listing)
    assert caught.value.code == "unreadable_file"
    with pytest.raises(DataError, match="is missing"):
        read_listing(tmp_path / "nothing.txt")


def test_repeated_names_are_told_once() -> None:
    assert repeated(["c", "a", "b", "a", "c", "c"]) == ["c", "a"]


def test_pictures_of_a_folder(tmp_path: Path) -> None:
    for name in ("b.png", "b.jpg", "a.JPG", "c.txt", "._a.jpg", "d.jpg.bak"):
        (tmp_path / name).touch()
    found = pictures_in(tmp_path, (".jpg", ".png"))
    assert {name: path.name for name, path in found.items()} == {"a": "a.JPG", "b": "b.jpg"}
    assert list(found) == ["a", "b"]
    assert pictures_in(tmp_path / "nothing", (".jpg",)) == {}


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    listing = tmp_path / "val_id.txt"
    listing.write_text("人" * 80 + "\n", encoding="utf-8")  # 240 bytes, and room for a suffix
    assert read_listing(listing) == ["人" * 80]
    listing.write_text("人" * 81 + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"line 1: .* is not the name of a photo"):
        read_listing(listing)


def test_a_folder_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> list[str]:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr("os.listdir", refuse)
    with pytest.raises(DataError, match="cannot be read: Permission denied") as caught:
        pictures_in(tmp_path, (".jpg",))
    assert caught.value.code == "unreadable_file"


def test_where_the_picture_of_a_name_is_or_should_be(tmp_path: Path) -> None:
    (tmp_path / "a.JPEG").touch()
    find = picture_finder(tmp_path, (".jpg", ".jpeg"))
    assert [find(name).name for name in ("a", "b")] == ["a.JPEG", "b.jpg"]


def test_folders_of_a_folder(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / name).mkdir()
    (tmp_path / "c.txt").touch()
    assert [path.name for path in folders_in(tmp_path)] == ["a", "b"]
    assert folders_in(tmp_path / "c.txt") == folders_in(tmp_path / "nothing") == []

"""Lists of names (`train_id.txt`), and what lies in a folder."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from m2fp.errors import DataError

LABEL_SUFFIXES = (".png",)
# In this order where a name has several photos.
PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")

_LONGEST_NAME = 240  # bytes; file systems allow 255, suffix included


def read_listing(path: Path) -> list[str]:
    """Return the names in a list, one a line, without the suffix of a picture.

    Taken as they come: names that are there twice are returned twice. Byte order marks, Windows
    line ends and empty lines are passed over.

    Raises:
        DataError: the list is missing, is not text, or has a name that is a path.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise DataError(f"{path} is missing", path=str(path), code="missing_file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"{path} is not a list of names: {error}", path=str(path), code="unreadable_file"
        ) from error
    return [
        _name(line.strip(), number, path) for number, line in enumerate(lines, 1) if line.strip()
    ]


def repeated(names: Iterable[str]) -> list[str]:
    """Return the names that are there more than once, in the order of their first place."""
    return [name for name, count in Counter(names).items() if count > 1]


def pictures_in(folder: Path, suffixes: tuple[str, ...]) -> dict[str, Path]:
    """Return the pictures of a folder by their names without suffix, sorted by name.

    Suffixes are compared without case. Of several pictures with one name the one whose suffix
    comes first is taken.

    Raises:
        DataError: the folder is there and cannot be read.
    """
    found: dict[str, tuple[int, str]] = {}
    for file_name in names_in(folder):
        name, suffix = os.path.splitext(file_name)  # noqa: PTH122 - a Path for each would be slow
        if suffix.lower() in suffixes:
            rank = (suffixes.index(suffix.lower()), file_name)
            found[name] = min(found.get(name, rank), rank)
    return {name: folder / found[name][1] for name in sorted(found)}


def picture_finder(folder: Path, suffixes: tuple[str, ...]) -> Callable[[str], Path]:
    """Return what gives the picture of a name, or, where there is none, the path it should have.

    Raises:
        DataError: as `pictures_in`.
    """
    found = pictures_in(folder, suffixes)
    return lambda name: found.get(name) or folder / f"{name}{suffixes[0]}"


def names_in(folder: Path) -> list[str]:
    """Return the names of what is in a folder, unsorted; of one that is not there, none.

    Hidden ones are passed over: macOS leaves `._0001.png`.

    Raises:
        DataError: the folder is there and cannot be read.
    """
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names alone, 75,000 of them
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise DataError(
            f"{folder} cannot be read: {error.strerror or error}",
            path=str(folder),
            code="unreadable_file",
        ) from error
    return [name for name in names if not name.startswith(".")]


def folders_in(folder: Path) -> list[Path]:
    """Return the folders in a folder that can be looked into, sorted; of a file, none.

    Raises:
        DataError: as `names_in`.
    """
    paths = (folder / name for name in sorted(names_in(folder)))
    return [path for path in paths if path.is_dir() and os.access(path, os.R_OK | os.X_OK)]


def _name(line: str, number: int, path: Path) -> str:
    name = line
    for suffix in PHOTO_SUFFIXES:
        if line.lower().endswith(suffix):
            name = line[: -len(suffix)]
    # Names become parts of paths, of files that are read and of files that are written.
    is_path = not name.strip(".") or any(sign in name for sign in "/\\\0:")
    if is_path or len(name.encode()) > _LONGEST_NAME:
        raise DataError(
            f"{path}, line {number}: {line[:80]!r} is not the name of a photo; it must be a file's "
            "name without folder",
            path=str(path),
        )
    return name

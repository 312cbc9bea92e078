"""What to parse: the words of a command line become a list of pictures.

A word is a picture, a folder, a pattern, or "-" for one picture on standard input. Patterns are
expanded here too, because Windows shells leave that to programs.
"""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Final

from m2fp.errors import ConfigError, SourceNotFound
from m2fp.parser import IMAGE_SUFFIXES

STDIN: Final = "-"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture to parse.

    Attributes:
        path: the file, or None for standard input.
        shown: how it is called in all output.
        folder: folders between the searched folder and the file; results keep them.
        error: why there is nothing to parse, for a word of the command line that gave nothing.
    """

    path: Path | None
    shown: str
    folder: PurePath = field(default_factory=PurePath)
    error: SourceNotFound | None = None

    def read(self, limit_bytes: int) -> Path | bytes:
        """Return what a parser takes; of standard input at most one byte more than the limit."""
        if self.path is not None:
            return self.path
        return sys.stdin.buffer.read(limit_bytes + 1)


def find_pictures(
    words: Iterable[str], *, recursive: bool = False, output: Path | None = None
) -> list[Picture]:
    """Return the pictures that the words stand for, each file once, folders sorted by name.

    Args:
        words: of the command line.
        recursive: look into the folders of folders too.
        output: where results go; what lies there is not searched for pictures.

    Raises:
        ConfigError: "-" is given and nothing is piped in.
    """
    pictures: list[Picture] = []
    seen: set[Path] = set()
    for word in words:
        for picture in _expand(word, recursive=recursive, output=output):
            # The real path: a photo and a link to it are one photo.
            key = picture.path.resolve() if picture.path else Path(word)
            if key not in seen:
                seen.add(key)
                pictures.append(picture)
    return pictures


def _expand(word: str, *, recursive: bool, output: Path | None) -> Iterator[Picture]:
    path = Path(word)
    if word == STDIN:
        if sys.stdin.isatty():
            raise ConfigError(
                'nothing is piped in for "-"; for example: cat photo.jpg | m2fp parse -',
                option="source",
            )
        yield Picture(None, STDIN)
    elif path.is_dir():
        yield from _folder(path, recursive=recursive, output=output)
    elif not path.exists() and glob.has_magic(word):
        yield from _pattern(word, output=output)
    else:
        yield Picture(path, word)  # a missing file is found out when it is read


def _folder(folder: Path, *, recursive: bool, output: Path | None) -> Iterator[Picture]:
    files = _walk(folder) if recursive else (entry for entry in folder.iterdir() if entry.is_file())
    found = sorted(file for file in files if _is_picture(file, output))
    for file in found:
        yield Picture(file, str(file), file.relative_to(folder).parent)
    if not found:
        hint = "" if recursive else "; use --recursive to look into its folders"
        yield _nothing(str(folder), f"the folder {str(folder)!r} has no pictures{hint}")


def _walk(folder: Path) -> Iterator[Path]:
    """Yield all files below, without hidden folders and without following links to folders."""
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(root, name) for name in names)


def _pattern(word: str, *, output: Path | None) -> Iterator[Picture]:
    base = _without_magic(Path(word))
    # Not Path.glob, which takes no absolute patterns.
    matches = (Path(match) for match in glob.iglob(word, recursive=True))  # noqa: PTH207
    found = sorted(file for file in matches if file.is_file() and _is_picture(file, output))
    for file in found:
        yield Picture(file, str(file), file.relative_to(base).parent)
    if not found:
        yield _nothing(word, f"no pictures match {word!r}")


def _without_magic(pattern: Path) -> Path:
    """Return the folder that a pattern starts from: "photos" for "photos/*/x*.jpg"."""
    parts = []
    for part in pattern.parts[:-1]:
        if glob.has_magic(part):
            break
        parts.append(part)
    return Path(*parts)


def _is_picture(file: Path, output: Path | None) -> bool:
    """Tell by the name, as the content is the decoder's business."""
    if file.name.startswith(".") or file.suffix.lower() not in IMAGE_SUFFIXES:
        return False
    return output is None or not _is_result(file, output)


def _is_result(file: Path, output: Path) -> bool:
    """Return whether an earlier run wrote this file, so that no result is parsed as a photo."""
    endings = (".overlay.png", ".parts.png", ".persons.png", ".colours.png")
    return file.name.endswith(endings) and file.resolve().is_relative_to(output.resolve())


def _nothing(word: str, message: str) -> Picture:
    looked_for = ", ".join(sorted(IMAGE_SUFFIXES))
    error = SourceNotFound(f"{message}; looked for {looked_for}", source=word)
    return Picture(Path(word), word, error=error)

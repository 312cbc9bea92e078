"""Finding COCO files, the splits they are, and the photos they list."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Literal

from m2fp.datasets.json_file import Fields
from m2fp.datasets.label_picture import MOST_PIXELS
from m2fp.datasets.listing import folders_in
from m2fp.datasets.splits import ALL, in_order, split_called, split_in

Kind = Literal["panoptic", "instances"]

_IN_EVERY_FILE = (b'"images"', b'"annotations"', b'"categories"')
_IN_PANOPTIC = b'"segments_info"'
_LONGEST_NAME = 255  # bytes of a file's or folder's name
_LONGEST_PATH = 1000  # characters
_LONGEST_SIDE = 2**16 - 1


@dataclass(frozen=True, slots=True)
class CocoImage:
    """One entry of "images"; ``name`` is ``file_name`` without folder and suffix."""

    name: str
    file_name: str
    size: tuple[int, int]


def coco_files(root: Path, kind: Kind) -> dict[str, tuple[Path, ...]]:
    """Return the COCO files of a kind, by split; empty where there is none.

    They are looked for in the folder itself, in `annotations/` and in folders named after a split;
    the root may also be one such file. The split is in the file's name or its folder's; files
    without one are the split "all". Of several files of a split those named after the kind
    (`instances_val2017.json`) are taken, else all of them.
    """
    found: dict[str, list[Path]] = {}
    for path in _json_files(root):
        if _is_coco(path, kind):
            folder = path.relative_to(root).parent.name  # the root's own name says nothing
            split = split_in(path.stem) or split_called(folder) or ALL
            found.setdefault(split, []).append(path)
    return {split: tuple(_named_after(kind, found[split])) for split in in_order(found)}


def has_coco_files(root: Path, kind: Kind) -> bool:
    """Return whether `coco_files` finds any."""
    return any(_is_coco(path, kind) for path in _json_files(root))


def read_images(document: Fields) -> dict[int | str, CocoImage]:
    """Return the images of a file by their ids, in the file's order.

    Raises:
        DataError: a field is missing or wrong, an id or a name is there twice, or a name leads
            out of the folder.
    """
    rows = list(document.rows("images"))
    file_names = [inner_name(row, "file_name") for row in rows]
    names = _names(file_names)
    images: dict[int | str, CocoImage] = {}
    seen: set[str] = set()
    for row, file_name, name in zip(rows, file_names, names, strict=True):
        key = row.key("id")
        if key in images:
            row.fail("id", f"{key!r} is there twice")
        if name in seen:
            row.fail("file_name", f"{file_name!r} is there twice")
        seen.add(name)
        images[key] = CocoImage(name, file_name, _size(row))
    return images


def image_of(row: Fields, images: dict[int | str, CocoImage]) -> CocoImage:
    """Return the image that an annotation is of.

    Raises:
        DataError: there is no such image.
    """
    image = images.get(row.key("image_id"))
    if image is None:
        row.fail("image_id", f"no image has the id {row.key('image_id')!r}")
    return image


def inner_name(row: Fields, field: str) -> str:
    """Return a field that names a file inside a folder, with forward slashes.

    Raises:
        DataError: it is missing, or leads out of the folder.
    """
    text = row.get(field, str)
    windows = PureWindowsPath(text)
    name = windows.as_posix()
    outside = windows.drive or windows.root or ".." in windows.parts
    too_long = len(text) > _LONGEST_PATH or any(
        len(part.encode()) > _LONGEST_NAME for part in windows.parts
    )
    if outside or too_long or "\0" in text or not windows.stem.strip("."):
        row.fail(field, f"must name a file inside the data set's folder, not {text[:80]!r}")
    return name


def _json_files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
        return
    inner = folders_in(root)
    annotations = [folder for folder in inner if folder.name.lower() == "annotations"]
    splits = [folder for folder in inner if split_called(folder.name)]
    for folder in (root, *annotations, *splits):
        yield from sorted(path for path in folder.glob("*.json") if path.is_file())


def _is_coco(path: Path, kind: Kind) -> bool:
    """Tell whether the words of a COCO file of a kind are in a file, without parsing it."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            if not all(text.find(word) >= 0 for word in _IN_EVERY_FILE):
                return False
            return (text.find(_IN_PANOPTIC) >= 0) == (kind == "panoptic")
    except (OSError, ValueError):  # ValueError: the file is empty
        return False


def _names(file_names: Sequence[str]) -> list[str]:
    """Return what photos are called: their stems, or with the folders where stems are not enough.

    Names become parts of the names of files, so folders are joined to them by an underscore.
    """
    paths = [PurePosixPath(file_name).with_suffix("") for file_name in file_names]
    stems = [path.name for path in paths]
    if len(set(stems)) == len(stems):
        return stems
    return ["_".join(path.parts) for path in paths]


def _size(row: Fields) -> tuple[int, int]:
    height, width = row.whole("height", 1, _LONGEST_SIDE), row.whole("width", 1, _LONGEST_SIDE)
    if height * width > MOST_PIXELS:
        row.fail("height", f"{width} x {height} pixels are more than {MOST_PIXELS:,}")
    return height, width


def _named_after(kind: Kind, paths: list[Path]) -> list[Path]:
    return [path for path in paths if path.stem.lower().startswith(kind)] or paths

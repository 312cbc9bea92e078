"""Folders after PASCAL VOC's: photos in one, labels in another, and lists that name the splits."""

from __future__ import annotations

from pathlib import Path

from m2fp.datasets.folder_dataset import FolderDataset, SplitFolders, existing
from m2fp.datasets.layout import Layout
from m2fp.datasets.splits import ALL
from m2fp.errors import DataError
from m2fp.labels import LabelScheme, get_scheme

_IMAGES = "JPEGImages"
_LIST_FOLDERS = ("", "list", "lists")
_LISTS = {
    "train": ("train_id.txt", "train.txt"),
    "val": ("val_id.txt", "val.txt"),
    "test": ("test_id.txt", "test.txt"),
}


def voc_layout(name: str, *, labels: str, scheme: str) -> Layout:
    """Return the layout of a data set in such folders.

    Args:
        name: of the layout.
        labels: name of the folder of part ids.
        scheme: name of what the ids mean, unless somebody says otherwise.
    """
    signs = f"{_IMAGES} and {labels}"

    def matches(root: Path) -> bool:
        return (root / _IMAGES).is_dir() and (root / labels).is_dir()

    def open_it(root: Path, asked: LabelScheme | None) -> FolderDataset:
        if not matches(root):
            raise DataError(f"{root} is not in the layout {name}: it needs {signs}", path=str(root))
        return FolderDataset(root, name, asked or get_scheme(scheme), _splits(root, labels))

    return Layout(name, signs, matches, open_it)


def _splits(root: Path, labels: str) -> dict[str, SplitFolders]:
    """Return the splits that have a list, or one of everything, "all", where there is no list."""
    images, categories = root / _IMAGES, root / labels
    listings = {split: _listing(root, names) for split, names in _LISTS.items()}
    splits = {
        split: SplitFolders(images, categories, listing=listing)
        for split, listing in listings.items()
        if listing
    }
    return splits or {ALL: SplitFolders(images, categories)}


def _listing(root: Path, names: tuple[str, ...]) -> Path | None:
    places = (root / folder / name for folder in _LIST_FOLDERS for name in names)
    return next((path for path in places if existing(path)), None)

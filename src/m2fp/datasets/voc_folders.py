"""Folders after PASCAL VOC's: photos in one, labels in another, and lists that name the splits."""

from __future__ import annotations

from pathlib import Path

from m2fp.datasets.folder_dataset import SplitFolders, existing
from m2fp.datasets.splits import ALL

_IMAGES = "JPEGImages"
_LIST_FOLDERS = ("", "list", "lists")
_LISTS = {
    "train": ("train_id.txt", "train.txt"),
    "val": ("val_id.txt", "val.txt"),
    "test": ("test_id.txt", "test.txt"),
}


def has_voc_folders(root: Path, labels: str) -> bool:
    """Return whether the folder of photos and that of labels are there."""
    return (root / _IMAGES).is_dir() and (root / labels).is_dir()


def voc_splits(root: Path, labels: str) -> dict[str, SplitFolders]:
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

"""Folders of photos and of label pictures with the same names, as people make them themselves.

    images/a.jpg    labels/a.png    persons/a.png

Each folder has one of several usual names. Without `persons/` everything labelled in a photo is
one person. Splits, if there are any, are folders inside these (`images/train/`), folders around
them (`train/images/`), or lists of names (`train.txt`, `lists/val.txt`,
`ImageSets/Segmentation/val.txt`). What ids mean is said by a list of classes beside the folders
(`m2fp.datasets.class_list`), by the name of the root ("LIP"), or by who opens it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from m2fp.datasets.folder_dataset import FolderDataset, SplitFolders
from m2fp.datasets.layout import Layout
from m2fp.datasets.listing import LABEL_SUFFIXES, folders_in, names_in
from m2fp.datasets.scheme_choice import told_scheme
from m2fp.datasets.splits import ALL, in_order, split_called, split_in
from m2fp.errors import DataError
from m2fp.labels import LabelScheme, plain_name

_NAME: Final = "plain"
_SIGNS: Final = "images (or photos) and labels (or masks, annotations) with PNGs of the same names"
# Without case and signs: "Category_ids" is categoryids.
IMAGE_FOLDERS: Final = ("images", "image", "photos", "img", "imgs", "jpegimages")
_LABEL_FOLDERS: Final = (
    *("labels", "label", "masks", "mask", "annotations", "categoryids", "segmentationclass"),
    *("segmentationclassaug", "segmentationclasspng", "segmentations"),
)
_PERSON_FOLDERS: Final = ("humans", "persons", "people", "humanids", "personids")
_LIST_FOLDERS: Final = ("", "list", "lists", "splits", "ImageSets/Segmentation")


def open_plain(root: Path, scheme: LabelScheme | None = None) -> FolderDataset:
    """Return the data set.

    Raises:
        DataError: a folder is missing, or nothing says what the ids mean.
    """
    splits = _splits(root)
    if not splits:
        raise DataError(f"{root} is not such a data set: it needs {_SIGNS}", path=str(root))
    scheme = scheme or told_scheme(root)
    return FolderDataset(root, _NAME, scheme, {split: splits[split] for split in in_order(splits)})


def subfolder(root: Path, names: tuple[str, ...]) -> Path | None:
    """Return the folder in another one that has the first of some names, without case and signs."""
    found = {plain_name(folder.name): folder for folder in folders_in(root)}
    return next((found[name] for name in names if name in found), None)


def _splits(root: Path) -> dict[str, SplitFolders]:
    here = _pair(root)
    if here is None:
        inner = {split_called(folder.name): _pair(folder) for folder in folders_in(root)}
        return {
            split: pair
            for split, pair in inner.items()
            if split and pair and _has_pngs(pair.categories)
        }
    parted = {
        split: _narrowed(here, folder.name)
        for folder in folders_in(here.categories)
        if (split := split_called(folder.name)) and _has_pngs(folder)
    }
    if parted:
        return parted
    if not _has_pngs(here.categories):
        return {}
    listed = {
        split: SplitFolders(here.images, here.categories, here.humans, listing=path)
        for split, path in _lists(root)
    }
    return listed or {ALL: here}


def _pair(root: Path) -> SplitFolders | None:
    """Return the folders of photos, labels and people in another one; None where one is missing."""
    images, labels = subfolder(root, IMAGE_FOLDERS), subfolder(root, _LABEL_FOLDERS)
    if images is None or labels is None:
        return None
    return SplitFolders(images, labels, subfolder(root, _PERSON_FOLDERS))


def _narrowed(folders: SplitFolders, name: str) -> SplitFolders:
    """Return the folders of one split, which lie inside those of all."""
    humans = None if folders.humans is None else folders.humans / name
    return SplitFolders(folders.images / name, folders.categories / name, humans)


def _lists(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield the lists of names by split; of several of one split the last counts."""
    for folder in reversed(_LIST_FOLDERS):
        for path in sorted((root / folder).glob("*.txt"), reverse=True):
            if split := split_in(path.stem):
                yield split, path


def _has_pngs(folder: Path) -> bool:
    return any(name.lower().endswith(LABEL_SUFFIXES) for name in names_in(folder))


LAYOUT = Layout(_NAME, _SIGNS, lambda root: bool(_splits(root)), open_plain)

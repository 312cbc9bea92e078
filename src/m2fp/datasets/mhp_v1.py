"""LV-MHP-v1's folders, as released.

    images/0001.jpg
    annotations/0001_02_01.png    photo 0001, two people, the first; pixel = part id
    {train,val,test}_list.txt     names of photos, with suffix

Source: Li et al. 2017, "Multiple-Human Parsing in the Wild".
"""

from __future__ import annotations

from pathlib import Path

from m2fp.datasets.layout import Layout
from m2fp.datasets.person_files import PersonFilesDataset, SplitFiles
from m2fp.errors import DataError
from m2fp.labels import LabelScheme, get_scheme

_NAME = "mhp-v1"
_SIGNS = "images, annotations and a list: train_list.txt, val_list.txt or test_list.txt"
_SPLITS = ("train", "val", "test")


def open_mhp_v1(root: Path, scheme: LabelScheme | None = None) -> PersonFilesDataset:
    """Return the data set.

    Raises:
        DataError: a folder or all lists are missing.
    """
    files = _files(root)
    if not files:
        raise DataError(f"{root} is not LV-MHP-v1 as released: it needs {_SIGNS}", path=str(root))
    return PersonFilesDataset(root, _NAME, scheme or get_scheme("mhp-v1"), files)


def _files(root: Path) -> dict[str, SplitFiles]:
    images, people = root / "images", root / "annotations"
    if not images.is_dir() or not people.is_dir():
        return {}
    return {
        split: SplitFiles(root / f"{split}_list.txt", images, people)
        for split in _SPLITS
        if (root / f"{split}_list.txt").is_file()
    }


LAYOUT = Layout(_NAME, _SIGNS, lambda root: bool(_files(root)), open_mhp_v1)

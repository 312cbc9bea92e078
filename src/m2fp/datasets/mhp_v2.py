"""LV-MHP-v2's folders, as released.

    list/{train,val,test_all,test_inter_top20,test_inter_top10}.txt
    {train,val,test}/images/10084.jpg
    {train,val,test}/parsing_annos/10084_02_01.png    photo 10084, two people, the first

The three lists of test photos share `test/`, which is a split only where it has annotations. Part
ids are in the first of three channels. Source: Zhao et al. 2018, "Understanding Humans in Crowded
Scenes".
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from m2fp.datasets.layout import Layout
from m2fp.datasets.person_files import PersonFilesDataset, SplitFiles
from m2fp.errors import DataError
from m2fp.labels import LabelScheme, get_scheme

_NAME = "mhp-v2"
_SIGNS = "list/ with train.txt or val.txt, and train/ or val/ with images and parsing_annos"
_FOLDERS: Final = {
    "train": "train",
    "val": "val",
    "test_all": "test",
    "test_inter_top20": "test",
    "test_inter_top10": "test",
}


def open_mhp_v2(root: Path, scheme: LabelScheme | None = None) -> PersonFilesDataset:
    """Return the data set.

    Raises:
        DataError: the folder has no labelled split.
    """
    files = _files(root)
    if not files:
        raise DataError(f"{root} is not LV-MHP-v2 as released: it needs {_SIGNS}", path=str(root))
    return PersonFilesDataset(root, _NAME, scheme or get_scheme("mhp-v2"), files)


def _files(root: Path) -> dict[str, SplitFiles]:
    splits = {
        split: SplitFiles(
            root / "list" / f"{split}.txt",
            root / folder / "images",
            root / folder / "parsing_annos",
        )
        for split, folder in _FOLDERS.items()
    }
    return {
        split: files
        for split, files in splits.items()
        if files.listing.is_file() and files.people.is_dir()
    }


LAYOUT = Layout(_NAME, _SIGNS, lambda root: bool(_files(root)), open_mhp_v2)

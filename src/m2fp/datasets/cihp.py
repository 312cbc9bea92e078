"""CIHP's folders, as released and as M2FP and QANet lay out other data sets.

    instance-level_human_parsing/
        joints.json                     an addition of ours: see m2fp.datasets.joints
        Training/ Validation/ [Testing/]
            Images/0000006.jpg
            Category_ids/0000006.png    part ids, 8 bits
            Human_ids/0000006.png       person ids; without the folder all is person 1
            Instance_ids/0000006.png    part numbers, 8 or 16 bits, with 0000006.txt; may be missing
            train_id.txt                val_id.txt, test_id.txt; may be missing
            scene_id.txt                an addition of ours: photos without unlabelled people

M2FP keeps LIP, PASCAL-Person-Part and MHP-v2 in the same folders, so the root's name tells what the
ids mean ("lip", "pascal-person-part", "mhpv2"). Another name without person ids is taken for LIP,
with them for CIHP. A folder without `Category_ids`, as CIHP's `Testing`, is no labelled split.

Source: Gong et al. 2018, "Instance-level Human Parsing via Part Grouping Network".
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from m2fp.datasets.folder_dataset import FolderDataset, SplitFolders, existing
from m2fp.datasets.joints import FILE_NAME as JOINTS
from m2fp.datasets.layout import Layout
from m2fp.datasets.scheme_choice import scheme_by_name
from m2fp.errors import DataError
from m2fp.labels import LabelScheme, get_scheme

_NAME = "cihp"
_SIGNS = "Training, Validation or Testing with Images and Category_ids in it"
_FOLDERS = {"train": "Training", "val": "Validation", "test": "Testing"}


def matches(root: Path) -> bool:
    """Return whether one of the three folders holds labels."""
    return any((root / folder / "Category_ids").is_dir() for folder in _FOLDERS.values())


def open_cihp(root: Path, scheme: LabelScheme | None = None) -> FolderDataset:
    """Return the data set; with None the scheme is chosen as said above.

    Raises:
        DataError: the folder has no labelled split.
    """
    if not matches(root):
        raise DataError(f"{root} is not in CIHP layout: it needs {_SIGNS}", path=str(root))
    splits = {
        split: _split(root / folder, split)
        for split, folder in _FOLDERS.items()
        if (root / folder / "Category_ids").is_dir()
    }
    return FolderDataset(root, _NAME, scheme or _choose_scheme(root, splits), splits)


def _split(folder: Path, split: str) -> SplitFolders:
    return SplitFolders(
        images=folder / "Images",
        categories=folder / "Category_ids",
        humans=existing(folder / "Human_ids"),
        parts=existing(folder / "Instance_ids"),
        listing=existing(folder / f"{split}_id.txt"),
        scenes=existing(folder / "scene_id.txt"),
        joints=existing(folder.parent / JOINTS),
    )


def _choose_scheme(root: Path, splits: Mapping[str, SplitFolders]) -> LabelScheme:
    people = any(folders.humans for folders in splits.values())
    return scheme_by_name(root) or get_scheme("cihp" if people else "lip")


LAYOUT = Layout(_NAME, _SIGNS, matches, open_cihp)

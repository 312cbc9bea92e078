"""PASCAL-Person-Part's folders, as Graphonomy has them.

    JPEGImages/*.jpg    SegmentationPart/*.png    list/{train,val}_id.txt

The ids are in the order of the first release and of SCHP (head, torso, upper and lower arms, upper
and lower legs: scheme "ppp-schp"), not in M2FP's ("ppp"). `m2fp.labels.conversion` turns one into
the other. People are not told apart: everyone in a photo is person 1, so that only scores of parts
mean something. M2FP keeps the data set in CIHP's folders, with people; see `cihp`.

Source: Chen et al. 2014, "Detect What You Can".
"""

from __future__ import annotations

from pathlib import Path

from m2fp.datasets.folder_dataset import FolderDataset
from m2fp.datasets.layout import Layout
from m2fp.datasets.voc_folders import has_voc_folders, voc_splits
from m2fp.errors import DataError
from m2fp.labels import LabelScheme, get_scheme

_NAME = "pascal-person-part"
_LABELS = "SegmentationPart"
_SIGNS = f"JPEGImages and {_LABELS}"


def matches(root: Path) -> bool:
    """Return whether both folders are there."""
    return has_voc_folders(root, _LABELS)


def open_pascal_person_part(root: Path, scheme: LabelScheme | None = None) -> FolderDataset:
    """Return the data set.

    Raises:
        DataError: one of the two folders is missing.
    """
    if not matches(root):
        raise DataError(
            f"{root} is not in PASCAL-Person-Part's layout: it needs {_SIGNS}", path=str(root)
        )
    splits = voc_splits(root, _LABELS)
    return FolderDataset(root, _NAME, scheme or get_scheme("ppp-schp"), splits)


LAYOUT = Layout(_NAME, _SIGNS, matches, open_pascal_person_part)

"""ATR's folders, as released and as Graphonomy and SCHP have them.

    humanparsing/
        JPEGImages/*.jpg
        SegmentationClassAug/*.png    part ids, one person to a photo
        {train,val}_id.txt            also in list/ or lists/; without any, all is one split, "all"

Source: Liang et al. 2015, "Deep Human Parsing with Active Template Regression".
"""

from __future__ import annotations

from pathlib import Path

from m2fp.datasets.folder_dataset import FolderDataset
from m2fp.datasets.layout import Layout
from m2fp.datasets.voc_folders import has_voc_folders, voc_splits
from m2fp.errors import DataError
from m2fp.labels import LabelScheme, get_scheme

_NAME = "atr"
_LABELS = "SegmentationClassAug"
_SIGNS = f"JPEGImages and {_LABELS}"


def matches(root: Path) -> bool:
    """Return whether both folders are there."""
    return has_voc_folders(root, _LABELS)


def open_atr(root: Path, scheme: LabelScheme | None = None) -> FolderDataset:
    """Return the data set.

    Raises:
        DataError: one of the two folders is missing.
    """
    if not matches(root):
        raise DataError(f"{root} is not in ATR's layout: it needs {_SIGNS}", path=str(root))
    return FolderDataset(root, _NAME, scheme or get_scheme("atr"), voc_splits(root, _LABELS))


LAYOUT = Layout(_NAME, _SIGNS, matches, open_atr)

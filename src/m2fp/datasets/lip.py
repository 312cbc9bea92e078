"""LIP's folders, as released and as SCHP has them.

As released ("lip"); some unpack the two inner folders straight into the root's:

    TrainVal_images/{train,val}_id.txt
    TrainVal_images/TrainVal_images/{train,val}_images/100034_483681.jpg
    TrainVal_parsing_annotations/TrainVal_parsing_annotations/{train,val}_segmentations/*.png

SCHP's ("schp"), which its users also fill with other data sets, so that the root's name tells the
scheme and any other name means LIP:

    {train,val}_images/*.jpg    {train,val}_segmentations/*.png    {train,val}_id.txt

One person to a photo in both. M2FP keeps LIP in CIHP's folders, see `cihp`.

Source: Gong et al. 2017, "Look into Person".
"""

from __future__ import annotations

from pathlib import Path

from m2fp.datasets.folder_dataset import FolderDataset, SplitFolders, existing
from m2fp.datasets.layout import Layout
from m2fp.datasets.scheme_choice import scheme_by_name
from m2fp.errors import DataError
from m2fp.labels import LabelScheme, get_scheme

_SPLITS = ("train", "val", "test")
_IMAGES = "TrainVal_images"
_LABELS = "TrainVal_parsing_annotations"
_SIGNS = f"{_IMAGES} and {_LABELS} with train_segmentations or val_segmentations in it"
_SCHP_SIGNS = "train_images with train_segmentations, or val_images with val_segmentations"


def open_lip(root: Path, scheme: LabelScheme | None = None) -> FolderDataset:
    """Return the data set as released.

    Raises:
        DataError: the folder has no labelled split.
    """
    splits = _released_splits(root)
    if not splits:
        raise DataError(f"{root} is not LIP as released: it needs {_SIGNS}", path=str(root))
    return FolderDataset(root, "lip", scheme or get_scheme("lip"), splits)


def open_schp(root: Path, scheme: LabelScheme | None = None) -> FolderDataset:
    """Return the data set in SCHP's folders.

    Raises:
        DataError: the folder has no labelled split.
    """
    splits = _splits(root, root, root)
    if not splits:
        raise DataError(f"{root} is not in SCHP's layout: it needs {_SCHP_SIGNS}", path=str(root))
    return FolderDataset(root, "schp", scheme or _schp_scheme(root), splits)


def _schp_scheme(root: Path) -> LabelScheme:
    """Return the scheme by name; SCHP numbers the parts of PASCAL-Person-Part in another order."""
    named = scheme_by_name(root) or get_scheme("lip")
    return get_scheme("ppp-schp") if named.name == "ppp" else named


def _splits(images: Path, labels: Path, lists: Path) -> dict[str, SplitFolders]:
    return {
        split: SplitFolders(
            images / f"{split}_images",
            labels / f"{split}_segmentations",
            listing=existing(lists / f"{split}_id.txt"),
        )
        for split in _SPLITS
        if (images / f"{split}_images").is_dir() and (labels / f"{split}_segmentations").is_dir()
    }


def _released_splits(root: Path) -> dict[str, SplitFolders]:
    images, labels = _innermost(root / _IMAGES), _innermost(root / _LABELS)
    return _splits(images, labels, root / _IMAGES)


def _innermost(folder: Path) -> Path:
    """Return the folder of the same name inside, where the archive was unpacked into its own."""
    return existing(folder / folder.name) or folder


LAYOUT = Layout(
    "lip",
    _SIGNS,
    lambda root: bool(_released_splits(root)),
    open_lip,
)
SCHP_LAYOUT = Layout("schp", _SCHP_SIGNS, lambda root: bool(_splits(root, root, root)), open_schp)

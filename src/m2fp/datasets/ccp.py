"""Clothing Co-Parsing with its labels as pictures.

    photos/0001.jpg     labelled ones and others
    labels/0001.png     pixel = tag id
    tags.json           {"0": "null", "1": "accessories", ...}

Tags become the classes of "ccp14" (`m2fp.datasets.ccp_tags`); every pixel with a tag, those of no
class too, is person 1. There is no official split: the photos with labels are the split "all".

The data set is released with Matlab files instead, `annotations/pixel-level/0001.mat`. They are
recognised, and the message says how to convert them. Source: Yang, Luo and Lin 2014, "Clothing
Co-Parsing by Joint Image Segmentation and Labeling".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from m2fp.datasets.ccp_tags import tag_classes
from m2fp.datasets.dataset import no_split
from m2fp.datasets.json_file import read_json
from m2fp.datasets.label_picture import read_ids
from m2fp.datasets.labelled_photo import LabelledPhoto, Labels
from m2fp.datasets.layout import Layout
from m2fp.datasets.listing import LABEL_SUFFIXES, PHOTO_SUFFIXES, picture_finder, pictures_in
from m2fp.datasets.photo_file import read_pixels
from m2fp.datasets.splits import ALL
from m2fp.errors import DataError
from m2fp.labels import LabelScheme, conversion, get_scheme

_NAME = "ccp"
_SIGNS = "photos, labels and tags.json (or photos and annotations/pixel-level)"
_NO_TAG = 254  # in the table: the data set has no such tag
_HOW_TO_CONVERT = """\
{root} is Clothing Co-Parsing as released, with Matlab files. Convert them once, with SciPy:

    import json
    from pathlib import Path
    from PIL import Image
    from scipy.io import loadmat

    root = Path({quoted})
    (root / "labels").mkdir()
    for path in (root / "annotations/pixel-level").glob("*.mat"):
        ids = loadmat(path)["groundtruth"].astype("uint8")
        Image.fromarray(ids).save(root / "labels" / f"{{path.stem}}.png")
    names = loadmat(root / "label_list.mat", simplify_cells=True)["label_list"]
    tags = {{str(tag): str(name) for tag, name in enumerate(names)}}
    (root / "tags.json").write_text(json.dumps(tags))"""


@dataclass(frozen=True, slots=True)
class CcpSample:
    """One labelled photo; see `m2fp.datasets.Sample`.

    Attributes:
        name: of the photo, without suffix.
        image: the photo.
        tags: picture of tag ids.
        classes: 256 bytes, the part id of every tag.
    """

    name: str
    image: Path
    tags: Path
    classes: bytes

    @property
    def label_files(self) -> tuple[Path, ...]:
        """Return the picture of tag ids."""
        return (self.tags,)

    def read_labels(self) -> Labels:
        """Return the labels alone.

        Raises:
            DataError: the picture is missing or unreadable, or has a tag that is not in tags.json.
        """
        tags = read_ids(self.tags)
        categories = np.frombuffer(self.classes, dtype=np.uint8)[tags]
        if (categories == _NO_TAG).any():
            raise DataError(
                f"{self.tags} has the tag {tags[categories == _NO_TAG][0]}, which tags.json lacks",
                path=str(self.tags),
                code="unknown_id",
            )
        return Labels(categories, (categories > 0).astype(np.uint16))

    def read(self) -> LabelledPhoto:
        """Return the photo with its labels; see `m2fp.datasets.Sample`."""
        labels = self.read_labels()
        height, width = labels.categories.shape
        pixels = read_pixels(self.image, (height, width))
        return LabelledPhoto(pixels, labels.categories, labels.humans)


@dataclass(frozen=True, slots=True)
class CcpDataset:
    """The data set; see `m2fp.datasets.Dataset`. ``classes`` as in `CcpSample`."""

    root: Path
    scheme: LabelScheme
    classes: bytes

    @property
    def layout(self) -> str:
        """Return "ccp"."""
        return _NAME

    @property
    def splits(self) -> tuple[str, ...]:
        """Return the one split, "all"."""
        return (ALL,)

    def samples(self, split: str) -> list[CcpSample]:
        """Return the photos with labels, by name.

        Raises:
            DataError: the split is not "all".
        """
        if split != ALL:
            raise no_split(self, split)
        photo = picture_finder(self.root / "photos", PHOTO_SUFFIXES)
        return [
            CcpSample(name, photo(name), tags, self.classes)
            for name, tags in pictures_in(self.root / "labels", LABEL_SUFFIXES).items()
        ]

    def scenes(self, split: str) -> list[CcpSample]:  # noqa: ARG002
        """Return nothing: the layout does not say where nobody else is."""
        return []


def open_ccp(root: Path, scheme: LabelScheme | None = None) -> CcpDataset:
    """Return the data set; a scheme that is given must have every class of "ccp14".

    Raises:
        DataError: files are missing, are Matlab's, or tags.json is not the data set's.
        ConfigError: the scheme lacks a class.
    """
    if not _is_converted(root):
        if _is_released(root):
            text = _HOW_TO_CONVERT.format(root=root, quoted=repr(root.as_posix()))
            raise DataError(text, path=str(root))
        raise DataError(f"{root} is not Clothing Co-Parsing: it needs {_SIGNS}", path=str(root))
    own = get_scheme("ccp14")
    classes = _classes(root / "tags.json")
    if scheme is not None and scheme.names != own.names:
        told = classes != _NO_TAG
        classes[told] = conversion(own, scheme).table[classes[told]]
    return CcpDataset(root, scheme or own, classes.tobytes())


def _classes(path: Path) -> NDArray[np.uint8]:
    """Return the part id of every tag id, uint8 (256,)."""
    known = tag_classes()
    classes = np.full(256, _NO_TAG, dtype=np.uint8)
    document = read_json(path)
    ids = {str(number): number for number in range(len(classes))}
    for tag, name in document.values.items():
        if tag not in ids:
            document.fail(repr(tag[:20]), "is not the id of a tag, 0..255")
        if not isinstance(name, str) or name not in known:
            document.fail(tag, f"{str(name)[:40]!r} is not a tag of Clothing Co-Parsing")
        classes[ids[tag]] = known[name]
    return classes


def _is_converted(root: Path) -> bool:
    return (
        (root / "photos").is_dir() and (root / "labels").is_dir() and (root / "tags.json").is_file()
    )


def _is_released(root: Path) -> bool:
    return (root / "photos").is_dir() and (root / "annotations" / "pixel-level").is_dir()


LAYOUT = Layout(_NAME, _SIGNS, lambda root: _is_converted(root) or _is_released(root), open_ccp)

"""Data sets that COCO files describe, whether by instances or by panoptic segments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from m2fp.datasets.coco_categories import Categories, read_categories
from m2fp.datasets.coco_files import Kind, coco_files, has_coco_files
from m2fp.datasets.coco_instances import read_instance_samples
from m2fp.datasets.coco_panoptic import read_panoptic_samples
from m2fp.datasets.coco_pictures import PictureSearch
from m2fp.datasets.dataset import Sample, no_split
from m2fp.datasets.json_file import Fields, read_json
from m2fp.datasets.layout import Layout
from m2fp.errors import DataError
from m2fp.labels import LabelScheme

_READERS: Final[dict[Kind, Callable[[Fields, Categories, PictureSearch], Iterable[Sample]]]] = {
    "panoptic": read_panoptic_samples,
    "instances": read_instance_samples,
}


@dataclass(frozen=True, slots=True, eq=False)
class _Split:
    scheme: LabelScheme
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CocoDataset:
    """COCO files of one kind, one or more to a split.

    Each file is read once, when its split is first asked for; of the masks only the form is
    checked, and they stay as they are in the file until a sample is read.

    Attributes:
        root: the folder, or the one file.
        kind: of annotations.
        files: the files of every split.
        asked: the label scheme asked for; None = what fits the names of the categories.
    """

    root: Path
    kind: Kind
    files: dict[str, tuple[Path, ...]]
    asked: LabelScheme | None
    _read: dict[str, _Split] = field(init=False, default_factory=dict, repr=False)

    @property
    def layout(self) -> str:
        """Return "coco-panoptic" or "coco-instances"."""
        return f"coco-{self.kind}"

    @property
    def scheme(self) -> LabelScheme:
        """Return what the part ids mean, by the categories; of an unread set, of its shortest file.

        Raises:
            DataError: the file is not what it looked like.
        """
        if self.asked is not None:
            return self.asked
        split = next(iter(self._read), None) or min(self.files, key=self._bytes)
        return self._split(split).scheme

    @property
    def splits(self) -> tuple[str, ...]:
        """Return the splits that there are files of."""
        return tuple(self.files)

    def samples(self, split: str) -> Sequence[Sample]:
        """Return the photos of a split in the order of its files.

        Raises:
            DataError: there is no such split, or a file is not what it looked like; the message
                names file and field. Photos and PNGs are not looked for.
        """
        return self._split(split).samples

    def scenes(self, split: str) -> Sequence[Sample]:  # noqa: ARG002
        """Return nothing: COCO files do not say where nobody else is."""
        return ()

    def _split(self, split: str) -> _Split:
        if split not in self.files:
            raise no_split(self, split)
        if split not in self._read:
            self._read[split] = self._read_split(split)
        return self._read[split]

    def _read_split(self, split: str) -> _Split:
        schemes = [known.scheme for known in self._read.values()]
        samples: dict[str, Sample] = {}
        for path in self.files[split]:
            document = read_json(path)
            categories = read_categories(
                document, self.asked, person_is_class=self.kind == "panoptic"
            )
            schemes.append(categories.scheme)
            if categories.scheme.names != schemes[0].names:
                document.fail("categories", "they are not those of the other files")
            pictures = PictureSearch.around(path, root=self.root, split=split)
            for sample in _READERS[self.kind](document, categories, pictures):
                if sample.name in samples:
                    document.fail("images", f"{sample.name!r} is in another file of {split} too")
                samples[sample.name] = sample
        return _Split(schemes[0], tuple(samples.values()))

    def _bytes(self, split: str) -> int:
        return sum(path.stat().st_size for path in self.files[split])


def _open(kind: Kind) -> Callable[[Path, LabelScheme | None], CocoDataset]:
    def open_coco(root: Path, scheme: LabelScheme | None) -> CocoDataset:
        files = coco_files(root, kind)
        if not files:
            raise DataError(f"{root} holds no COCO file with {kind}", path=str(root))
        return CocoDataset(root, kind, files, scheme)

    return open_coco


PANOPTIC_LAYOUT = Layout(
    name="coco-panoptic",
    signs='a JSON file with "images", "annotations", "categories" and "segments_info", here or in '
    "annotations/ or train/, val/, test/",
    matches=lambda root: has_coco_files(root, "panoptic"),
    open=_open("panoptic"),
)
INSTANCES_LAYOUT = Layout(
    name="coco-instances",
    signs='a JSON file with "images", "annotations" and "categories", likewise',
    matches=lambda root: has_coco_files(root, "instances"),
    open=_open("instances"),
)

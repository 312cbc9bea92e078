"""Finding the folders that the pictures of a COCO file lie in, which it does not say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from m2fp.datasets.coco_files import CocoImage
from m2fp.datasets.listing import folders_in
from m2fp.datasets.splits import split_in

_PHOTO_FOLDERS = ("images", "photos", "Images", "JPEGImages", "img", "data")


@dataclass(frozen=True, slots=True)
class PictureSearch:
    """Where to look for the pictures of a COCO file.

    Attributes:
        bases: the file's own folder first, then that of the data set around it.
        split: what the file is of.
    """

    bases: tuple[Path, ...]
    split: str

    @classmethod
    def around(cls, file: Path, *, root: Path, split: str) -> PictureSearch:
        """Return the search for a file of a data set; the root may be the file itself."""
        folder = file.parent
        return cls((folder,) if folder == root else (folder, folder.parent), split)

    def photos(self, images: Iterable[CocoImage]) -> Path:
        """Return the folder of the photos; as `folder` with the first of them."""
        first = next(iter(images), None)
        return self.bases[0] if first is None else self.folder(first.file_name, _PHOTO_FOLDERS)

    def folder(self, example: str, names: tuple[str, ...]) -> Path:
        """Return the first folder that has the example in it.

        Looked through are the bases; in each of them the folders with the given names and those
        named after the split; and in each of the former the latter again. Where none has it, it
        is the file's own folder, so that who opens the picture says something sensible.
        """
        for folder in self._candidates(names):
            if (folder / example).is_file():
                return folder
        return self.bases[0]

    def _candidates(self, names: tuple[str, ...]) -> Iterator[Path]:
        yield from self.bases
        for base in self.bases:
            named = [base / name for name in names if (base / name).is_dir()]
            yield from named
            for outer in (base, *named):
                yield from (
                    folder for folder in folders_in(outer) if split_in(folder.name) == self.split
                )

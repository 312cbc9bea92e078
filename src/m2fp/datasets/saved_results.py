"""What m2fp itself saves of photos, read as labels: to correct them by hand, or to learn from them.

    a.parts.png      part ids
    a.persons.png    person ids; without it, everything is one person
    a.json           names the label scheme; one of them is enough
    a.jpg            the photo, here or in images/ (or photos/)

All is one split, "all". The files are described in `m2fp.results.files`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from m2fp.datasets.dataset import no_split
from m2fp.datasets.file_sample import FileSample
from m2fp.datasets.json_file import read_json
from m2fp.datasets.layout import Layout
from m2fp.datasets.listing import PHOTO_SUFFIXES, names_in, pictures_in
from m2fp.datasets.plain import IMAGE_FOLDERS, subfolder
from m2fp.datasets.scheme_choice import told_scheme
from m2fp.datasets.splits import ALL
from m2fp.errors import ConfigError, DataError
from m2fp.labels import LabelScheme, get_scheme

_NAME: Final = "m2fp-results"
_SIGNS: Final = "files NAME.parts.png, as `m2fp parse` saves them"
_PARTS: Final = ".parts.png"
_PERSONS: Final = ".persons.png"


@dataclass(frozen=True, slots=True)
class SavedResults:
    """A folder of such files; see `m2fp.datasets.Dataset`."""

    root: Path
    scheme: LabelScheme

    @property
    def layout(self) -> str:
        """Return "m2fp-results"."""
        return _NAME

    @property
    def splits(self) -> tuple[str, ...]:
        """Return the one split, "all"."""
        return (ALL,)

    def samples(self, split: str) -> list[FileSample]:
        """Return the photos by name.

        Raises:
            DataError: the split is not "all".
        """
        if split != ALL:
            raise no_split(self, split)
        folder = subfolder(self.root, IMAGE_FOLDERS)
        photos = pictures_in(self.root, PHOTO_SUFFIXES)
        if folder is not None:
            photos |= pictures_in(folder, PHOTO_SUFFIXES)
        people = set(_names(self.root, _PERSONS))
        return [
            FileSample(
                name,
                photos.get(name, self.root / f"{name}{PHOTO_SUFFIXES[0]}"),
                self.scheme,
                self.root / f"{name}{_PARTS}",
                self.root / f"{name}{_PERSONS}" if name in people else None,
            )
            for name in _names(self.root, _PARTS)
        ]

    def scenes(self, split: str) -> list[FileSample]:  # noqa: ARG002
        """Return nothing: the layout does not say where nobody else is."""
        return []


def open_saved_results(root: Path, scheme: LabelScheme | None = None) -> SavedResults:
    """Return the data set.

    Raises:
        DataError: there are no such files, or nothing says what their ids mean.
    """
    names = _names(root, _PARTS)
    if not names:
        raise DataError(f"{root} holds no results of m2fp: it needs {_SIGNS}", path=str(root))
    return SavedResults(root, scheme or _saved_scheme(root, names))


def _saved_scheme(root: Path, names: list[str]) -> LabelScheme:
    """Return the scheme that the first result document names."""
    documents = (root / f"{name}.json" for name in names)
    first = next((path for path in documents if path.is_file()), None)
    if first is None:
        return told_scheme(root)
    document = read_json(first)
    try:
        return get_scheme(document.get("scheme", str))
    except ConfigError as error:
        document.fail("scheme", error.message)


def _names(root: Path, ending: str) -> list[str]:
    """Return what stands before an ending in the names of a folder's files, sorted."""
    return sorted(name.removesuffix(ending) for name in names_in(root) if name.endswith(ending))


LAYOUT = Layout(_NAME, _SIGNS, lambda root: bool(_names(root, _PARTS)), open_saved_results)

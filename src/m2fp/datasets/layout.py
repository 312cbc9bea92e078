"""One way in which a data set's files may lie in its folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from m2fp.datasets.dataset import Dataset
from m2fp.labels import LabelScheme


@dataclass(frozen=True, slots=True)
class Layout:
    """A row of the table in `m2fp.datasets.detect`.

    Attributes:
        name: short and stable, for example "cihp"; what `--layout` takes.
        signs: what the folder is known by, for people: they read it when nothing fits.
        matches: whether a folder (or file) looks like it. Asked of every folder, so it may look
            for a few names and, to tell what a JSON file is, for a few words in it; no more.
        open: gives the data set. With None for the scheme it chooses one by itself; every layout
            must accept any scheme that is given. Raises DataError when the folder does not match.
    """

    name: str
    signs: str
    matches: Callable[[Path], bool]
    open: Callable[[Path, LabelScheme | None], Dataset]

"""Finding the prediction of a photo by the photo's name.

A photo is called "0000006" or, in a data set of many folders, "day1/0000006"; a tool may have
written "photos/0000006.jpg". They belong together when the longer path ends with the shorter one,
endings such as ".jpg" aside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Self

from m2fp.errors import DataError
from m2fp.evaluation.predictions.source import Coverage

_Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ByName:
    """The paths that predictions were written under.

    Attributes:
        paths: as the tool wrote them; predictions are called by their number among these.
        numbers: the numbers by the last step of the path, with and without its ending.
    """

    paths: tuple[str, ...]
    numbers: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, paths: Iterable[str]) -> Self:
        """Return the index of these paths."""
        kept = tuple(paths)
        numbers: dict[str, list[int]] = defaultdict(list)
        for number, path in enumerate(kept):
            plain = _plain(path)
            for last in {plain.name, plain.stem}:
                numbers[last].append(number)
        return cls(kept, {last: tuple(found) for last, found in numbers.items()})

    def find(self, name: str) -> int | None:
        """Return the number of a photo's prediction, or None where there is none.

        Raises:
            DataError: several could be meant.
        """
        wanted = PurePosixPath(name).parts
        candidates = self.numbers.get(wanted[-1], ()) if wanted else ()
        found = [number for number in candidates if _same(wanted, self.paths[number])]
        if len(found) > 1:
            paths = ", ".join(self.paths[number] for number in found[:3])
            raise DataError(f"{len(found)} predictions could be that of {name}: {paths}")
        return found[0] if found else None

    def coverage(self, names: Sequence[str]) -> Coverage:
        """Return how these predictions and photos of these names fit together.

        Raises:
            DataError: several predictions could be that of one photo.
        """
        found = [self.find(name) for name in names]
        return Coverage(
            tuple(name for name, number in zip(names, found, strict=True) if number is None),
            unused=len(self.paths) - len({number for number in found if number is not None}),
        )


def _same(wanted: _Parts, path: str) -> bool:
    """Return whether one of the paths ends with the other; the last steps are equal already."""
    folders, others = wanted[-2::-1], _plain(path).parts[-2::-1]
    return all(one == other for one, other in zip(folders, others, strict=False))


def _plain(path: str) -> PurePosixPath:
    return PurePosixPath(path.replace("\\", "/"))

"""How the files of results are called, so that no two pictures share one.

`photo.jpg` gives `photo.overlay.png`, `photo.json` and so on. Pictures that would share a name get
a longer one, all of them alike: `photo-jpg` and `photo-png`, or `day1-photo-jpg` and
`day2-photo-jpg` when they come from different folders. The same pictures get the same names in
every run, which is what lets a second run go on where the first one stopped.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from m2fp.cli.sources import Picture
from m2fp.errors import ConfigError
from m2fp.results.files import ENDINGS, safe_stem


@dataclass(frozen=True, slots=True)
class Place:
    """Where the results of one picture go: `folder / (stem + ending)`."""

    folder: Path
    stem: str

    def path(self, kind: str) -> Path:
        """Return the file for one kind of result."""
        return self.folder / f"{self.stem}{ENDINGS[kind]}"

    def is_done(self, kinds: Collection[str], picture: Path | None) -> bool:
        """Return whether an earlier run wrote all these files for this very picture.

        The document knows the picture's sha256. Where none is saved, existing files are enough.
        Of standard input (None) nothing is known before it is read.
        """
        if picture is None or not all(self.path(kind).is_file() for kind in kinds):
            return False
        return "json" not in kinds or self._recorded() == _sha256(picture)

    def _recorded(self) -> str | None:
        try:
            document = json.loads(self.path("json").read_bytes())
            return str(document["image"]["sha256"])
        except (OSError, ValueError, KeyError, TypeError):
            return None


def parse_kinds(text: str) -> tuple[str, ...]:
    """Return the kinds of "overlay,json".

    Raises:
        ConfigError: a kind is unknown, or there is none.
    """
    kinds = tuple(dict.fromkeys(word.strip().lower() for word in text.split(",") if word.strip()))
    unknown = [kind for kind in kinds if kind not in ENDINGS]
    if unknown or not kinds:
        what = f"does not know {', '.join(map(repr, unknown))}" if unknown else "names nothing"
        raise ConfigError(f"--save {what}; choose from: {', '.join(ENDINGS)}", option="save")
    return kinds


def assign_places(pictures: Sequence[Picture], output: Path) -> list[Place]:
    """Return where the results of each picture go; no two places share a file."""
    ranks = [0] * len(pictures)
    while True:
        places = [
            Place(output / picture.folder, _stem(picture, rank, number))
            for number, (picture, rank) in enumerate(zip(pictures, ranks, strict=True), start=1)
        ]
        rivals = {
            number
            for numbers in _by_file(places).values()
            if len(numbers) > 1
            for number in numbers
            if ranks[number] < len(_NAMINGS)
        }
        if not rivals:
            return places
        for number in rivals:
            ranks[number] += 1


def _by_file(places: Sequence[Place]) -> dict[str, set[int]]:
    """Return which places claim a file, by its name as the least careful file system sees it."""
    claims: dict[str, set[int]] = defaultdict(set)
    for number, place in enumerate(places):
        for kind in ENDINGS:
            name = unicodedata.normalize("NFC", str(place.path(kind))).casefold()
            claims[name].add(number)
    return claims


def _short(picture: Picture) -> str:
    return safe_stem(picture.path.stem if picture.path else "stdin")


def _with_suffix(picture: Picture) -> str:
    suffix = picture.path.suffix.lstrip(".") if picture.path else ""
    return safe_stem(f"{_short(picture)}-{suffix}")


def _with_folder(picture: Picture) -> str:
    parent = picture.path.absolute().parent.name if picture.path else ""
    return safe_stem(f"{parent}-{_with_suffix(picture)}")


# From the nicest name to the one that is least likely to be taken.
_NAMINGS: Final[tuple[Callable[[Picture], str], ...]] = (_short, _with_suffix, _with_folder)


def _stem(picture: Picture, rank: int, number: int) -> str:
    """Return the name of this rank; the number of the picture makes the last one unique."""
    if rank < len(_NAMINGS):
        return _NAMINGS[rank](picture)
    return f"{_NAMINGS[-1](picture)}-{number}"


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None

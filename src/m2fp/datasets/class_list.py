"""Lists of classes that people put beside their labels, read as label schemes.

`classes.txt`, `labels.txt`: one name a line, the first line is id 0; or "id name" in every line.
`classes.json`, `labels.json`: {"0": "background", "1": "hat", ...} or ["background", "hat", ...].
Id 0 is the background; where ids are given and 0 is not among them it is added. A name for id 255,
which always means unknown, is passed over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from m2fp.errors import ConfigError, DataError
from m2fp.labels import (
    IGNORE_ID,
    LabelScheme,
    custom_scheme,
    get_scheme,
    ids_in_scheme,
    plain_name,
    scheme_names,
)

FILE_NAMES = ("classes.txt", "labels.txt", "classes.json", "labels.json")

_ID_AND_NAME = re.compile(r"(\d{1,9})(?:\s*[:,;]\s*|\s+)(\S.*)", re.ASCII)
_BACKGROUND = ("background", "bg", "null", "void", "none", "unlabeled", "unlabelled")


def find_class_list(folder: Path) -> Path | None:
    """Return the list of classes in a folder; None where there is none."""
    return next((folder / name for name in FILE_NAMES if (folder / name).is_file()), None)


def read_class_list(path: Path) -> LabelScheme:
    """Return the label scheme that a list of classes describes.

    It is a known one where all ids and names are those of one, whatever the spelling.

    Raises:
        DataError: the list is missing, is in no form that is known, or its ids have gaps.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        found = _from_json(text) if path.suffix.lower() == ".json" else _from_lines(text)
        names = _by_id(found)
        return _known(names) or custom_scheme("custom", names, title=f"Classes of {path.name}")
    except FileNotFoundError:
        raise DataError(f"{path} is missing", path=str(path), code="missing_file") from None
    except (OSError, ValueError, RecursionError, ConfigError) as error:
        raise DataError(
            f"{path} is not a list of classes: {error}", path=str(path), code="unreadable_file"
        ) from error


def _from_lines(text: str) -> dict[int, str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    pairs = [_ID_AND_NAME.fullmatch(line) for line in lines]
    if pairs and all(pairs):
        return _different((int(pair[1]), pair[2]) for pair in pairs if pair)
    if lines and plain_name(lines[0]) not in _BACKGROUND:
        raise ValueError(
            f"the first line is id 0, which is the background, but it says {lines[0][:40]!r}; "
            'add a line "background" before it, or give ids: "1 hat"'
        )
    return dict(enumerate(lines))


def _from_json(text: str) -> dict[int, str]:
    values = json.loads(text)
    if isinstance(values, list):
        values = {str(index): name for index, name in enumerate(values)}
    if not isinstance(values, dict):
        raise ValueError("it must hold an object or a list")
    for key, name in values.items():
        if not re.fullmatch(r"[0-9]{1,9}", key) or not isinstance(name, str):
            raise ValueError(f'expected "id": "name", found {key[:40]!r}: {str(name)[:40]!r}')
    return _different((int(key), name) for key, name in values.items())


def _different(pairs: Iterable[tuple[int, str]]) -> dict[int, str]:
    names: dict[int, str] = {}
    for class_id, name in pairs:
        if class_id in names:
            raise ValueError(f"the id {class_id} is there twice")
        names[class_id] = name
    return names


def _by_id(names: dict[int, str]) -> list[str]:
    """Return the names in the order of their ids, background first."""
    every = {0: "background"} | {key: name for key, name in names.items() if key != IGNORE_ID}
    missing = [class_id for class_id in range(len(every)) if class_id not in every]
    if missing:
        raise ValueError(f"ids must run from 0 without gaps, but {missing[0]} has no name")
    if plain_name(every[0]) not in _BACKGROUND:
        raise ValueError(f"id 0 is the background, but it is called {every[0][:40]!r}")
    return ["background", *(every[class_id] for class_id in range(1, len(every)))]


def _known(names: list[str]) -> LabelScheme | None:
    """Return the known scheme with these names at these ids."""
    for known in map(get_scheme, scheme_names()):
        ids = ids_in_scheme(known, names[1:])
        if len(known.labels) == len(names) and ids == list(range(1, len(names))):
            return known
    return None

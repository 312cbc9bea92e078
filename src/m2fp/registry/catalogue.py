"""The models that come inside the package."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DEFAULT_MODEL: Final = "builtin"

_FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One shipped model.

    Attributes:
        name: what users write.
        file: path below this package's folder, with forward slashes.
        sha256: of the file, 64 hexadecimal digits.
        bytes: size of the file.
        licence: of the weights.
        description: one sentence for people.
        card: where its model card is.
    """

    name: str
    file: str
    sha256: str
    bytes: int
    licence: str
    description: str
    card: str

    @property
    def path(self) -> Path:
        """Return where the file lies in this installation."""
        return _FOLDER / self.file


def entries() -> tuple[CatalogueEntry, ...]:
    """Return the shipped models, in the order of the catalogue."""
    document = json.loads((_FOLDER / "models.json").read_text(encoding="utf-8"))
    return tuple(CatalogueEntry(**entry) for entry in document["models"])


def find(name: str | Path) -> CatalogueEntry | None:
    """Return the shipped model of this name, or None. A Path is never a name."""
    return next((entry for entry in entries() if entry.name == name), None)

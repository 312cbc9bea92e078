"""The models that come inside the package."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from m2fp.errors import ChecksumMismatch

DEFAULT_MODEL: Final = "builtin"

_FOLDER: Final = Path(__file__).parent
_CHUNK_BYTES: Final = 1 << 20


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


def check_digest(expected: str, actual: str, model: str) -> None:
    """Return when both sha256 are equal.

    Raises:
        ChecksumMismatch: they differ.
    """
    if expected != actual:
        raise ChecksumMismatch(
            f"the file of model {model!r} is damaged or was changed (sha256 {actual[:12]}.. "
            f"instead of {expected[:12]}..); reinstall m2fp, or get the file again",
            expected=expected,
            actual=actual,
            model=model,
        )


def describe(path: Path) -> tuple[str, int]:
    """Return (sha256, bytes) of a file, as `models.json` records them. Reads in pieces."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size

"""The models that can be fetched: who publishes them, which files they are, on what terms."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_CATALOGUE: Final = Path(__file__).with_name("models.json")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One published file.

    Attributes:
        name: of the file, without folders.
        sha256: 64 hexadecimal digits; None where we could not see the file ourselves, and the
            publisher's list of files is believed at the first download.
    """

    name: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class RemoteModel:
    """One published checkpoint and what belongs to it.

    Attributes:
        name: what users write, `organisation/model`.
        aliases: other spellings of the name, by which the publisher knows it as well.
        revision: tag of the published version.
        checkpoint: which of the files has the weights.
        files: all that is fetched, small ones first: what cannot work fails soon.
        licence: short name of the weights' licence.
        terms: what the licence asks for, in a sentence for people.
        page: where the publisher describes the model.
        description: one sentence for people.
    """

    name: str
    aliases: tuple[str, ...]
    revision: str
    checkpoint: str
    files: tuple[RemoteFile, ...]
    licence: str
    terms: str
    page: str
    description: str

    @property
    def names(self) -> tuple[str, ...]:
        """Return all spellings of the name, the preferred one first."""
        return (self.name, *self.aliases)


def remote_models() -> tuple[RemoteModel, ...]:
    """Return the models that can be fetched, in the order of the catalogue."""
    document = json.loads(_CATALOGUE.read_text(encoding="utf-8"))
    return tuple(
        RemoteModel(
            **{
                **entry,
                "aliases": tuple(entry["aliases"]),
                "files": tuple(RemoteFile(**file) for file in entry["files"]),
            }
        )
        for entry in document["remote"]
    )


def find_remote(name: str | Path) -> RemoteModel | None:
    """Return the model that has this among its names, or None. A Path is never a name."""
    return next((model for model in remote_models() if name in model.names), None)

"""The files of the page, read once: no name in a request is ever looked up on the disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final

INDEX: Final = "index.html"

# Not asked of the system: some have no type, or a wrong one, for scripts, which then do not run.
_MEDIA_TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "jpg": "image/jpeg",
    "png": "image/png",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file as browsers get it; ``etag`` changes with its content."""

    content: bytes
    media_type: str
    etag: str


@cache
def page_files() -> Mapping[str, PageFile]:
    """Return all files by name; names of those in folders have slashes."""
    root = files(__package__).joinpath("static")
    return MappingProxyType({name: _read(name, entry) for name, entry in _walk(root)})


def _walk(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.rpartition(".")[2] in _MEDIA_TYPES:
            yield f"{prefix}{entry.name}", entry


def _read(name: str, entry: Traversable) -> PageFile:
    content = entry.read_bytes()
    return PageFile(
        content=content,
        media_type=_MEDIA_TYPES[name.rpartition(".")[2]],
        etag=f'"{sha256(content).hexdigest()[:32]}"',
    )

"""Results as files in a folder.

    kind      file                  content
    overlay   <stem>.overlay.png    the picture of ``Result.plot``
    parts     <stem>.parts.png      8-bit indexed, pixel = part id, with the scheme's palette
    persons   <stem>.persons.png    16-bit greyscale, pixel = person id
    json      <stem>.json           the result document
    coco      <stem>.coco.json      a COCO data set of one photo
    colours   <stem>.colours.png    the parts in colour, RGB

Nothing of the photo's own metadata (EXIF, position, camera) goes into any of them. Files appear
whole or not at all: they are written beside their place and then renamed.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from PIL import Image

from m2fp.errors import ConfigError
from m2fp.whole_file import whole_file

if TYPE_CHECKING:
    from m2fp.results.result import Result

_OVERLAY_COMPRESSION = 3  # a third larger than Pillow's default for a third of the time
_FORBIDDEN = '<>:"/\\|?*'  # on Windows; results are often copied there
_LONGEST_BYTES = 180  # file systems allow 255, endings and drafts need some


def encode(result: Result, kind: str) -> bytes:
    """Return the content of one kind of file.

    Raises:
        ConfigError: there is no such kind.
    """
    (kind,) = _checked_kinds([kind])
    return _KINDS[kind][1](result)


def save_result(
    result: Result, folder: Path, *, what: Collection[str], stem: str | None
) -> dict[str, Path]:
    """Return the paths of the files written, by kind, in the order of the table above.

    Raises:
        ConfigError: a kind is unknown or the stem is not a plain file name.
        OSError: the folder cannot be written.
    """
    wanted = _checked_kinds(what)
    first = _stem_of(result) if stem is None else _checked_stem(stem)
    folder.mkdir(parents=True, exist_ok=True)
    paths: dict[str, Path] = {}
    for kind in wanted:
        ending, encode = _KINDS[kind]
        paths[kind] = folder / f"{first}{ending}"
        content = encode(result)
        with whole_file(paths[kind]) as draft:
            draft.write_bytes(content)
    return paths


def _overlay(result: Result) -> bytes:
    return _png(result.plot(), compress_level=_OVERLAY_COMPRESSION)


def _parts(result: Result) -> bytes:
    picture = Image.fromarray(result.part_map).convert("L").copy()
    picture.putpalette(result.scheme.palette().tobytes())  # makes it "P"; 256 colours keep 8 bits
    return _png(picture)


def _persons(result: Result) -> bytes:
    return _png(Image.fromarray(result.person_map))  # uint16 gives "I;16"


def _json(result: Result) -> bytes:
    return result.to_json().encode()


def _coco(result: Result) -> bytes:
    return json.dumps(result.to_coco(), ensure_ascii=False, allow_nan=False).encode()


def _colours(result: Result) -> bytes:
    return _png(result.colour_map())


_KINDS: dict[str, tuple[str, Callable[[Result], bytes]]] = {
    "overlay": (".overlay.png", _overlay),
    "parts": (".parts.png", _parts),
    "persons": (".persons.png", _persons),
    "json": (".json", _json),
    "coco": (".coco.json", _coco),
    "colours": (".colours.png", _colours),
}
# What follows the stem in a file's name, by kind.
ENDINGS: Mapping[str, str] = {kind: ending for kind, (ending, _) in _KINDS.items()}
DEFAULT_WHAT = ("overlay", "parts", "persons", "json")


def _png(picture: Image.Image, *, compress_level: int = 6) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG", compress_level=compress_level)
    return buffer.getvalue()


def _checked_kinds(what: Collection[str]) -> list[str]:
    asked = {what} if isinstance(what, str) else set(what)
    unknown = sorted(asked - _KINDS.keys())
    if unknown:
        raise ConfigError(
            f"cannot save {', '.join(map(repr, unknown))}; choose from: {', '.join(_KINDS)}",
            option="what",
        )
    return [kind for kind in _KINDS if kind in asked]


def _checked_stem(stem: str) -> str:
    if not stem.strip(". ") or any(map(_is_unsafe, stem)):
        raise ConfigError(
            f"stem must be a plain file name without folders, but got {stem!r}", option="stem"
        )
    return stem


def _stem_of(result: Result) -> str:
    """Return a file name from the photo's name, which may come from a stranger."""
    name = PurePosixPath((result.photo.name or "").replace("\\", "/")).stem
    return safe_stem(name)


def safe_stem(name: str) -> str:
    """Return a name that every file system takes, also with an ending behind it."""
    plain = "".join("_" if _is_unsafe(character) else character for character in name)
    cut = plain.encode("utf-8", "replace")[:_LONGEST_BYTES].decode("utf-8", "ignore")
    return cut.strip(". -") or "photo"


def _is_unsafe(character: str) -> bool:
    return character in _FORBIDDEN or not character.isprintable()

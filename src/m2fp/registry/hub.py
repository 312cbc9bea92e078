"""The addresses of a model hub that speaks ModelScope's interface, and its list of files.

A mirror takes the place of `https://modelscope.cn` in these addresses; the rest stays as it is:

    BASE/models/{name}/resolve/{revision}/{file}                            a file
    BASE/api/v1/models/{name}/repo?Revision={revision}&FilePath={file}      the same file
    BASE/api/v1/models/{name}/repo/files?Revision={revision}                the list of files

So a plain folder on any web server is a mirror, if the files lie under `models/.../resolve/...`.
Without the list, no sha256 can be compared unless the user gives one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import sleep
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from m2fp.errors import ConfigError
from m2fp.registry.remote import RemoteModel
from m2fp.registry.web import Interrupted, Patience, Refused, blocks, get

MODELSCOPE: Final = "https://modelscope.cn"

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_LIST_LIMIT: Final = 4_000_000  # bytes; a list of files has a few thousand


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a hub says about one of its files; None where it says nothing."""

    sha256: str | None
    bytes: int | None


def read_bases(text: str | None) -> tuple[str, ...]:
    """Return the servers to ask, in this order; without a text, ModelScope itself.

    Args:
        text: addresses separated by commas, as in M2FP_MODEL_MIRROR.

    Raises:
        ConfigError: one of them is no https or http address of a server.
    """
    bases = [part.strip().rstrip("/") for part in (text or MODELSCOPE).split(",") if part.strip()]
    for base in bases:
        if not _is_server(base):
            raise ConfigError(
                f"the mirror {base!r} is no address like https://mirror.example.org",
                option="mirror",
            )
    if not bases:
        raise ConfigError(f"the mirror {text!r} names no server", option="mirror")
    return tuple(bases)


def _is_server(base: str) -> bool:
    try:
        parts = urlsplit(base)
    except ValueError:  # half of an IPv6 address
        return False
    return parts.scheme in ("https", "http") and bool(parts.netloc) and not parts.query


def read_sha256(text: str) -> str:
    """Return a sha256 in the usual spelling.

    Raises:
        ConfigError: it is not 64 hexadecimal digits.
    """
    digest = text.strip().lower()
    if not _SHA256.fullmatch(digest):
        raise ConfigError(f"the sha256 {text!r} is not 64 hexadecimal digits", option="sha256")
    return digest


def file_urls(bases: Iterable[str], model: RemoteModel, file: str) -> tuple[str, ...]:
    """Return all addresses that a file may have, the most likely one of each server first."""
    query = urlencode({"Revision": model.revision, "FilePath": file})
    return tuple(
        url
        for base in bases
        for name in model.names
        for url in (
            f"{base}/models/{name}/resolve/{quote(model.revision)}/{quote(file)}",
            f"{base}/api/v1/models/{name}/repo?{query}",
        )
    )


def list_files(
    bases: Iterable[str], model: RemoteModel, patience: Patience, note: Callable[[str], None]
) -> dict[str, Announcement]:
    """Return what the first server with a list of the model's files says; nothing if none has.

    That is no error here: the files may be there all the same, and who is not on the network will
    learn it when the file itself is asked for.
    """
    query = urlencode({"Revision": model.revision})
    reason = ""
    for base in bases:
        for name in model.names:
            url = f"{base}/api/v1/models/{name}/repo/files?{query}"
            try:
                return _read_list(url, patience)
            except Refused as trouble:
                reason = str(trouble)
            except Interrupted as trouble:
                reason = str(trouble)
                break  # the other names would fare no better
    note(f"there is no list of files to compare with ({reason})")
    return {}


def _read_list(url: str, patience: Patience) -> dict[str, Announcement]:
    for last in (False, True):  # a second try, but not the patience of a large file
        try:
            document = json.loads(_read(url, patience))
            return {file["Path"]: _announcement(file) for file in document["Data"]["Files"]}
        except Interrupted:
            if last:
                raise
            sleep(patience.wait_s(1))
        except (ValueError, KeyError, TypeError, AttributeError):
            break
    raise Refused("the answer is not a list of files")


def _read(url: str, patience: Patience) -> bytes:
    body = b""
    with get(url, {"Accept": "application/json"}, patience) as answer:
        expected = answer.length
        for block in blocks(answer, patience):
            body += block
            if len(body) > _LIST_LIMIT:
                raise Refused("the answer is too long for a list of files")
    if expected is not None and len(body) < expected:
        raise Interrupted("the connection was cut")
    return body


def _announcement(file: dict[str, object]) -> Announcement:
    sha256, size = str(file.get("Sha256") or "").lower(), file.get("Size")
    return Announcement(
        sha256 if _SHA256.fullmatch(sha256) else None,
        size if isinstance(size, int) and size > 0 else None,
    )

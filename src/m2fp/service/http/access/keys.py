"""API keys: a file of their hashes, and what each may do.

    # name        sha256 of the key, 64 hexadecimal digits    scopes, with commas
    label-team    9f86d081884c7d659a2feaa0c55ad015a3bf4f1b…   parse,jobs
    prometheus    60303ae22b998861bce3b28f33eec1be758a213c…   metrics

A key is 256 random bits (`new_key`), so that one round of sha256 is enough: there is nothing to
guess. Names are shown in logs and own jobs; a key is not stored anywhere.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from m2fp.errors import ConfigError

_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_PREFIX: Final = "m2fp_"  # programs that look for leaked secrets find it by this


class Scope(StrEnum):
    """What a key may be good for."""

    PARSE = "parse"  # POST /v1/parse and /v2/models/.../infer
    JOBS = "jobs"  # everything below /v1/jobs, for its own jobs
    METRICS = "metrics"  # GET /metrics
    ADMIN = "admin"  # all of these, and the jobs of others


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One line of the file."""

    name: str
    digest: str = field(repr=False)
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        """Return whether the key is good for this."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


class Keys(Protocol):
    """Keys that may be shown."""

    def find(self, secret: str) -> ApiKey | None:
        """Return the key whose secret this is."""

    def __len__(self) -> int:
        """Return how many there are."""


class KeyRing:
    """The keys of a file as it was when it was read."""

    def __init__(self, keys: Iterable[ApiKey]) -> None:
        self._keys = tuple(keys)

    @classmethod
    def from_file(cls, path: Path) -> KeyRing:
        """Return the keys of a file.

        Raises:
            ConfigError: it cannot be read, holds no key, or a line is not one.
        """
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8"
            raise ConfigError(
                f"the file of API keys, {path}, cannot be read: {reason}", option="serve.api_keys"
            ) from error
        return cls.from_text(text, str(path))

    @classmethod
    def from_text(cls, text: str, where: str) -> KeyRing:
        """Return the keys of a file's text; ``where`` is its name, for messages.

        Raises:
            ConfigError: it holds no key, or a line is not one.
        """
        keys = [
            _read_line(line, f"{where}, line {number}")
            for number, line in enumerate(text.splitlines(), 1)
            if line.strip() and not line.lstrip().startswith("#")
        ]
        names = [key.name for key in keys]
        if not keys or len(set(names)) < len(names):
            wrong = "holds no key" if not keys else "has two keys of one name"
            raise ConfigError(f"{where} {wrong}", option="serve.api_keys")
        return cls(keys)

    def find(self, secret: str) -> ApiKey | None:
        """Return the key whose secret this is, in a time that does not tell how nearly it is."""
        digest = digest_of(secret)
        found = None
        for key in self._keys:  # all of them, whichever it is
            if hmac.compare_digest(key.digest, digest):
                found = key
        return found

    def __len__(self) -> int:
        return len(self._keys)


def new_key(name: str, scopes: Iterable[Scope]) -> tuple[str, str]:
    """Return a new secret and the line for the file.

    Raises:
        ConfigError: such a line could not be read again.
    """
    secret = _PREFIX + secrets.token_urlsafe(32)
    line = f"{name}  {digest_of(secret)}  {','.join(scopes)}"
    _read_line(line, "the new key")
    return secret, line


def digest_of(secret: str) -> str:
    """Return what of a key is kept: its sha256, in hexadecimal."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _read_line(line: str, where: str) -> ApiKey:
    fields = line.split()
    if len(fields) != 3 or not _NAME.fullmatch(fields[0]) or not _DIGEST.fullmatch(fields[1]):
        raise ConfigError(
            f"{where}: a line is: name (letters, digits, . _ -), sha256 (64 digits 0-9a-f), scopes",
            option="serve.api_keys",
        )
    names = fields[2].split(",")
    unknown = sorted(set(names) - set(Scope))
    if unknown:
        raise ConfigError(
            f"{where}: there is no scope {', '.join(map(repr, unknown))}; there are: "
            f"{', '.join(Scope)}",
            option="serve.api_keys",
        )
    return ApiKey(fields[0], fields[1], frozenset(map(Scope, names)))

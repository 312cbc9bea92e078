"""Which models there are, where their files lie, and what the files say about themselves."""

from m2fp.registry.catalogue import (
    DEFAULT_MODEL,
    CatalogueEntry,
    check_digest,
    describe,
    entries,
    find,
    resolve,
    verify,
)
from m2fp.registry.model_info import METADATA_KEY, ModelInfo

__all__ = [
    "DEFAULT_MODEL",
    "METADATA_KEY",
    "CatalogueEntry",
    "ModelInfo",
    "check_digest",
    "describe",
    "entries",
    "find",
    "resolve",
    "verify",
]

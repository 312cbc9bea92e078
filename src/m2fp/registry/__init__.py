"""Which models there are, where their files lie, and what the files say about themselves."""

from m2fp.registry.catalogue import (
    DEFAULT_MODEL,
    CatalogueEntry,
    entries,
    find,
)
from m2fp.registry.digest import check_digest, sha256_and_size
from m2fp.registry.location import ModelFile, locate, resolve, verify
from m2fp.registry.model_cache import RUNNABLE, FileRecord, ModelCache
from m2fp.registry.model_info import METADATA_KEY, ModelInfo
from m2fp.registry.remote import RemoteModel, find_remote, remote_models

__all__ = [
    "DEFAULT_MODEL",
    "METADATA_KEY",
    "RUNNABLE",
    "CatalogueEntry",
    "FileRecord",
    "ModelCache",
    "ModelFile",
    "ModelInfo",
    "RemoteModel",
    "check_digest",
    "entries",
    "find",
    "find_remote",
    "locate",
    "remote_models",
    "resolve",
    "sha256_and_size",
    "verify",
]

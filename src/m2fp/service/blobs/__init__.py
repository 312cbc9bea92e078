"""Pictures that came in and results that go out, as bytes under keys."""

from pathlib import Path

from m2fp.service.blobs.folder import FolderBlobs
from m2fp.service.blobs.fsspec_store import FsspecBlobs
from m2fp.service.blobs.store import BlobStore, check_key

__all__ = ["BlobStore", "FolderBlobs", "FsspecBlobs", "check_key", "open_blobs"]


def open_blobs(where: str | Path) -> BlobStore:
    """Return the store at a folder or an address of an object store.

    Raises:
        ConfigError: the address is of no object store.
        MissingExtra: the package that reaches it is not installed.
        StoreUnavailable: the folder cannot be made.
    """
    if isinstance(where, str) and "://" in where:
        return FsspecBlobs(where)
    return FolderBlobs(Path(where))

"""Blobs in an object store that fsspec can reach: s3://bucket/prefix, gs://, az://, memory://."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from m2fp.errors import ConfigError, M2FPError
from m2fp.extras import needs_extra
from m2fp.service.blobs.store import check_key
from m2fp.service.errors import BlobMissing, StoreUnavailable

# Their puts are atomic. Others (sftp, ftp, smb) show a file while it is being written.
_OBJECT_STORES: Final = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "memory"})
_PROBE: Final = "health/probe"


class FsspecBlobs:
    """Keeps every blob in an object of its own below one address."""

    def __init__(self, url: str, **storage_options: Any) -> None:  # noqa: ANN401 - fsspec's own
        """Use an address; nothing is written before the first `put`.

        Args:
            url: scheme, bucket and prefix. Whoever runs the service sets it, never a request.
            storage_options: for the file system, for example `endpoint_url` of another S3.

        Raises:
            ConfigError: the scheme is not that of an object store.
            MissingExtra: the package that reaches it is not installed.
        """
        scheme = url.partition("://")[0]
        if scheme not in _OBJECT_STORES:
            raise ConfigError(
                f"blobs cannot be kept in {scheme}://; give a folder or one of: "
                + ", ".join(f"{name}://" for name in sorted(_OBJECT_STORES)),
                option="queue.blobs",
            )
        with needs_extra("s3", "an object store"):
            from fsspec.core import url_to_fs

            try:
                # What is listed must be what is there: other machines write too.
                self._fs, root = url_to_fs(url, use_listings_cache=False, **storage_options)
            except ImportError as error:  # fsspec names the package, and says no more
                raise ModuleNotFoundError(str(error), name=scheme) from error
        self._root = root.rstrip("/")
        self._shown = f"{scheme}://"  # the rest of an address may hold a password

    def put(self, key: str, data: bytes) -> None:
        """Store bytes."""
        path = self._path(key)
        with self._unavailable():
            self._fs.pipe_file(path, data)

    def get(self, key: str) -> bytes:
        """Return the bytes."""
        path = self._path(key)
        with self._unavailable():
            try:
                data: bytes = self._fs.cat_file(path)
            except (FileNotFoundError, IsADirectoryError):
                raise BlobMissing(f"nothing is stored under {key}", key=key) from None
            return data

    def delete_prefix(self, prefix: str) -> None:
        """Delete the blob `prefix` and all below it."""
        for key in self.keys(prefix):
            with self._unavailable():
                try:
                    self._fs.rm_file(self._path(key))
                except FileNotFoundError:
                    continue  # somebody else was faster

    def keys(self, prefix: str) -> list[str]:
        """Return the keys `prefix` and below."""
        path = self._path(prefix)
        with self._unavailable():
            self._fs.invalidate_cache()
            try:
                found: list[str] = self._fs.find(path)
            except FileNotFoundError:
                return []
            skip = len(self._root) + 1
            # Object stores compare letters: `find` of "a/b" may give "a/bc" too.
            keys = [self._fs._strip_protocol(name)[skip:] for name in found]
            return sorted(key for key in keys if key == prefix or key.startswith(f"{prefix}/"))

    def names(self, prefix: str) -> list[str]:
        """Return the next parts of keys below `prefix`."""
        path = self._path(prefix)
        with self._unavailable():
            self._fs.invalidate_cache()
            try:
                found: list[str] = self._fs.ls(path, detail=False)
            except (FileNotFoundError, NotADirectoryError):
                return []
            return sorted({name.rstrip("/").rpartition("/")[2] for name in found})

    def healthy(self) -> None:
        """Return when a blob can be written and read."""
        self.put(_PROBE, b"m2fp")
        if self.get(_PROBE) != b"m2fp":
            raise StoreUnavailable(f"{self._shown} does not give back what is written to it")

    def _path(self, key: str) -> str:
        return f"{self._root}/{check_key(key)}"

    @contextmanager
    def _unavailable(self) -> Iterator[None]:
        """Turn whatever the client library raises into StoreUnavailable."""
        try:
            yield
        except M2FPError:
            raise
        except Exception as error:  # each library behind fsspec has errors of its own
            raise StoreUnavailable(
                f"the object store {self._shown} cannot be used: {type(error).__name__}",
                retry_after_s=10.0,
            ) from error

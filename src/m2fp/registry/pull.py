"""Fetching a published model into the cache."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field

from m2fp.errors import (
    ChecksumMismatch,
    DownloadFailed,
    LicenceNotAccepted,
    OfflineModelMissing,
)
from m2fp.registry.digest import sha256_and_size
from m2fp.registry.download import Observer, download
from m2fp.registry.hub import MODELSCOPE, Announcement, file_urls, list_files
from m2fp.registry.model_cache import FileRecord, ModelCache, Witness, storage_trouble
from m2fp.registry.remote import RemoteFile, RemoteModel
from m2fp.registry.web import Patience


@dataclass(frozen=True, slots=True)
class PullOptions:
    """What a user decides about a download.

    Attributes:
        accept_licence: the user agrees to the licence of the weights.
        offline: nothing may be fetched; files that were put in place by hand are taken in.
        sha256: of the checkpoint, 64 hexadecimal digits in lower case; None = the publisher's
            list of files is believed.
        bases: addresses of the servers to ask, in this order.
        patience: when to give up on them.
    """

    accept_licence: bool = False
    offline: bool = False
    sha256: str | None = None
    bases: tuple[str, ...] = (MODELSCOPE,)
    patience: Patience = field(default_factory=Patience)


def pull(
    model: RemoteModel, cache: ModelCache, options: PullOptions, observer: Observer
) -> dict[str, FileRecord]:
    """Return what is known about the model's published files after all are in the cache.

    Files that are there and right are left alone, so a second call needs no network. A sha256 that
    nobody gave beforehand is compared with the publisher's list of files and then holds for ever;
    where there is no list either, it is written down as confirmed by nobody, and compared with the
    list as soon as there is one.

    Raises:
        LicenceNotAccepted: nothing was fetched and no server was asked.
        OfflineModelMissing: a file is missing, and nothing may be fetched.
        DownloadFailed: no server gave a file, or it cannot be stored.
        ChecksumMismatch: what came, or what is announced, is not what it has to be.
    """
    if not options.accept_licence and not cache.records(model):
        raise LicenceNotAccepted(
            f"the weights of {model.name} come under {model.licence}. {model.terms} "
            f"Read {model.page} and, if you agree, add --accept-licence",
            licence=model.licence,
            model=model.name,
        )
    run = _Pull(model, cache, options, observer)
    if not run.settled():
        waiting = "another process is fetching this model; waiting for it"
        with cache.lock(model, lambda: observer.note(waiting)):
            run.fetch_all()
    return cache.records(model)


def manual_commands(
    model: RemoteModel, cache: ModelCache, files: Iterable[str], bases: tuple[str, ...]
) -> str:
    """Return the commands that fetch these files to their places by hand, one per line."""
    program, quote = ("curl.exe", _windows_quote) if os.name == "nt" else ("curl", shlex.quote)
    return "\n".join(
        f"{program} -L -C - -o {quote(str(cache.path(model, file)))} "
        f"{quote(file_urls(bases, model, file)[0])}"
        for file in files
    )


def _windows_quote(text: str) -> str:
    return f'"{text}"'  # read alike by cmd and PowerShell


class _Pull:
    """One run of `pull`: the list of files is asked for once, and only if it is needed."""

    def __init__(
        self, model: RemoteModel, cache: ModelCache, options: PullOptions, observer: Observer
    ) -> None:
        self._model = model
        self._cache = cache
        self._options = options
        self._observer = observer
        self._announced: dict[str, Announcement] | None = None

    def settled(self) -> bool:
        """Return whether all files are there and right, as far as that can be known offline.

        Writes nothing, so that a cache that was filled before may lie on a read-only disk.
        """
        records = self._cache.records(self._model)
        return all(self._is_settled(file, records.get(file.name)) for file in self._model.files)

    def fetch_all(self) -> None:
        """Put all files in place. Call it with the model's folder locked."""
        try:
            for file in self._model.files:
                # Looked at again: another process may have fetched it in the meantime.
                if not self._is_settled(file, self._cache.records(self._model).get(file.name)):
                    self._settle(file)
        except DownloadFailed as error:
            raise type(error)(
                error.message, model=self._model.name, manual=self._manual()
            ) from None
        except OSError as error:
            place = self._cache.place(self._model)
            raise DownloadFailed(storage_trouble(error, place), model=self._model.name) from error

    def _is_settled(self, file: RemoteFile, record: FileRecord | None) -> bool:
        path = self._cache.path(self._model, file.name)
        if record is None or not path.is_file() or sha256_and_size(path)[0] != record.sha256:
            return False
        pinned, _ = self._pinned(file)
        if pinned is not None:
            return pinned == record.sha256
        return self._options.offline or record.confirmed_by != "nobody"

    def _settle(self, file: RemoteFile) -> None:
        path = self._cache.path(self._model, file.name)
        expected, witness = self._expected(file)
        if path.is_file():
            sha256, size = sha256_and_size(path)
            if expected.sha256 in (None, sha256):
                self._remember(file, FileRecord(sha256, size, "", witness))
                return
            self._observer.note(f"{file.name} is there, but damaged or another one")
        if self._options.offline:
            raise OfflineModelMissing(
                f"{self._model.name} is not complete on this machine, and downloads are forbidden "
                "(M2FP_OFFLINE)"
            )
        urls = file_urls(self._options.bases, self._model, file.name)
        done = download(
            urls, path, expected, patience=self._options.patience, observer=self._observer
        )
        self._remember(file, FileRecord(done.sha256, done.bytes, done.url, witness))

    def _expected(self, file: RemoteFile) -> tuple[Announcement, Witness]:
        """Return what the file has to be, and who says so."""
        pinned, witness = self._pinned(file)
        announced = self._list().get(file.name, Announcement(None, None))
        if pinned is None:
            return announced, "publisher" if announced.sha256 else "nobody"
        if announced.sha256 not in (None, pinned):
            raise ChecksumMismatch(
                f"the list of files announces {file.name} with the sha256 {announced.sha256} "
                f"instead of {pinned} ({_ORIGINS[witness]})",
                expected=pinned,
                actual=announced.sha256 or "",
                model=self._model.name,
            )
        return Announcement(pinned, announced.bytes), witness

    def _pinned(self, file: RemoteFile) -> tuple[str | None, Witness]:
        """Return the sha256 that holds whatever the publisher says, and who gave it."""
        if self._options.sha256 is not None and file.name == self._model.checkpoint:
            return self._options.sha256, "user"
        if file.sha256 is not None:
            return file.sha256, "catalogue"
        record = self._cache.records(self._model).get(file.name)
        if record is not None and record.confirmed_by != "nobody":
            return record.sha256, record.confirmed_by
        return None, "nobody"

    def _list(self) -> dict[str, Announcement]:
        if self._announced is None:
            self._announced = (
                {}
                if self._options.offline
                else list_files(
                    self._options.bases, self._model, self._options.patience, self._observer.note
                )
            )
        return self._announced

    def _remember(self, file: RemoteFile, record: FileRecord) -> None:
        if record.confirmed_by == "nobody":
            self._observer.note(
                f"nobody confirms that {file.name} is the right one; its sha256 is {record.sha256}"
            )
        self._cache.remember(self._model, file.name, record)

    def _manual(self) -> str:
        missing = [
            file.name
            for file in self._model.files
            if not self._cache.path(self._model, file.name).is_file()
        ]
        every = [file.name for file in self._model.files]
        return manual_commands(self._model, self._cache, missing or every, self._options.bases)


_ORIGINS: dict[Witness, str] = {
    "user": "--sha256",
    "catalogue": "the catalogue of m2fp",
    "publisher": "the file that was fetched first; to take the new one: m2fp models rm",
}

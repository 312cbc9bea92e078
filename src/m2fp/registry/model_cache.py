"""The folder of fetched models: where their files lie, and what was learnt about them.

CACHE/models/iic--cv_resnet101_image-multiple-human-parsing/
    v1.0.1/
        pytorch_model.pt      as published
        configuration.json    as published
        model.onnx            made of them on this machine; this is what runs
        record.json           size, sha256 and origin of each
    v1.0.1.lock               held while a process changes the folder
"""

from __future__ import annotations

import errno
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

from m2fp.errors import DownloadFailed
from m2fp.home import at_home
from m2fp.registry.digest import sha256_and_size
from m2fp.registry.remote import RemoteModel
from m2fp.whole_file import whole_file

RUNNABLE: Final = "model.onnx"

_RECORD: Final = "record.json"
_FORMAT: Final = 1
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]")

# Who says that a file is the right one: the user or our catalogue by a sha256 given beforehand,
# the publisher's list of files, ourselves for what was made here, or nobody.
Witness = Literal["user", "catalogue", "publisher", "made here", "nobody"]

State = Literal["not downloaded", "downloaded", "ok", "damaged"]


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What is known about a file in the cache.

    Attributes:
        sha256: of the whole file, 64 hexadecimal digits.
        bytes: size of the file.
        source: address it was fetched from; "" when it was put there by hand; of what was made
            here, the sha256 of the checkpoint.
        confirmed_by: who says that this is the right file.
    """

    sha256: str
    bytes: int
    source: str
    confirmed_by: Witness


class ModelCache:
    """The folder of fetched models. It holds no state; several processes may share it."""

    def __init__(self, folder: Path | None = None) -> None:
        """Open the cache in this folder; None = where this system keeps caches of programs.

        Raises:
            ConfigError: the path begins with the home folder of nobody.
        """
        self.folder = default_cache_folder() if folder is None else at_home(folder, "cache_dir")

    def place(self, model: RemoteModel) -> Path:
        """Return the folder of a model, which need not exist."""
        return self.folder / "models" / safe_component(model.name) / safe_component(model.revision)

    def path(self, model: RemoteModel, name: str) -> Path:
        """Return where a file of a model belongs, whether it is there or not."""
        return self.place(model) / safe_component(name)

    def records(self, model: RemoteModel) -> dict[str, FileRecord]:
        """Return what is known about the model's files, by name; nothing if that is unreadable."""
        try:
            document = json.loads((self.place(model) / _RECORD).read_text(encoding="utf-8"))
            if document["format"] != _FORMAT:
                return {}
            return {name: FileRecord(**fields) for name, fields in document["files"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    def remember(self, model: RemoteModel, name: str, record: FileRecord) -> None:
        """Write down what is known about a file. Call it with the lock held."""
        self._write(model, {**self.records(model), name: record})

    def keep(self, model: RemoteModel, produced: Path) -> Path:
        """Move the file that was made of a checkpoint to its place, and return that place.

        Args:
            model: what the file was made of.
            produced: the file, on the same disk as the cache. Call this with the lock held.
        """
        sha256, size = sha256_and_size(produced)
        records = self.records(model)
        origin = records[model.checkpoint].sha256
        path = self.path(model, RUNNABLE)
        # Between the two steps the old sha256 would be wrong.
        self._write(model, {name: records[name] for name in records if name != RUNNABLE})
        produced.replace(path)
        self.remember(model, RUNNABLE, FileRecord(sha256, size, origin, "made here"))
        return path

    def runnable(self, model: RemoteModel) -> tuple[Path, FileRecord] | None:
        """Return the file that an engine can run, or None. The file is not read.

        What was made of another checkpoint than the recorded one does not count.
        """
        records = self.records(model)
        path = self.path(model, RUNNABLE)
        made, origin = records.get(RUNNABLE), records.get(model.checkpoint)
        if made is None or origin is None or made.source != origin.sha256 or not path.is_file():
            return None
        return path, made

    def fetched(self, model: RemoteModel) -> bool:
        """Return whether all published files are there. They are not read."""
        records = self.records(model)
        return all(
            file.name in records and self.path(model, file.name).is_file() for file in model.files
        )

    def state(self, model: RemoteModel) -> State:
        """Return how far a model is: "ok" can be run, "downloaded" has to be exported first.

        Only the sizes of the files are looked at; `changed` reads them.
        """
        for name, record in self.records(model).items():
            path = self.path(model, name)
            if path.is_file() and path.stat().st_size != record.bytes:
                return "damaged"
        if self.runnable(model):
            return "ok"
        return "downloaded" if self.fetched(model) else "not downloaded"

    def changed(self, model: RemoteModel) -> dict[str, tuple[str, str]]:
        """Return {file: (recorded sha256, actual one)} of the files that are not what they were.

        Reads all of them through. A file that is gone is not among them: a checkpoint may be
        deleted once there is something to run.
        """
        found = {}
        for name, record in self.records(model).items():
            path = self.path(model, name)
            if path.is_file() and (actual := sha256_and_size(path)[0]) != record.sha256:
                found[name] = (record.sha256, actual)
        return found

    def remove(self, model: RemoteModel) -> int:
        """Delete a model and return how many bytes that freed; 0 if there was nothing.

        What was fetched half and what is known about the files goes as well.
        """
        place = self.place(model)
        if not place.is_dir():
            return 0
        with self.lock(model):
            size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
            shutil.rmtree(place)
        return size

    @contextmanager
    def lock(self, model: RemoteModel, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
        """Hold a model's folder, which is made if need be, against other processes and threads.

        Args:
            model: whose folder.
            on_wait: called once when another process has it.

        Raises:
            DownloadFailed: the folder cannot be made or written.
        """
        # Not at the top: most programs never change the cache.
        from filelock import FileLock, Timeout

        place = self.place(model)
        try:
            place.mkdir(parents=True, exist_ok=True)
            lock = FileLock(place.with_name(f"{place.name}.lock"))
            try:
                lock.acquire(timeout=0)
            except Timeout:
                if on_wait is not None:
                    on_wait()
                lock.acquire()
        except OSError as error:
            raise DownloadFailed(storage_trouble(error, place), model=model.name) from error
        try:
            yield
        finally:
            lock.release()

    def _write(self, model: RemoteModel, records: dict[str, FileRecord]) -> None:
        document = {
            "format": _FORMAT,
            "name": model.name,
            "revision": model.revision,
            "licence": model.licence,
            "files": {name: asdict(record) for name, record in records.items()},
        }
        with whole_file(self.place(model) / _RECORD) as draft:
            draft.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def default_cache_folder() -> Path:
    """Return the folder for caches of this program: usually ~/.cache/m2fp on Linux."""
    from platformdirs import user_cache_path

    return user_cache_path("m2fp", appauthor=False)


def safe_component(text: str) -> str:
    """Return a name for one file or folder, on every system: letters, digits, ".", "_" and "-"."""
    name = _UNSAFE.sub("-", text.replace("/", "--")).lstrip(".-").rstrip(".")
    return name or "unnamed"


def storage_trouble(error: OSError, folder: Path) -> str:
    """Return what to tell people when files cannot be stored."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk of {folder} is full; make room, or choose another with M2FP_CACHE_DIR"
    reason = error.strerror or str(error)
    return f"cannot write to {folder} ({reason}); choose another folder with M2FP_CACHE_DIR"

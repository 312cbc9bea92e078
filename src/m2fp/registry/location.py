"""How the name of a model becomes a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from m2fp.errors import ModelNotFound
from m2fp.home import at_home
from m2fp.registry.catalogue import CatalogueEntry, entries, find
from m2fp.registry.digest import check_digest, sha256_and_size
from m2fp.registry.model_cache import ModelCache
from m2fp.registry.remote import RemoteModel, find_remote, remote_models


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file that an engine can run.

    Attributes:
        path: where it is.
        sha256: what it has to have; None for files of which nothing is known.
    """

    path: Path
    sha256: str | None


def locate(model: str | Path, cache: Path | None = None) -> ModelFile:
    """Return the file of a shipped or fetched model's name, or of a path to a model file.

    Names come first: write "./builtin" for a file that is called like a shipped model. Nothing is
    fetched.

    Args:
        model: a name, or the path of a file that an engine can run.
        cache: folder of fetched models; None = this system's folder for caches.

    Raises:
        ModelNotFound: neither; the message says how to get the model, or which names there are.
        ConfigError: the path begins with the home folder of nobody.
    """
    entry = find(model)
    if entry is not None:
        return _shipped(entry)
    remote = find_remote(model)
    if remote is not None:
        return _fetched(remote, ModelCache(cache), str(model))
    path = at_home(model, "model")
    if not path.is_file():
        names = ", ".join(_names())
        raise ModelNotFound(
            f"there is no model {str(model)!r}: give the path of an ONNX file, or one of: {names}",
            model=str(model),
        )
    return ModelFile(path, None)


def resolve(model: str | Path, cache: Path | None = None) -> Path:
    """Return only the path of what `locate` returns."""
    return locate(model, cache).path


def verify(name: str, cache: Path | None = None) -> str:
    """Return the sha256 of the file that runs, after reading all files of the model through.

    Args:
        name: of a shipped or fetched model.
        cache: folder of fetched models; None = this system's folder for caches.

    Raises:
        ModelNotFound: no such model, or it is not on this machine.
        ChecksumMismatch: a file is not the one that was shipped or fetched.
    """
    entry = find(name)
    remote = find_remote(name)
    if entry is not None:
        actual, _ = sha256_and_size(_shipped(entry).path)
        check_digest(entry.sha256, actual, name)
        return entry.sha256
    if remote is None:
        raise ModelNotFound(
            f"no model is called {name!r}; there is: {', '.join(_names())}", model=name
        )
    store = ModelCache(cache)
    for file, (recorded, actual) in store.changed(remote).items():
        check_digest(recorded, actual, f"{name}/{file}")
    if store.fetched(remote) and not store.runnable(remote):
        return store.records(remote)[remote.checkpoint].sha256
    return _fetched(remote, store, name).sha256 or ""


def _shipped(entry: CatalogueEntry) -> ModelFile:
    if not entry.path.is_file():
        raise ModelNotFound(
            f"the model {entry.name!r} is missing from this installation; reinstall m2fp, "
            "or give the path of an ONNX file",
            model=entry.name,
        )
    return ModelFile(entry.path, entry.sha256)


def _fetched(model: RemoteModel, cache: ModelCache, name: str) -> ModelFile:
    runnable = cache.runnable(model)
    if runnable is not None:
        path, record = runnable
        return ModelFile(path, record.sha256)
    if cache.fetched(model):
        raise ModelNotFound(
            f"the checkpoint of {name} is in {cache.place(model)}, but not made into something "
            f"that runs yet: pip install 'm2fp[export]', then: m2fp models pull {name}",
            model=name,
        )
    raise ModelNotFound(
        f"the model {name} is not on this machine ({cache.place(model)}); "
        f"to download it: m2fp models pull {name}",
        model=name,
    )


def _names() -> list[str]:
    return [entry.name for entry in entries()] + [model.name for model in remote_models()]

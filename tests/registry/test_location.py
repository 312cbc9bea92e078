"""From names to files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from tests.registry.test_model_cache import export, fill

from m2fp.errors import ChecksumMismatch, ModelNotFound
from m2fp.registry import (
    CatalogueEntry,
    ModelCache,
    ModelFile,
    RemoteModel,
    catalogue,
    locate,
    location,
    resolve,
    sha256_and_size,
    verify,
)

CONTENT = b"model" * 1000


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CatalogueEntry:
    """Return the one entry of a catalogue whose file lies in a temporary folder."""
    path = tmp_path / "tiny.onnx"
    path.write_bytes(CONTENT)
    digest = hashlib.sha256(CONTENT).hexdigest()
    entry = CatalogueEntry("tiny", str(path), digest, len(CONTENT), "Apache-2.0", "", "")
    for module in (catalogue, location):
        monkeypatch.setattr(module, "entries", lambda: (entry,))
    return entry


def test_a_shipped_name(shipped: CatalogueEntry) -> None:
    assert locate("tiny") == ModelFile(shipped.path, shipped.sha256)
    assert resolve("tiny") == shipped.path


def test_a_path_is_never_a_name(
    shipped: CatalogueEntry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny").write_bytes(b"mine")
    assert resolve("tiny") == shipped.path
    assert resolve("./tiny") == Path("tiny")
    assert resolve(Path("tiny")) == Path("tiny")


def test_a_path(tmp_path: Path) -> None:
    path = tmp_path / "own.onnx"
    path.write_bytes(b"x")
    assert locate(path) == ModelFile(path, None)
    assert resolve(str(path)) == path


def test_an_unknown_model_lists_the_names(shipped: CatalogueEntry) -> None:
    with pytest.raises(ModelNotFound, match="one of: tiny, iic/cv_resnet101") as caught:
        resolve("large")
    assert caught.value.model == "large"


def test_a_folder_is_not_a_model(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound):
        resolve(tmp_path)


def test_a_missing_shipped_file(shipped: CatalogueEntry) -> None:
    shipped.path.unlink()
    with pytest.raises(ModelNotFound, match="reinstall"):
        resolve("tiny")


def test_a_model_that_was_not_fetched(cache: ModelCache, model: RemoteModel) -> None:
    for name in model.names:
        with pytest.raises(ModelNotFound, match=f"m2fp models pull {name}$") as caught:
            locate(name, cache.folder)
        assert caught.value.model == name


def test_a_checkpoint_alone_does_not_run(cache: ModelCache, model: RemoteModel) -> None:
    fill(cache, model)
    message = rf"m2fp\[export\]'.*m2fp models pull {model.name}$"
    with pytest.raises(ModelNotFound, match=message):
        locate(model.name, cache.folder)


def test_a_fetched_model_has_two_names(cache: ModelCache, model: RemoteModel) -> None:
    fill(cache, model)
    path = export(cache, model)
    for name in model.names:
        assert locate(name, cache.folder) == ModelFile(path, sha256_and_size(path)[0])


def test_the_default_cache(
    cache: ModelCache, model: RemoteModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("m2fp.registry.model_cache.default_cache_folder", lambda: cache.folder)
    fill(cache, model)
    path = export(cache, model)
    assert resolve(model.name) == path


def test_verify_a_shipped_model(shipped: CatalogueEntry) -> None:
    assert verify("tiny") == shipped.sha256
    shipped.path.write_bytes(CONTENT + b"!")
    with pytest.raises(ChecksumMismatch, match="damaged or was changed"):
        verify("tiny")


def test_verify_knows_only_names(shipped: CatalogueEntry) -> None:
    with pytest.raises(ModelNotFound, match="tiny"):
        verify(str(shipped.path))


def test_verify_a_fetched_model(cache: ModelCache, model: RemoteModel) -> None:
    with pytest.raises(ModelNotFound, match="m2fp models pull"):
        verify(model.name, cache.folder)
    fill(cache, model)
    checkpoint = cache.path(model, model.checkpoint)
    assert verify(model.name, cache.folder) == sha256_and_size(checkpoint)[0]
    path = export(cache, model)
    assert verify(model.aliases[0], cache.folder) == sha256_and_size(path)[0]
    path.write_bytes(b"NETWORK")
    with pytest.raises(ChecksumMismatch, match=r"model\.onnx"):
        verify(model.name, cache.folder)

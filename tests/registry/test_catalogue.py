"""Names, paths and checksums of models."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from m2fp.errors import ChecksumMismatch, ModelNotFound
from m2fp.registry import CatalogueEntry, catalogue, describe, entries, find, resolve, verify

CONTENT = b"model" * 1000


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CatalogueEntry:
    """Return the one entry of a catalogue whose file lies in a temporary folder."""
    path = tmp_path / "tiny.onnx"
    path.write_bytes(CONTENT)
    digest = hashlib.sha256(CONTENT).hexdigest()
    entry = CatalogueEntry("tiny", str(path), digest, len(CONTENT), "Apache-2.0", "", "")
    monkeypatch.setattr(catalogue, "entries", lambda: (entry,))
    return entry


def test_builtin_is_in_the_catalogue_and_lies_inside_the_package() -> None:
    entry = next(entry for entry in entries() if entry.name == "builtin")
    assert entry.path == Path(catalogue.__file__).parent / "builtin" / "m2fp-lite.onnx"
    assert entry.licence == "Apache-2.0"


def test_names_are_unique() -> None:
    names = [entry.name for entry in entries()]
    assert len(set(names)) == len(names)


def test_resolve_name(shipped: CatalogueEntry) -> None:
    assert resolve("tiny") == shipped.path
    assert find("tiny") is shipped


def test_a_path_is_never_a_name(
    shipped: CatalogueEntry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny").write_bytes(b"mine")
    assert resolve("tiny") == shipped.path
    assert resolve("./tiny") == Path("tiny")
    assert resolve(Path("tiny")) == Path("tiny")


def test_resolve_path(tmp_path: Path) -> None:
    path = tmp_path / "own.onnx"
    path.write_bytes(b"x")
    assert resolve(path) == path
    assert resolve(str(path)) == path


def test_unknown_model_lists_the_names(shipped: CatalogueEntry) -> None:
    with pytest.raises(ModelNotFound, match="one of: tiny") as caught:
        resolve("large")
    assert caught.value.model == "large"


def test_a_folder_is_not_a_model(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound):
        resolve(tmp_path)


def test_missing_shipped_file(shipped: CatalogueEntry) -> None:
    shipped.path.unlink()
    with pytest.raises(ModelNotFound, match="reinstall"):
        resolve("tiny")


def test_verify(shipped: CatalogueEntry) -> None:
    assert verify("tiny") is shipped
    shipped.path.write_bytes(CONTENT + b"!")
    with pytest.raises(ChecksumMismatch, match="damaged or was changed"):
        verify("tiny")


def test_verify_knows_only_shipped_models(shipped: CatalogueEntry) -> None:
    with pytest.raises(ModelNotFound, match="tiny"):
        verify(str(shipped.path))


def test_describe(shipped: CatalogueEntry) -> None:
    assert describe(shipped.path) == (shipped.sha256, shipped.bytes)

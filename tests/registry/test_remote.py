"""The catalogue of models that can be fetched."""

from __future__ import annotations

from pathlib import Path

import pytest

from m2fp.registry import entries, find_remote, remote_models


@pytest.mark.parametrize("kind", ["multiple", "single"])
def test_both_spellings_of_both_models(kind: str) -> None:
    name = f"cv_resnet101_image-{kind}-human-parsing"
    model = find_remote(f"damo/{name}")
    assert model is not None
    assert model == find_remote(f"iic/{name}")
    assert model.names == (f"iic/{name}", f"damo/{name}")
    assert model.revision == "v1.0.1"
    assert [file.name for file in model.files] == ["configuration.json", "pytorch_model.pt"]
    assert model.checkpoint == "pytorch_model.pt"
    assert model.licence == "CC-BY-NC-4.0"
    assert "commercial" in model.terms


def test_names_belong_to_one_model() -> None:
    names = [name for model in remote_models() for name in model.names]
    names += [entry.name for entry in entries()]
    assert len(set(names)) == len(names) == 6


@pytest.mark.parametrize(
    "name", ["", "iic", "cv_resnet101_image-multiple-human-parsing", "builtin", Path("iic/x")]
)
def test_other_names(name: str | Path) -> None:
    assert find_remote(name) is None


def test_a_path_is_never_a_name() -> None:
    assert find_remote(Path("iic/cv_resnet101_image-multiple-human-parsing")) is None

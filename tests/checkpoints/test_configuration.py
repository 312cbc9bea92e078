"""ModelScope's configuration.json is used where it is right, and doubted where it is not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.checkpoints.official_layouts import configuration, sized_for
from tests.checkpoints.random_network import OFFICIAL

from m2fp.checkpoints.configuration import Configuration, doubts_about, read_configuration
from m2fp.checkpoints.sizes import Heads
from m2fp.labels import get_scheme


def read(folder: Path, document: Any) -> Configuration:
    (folder / "configuration.json").write_text(json.dumps(document))
    return read_configuration(folder)


def document(layout: str = "modelscope-cihp", **model: Any) -> dict[str, Any]:
    whole = configuration(sized_for(layout, OFFICIAL))
    whole["model"] |= model
    return whole


def test_none_is_fine(tmp_path: Path) -> None:
    found = read_configuration(tmp_path)
    assert found == Configuration()
    assert doubts_about(found, OFFICIAL, get_scheme("cihp")) == []


@pytest.mark.parametrize("layout", ["modelscope-cihp", "modelscope-lip"])
def test_the_right_one_leaves_no_doubt(layout: str, tmp_path: Path) -> None:
    found = read(tmp_path, document(layout))
    config = sized_for(layout, OFFICIAL)
    assert found.found
    assert found.heads == Heads(8, 8)
    assert found.canvas == ((512, 384) if layout.endswith("lip") else None)
    assert doubts_about(found, config, get_scheme(config.scheme)) == []


def test_classes_may_be_spelt_otherwise(tmp_path: Path) -> None:
    names = [name.replace("-", " ").upper() for name in get_scheme("cihp").names]
    names[3] = "Gloves"
    names[5] = "UpperClothes"
    for classes in (names, [*names, "Human"], [*names, "whoever"]):
        found = read(tmp_path, document(classes=classes))
        assert doubts_about(found, OFFICIAL, get_scheme("cihp")) == []


def test_other_classes_are_doubted(tmp_path: Path) -> None:
    names = list(get_scheme("cihp").names)
    names[10], names[2] = "jumpsuits", "wig"
    (doubt,) = doubts_about(read(tmp_path, document(classes=names)), OFFICIAL, get_scheme("cihp"))
    assert "2 is 'wig', not 'hair', 10 is 'jumpsuits', not 'torso-skin'" in doubt
    assert "--labels" in doubt
    names = [f"part {id_}" for id_ in range(20)]
    (doubt,) = doubts_about(read(tmp_path, document(classes=names)), OFFICIAL, get_scheme("cihp"))
    assert "and 17 more" in doubt
    (doubt,) = doubts_about(read(tmp_path, document(classes=["a"])), OFFICIAL, get_scheme("cihp"))
    assert "names 1 classes, the labels 'cihp' are 20" in doubt


def test_other_sizes_are_doubted(tmp_path: Path) -> None:
    found = read(tmp_path, document(decoder={"num_queries": 90, "dec_layers": 9}))
    doubts = doubts_about(found, OFFICIAL, get_scheme("cihp"))
    assert doubts == ["configuration.json says decoder.num_queries 90, the weights have 100"]


def test_heads_are_read(tmp_path: Path) -> None:
    model = document(encoder={"transformer_nheads": 4}, decoder={"nheads": 16})
    assert read(tmp_path, model).heads == Heads(4, 16)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"model": ' + b" " * 1_000_001 + b"{}}"],
    ids=["empty", "cut", "binary", "deep", "long"],
)
def test_a_broken_one_is_ignored(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "configuration.json").write_bytes(content)
    found = read_configuration(tmp_path)
    (doubt,) = doubts_about(found, OFFICIAL, get_scheme("cihp"))
    assert doubt.startswith("configuration.json was ignored: it cannot be read")
    assert found == replace(Configuration(), doubts=found.doubts)


@pytest.mark.parametrize("content", [[], "m2fp", {}, {"model": 3}, {"model": {"type": "bert"}}])
def test_one_of_another_model_is_ignored(content: Any, tmp_path: Path) -> None:
    found = read(tmp_path, content)
    assert not found.found
    assert "was ignored: it is about" in found.doubts[0]


@pytest.mark.parametrize(
    "model",
    [
        {"encoder": [], "decoder": "x", "input_single_human": 3, "classes": {"a": 1}},
        {"encoder": {"transformer_nheads": "8"}, "decoder": {"nheads": True}},
        {"decoder": {"nheads": 0, "num_queries": 100.0, "dec_layers": None}},
        {"input_single_human": {"sizes": [[384, -512]]}, "classes": [1, 2]},
        {"input_single_human": {"sizes": [384, 512]}},
        {"input_single_human": {"sizes": [[True, 512]]}},
    ],
)
def test_values_of_the_wrong_kind_say_nothing(model: dict[str, Any], tmp_path: Path) -> None:
    found = read(tmp_path, document(**model))
    assert found.heads == Heads()
    assert found.canvas is None
    assert doubts_about(found, OFFICIAL, get_scheme("cihp")) == []

"""Converted files are loaded whole or refused with a reason."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from m2fp.checkpoints import convert_checkpoint, load_model
from m2fp.errors import IncompatibleModel, ModelNotFound
from m2fp.model import M2FP


def description(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    document: dict[str, Any] = json.loads(header["__metadata__"]["m2fp"])
    return document


def rewritten(source: Path, path: Path, document: object) -> Path:
    """Write the same tensors with another description."""
    save_file(load_file(source), path, {"m2fp": json.dumps(document)})
    return path


def test_the_file_says_what_it_is(converted: Path) -> None:
    document = description(converted)
    assert document.keys() == {"format", "config", "info", "source_sha256"}
    assert document["format"] == 1
    assert document["config"]["backbone"] == "resnet50"
    assert document["info"]["scheme"] == "cihp"
    assert str(converted.parent) not in json.dumps(document)


def test_values_can_be_trained_on(converted: Path) -> None:
    model, _ = load_model(converted)
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert {tensor.device.type for tensor in model.state_dict().values()} == {"cpu"}


def test_loaded_tensors_do_not_hang_on_the_file(converted: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.safetensors"
    copy.write_bytes(converted.read_bytes())
    model, _ = load_model(copy)
    before = model.decoder.query_features.weight.clone()
    with copy.open("r+b") as file:
        file.truncate(0)
    assert torch.equal(model.decoder.query_features.weight, before)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(format=2), "format 2, this version of m2fp reads format 1"),
        (lambda d: d.pop("format"), "cannot be understood"),
        (lambda d: d.pop("config"), "cannot be understood"),
        (lambda d: d["config"].update(backbone="vgg"), "cannot be understood"),
        (lambda d: d["config"]["decoder"].update(queries="many"), "cannot be understood"),
        (lambda d: d["config"].update(scheme="lip"), "cannot be understood"),
        (lambda d: d["info"].update(scheme="coco"), "unknown label scheme"),
        (lambda d: d["config"]["decoder"].update(layers=10**12), "not those of the network it"),
        (lambda d: d["config"]["decoder"].update(heads=0), "at least one head"),
        (lambda d: d["config"]["pixel_decoder"].update(kind="fpn"), "not those of the network it"),
        (lambda d: d["info"].update(format=9), "format 9"),
        (lambda d: d["info"].update(input={"kind": "circle"}), "unknown kind 'circle'"),
    ],
)
def test_a_description_that_does_not_fit(
    change: Callable[[dict[str, Any]], object], message: str, converted: Path, tmp_path: Path
) -> None:
    document = description(converted)
    change(document)
    path = rewritten(converted, tmp_path / "m.safetensors", document)
    with pytest.raises(IncompatibleModel, match=message) as caught:
        load_model(path)
    assert caught.value.message.startswith(f"{path}: ")


@pytest.mark.parametrize("document", [[], 3, None, "text", {}])
def test_a_description_of_another_kind(document: object, converted: Path, tmp_path: Path) -> None:
    path = rewritten(converted, tmp_path / "m.safetensors", document)
    with pytest.raises(IncompatibleModel, match="cannot be understood"):
        load_model(path)


def test_tensors_that_do_not_fit(converted: Path, tmp_path: Path) -> None:
    path, metadata = tmp_path / "m.safetensors", {"m2fp": json.dumps(description(converted))}
    tensors = load_file(converted)
    name = "decoder.norm.bias"
    save_file({n: t for n, t in tensors.items() if n != name}, path, metadata)
    with pytest.raises(IncompatibleModel, match=f"1 missing: {name}"):
        load_model(path)
    save_file({**tensors, name: torch.ones(3), "more": torch.ones(1)}, path, metadata)
    with pytest.raises(IncompatibleModel, match=f"1 extra: more; 1 misshaped: {name} is 3 inst"):
        load_model(path)
    save_file({**tensors, name: tensors[name].half()}, path, metadata)
    with pytest.raises(IncompatibleModel, match="not all float32"):
        load_model(path)


def test_files_of_others(official: dict[str, torch.Tensor], tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    with pytest.raises(ModelNotFound, match=r"m\.safetensors"):
        load_model(path)
    save_file(official, path)
    with pytest.raises(IncompatibleModel, match="not written by `m2fp convert`"):
        load_model(path)
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(IncompatibleModel, match="damaged, or not safetensors"):
        load_model(path)


def test_a_truncated_file(converted: Path, tmp_path: Path) -> None:
    path, whole = tmp_path / "m.safetensors", converted.read_bytes()
    for length in (0, 7, 8, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(IncompatibleModel, match="damaged"):
            load_model(path)


def test_a_converted_file_is_not_converted_again(network: M2FP, converted: Path) -> None:
    with pytest.raises(IncompatibleModel, match="nothing to convert; `m2fp export` takes"):
        convert_checkpoint(converted, converted.with_name("again.safetensors"))

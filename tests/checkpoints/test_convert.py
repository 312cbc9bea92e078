"""A checkpoint of either family becomes a file of the same network, whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from tests.checkpoints.official_layouts import LAYOUTS, sized_for, write_checkpoint
from tests.checkpoints.random_network import SMALL, random_network
from torch import Tensor

from m2fp.checkpoints import convert_checkpoint, load_model
from m2fp.errors import ConfigError, IncompatibleModel, ModelNotFound, UnsafeCheckpoint
from m2fp.imaging import CanvasRule, InputRule
from m2fp.model import M2FP

QUERIES = "sem_seg_head.predictor.query_feat.weight"
SEVERAL_PEOPLE = InputRule(640, 1333)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_there_and_back(layout: str, tmp_path: Path) -> None:
    config = sized_for(layout, SMALL)
    model = random_network(config, seed=2)
    source = write_checkpoint(layout, model, tmp_path)
    done = convert_checkpoint(source, tmp_path / "model.safetensors")
    loaded, info = load_model(done.output)
    assert loaded.config == done.config == config
    assert not loaded.training
    state = model.state_dict()
    assert loaded.state_dict().keys() == state.keys()
    assert all(torch.equal(loaded.state_dict()[name], state[name]) for name in state)
    assert info == done.info
    assert info.sha256 == sha256(done.output)
    assert done.source_sha256 == sha256(source)
    assert info.scheme.name == config.scheme
    assert info.input == (CanvasRule() if config.scheme == "lip" else SEVERAL_PEOPLE)
    assert info.name == f"m2fp-r50-{config.scheme}"
    assert "non-commercial" in info.licence
    assert done.tensors == len(state)
    assert done.parameters == sum(parameter.numel() for parameter in model.parameters())
    assert done.configured == layout.startswith("modelscope")
    assert done.doubts == ()
    assert sorted(path.suffix for path in tmp_path.iterdir() if path != source) == (
        [".json", ".safetensors"] if done.configured else [".safetensors"]
    )


def test_the_same_checkpoint_gives_the_same_file(converted: Path, tmp_path: Path) -> None:
    again, other = tmp_path / "again.safetensors", tmp_path / "other"
    other.touch()
    convert_checkpoint(converted.with_name("model.pth"), again)
    assert again.read_bytes() == converted.read_bytes()
    assert again.stat().st_mode == other.stat().st_mode


def test_a_folder_of_modelscope_and_words_of_ones_own(network: M2FP, tmp_path: Path) -> None:
    write_checkpoint("modelscope-cihp", network, tmp_path)
    done = convert_checkpoint(
        tmp_path, tmp_path / "m.safetensors", labels="cihp", name="mine", licence="by agreement"
    )
    _, info = load_model(done.output)
    assert (info.name, info.licence) == ("mine", "by agreement")
    assert done.source == tmp_path / "pytorch_model.pt"


def test_safetensors_of_official_names(
    network: M2FP, official: dict[str, Tensor], tmp_path: Path
) -> None:
    save_file(official, tmp_path / "official.safetensors")
    convert_checkpoint(tmp_path / "official.safetensors", tmp_path / "m.safetensors")
    loaded, _ = load_model(tmp_path / "m.safetensors")
    assert all(torch.equal(t, network.state_dict()[n]) for n, t in loaded.state_dict().items())


def test_half_precision_becomes_float32(
    network: M2FP, official: dict[str, Tensor], tmp_path: Path
) -> None:
    torch.save({name: t.half() for name, t in official.items()}, tmp_path / "half.pth")
    convert_checkpoint(tmp_path / "half.pth", tmp_path / "m.safetensors")
    loaded, _ = load_model(tmp_path / "m.safetensors")
    for name, tensor in loaded.state_dict().items():
        assert torch.equal(tensor, network.state_dict()[name].half().float()), name


def without(official: dict[str, Tensor]) -> None:
    del official["backbone.res4.5.conv3.norm.running_var"]
    del official["sem_seg_head.pixel_decoder.adapter_1.norm.bias"]


def with_more(official: dict[str, Tensor]) -> None:
    official["sem_seg_head.predictor.human_embed.weight"] = torch.ones(1)


def misshaped(official: dict[str, Tensor]) -> None:
    official["backbone.stem.conv1.weight"] = torch.ones(64, 3, 7, 7)


def failed(official: dict[str, Tensor]) -> None:
    official[QUERIES] = official[QUERIES].clone().fill_(float("nan"))


def counted(official: dict[str, Tensor]) -> None:
    official[QUERIES] = official[QUERIES].long()


def inflated(official: dict[str, Tensor]) -> None:
    # A million times a million queries that are one number.
    official[QUERIES] = torch.ones(1, 1).expand(10**12, 64)
    official[QUERIES.replace("feat", "embed")] = torch.ones(1, 1).expand(10**12, 64)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            without,
            "2 missing: backbone.res4.5.conv3.norm.running_var, "
            "sem_seg_head.pixel_decoder.adapter_1.norm.bias",
        ),
        (with_more, "1 extra: sem_seg_head.predictor.human_embed.weight"),
        (
            misshaped,
            "1 misshaped: backbone.stem.conv1.weight is 64 x 3 x 7 x 7 instead of 64 x 3 x 3 x 3",
        ),
        (failed, f"{QUERIES} has values that are infinite or not a number"),
        (counted, f"{QUERIES} holds int64 instead of floating-point numbers"),
        (inflated, "more than a file of"),
    ],
)
def test_a_network_that_is_not_whole(
    spoil: Callable[[dict[str, Tensor]], None],
    message: str,
    official: dict[str, Tensor],
    tmp_path: Path,
) -> None:
    spoil(official)
    source = tmp_path / "model.pth"
    torch.save({"model": official}, source)
    with pytest.raises(IncompatibleModel) as caught:
        convert_checkpoint(source, tmp_path / "m.safetensors")
    assert message in caught.value.message
    assert caught.value.message.startswith(f"{source}: ")
    assert caught.value.model == str(source)
    assert [path.name for path in tmp_path.iterdir()] == ["model.pth"]


def save_classes(count: int, official: dict[str, Tensor], folder: Path) -> Path:
    """Write the network with another number of classes."""
    head = "sem_seg_head.predictor.class_embed"
    official[f"{head}.weight"] = torch.ones(count + 1, SMALL.decoder.dim)
    official[f"{head}.bias"] = torch.ones(count + 1)
    torch.save(official, folder / "model.pth")
    return folder / "model.pth"


@pytest.mark.parametrize(
    ("count", "labels", "scheme"),
    [(8, None, "ppp"), (60, None, "mhp-v2"), (20, None, "lip"), (18, "atr", "atr")],
)
def test_the_number_of_classes_decides(
    count: int, labels: str | None, scheme: str, official: dict[str, Tensor], tmp_path: Path
) -> None:
    source = save_classes(count, official, tmp_path)
    done = convert_checkpoint(source, tmp_path / "m.safetensors", labels=labels)
    assert done.info.scheme.name == scheme


def test_a_number_of_classes_that_nobody_published(
    official: dict[str, Tensor], tmp_path: Path
) -> None:
    source = save_classes(18, official, tmp_path)
    output = tmp_path / "m.safetensors"
    with pytest.raises(IncompatibleModel, match=r"18 classes, as no public.*--labels.*atr \(18\)"):
        convert_checkpoint(source, output)
    with pytest.raises(ConfigError, match="18 classes, but the labels 'cihp' make 21"):
        convert_checkpoint(source, output, labels="cihp")
    with pytest.raises(ConfigError, match="unknown label scheme 'coco'"):
        convert_checkpoint(source, output, labels="coco")
    assert not output.exists()


def test_the_canvas_of_the_configuration(official: dict[str, Tensor], tmp_path: Path) -> None:
    source = save_classes(20, official, tmp_path)
    model = {"type": "m2fp", "input_single_human": {"sizes": [[320, 448]]}}
    (tmp_path / "configuration.json").write_text(json.dumps({"model": model}))
    done = convert_checkpoint(source, tmp_path / "m.safetensors")
    assert done.info.input == CanvasRule(height=448, width=320)
    model["input_single_human"] = {"sizes": [[300, 448]]}
    (tmp_path / "configuration.json").write_text(json.dumps({"model": model}))
    done = convert_checkpoint(source, tmp_path / "m.safetensors")
    assert done.info.input == CanvasRule()
    (doubt,) = done.doubts
    assert "300 x 448" in doubt
    assert "it is 384 x 512" in doubt


def test_heads_of_the_configuration(network: M2FP, tmp_path: Path) -> None:
    source = write_checkpoint("modelscope-cihp", network, tmp_path)
    path = tmp_path / "configuration.json"
    document = json.loads(path.read_text())
    document["model"]["decoder"]["nheads"] = 4
    path.write_text(json.dumps(document))
    done = convert_checkpoint(source, tmp_path / "m.safetensors")
    loaded, _ = load_model(done.output)
    assert loaded.config == replace(SMALL, decoder=replace(SMALL.decoder, heads=4))


def test_files_that_cannot_be(tmp_path: Path) -> None:
    output = tmp_path / "m.safetensors"
    with pytest.raises(ModelNotFound, match="absent"):
        convert_checkpoint(tmp_path / "absent.pth", output)
    with pytest.raises(ModelNotFound, match="pytorch_model"):
        convert_checkpoint(tmp_path, output)
    with pytest.raises(ConfigError, match=r"\*.safetensors, not 'm.onnx'"):
        convert_checkpoint(tmp_path / "absent.pth", tmp_path / "m.onnx")
    output.write_bytes(b"")
    with pytest.raises(ConfigError, match="replace the checkpoint"):
        convert_checkpoint(output, output)
    (tmp_path / "R-103.pkl").write_bytes(b"\x80\x04}.")
    with pytest.raises(UnsafeCheckpoint, match=r"R-103\.pkl: the file is a plain"):
        convert_checkpoint(tmp_path / "R-103.pkl", output)


def test_a_crash_while_writing_leaves_what_was_there(
    converted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import m2fp.checkpoints.converted as module

    output = tmp_path / "m.safetensors"
    output.write_bytes(b"of yesterday")

    def crash(_: object, path: Path, __: object) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(module, "save_file", crash)
    with pytest.raises(OSError, match="disk full"):
        convert_checkpoint(converted.with_name("model.pth"), output)
    assert [path.name for path in tmp_path.iterdir()] == [output.name]
    assert output.read_bytes() == b"of yesterday"

"""Checkpoints come back whole, belong to one recipe and run no code."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.train.tiny import MODEL, RECIPE, with_

from m2fp.errors import ConfigError, MissingExtra
from m2fp.model.backbone import build_backbone
from m2fp.train.checkpoint import LAST, load_checkpoint, read_checkpoint, save_checkpoint
from m2fp.train.config import PublishConfig
from m2fp.train.distributed import World
from m2fp.train.loop import build_state
from m2fp.train.pretrained import load_imagenet

ALONE = World(0, 1, torch.device("cpu"))


def test_there_and_back(tmp_path: Path) -> None:
    saved, other = build_state(RECIPE, ALONE), build_state(with_(seed=99), ALONE)
    path = save_checkpoint(tmp_path, saved, RECIPE, done=4)
    assert [p.name for p in tmp_path.iterdir()] == [path.name] == [LAST]
    assert load_checkpoint(tmp_path, other, RECIPE) == 4
    for name, tensor in saved.model.state_dict().items():
        assert torch.equal(other.model.state_dict()[name], tensor), name


def test_no_checkpoint_is_a_fresh_start(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path, build_state(RECIPE, ALONE), RECIPE) == 0


def test_another_recipe_is_refused(tmp_path: Path) -> None:
    state = build_state(RECIPE, ALONE)
    save_checkpoint(tmp_path, state, RECIPE, done=4)
    for other in (with_(batch=3), with_(loss=replace(RECIPE.loss, points=65))):
        with pytest.raises(ConfigError, match="another recipe"):
            load_checkpoint(tmp_path, state, other)
    # What the exported file says of itself may change.
    assert load_checkpoint(tmp_path, state, with_(publish=PublishConfig(licence="MIT"))) == 4


def test_code_in_a_checkpoint_is_not_run(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return Path.touch, (tmp_path / "ran",)

    torch.save({"model": Evil()}, tmp_path / LAST)
    with pytest.raises(ConfigError, match="holds code"):
        read_checkpoint(tmp_path / LAST)
    with pytest.raises(ConfigError, match="holds code"):
        load_checkpoint(tmp_path, build_state(RECIPE, ALONE), RECIPE)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04 cut short"])
def test_a_damaged_checkpoint_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / LAST).write_bytes(content)
    with pytest.raises(ConfigError, match="cannot be read as a training checkpoint"):
        read_checkpoint(tmp_path / LAST)


def test_no_byte_that_is_wrong_is_a_fault_of_ours(tmp_path: Path) -> None:
    path = save_checkpoint(tmp_path, build_state(RECIPE, ALONE), RECIPE, done=4)
    whole = path.read_bytes()
    rng = np.random.default_rng(1)
    damaged = [whole[:-30], b"a text, and not a checkpoint", *(rng.bytes(60) for _ in range(100))]
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(ConfigError, match="cannot be read as a training checkpoint"):
            read_checkpoint(path)


def test_a_checkpoint_with_unknown_settings_is_another_recipes(tmp_path: Path) -> None:
    state = build_state(RECIPE, ALONE)
    path = save_checkpoint(tmp_path, state, RECIPE, done=4)
    values = read_checkpoint(path)
    values["config"]["of_tomorrow"] = 1
    torch.save(values, path)
    with pytest.raises(ConfigError, match="another recipe"):
        load_checkpoint(tmp_path, state, RECIPE)


def test_a_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object, file: object) -> None:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        finally:  # as PyTorch does when it closes its archive
            raise RuntimeError("unexpected pos 704 vs 598")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(OSError, match="No space left"):
        save_checkpoint(tmp_path, build_state(RECIPE, ALONE), RECIPE, done=6)


def test_a_crash_while_writing_keeps_the_last_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = build_state(RECIPE, ALONE)
    save_checkpoint(tmp_path, state, RECIPE, done=3)

    def crash(_: object, file: object) -> None:
        file.write(b"half")  # type: ignore[attr-defined]
        raise OSError("disk full")

    monkeypatch.setattr(torch, "save", crash)
    with pytest.raises(OSError, match="disk full"):
        save_checkpoint(tmp_path, state, RECIPE, done=6)
    assert load_checkpoint(tmp_path, state, RECIPE) == 3


def test_starting_from_another_run(tmp_path: Path) -> None:
    first = build_state(RECIPE, ALONE)
    path = save_checkpoint(tmp_path, first, RECIPE, done=6)
    assert first.average is not None
    more = replace(MODEL, pixel_decoder=replace(MODEL.pixel_decoder, coordinates=True))
    second = build_state(with_(seed=9, weights=str(path), model=more), ALONE)
    old, new = first.average.model.state_dict(), second.model.state_dict()
    assert all(torch.equal(new[name], tensor) for name, tensor in old.items())
    fresh = new.keys() - old.keys()
    assert fresh
    assert all("from_" in name and not new[name].any() for name in fresh)
    fewer = replace(MODEL, decoder=replace(MODEL.decoder, queries=3))
    with pytest.raises(ConfigError, match="of another network"):
        build_state(with_(weights=str(path), model=fewer), ALONE)
    smaller = replace(MODEL, decoder=replace(MODEL.decoder, layers=1))
    with pytest.raises(ConfigError, match="of another network"):
        build_state(with_(weights=str(path), model=smaller), ALONE)
    with pytest.raises(ConfigError, match="which is not there"):
        build_state(with_(weights=str(tmp_path / "none.pt")), ALONE)
    build_state(with_(weights=str(tmp_path / "none.pt")), ALONE, begun=True)


def test_imagenet_weights_reach_the_backbone() -> None:
    torch.manual_seed(0)
    state = build_state(with_(weights="imagenet"), ALONE)
    assert MODEL.backbone == "efficientnet-lite0"
    backbone = build_backbone(MODEL.backbone)
    load_imagenet(backbone, MODEL.backbone)
    for name, tensor in backbone.state_dict().items():
        assert torch.equal(state.model.backbone.state_dict()[name], tensor)


def test_no_imagenet_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    backbone = build_backbone("efficientnet-lite0")
    with pytest.raises(ConfigError, match="no ImageNet weights for resnet50"):
        load_imagenet(backbone, "resnet50")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"m2fp\[train\]"):
        load_imagenet(backbone, "efficientnet-lite0")

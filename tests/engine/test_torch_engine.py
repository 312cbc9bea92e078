"""What is particular to PyTorch; what it shares with other engines is in test_conformance."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from tests.engine.engines import ModelFiles

from m2fp.checkpoints import load_model
from m2fp.engine.torch_engine import TorchEngine
from m2fp.errors import InferenceFailed
from m2fp.imaging import CanvasRule, InputRule
from m2fp.model import M2FP, DecoderConfig, ModelConfig, PixelDecoderConfig

RULE = InputRule(96, 128, 32)


@pytest.fixture(scope="module")
def model() -> M2FP:
    torch.manual_seed(0)
    config = ModelConfig(
        backbone="efficientnet-lite0",
        mask_dim=32,
        pixel_decoder=PixelDecoderConfig("fpn", dim=32, layers=1, heads=2, ffn_dim=32),
        decoder=DecoderConfig(dim=32, layers=1, heads=2, ffn_dim=32, queries=10),
    )
    return M2FP(config)


@pytest.fixture
def thread_setting() -> Iterator[None]:
    """Put PyTorch's number of threads back."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def test_engine_gives_what_the_network_gives(model: M2FP) -> None:
    engine = TorchEngine.around(model, RULE)
    tensor = np.random.default_rng(0).standard_normal((1, 3, 96, 128), dtype=np.float32)
    model.train()
    found = engine.run(tensor)
    assert model.training  # left as it was
    assert found.class_logits.shape == (10, 22)
    assert found.mask_logits.shape == (10, 24, 32)
    assert found.class_logits.dtype == found.mask_logits.dtype == np.float32
    with torch.no_grad():
        output = model.eval()(torch.from_numpy(tensor))
    np.testing.assert_allclose(found.class_logits, output.class_logits[0].numpy(), atol=1e-5)
    np.testing.assert_allclose(found.mask_logits, output.mask_logits()[0].numpy(), atol=1e-4)
    engine.run(tensor)
    assert not model.training


@pytest.mark.parametrize("rule", [RULE, CanvasRule()])
def test_engine_describes_the_network(model: M2FP, rule: InputRule | CanvasRule) -> None:
    info = TorchEngine.around(model, rule).info
    assert (info.name, info.scheme.name, info.sha256) == ("in-training", "cihp", "")
    assert info.input.mean == model.backbone.mean != rule.mean
    assert type(info.input) is type(rule)


def test_it_follows_a_network_that_changes(model: M2FP) -> None:
    engine = TorchEngine.around(model, RULE)
    tensor = np.zeros((1, 3, 64, 64), np.float32)
    before = engine.run(tensor).class_logits
    with torch.no_grad():
        model.decoder.class_head.bias[3] += 2.0
    change = engine.run(tensor).class_logits - before
    np.testing.assert_allclose(change[:, 3], 2.0, atol=1e-5)
    np.testing.assert_allclose(np.delete(change, 3, axis=1), 0.0, atol=1e-5)


@pytest.mark.usefixtures("thread_setting")
def test_a_converted_checkpoint_with_so_many_threads(models: ModelFiles) -> None:
    path = models.good["safetensors"]
    engine = TorchEngine.open(path, 3)
    assert torch.get_num_threads() == 3
    tensor = np.random.default_rng(0).standard_normal((1, 3, 64, 96), dtype=np.float32)
    network, info = load_model(path)
    assert engine.info == info
    with torch.no_grad():
        expected = network(torch.from_numpy(tensor)).class_logits[0].numpy()
    np.testing.assert_allclose(engine.run(tensor).class_logits, expected, atol=1e-4)


def test_a_fault_inside_pytorch(model: M2FP, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: M2FP, pixels: torch.Tensor) -> None:
        raise RuntimeError("not enough memory: you tried to allocate 7 bytes")

    engine = TorchEngine.around(model.train(), RULE)
    monkeypatch.setattr(M2FP, "forward", fail)
    with pytest.raises(InferenceFailed, match="64 x 32 pixels: not enough memory") as caught:
        engine.run(np.zeros((1, 3, 64, 32), np.float32))
    assert caught.value.engine == "torch"
    assert model.training

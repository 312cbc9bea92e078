"""Scoring a network inside a training run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.toy_folder import write_folder

from m2fp.data.cihp_folder import CihpFolder, CihpSample, read_sample
from m2fp.errors import ConfigError, DataError, EngineError
from m2fp.evaluation import evaluate
from m2fp.imaging import InputRule
from m2fp.model import M2FP, DecoderConfig, ModelConfig, PixelDecoderConfig
from m2fp.parser import Parser
from m2fp.train.validate import TorchEngine, make_validator

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
def samples(tmp_path: Path) -> list[CihpSample]:
    return CihpFolder(write_folder(tmp_path / "toys", count=6), "val").samples()


def test_engine_gives_what_the_network_gives(model: M2FP) -> None:
    engine = TorchEngine(model, RULE)
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


def test_engine_describes_the_network(model: M2FP) -> None:
    info = TorchEngine(model, RULE).info
    assert info.scheme.name == "cihp"
    assert info.input.mean == model.backbone.mean != RULE.mean
    assert (info.input.short_side, info.input.long_side) == (96, 128)


def test_a_closed_engine_refuses(model: M2FP) -> None:
    engine = TorchEngine(model, RULE)
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.run(np.zeros((1, 3, 96, 128), np.float32))


def test_validator_scores_as_the_evaluation_does(model: M2FP, samples: list[CihpSample]) -> None:
    with Parser(engine=TorchEngine(model, RULE)) as parser:
        report = evaluate(parser, map(read_sample, samples[::2]))
    score = make_validator(samples, RULE, limit=3)(model)
    assert score == report.table("ccp14").miou_d2
    assert 0.0 <= score <= 1.0


def test_the_network_can_train_on_afterwards(model: M2FP, samples: list[CihpSample]) -> None:
    make_validator(samples, RULE, limit=1)(model)
    output = model.train()(torch.zeros(2, 3, 64, 64))
    output.class_logits.sum().backward()
    assert all(parameter.is_leaf for parameter in model.parameters())
    model.zero_grad()


def test_limit_and_samples_are_checked(samples: list[CihpSample]) -> None:
    with pytest.raises(ConfigError, match="limit is 0"):
        make_validator(samples, RULE, limit=0)
    with pytest.raises(DataError, match="no samples"):
        make_validator([], RULE)

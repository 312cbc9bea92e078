"""Scoring a network inside a training run."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tests.toy_folder import write_folder

from m2fp.datasets import Sample, open_dataset
from m2fp.engine.torch_engine import TorchEngine
from m2fp.errors import ConfigError, DataError
from m2fp.evaluation import evaluate
from m2fp.imaging import InputRule
from m2fp.model import M2FP, DecoderConfig, ModelConfig, PixelDecoderConfig
from m2fp.parser import Parser
from m2fp.train.validate import make_validator

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
def samples(tmp_path: Path) -> list[Sample]:
    return open_dataset(write_folder(tmp_path / "toys", count=6)).samples("val")


def test_validator_scores_as_the_evaluation_does(model: M2FP, samples: list[Sample]) -> None:
    with Parser(engine=TorchEngine.around(model, RULE)) as parser:
        report = evaluate(parser, (sample.read() for sample in samples[::2]))
    score = make_validator(samples, RULE, limit=3)(model)
    assert score == report.table("ccp14").miou_d2
    assert 0.0 <= score <= 1.0


def test_the_network_can_train_on_afterwards(model: M2FP, samples: list[Sample]) -> None:
    make_validator(samples, RULE, limit=1)(model)
    output = model.train()(torch.zeros(2, 3, 64, 64))
    output.class_logits.sum().backward()
    assert all(parameter.is_leaf for parameter in model.parameters())
    model.zero_grad()


def test_limit_and_samples_are_checked(samples: list[Sample]) -> None:
    with pytest.raises(ConfigError, match="limit is 0"):
        make_validator(samples, RULE, limit=0)
    with pytest.raises(DataError, match="no samples"):
        make_validator([], RULE)

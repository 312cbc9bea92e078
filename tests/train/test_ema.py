"""The running average of weights, step by step."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from m2fp.train.ema import WeightAverage


def _model(value: float) -> nn.Module:
    model = nn.BatchNorm1d(1)
    nn.init.constant_(model.weight, value)
    return model


def test_the_decay_grows_up_to_its_limit() -> None:
    model = _model(0.0)
    average = WeightAverage(model, decay=0.5)
    assert isinstance(average.model, nn.BatchNorm1d)
    nn.init.constant_(model.weight, 1.0)
    expected = 0.0
    for step in range(20):
        decay = min(0.5, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay)
        average.update(model, step)
        assert average.model.weight.item() == pytest.approx(expected, abs=1e-6), step


def test_buffers_follow_the_model() -> None:
    model = _model(1.0)
    average = WeightAverage(model, decay=0.9)
    model.running_mean.fill_(7.0)
    model.num_batches_tracked.fill_(3)
    average.update(model, 0)
    assert average.model.running_mean.item() == 7
    assert average.model.num_batches_tracked.item() == 3


def test_the_average_is_its_own_model_and_never_learns() -> None:
    model = _model(1.0)
    average = WeightAverage(model, decay=0.9)
    assert not average.model.training
    assert not any(parameter.requires_grad for parameter in average.model.parameters())
    with torch.no_grad():
        model.weight.fill_(9.0)
    assert average.model.weight.item() == 1

"""Depthwise convolutions in float32, the rest in bf16."""

from __future__ import annotations

import torch
from torch import nn

from m2fp.train.mixed_precision import keep_depthwise_in_float


def _network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(4, 8, 1), nn.Conv2d(8, 8, 3, groups=8), nn.Conv2d(8, 2, 1))


def test_only_depthwise_convolutions_compute_in_float() -> None:
    model, pixels = _network(), torch.randn(1, 4, 6, 6)
    with torch.autocast("cpu", torch.bfloat16):
        first = model[0](pixels)
        plain = model[1](first)
    keep_depthwise_in_float(model)
    with torch.autocast("cpu", torch.bfloat16):
        exact = model[1](first)
        last = model(pixels)
    want = nn.functional.conv2d(first.float(), model[1].weight, model[1].bias, groups=8)
    assert torch.equal(exact, want.bfloat16())
    assert not torch.equal(exact, plain)  # whose weights were rounded
    assert last.dtype == torch.bfloat16


def test_gradients_reach_the_weights() -> None:
    model = _network()
    keep_depthwise_in_float(model)
    with torch.autocast("cpu", torch.bfloat16):
        model(torch.randn(1, 4, 6, 6)).sum().backward()
    for parameter in model.parameters():
        assert parameter.grad is not None
        assert parameter.grad.abs().sum() > 0

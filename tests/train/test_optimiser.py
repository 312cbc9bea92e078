"""Learning rates by hand and the groups of every parameter."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from tests.train.tiny import MODEL

from m2fp.model import M2FP, PixelDecoderConfig
from m2fp.train.config import OptimiserConfig
from m2fp.train.optimiser import build_optimiser, rate_at, set_rate


def _rates(steps: int, at: list[int], config: OptimiserConfig) -> list[float]:
    return [rate_at(step, steps, config) for step in at]


def test_warm_up_is_linear() -> None:
    config = OptimiserConfig(rate=1.0, warmup_steps=4)
    assert _rates(1000, [0, 1, 2, 3, 4, 100], config) == [0.25, 0.5, 0.75, 1, 1, 1]
    assert rate_at(0, 1000, replace(config, warmup_steps=0)) == 1


def test_steps_fall_tenfold_twice() -> None:
    # The official run: 265,000 steps, down at 235,000 and 250,000.
    config = OptimiserConfig(rate=4e-4, decay_at=(235 / 265, 250 / 265))
    at = [2_000, 234_999, 235_000, 249_999, 250_000, 264_999]
    want = [4e-4, 4e-4, 4e-5, 4e-5, 4e-6, 4e-6]
    assert _rates(265_000, at, config) == pytest.approx(want)


def test_polynomial() -> None:
    config = OptimiserConfig(rate=2.0, warmup_steps=0, schedule="poly")
    want = [2.0, 2 * 0.5**0.9, 2 * 0.01**0.9]
    assert _rates(100, [0, 50, 99], config) == pytest.approx(want)


def test_cosine_ends_at_the_final_rate() -> None:
    config = OptimiserConfig(rate=1.0, warmup_steps=0, schedule="cosine", final_rate=0.1)
    want = [1.0, 0.1 + 0.9 * (1 + math.cos(math.pi / 4)) / 2, 0.55, 0.1]
    assert _rates(1000, [0, 250, 500, 1000], config) == pytest.approx(want)


@pytest.mark.parametrize("kind", ["fpn", "deformable"])
def test_every_parameter_is_in_exactly_one_group(kind: str) -> None:
    pixel_decoder = PixelDecoderConfig(kind=kind, dim=32, layers=1, heads=4, ffn_dim=32)
    model = M2FP(replace(MODEL, pixel_decoder=pixel_decoder))
    config = OptimiserConfig(rate=1.0, backbone_factor=0.25, weight_decay=0.05)
    optimiser = build_optimiser(model, config)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    group_of: dict[str, dict[str, float]] = {}
    for group in optimiser.param_groups:
        for parameter in group["params"]:
            name = names[id(parameter)]
            assert name not in group_of
            group_of[name] = group
    assert group_of.keys() == set(names.values())
    for name, group in group_of.items():
        assert group["factor"] == (0.25 if name.startswith("backbone.") else 1.0), name
        undecayed = "norm" in name or "embedding" in name or ".query_" in name
        # The depthwise-separable layers of the pyramid hold conv and norm under these names too.
        assert group["weight_decay"] == (0.0 if undecayed else 0.05), name


def test_setting_the_rate_keeps_the_factors() -> None:
    model = torch.nn.ModuleDict(
        {"backbone": torch.nn.Linear(2, 2), "decoder": torch.nn.Linear(2, 2)}
    )
    optimiser = build_optimiser(model, OptimiserConfig(backbone_factor=0.1))
    set_rate(optimiser, 3.0)
    assert sorted(group["lr"] for group in optimiser.param_groups) == pytest.approx([0.3, 3.0])

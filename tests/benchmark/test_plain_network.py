"""The published way of computing gives the same numbers as ours."""

from __future__ import annotations

import pytest
import torch
from tests.checkpoints.random_network import SMALL, random_network

from m2fp.benchmark.plain_network import PlainNetwork


@pytest.mark.parametrize("size", [(64, 96), (96, 32)])
@torch.no_grad()
def test_same_outputs(size: tuple[int, int]) -> None:
    model = random_network(SMALL, seed=0).eval()
    pixels = torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(0))
    expected = model(pixels)
    found = PlainNetwork(model)(pixels)
    assert len(found.outputs) == len(model.decoder.layers) + 1
    torch.testing.assert_close(found.class_logits, expected.class_logits, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(found.mask_logits(), expected.mask_logits(), atol=1e-4, rtol=1e-4)

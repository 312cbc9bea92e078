"""Networks small enough to export within seconds."""

from __future__ import annotations

import torch

from m2fp.model import M2FP, DecoderConfig, ModelConfig, PixelDecoderConfig
from m2fp.train.config import PublishConfig

PUBLISH = PublishConfig(short_side=96, long_side=160, licence="CC0-1.0", description="A test.")


def small(kind: str) -> M2FP:
    """Return a network with random weights and a pixel decoder of this kind."""
    torch.manual_seed(0)
    coordinates = kind == "fpn"
    config = ModelConfig(
        backbone="efficientnet-lite0",
        mask_dim=32,
        pixel_decoder=PixelDecoderConfig(kind, 32, 1, 4, 2, 64, coordinates),  # type: ignore[arg-type]
        decoder=DecoderConfig(dim=32, layers=2, heads=4, ffn_dim=64, queries=7),
    )
    model = M2FP(config).eval()
    with torch.no_grad():
        # Statistics of random pictures: with those of a fresh network activations fade away.
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.momentum = None
        model.train()(torch.randn(2, 3, 96, 128))
        model.eval()
        # Embeddings of place start at zero, where a mistake in them would not show.
        for name, parameter in model.named_parameters():
            if "_place" in name:
                parameter.normal_()
    return model

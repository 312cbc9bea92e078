"""The M2FP network in plain PyTorch (needs the `train` extra)."""

from m2fp.model.config import BackboneName, DecoderConfig, ModelConfig, PixelDecoderConfig
from m2fp.model.m2fp import M2FP, NetworkOutput

__all__ = [
    "M2FP",
    "BackboneName",
    "DecoderConfig",
    "ModelConfig",
    "NetworkOutput",
    "PixelDecoderConfig",
]

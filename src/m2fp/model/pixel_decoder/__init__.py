"""Pixel decoders: backbone maps to mask features and the levels that queries attend to."""

from m2fp.model.config import PixelDecoderConfig
from m2fp.model.pixel_decoder.deformable import DeformablePixelDecoder
from m2fp.model.pixel_decoder.fpn import FpnPixelDecoder

PixelDecoder = DeformablePixelDecoder | FpnPixelDecoder

__all__ = ["DeformablePixelDecoder", "FpnPixelDecoder", "PixelDecoder", "build_pixel_decoder"]


def build_pixel_decoder(
    channels: tuple[int, int, int, int], config: PixelDecoderConfig, mask_dim: int
) -> PixelDecoder:
    """Return the configured pixel decoder for a backbone with these channels."""
    if config.kind == "deformable":
        return DeformablePixelDecoder(channels, config, mask_dim)
    return FpnPixelDecoder(channels, config, mask_dim)

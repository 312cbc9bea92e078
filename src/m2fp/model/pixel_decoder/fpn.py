"""A slim pixel decoder for CPUs: self-attention at stride 32, then a pyramid to stride 4."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from m2fp.model.attention import MultiHeadAttention
from m2fp.model.blocks import ConvNorm, FeedForward
from m2fp.model.config import PixelDecoderConfig
from m2fp.model.position import CoordinateEmbedding, sine_positions


class FpnPixelDecoder(nn.Module):
    """Give stride 32 the whole picture by self-attention and carry it down a pyramid.

    This is MaskFormer's pixel decoder (Cheng et al. 2021, section 3.2) with depthwise-separable
    smoothing and batch normalisation, which fold into few cheap operations when exported.
    """

    def __init__(
        self, channels: tuple[int, int, int, int], config: PixelDecoderConfig, mask_dim: int
    ):
        super().__init__()
        dim = config.dim
        self.lateral = nn.ModuleList(_pointwise(n_in, dim) for n_in in reversed(channels))
        self.layers = nn.ModuleList(SelfAttentionLayer(config) for _ in range(config.layers))
        self.smooth = nn.ModuleList(_separable(dim) for _ in channels)
        self.mask_projection = nn.Conv2d(dim, mask_dim, 1)
        self.coarse_place = CoordinateEmbedding(dim) if config.coordinates else None
        self.mask_place = CoordinateEmbedding(mask_dim) if config.coordinates else None

    def forward(self, maps: tuple[Tensor, Tensor, Tensor, Tensor]) -> tuple[Tensor, list[Tensor]]:
        """Return the mask features and the three levels that queries attend to.

        maps: the backbone's, strides 4 to 32. Mask features: (B, mask_dim, H / 4, W / 4);
        levels: (B, dim, h, w) at strides 32, 16, 8.
        """
        levels: list[Tensor] = []
        for x, lateral, smooth in zip(reversed(maps), self.lateral, self.smooth, strict=True):
            y = lateral(x)
            if levels:
                y = y + F.interpolate(levels[-1], y.shape[-2:], mode="nearest")
            else:
                y = self._attend(_placed(y, self.coarse_place))
            levels.append(smooth(y))
        return _placed(self.mask_projection(levels[-1]), self.mask_place), levels[:-1]

    def _attend(self, x: Tensor) -> Tensor:
        height, width = x.shape[2], x.shape[3]
        tokens = x.flatten(2).transpose(1, 2)  # (B, h * w, D)
        positions = sine_positions(height, width, x.shape[1], x).flatten(1).transpose(0, 1)
        for layer in self.layers:
            tokens = layer(tokens, positions)
        return torch.unflatten(tokens.transpose(1, 2), 2, (height, width))


class SelfAttentionLayer(nn.Module):
    """Plain self-attention and a feed-forward network, each normalised after its sum."""

    def __init__(self, config: PixelDecoderConfig):
        super().__init__()
        self.attention = MultiHeadAttention(config.dim, config.heads)
        self.attention_norm = nn.LayerNorm(config.dim)
        self.ffn = FeedForward(config.dim, config.ffn_dim)
        self.ffn_norm = nn.LayerNorm(config.dim)

    def forward(self, tokens: Tensor, positions: Tensor) -> Tensor:
        """Return tokens (B, N, D) for tokens (B, N, D) and positions (N, D)."""
        placed = tokens + positions
        tokens = self.attention_norm(tokens + self.attention(placed, placed, tokens))
        result: Tensor = self.ffn_norm(tokens + self.ffn(tokens))
        return result


def _placed(x: Tensor, embedding: CoordinateEmbedding | None) -> Tensor:
    return x if embedding is None else x + embedding(x.shape[2], x.shape[3])


def _pointwise(n_in: int, n_out: int) -> ConvNorm:
    return ConvNorm(nn.Conv2d(n_in, n_out, 1, bias=False), nn.BatchNorm2d(n_out))


def _separable(dim: int) -> nn.Sequential:
    depthwise = nn.Conv2d(dim, dim, 5, padding=2, groups=dim, bias=False)
    pointwise = nn.Conv2d(dim, dim, 1, bias=False)
    return nn.Sequential(
        ConvNorm(depthwise, nn.BatchNorm2d(dim)),
        ConvNorm(pointwise, nn.BatchNorm2d(dim), nn.ReLU()),
    )

"""The paper's pixel decoder: deformable-attention encoder and one pyramid step to stride 4."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from m2fp.model.blocks import ConvNorm, FeedForward
from m2fp.model.config import PixelDecoderConfig
from m2fp.model.pixel_decoder.deformable_attention import DeformableAttention
from m2fp.model.position import sine_positions

GROUPS = 32


class DeformablePixelDecoder(nn.Module):
    """Mix strides 32, 16, 8 by deformable attention, then add stride 4 as a pyramid does."""

    def __init__(
        self, channels: tuple[int, int, int, int], config: PixelDecoderConfig, mask_dim: int
    ):
        super().__init__()
        dim = config.dim
        self.project = nn.ModuleList(
            ConvNorm(nn.Conv2d(n_in, dim, 1), nn.GroupNorm(GROUPS, dim))
            for n_in in reversed(channels[1:])
        )
        self.level_embedding = nn.Parameter(torch.randn(len(self.project), dim))
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.layers))
        self.lateral = ConvNorm(
            nn.Conv2d(channels[0], dim, 1, bias=False), nn.GroupNorm(GROUPS, dim)
        )
        self.smooth = ConvNorm(
            nn.Conv2d(dim, dim, 3, padding=1, bias=False), nn.GroupNorm(GROUPS, dim), nn.ReLU()
        )
        self.mask_projection = nn.Conv2d(dim, mask_dim, 1)

    def forward(self, maps: tuple[Tensor, Tensor, Tensor, Tensor]) -> tuple[Tensor, list[Tensor]]:
        """Return the mask features and the three levels that queries attend to.

        maps: the backbone's, strides 4 to 32. Mask features: (B, mask_dim, H / 4, W / 4);
        levels: (B, dim, h, w) at strides 32, 16, 8.
        """
        levels = [project(x) for project, x in zip(self.project, reversed(maps[1:]), strict=True)]
        levels = self._encode(levels)
        lateral = self.lateral(maps[0])
        y = lateral + F.interpolate(
            levels[-1], lateral.shape[-2:], mode="bilinear", align_corners=False
        )
        return self.mask_projection(self.smooth(y)), levels

    def _encode(self, levels: list[Tensor]) -> list[Tensor]:
        shapes = [(x.shape[2], x.shape[3]) for x in levels]
        dim = self.level_embedding.shape[1]
        tokens = torch.cat([x.flatten(2).transpose(1, 2) for x in levels], dim=1)  # (B, N, D)
        positions = torch.cat(
            [
                sine_positions(h, w, dim, tokens).flatten(1).transpose(0, 1) + embedding
                for (h, w), embedding in zip(shapes, self.level_embedding, strict=True)
            ]
        )
        reference = torch.cat([_cell_centres(h, w, tokens) for h, w in shapes])
        for layer in self.layers:
            tokens = layer(tokens, positions, reference, shapes)
        parts = torch.split(tokens, [h * w for h, w in shapes], dim=1)
        return [
            torch.unflatten(part.transpose(1, 2), 2, shape)
            for part, shape in zip(parts, shapes, strict=True)
        ]


class EncoderLayer(nn.Module):
    """Deformable self-attention and a feed-forward network, each normalised after its sum."""

    def __init__(self, config: PixelDecoderConfig):
        super().__init__()
        self.attention = DeformableAttention(
            config.dim, config.heads, levels=3, points=config.points
        )
        self.attention_norm = nn.LayerNorm(config.dim)
        self.ffn = FeedForward(config.dim, config.ffn_dim)
        self.ffn_norm = nn.LayerNorm(config.dim)

    def forward(
        self, tokens: Tensor, positions: Tensor, reference: Tensor, shapes: list[tuple[int, int]]
    ) -> Tensor:
        """Return tokens (B, N, D); positions (N, D), reference (N, 2) and shapes as attention's."""
        attended = self.attention(tokens + positions, tokens, reference, shapes)
        tokens = self.attention_norm(tokens + attended)
        result: Tensor = self.ffn_norm(tokens + self.ffn(tokens))
        return result


def _cell_centres(height: int, width: int, like: Tensor) -> Tensor:
    # float32 (height * width, 2): x, y of every cell's centre in 0..1, row by row.
    y = (torch.arange(height, dtype=torch.float32, device=like.device) + 0.5) / height
    x = (torch.arange(width, dtype=torch.float32, device=like.device) + 0.5) / width
    grid = torch.stack([x[None].expand(height, width), y[:, None].expand(height, width)], dim=2)
    return grid.flatten(0, 1)

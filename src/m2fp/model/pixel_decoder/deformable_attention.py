"""Multi-scale deformable attention (Zhu et al. 2021, equation 3) without a compiled operator."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class DeformableAttention(nn.Module):
    """Attention that looks at a few learned points of every level instead of at all cells."""

    def __init__(self, dim: int, heads: int, levels: int, points: int):
        super().__init__()
        self.heads, self.levels, self.points = heads, levels, points
        self.sampling_offsets = nn.Linear(dim, heads * levels * points * 2)
        self.attention_weights = nn.Linear(dim, heads * levels * points)
        self.value_projection = nn.Linear(dim, dim)
        self.output_projection = nn.Linear(dim, dim)
        self._reset_parameters()

    def forward(
        self, query: Tensor, tokens: Tensor, reference: Tensor, shapes: list[tuple[int, int]]
    ) -> Tensor:
        """Return the attended tokens, (B, N, D).

        query: (B, N, D), tokens with their positions added; tokens: (B, N, D), the levels' cells
        one after another; reference: (N, 2), every token's own centre as x, y in 0..1;
        shapes: (height, width) of each level, N in all.
        """
        batch, count, _ = query.shape
        per_token = (batch, count, self.heads, self.levels, self.points)
        offsets = self.sampling_offsets(query).view(*per_token, 2)
        weights = self.attention_weights(query).view(batch, count, self.heads, -1)
        weights = weights.softmax(-1).view(per_token)
        # Offsets count cells of the level they look at.
        sizes = torch.tensor([[w, h] for h, w in shapes], dtype=query.dtype, device=query.device)
        places = reference[None, :, None, None, None] + offsets / sizes[:, None]
        values = self.value_projection(tokens).split([h * w for h, w in shapes], dim=1)
        total: Tensor | None = None
        for level, (height, width) in enumerate(shapes):
            # Heads join the batch: (B * heads, D / heads, H, W), sampled at (N, points).
            value = values[level].transpose(1, 2).reshape(batch * self.heads, -1, height, width)
            grid = places[:, :, :, level].transpose(1, 2).flatten(0, 1) * 2 - 1
            sampled = F.grid_sample(value, grid, padding_mode="zeros", align_corners=False)
            weight = weights[:, :, :, level].transpose(1, 2).flatten(0, 1)[:, None]
            part = (sampled * weight).sum(-1)  # (B * heads, D / heads, N)
            total = part if total is None else total + part
        assert total is not None
        attended = total.view(batch, -1, count).transpose(1, 2)
        result: Tensor = self.output_projection(attended)
        return result

    def _reset_parameters(self) -> None:
        # Each head starts by looking in its own direction, its points one cell further each.
        angle = torch.arange(self.heads) * (2 * math.pi / self.heads)
        direction = torch.stack([angle.cos(), angle.sin()], dim=-1)
        direction = direction / direction.abs().amax(-1, keepdim=True)
        distance = torch.arange(1, self.points + 1)
        start = direction[:, None, None] * distance[:, None]
        start = start.expand(self.heads, self.levels, self.points, 2)
        nn.init.zeros_(self.sampling_offsets.weight)
        nn.init.zeros_(self.attention_weights.weight)
        nn.init.zeros_(self.attention_weights.bias)
        for linear in (self.value_projection, self.output_projection):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.zeros_(linear.bias)
        with torch.no_grad():
            self.sampling_offsets.bias.copy_(start.flatten())

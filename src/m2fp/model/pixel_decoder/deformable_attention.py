"""Multi-scale deformable attention (Zhu et al. 2021, equation 3) without a compiled operator."""

import math

import torch
from torch import Tensor, nn

from m2fp.model.pixel_decoder.deformable_sampling import Sampler, sample_levels


class DeformableAttention(nn.Module):
    """Attention that looks at a few learned points of every level instead of at all cells."""

    def __init__(self, dim: int, heads: int, levels: int, points: int):
        super().__init__()
        self.heads, self.levels, self.points = heads, levels, points
        self.sample: Sampler = sample_levels
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
        attended = self.sample(
            self.value_projection(tokens),
            self.sampling_offsets(query),
            self.attention_weights(query),
            reference=reference,
            sizes=shapes,
            heads=self.heads,
        )
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

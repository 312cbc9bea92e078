"""Multi-head attention (Vaswani et al. 2017, section 3.2) with an optional blocking mask."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class MultiHeadAttention(nn.Module):
    """Scaled dot-product attention over `heads` slices of the channels.

    Query, key and value projections lie stacked in one matrix, the layout of
    `torch.nn.MultiheadAttention` and so of the public checkpoints.
    """

    def __init__(self, dim: int, heads: int):
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * dim, dim))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * dim))
        self.out_proj = nn.Linear(dim, dim)
        nn.init.xavier_uniform_(self.in_proj_weight)
        nn.init.zeros_(self.out_proj.bias)

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, blocked: Tensor | None = None
    ) -> Tensor:
        """Return the attended values, (B, Q, D).

        query: (B, Q, D); key, value: (B, K, D);
        blocked: bool (B, Q, K), true where a query must not look, but not in a whole row; the same
        for every head.
        """
        weights = self.in_proj_weight.chunk(3)
        biases = self.in_proj_bias.chunk(3)
        q, k, v = (
            self._split_heads(F.linear(x, weight, bias))
            for x, weight, bias in zip((query, key, value), weights, biases, strict=True)
        )
        # Written out: PyTorch's one operator for this is exported with guards against rows that
        # are blocked from end to end, which do not occur here.
        scores = (q * (q.shape[-1] ** -0.5)) @ k.transpose(2, 3)
        if blocked is not None:
            scores = scores + torch.where(blocked, float("-inf"), 0.0)[:, None]
        attended = scores.softmax(-1) @ v
        result: Tensor = self.out_proj(attended.transpose(1, 2).flatten(2))
        return result

    def _split_heads(self, x: Tensor) -> Tensor:
        # (B, N, D) -> (B, heads, N, D / heads)
        return torch.unflatten(x, 2, (self.heads, -1)).transpose(1, 2)
